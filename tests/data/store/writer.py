"""A process that stores one history after another and says so, until it is stopped."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from data.prices import vintages
from data.prices.vintages import HISTORY


def main(folder: Path, asset: str, count: int) -> None:
    """Store `count` histories of an asset: the n-th has the closes n, n + 1, ...; print n once it is stored."""
    days = [date(2020, 1, 1) + timedelta(days=at) for at in range(500)]
    for number in range(1, count + 1):
        columns = {name: [None] * len(days) for name in HISTORY if name not in {"session", "close"}}
        closes = [float(number + at) for at in range(len(days))]
        frame = pl.DataFrame({"session": days, "close": closes, **columns}, schema_overrides=HISTORY)
        about = {"source": "test", "asset": asset, "at": "2024-02-01T00:00:00+00:00", "about": {}, "notes": ()}
        vintages.save(folder, frame, about)
        print(number, flush=True)  # noqa: T201 - the parent reads what was acknowledged


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
