"""Series of events over time and over companies: levels, trailing sums, totals with breadth, backlog over capex.

Every level is what the latest vintages known at that instant say; dollars where the unit is money.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from data.events.features import REDEFINED, numbered
from data.events.ledger import microseconds
from data.events.periods import QUARTERS_PER_YEAR, Period, read_period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from data.events.ledger import Ledger

__all__ = ["Series", "Steps", "backlog_over_capex", "steps", "total", "trailing"]


@dataclass(frozen=True, slots=True)
class Series:
    """Values to follow: one metric of one asset.

    ``period`` None follows the latest quarter; a label follows the vintages of that period, as FY2026 for a guide.
    ``definition`` None follows the metric through its definitions: a level may be added up, a change not.
    """

    asset: str
    kind: str
    metric: str
    period: str | None = None
    definition: str | None = None


class Steps(NamedTuple):
    """A step function: from each instant on, the level and which way it last moved.

    Attributes
    ----------
    known_us
        Microseconds since 1970 UTC, shape (step,), ascending.
    level
        Shape (step,).
    moved
        1 up, -1 down, 0 unchanged, first, or not comparable with the step before; shape (step,).

    """

    known_us: NDArray[np.int64]
    level: NDArray[np.float64]
    moved: NDArray[np.int64]


def _of(ledger: Ledger, series: Series) -> list[dict[str, Any]]:
    """Give the rows of a series, with its period read as ``read``; a label that names no period fits none."""
    chosen = ledger.frame.filter(asset=series.asset, kind=series.kind, metric=series.metric)
    if series.definition is not None:
        chosen = chosen.filter(definition=series.definition)
    wanted = read_period(series.period)
    rows = [row | {"read": read_period(row["period"])} for row in numbered(chosen)]
    if series.period is None:
        return [row for row in rows if row["read"] is not None and row["read"].quarters == 1]
    return [row for row in rows if row["read"] is not None and row["read"] == wanted]


def steps(ledger: Ledger, series: Series) -> Steps:
    """Give the level of a series over time: the latest vintage of its latest period known."""
    levels: dict[Period, tuple[float, str | None]] = {}
    taken: list[tuple[int, float, int]] = []
    last: tuple[float, str | None] | None = None
    for row in _of(ledger, series):
        levels[row["read"]] = (row["level"], row["definition"])
        now = levels[max(levels, key=lambda period: period.end)]
        comparable = last is not None and last[1] == now[1] and row["direction"] != REDEFINED
        moved = int(np.sign(now[0] - last[0])) if comparable and last is not None else 0
        taken.append((microseconds(row["known_at"]), now[0], moved))
        last = now
    return _as_steps(taken)


def trailing(ledger: Ledger, series: Series, quarters: int = QUARTERS_PER_YEAR) -> Steps:
    """Give the sum of the latest so many quarters known, NaN until all of them are, under one definition."""
    levels: dict[tuple[str | None, Period], float] = {}
    taken: list[tuple[int, float, int]] = []
    for row in _of(ledger, series):
        if row["direction"] == REDEFINED:
            levels.clear()
        levels[row["definition"], row["read"]] = row["level"]
        latest = max(levels, key=lambda key: key[1].end)
        parts = [levels.get((latest[0], latest[1].back(back)), math.nan) for back in range(quarters)]
        taken.append((microseconds(row["known_at"]), math.fsum(parts), 0))
    moved = [int(np.nan_to_num(np.sign(now[1] - before[1]))) for before, now in pairwise(taken)]
    return _as_steps([(at, level, way) for (at, level, _), way in zip(taken, [0, *moved], strict=False)])


def total(ledger: Ledger, series: Sequence[Series], instants: Sequence[datetime]) -> pl.DataFrame:
    """Give the sum and the breadth of several series at instants.

    Columns: instant; total (of those known, null when none is); known, up and down (counts of series); breadth,
    (up - down) / known. Look at ``known`` before comparing two totals.
    """
    at = np.array([microseconds(instant) for instant in instants], dtype=np.int64)
    found = [_at(steps(ledger, one), at) for one in series]
    levels = np.array([level for level, _ in found]).reshape(len(series), len(at))
    moved = np.array([way for _, way in found], dtype=np.int64).reshape(len(series), len(at))
    known = (~np.isnan(levels)).sum(axis=0)
    sums = [
        math.fsum(column[~np.isnan(column)]) if some else None for column, some in zip(levels.T, known, strict=True)
    ]
    up, down = (moved > 0).sum(axis=0), (moved < 0).sum(axis=0)
    frame = pl.DataFrame({"total": pl.Series(sums, dtype=pl.Float64), "known": known, "up": up, "down": down})
    breadth = pl.when(pl.col("known") > 0).then((pl.col("up") - pl.col("down")) / pl.col("known"))
    return frame.with_columns(breadth.alias("breadth")).insert_column(0, _instants(instants))


def backlog_over_capex(ledger: Ledger, backlog: Series, capex: Series, instants: Sequence[datetime]) -> pl.DataFrame:
    """Give the backlog over the capex of the latest four quarters, both as known at each instant.

    Columns: instant, backlog, capex (sum of four quarters), ratio; null where one of them was not known.
    """
    at = np.array([microseconds(instant) for instant in instants], dtype=np.int64)
    owed, spent = _at(steps(ledger, backlog), at)[0], _at(trailing(ledger, capex), at)[0]
    frame = pl.DataFrame({"backlog": owed, "capex": spent}).with_columns(pl.all().fill_nan(None))
    ratio = pl.when(pl.col("capex") > 0).then(pl.col("backlog") / pl.col("capex"))
    return frame.with_columns(ratio.alias("ratio")).insert_column(0, _instants(instants))


def _at(taken: Steps, at: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give level and last move at instants; NaN and 0 before the first step."""
    place = np.searchsorted(taken.known_us, at, side="right")
    level = np.concatenate([[np.nan], taken.level])
    return level[place], np.concatenate([np.zeros(1, dtype=np.int64), taken.moved])[place]


def _as_steps(taken: Sequence[tuple[int, float, int]]) -> Steps:
    return Steps(
        np.array([at for at, _, _ in taken], dtype=np.int64),
        np.array([level for _, level, _ in taken], dtype=np.float64),
        np.array([way for _, _, way in taken], dtype=np.int64),
    )


def _instants(instants: Sequence[datetime]) -> pl.Series:
    return pl.Series("instant", instants, pl.Datetime("us", "UTC"))
