"""Intervals of what a Sharpe ratio is put into: the ratio's own, put into the same formula.

A percentile or BCa interval goes through any rising or falling formula as it is, so this is what resampling the formula
would give, with the sample's skewness and kurtosis held.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from backtest.result import Metric

__all__ = ["Formula", "carried"]

RATIO = {"": "sharpe", "active_": "active_ratio"}
SAID = "95 % interval: that of the Sharpe ratio, put into the formula"
REACHES_0 = "that of the Sharpe ratio reaches 0"
NONE = "the Sharpe ratio has none"


class Formula(NamedTuple):
    """What a metric makes of Sharpe ratios per year, all in one go; NaN where one is not above 0 and must be."""

    prefix: str
    of: Callable[[Sequence[float]], Sequence[float]]


def carried(
    metrics: Sequence[Metric], intervals: pl.DataFrame, formulas: dict[str, Formula]
) -> tuple[tuple[Metric, ...], pl.DataFrame]:
    """Give metrics that have a formula their interval or the reason why there is none, and the frame with theirs.

    Parameters
    ----------
    metrics
        Those of a run.
    intervals
        Of the run's metrics by method, the one that is shown first; see ``metrics.intervals``.
    formulas
        By the metric's name.

    """
    own = intervals.filter(~pl.col("metric").is_in(list(formulas))) if intervals.height else intervals
    given = {prefix: own.filter(pl.col("metric") == name) if own.height else own for prefix, name in RATIO.items()}
    made = {metric.name: list(_rows(metric, given[of.prefix], of)) for metric in metrics
            if (of := formulas.get(metric.name)) and isinstance(metric.value, float)}  # fmt: skip
    rows = [row for each in made.values() for row in each]
    frame = pl.concat([own, pl.DataFrame(rows, schema=own.schema)]) if rows else own
    return tuple(_shown(metric, made[metric.name]) if metric.name in made else metric for metric in metrics), frame


def _rows(metric: Metric, given: pl.DataFrame, formula: Formula) -> Iterator[dict[str, object]]:
    known = [row for row in given.iter_rows(named=True) if row["lower"] is not None and row["upper"] is not None]
    if not known:
        return
    ends = iter(formula.of([row[end] for row in known for end in ("lower", "upper")]))
    for row, pair in zip(known, zip(ends, ends, strict=True), strict=True):
        there = all(map(math.isfinite, pair))
        lower, upper = (min(pair), max(pair)) if there else (None, None)
        reason = "" if there else REACHES_0
        yield {**row, "metric": metric.name, "value": metric.value, "unit": metric.unit, "lower": lower,
               "upper": upper, "reason": reason}  # fmt: skip


def _shown(metric: Metric, rows: Sequence[dict[str, object]]) -> Metric:
    text = metric.convention.partition(f"; {SAID}")[0].partition("; no interval: ")[0]
    first = rows[0] if rows else {"lower": None, "upper": None, "reason": NONE}
    lower, upper = first["lower"], first["upper"]
    if isinstance(lower, float) and isinstance(upper, float):
        return replace(metric, lower=lower, upper=upper, convention=f"{text}; {SAID}")
    return replace(metric, lower=None, upper=None, convention=f"{text}; no interval: {first['reason']}")
