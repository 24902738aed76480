"""Look around in a folder of runs for what was tried on the same data as one run."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.inference.deflation import dsr
from backtest.research.tally import tally
from backtest.research.trials import fingerprint, read, trial_of
from backtest.tearsheet.beside import Beside, Swept, Tried

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backtest.result import Result

__all__ = ["beside"]

MOST_JSON = 50_000_000


def beside(result: Result, runs: Path) -> Beside:
    """Give the trials on the data of a run, itself among them, and the sweeps over these data, by name."""
    own = fingerprint(result)
    return Beside(_tried(result, runs, own), tuple(_sweeps(runs, own)))


def _tried(result: Result, runs: Path, own: str) -> Tried:
    mine = trial_of(result)
    others = [trial for trial in read(runs).trials if trial.fingerprint == own and trial.trial != mine.trial]
    counted = tally([*others, mine], runs)
    sharpes = [of.sharpe for trial in (*others, mine) if (of := trial.moments)]
    spread = float(np.var(sharpes, ddof=1)) if len(sharpes) > 1 else 0.0
    value = dsr(mine.moments, counted.effective, spread) if mine.moments else math.nan
    deflated = value if math.isfinite(value) else None
    return Tried(counted.trials, counted.effective, counted.effective_convention, deflated)


def _sweeps(runs: Path, own: str) -> Iterator[Swept]:
    """Give the sweeps whose cells were all tried on the same data; a folder that is none is passed over."""
    for path in sorted(runs.glob("*/sweep.json")):
        table = path.with_name("cells.parquet")
        if path.stat().st_size > MOST_JSON or not table.is_file():
            continue
        about = json.loads(path.read_text(encoding="utf-8"))
        if about.get("fingerprints") == [own]:
            yield Swept(about, pl.read_parquet(table))
