"""The command line as a user meets it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMAND = [sys.executable, "-m", "backtest.cli"]


@pytest.fixture
def environment(root: Path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "TERM", "COLUMNS"}}
    return {**plain, "PYTHONPATH": str(root), "TERM": "xterm"}


@pytest.fixture
def backtest(tmp_path: Path, environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        given = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "timeout": 600} | options
        return subprocess.run([*COMMAND, *arguments], check=False, **given)

    return call


@pytest.fixture
def inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call the command in this process: the same words and streams without starting Python each time."""
    from backtest.cli.main import main

    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return call
