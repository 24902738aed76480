"""The shipped configs, each run once for all tests of a process: as they stand, without what they are set against."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from backtest.config.reader import load
from backtest.engine import run
from tools.golden import WITHOUT

if TYPE_CHECKING:
    from backtest.config.reader import Loaded
    from backtest.result import Result

FOLDER = Path(__file__).resolve().parents[2] / "configs"


@cache
def ran(name: str) -> tuple[Loaded, Result]:
    """Give a config and its run."""
    loaded = load(FOLDER / f"{name}.yaml", WITHOUT)
    return loaded, run(loaded.config, loaded.folder)
