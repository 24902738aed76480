"""The cache of compiled kernels: private, keyed by the sources, mended when damaged."""

from __future__ import annotations

import logging
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from backtest.kernels import cache

DEMO = [sys.executable, "-m", "backtest.cli", "demo", "--quiet", "--out"]


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """Keep away from the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_is_kept_is_given_back():
    """The same bytes under the same key, nothing under another."""
    cache.keep("walk", "key", b"machine code")
    assert cache.kept("walk", "key") == b"machine code"
    assert cache.kept("walk", "another key") is None


@pytest.mark.parametrize("damage", [lambda kept: kept[:-1], lambda _: b"", lambda kept: kept[:40] + b"?" + kept[41:]])
def test_a_damaged_object_is_cleared_and_said_so(caplog, damage):
    """Cut short, empty, or one byte changed: it is never run."""
    cache.keep("walk", "key", b"machine code")
    (path,) = cache.folder().iterdir()
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        assert cache.kept("walk", "key") is None
    assert f"was damaged ({path.name}); it is cleared and built anew" in caplog.text
    assert list(cache.folder().iterdir()) == []


def test_the_object_of_another_processor_is_not_taken(caplog):
    """Whole, but made for another key: as wrong as a damaged one."""
    cache.keep("walk", "x86-64 znver4", b"machine code")
    (path,) = cache.folder().iterdir()
    cache.keep("walk", "x86-64 skylake", b"other code")
    (mine,) = set(cache.folder().iterdir()) - {path}
    path.replace(mine)
    assert cache.kept("walk", "x86-64 skylake") is None
    assert "was damaged" in caplog.text


def test_the_cache_folder_is_private():
    """Nobody else may put machine code there, nor read it."""
    cache.keep("walk", "key", b"machine code")
    (path,) = cache.folder().iterdir()
    assert stat.S_IMODE(cache.folder().stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_home_that_cannot_be_written_is_said_and_nothing_fails(monkeypatch, home, caplog):
    """The next process compiles again; this one goes on."""
    (home / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "file"))
    with caplog.at_level(logging.WARNING):
        cache.keep("walk", "key", b"machine code")
    assert cache.kept("walk", "key") is None
    assert "the compiled kernel walk cannot be kept" in caplog.text


@pytest.mark.full
def test_a_really_truncated_cache_is_mended(root, home):
    """Every file of a real cache cut in half: the demo still runs and says what it did."""
    subprocess.run([*DEMO, str(home / "a")], cwd=root, check=True)
    objects = list(home.rglob("*.o"))
    assert {path.name.rpartition("-")[0] for path in objects} >= {"simulate.walk", "attribute._attribute"}
    for path in objects:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    again = subprocess.run([*DEMO, str(home / "b")], cwd=root, check=True, capture_output=True, text=True)
    assert "it is cleared and built anew" in again.stderr


@pytest.mark.full
@pytest.mark.parametrize("seconds", [2.0, 5.0, 8.0])
def test_a_kill_during_compilation_leaves_nothing_broken(root, home, seconds):
    """Killed at some moment, the next process finds whole objects or none."""
    killed = subprocess.Popen([*DEMO, str(home / "a")], cwd=root, env=os.environ.copy())
    time.sleep(seconds)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    again = subprocess.run([*DEMO, str(home / "b")], cwd=root, check=True, capture_output=True, text=True)
    assert "damaged" not in again.stderr
