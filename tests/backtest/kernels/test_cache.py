"""The cache of compiled kernels: private, keyed by the sources, mended when damaged."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys

import pytest

from backtest.kernels import cache


def test_a_damaged_cache_is_cleared_and_the_call_repeated(monkeypatch, tmp_path, caplog):
    """A truncated file makes numba raise EOFError; the second try finds an empty cache and succeeds."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.folder().mkdir(parents=True)
    damaged = cache.folder() / "kernel.nbi"
    damaged.write_bytes(b"")

    def call():
        if damaged.exists():
            raise EOFError
        return "compiled"

    with caplog.at_level(logging.WARNING):
        assert cache.guarded(call) == "compiled"
    assert "was damaged (EOFError); it is cleared" in caplog.text


def test_the_cache_folder_is_private(monkeypatch, tmp_path):
    """Nobody else may put a pickle there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.clear()
    assert stat.S_IMODE(cache.folder().stat().st_mode) == 0o700


@pytest.mark.full
def test_a_really_truncated_cache_is_mended(root, tmp_path):
    """Every file of a real cache cut in half: the demo still runs and says what it did."""
    command = [sys.executable, "-m", "backtest.cli", "demo", "--quiet", "--out"]
    surroundings = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([*command, str(tmp_path / "a")], cwd=root, env=surroundings, check=True)
    for path in (tmp_path / "cache").rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    again = subprocess.run(
        [*command, str(tmp_path / "b")], cwd=root, env=surroundings, check=True, capture_output=True, text=True
    )
    assert "it is cleared and built anew" in again.stderr
