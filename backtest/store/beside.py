"""Look around in a folder of runs for what was tried on the same data as one run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from backtest.research.trials import fingerprint
from backtest.tearsheet.beside import Beside, Swept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backtest.result import Result

__all__ = ["beside"]

MOST_JSON = 50_000_000


def beside(result: Result, runs: Path) -> Beside:
    """Give the sweeps over the data of a run, by name."""
    return Beside(tuple(_sweeps(runs, fingerprint(result))))


def _sweeps(runs: Path, own: str) -> Iterator[Swept]:
    """Give the sweeps whose cells were all tried on the same data; a folder that is none is passed over."""
    for path in sorted(runs.glob("*/sweep.json")):
        table = path.with_name("cells.parquet")
        if path.stat().st_size > MOST_JSON or not table.is_file():
            continue
        about = json.loads(path.read_text(encoding="utf-8"))
        if about.get("fingerprints") == [own]:
            yield Swept(about, pl.read_parquet(table))
