"""The mean cumulative abnormal return by session around the events, with an interval."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from backtest.distributions import student_t_ppf
from backtest.study.correlated import correlations, shared_part
from backtest.study.samples import ALL, samples

if TYPE_CHECKING:
    from backtest.study.samples import Sample
    from backtest.study.types import Evidence

__all__ = ["path"]

SCHEMA = {
    "kind": pl.String, "group": pl.String, "offset": pl.Int64, "aar": pl.Float64, "caar": pl.Float64,
    "lower": pl.Float64, "upper": pl.Float64, "n": pl.Int64,
}  # fmt: skip


def path(evidence: Evidence) -> pl.DataFrame:
    """Give aar and caar by offset of the span, cumulated from its first session, over the events known throughout.

    caar +- t(n - 1) x deviation / sqrt(n) x sqrt((1 + (n - 1) r) / (1 - r)), r the mean correlation of the adjusted
    tests; null where fewer than two events leave no deviation.
    """
    rows = [row for sample in samples(evidence) if sample.split == ALL for row in _path(evidence, sample)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def _path(evidence: Evidence, sample: Sample) -> list[tuple[Any, ...]]:
    first, last = evidence.settings.span
    good = [row for row in sample.rows.tolist() if not evidence.why[row]]
    fits = evidence.fits.take(evidence.at[np.array(good, dtype=np.int64)])
    fits = fits.take(np.flatnonzero(np.isfinite(fits.ar).all(axis=1)))
    if not len(fits.session):
        return []
    found, pairs = [], correlations(fits, last - first + 1)
    for offset in range(first, last + 1):
        car = fits.ar[:, : offset - first + 1].sum(axis=1)
        half = _half(car, shared_part(pairs, len(car), offset - first + 1), evidence.settings.confidence)
        aar, caar = float(fits.ar[:, offset - first].mean()), float(car.mean())
        found.append((sample.kind, sample.group, offset, aar, caar, caar - half, caar + half, len(car)))
    return found


def _half(car: Any, r: float, confidence: float) -> float:
    n = len(car)
    if n < 2:
        return math.nan
    inflation = (1.0 + (n - 1) * r) / (1.0 - r) if r < 1.0 else math.nan
    if not inflation > 0.0:
        return math.nan
    error = float(car.std(ddof=1)) / math.sqrt(n) * math.sqrt(inflation)
    return _quantile(0.5 + 0.5 * confidence, n - 1) * error


@lru_cache(maxsize=1 << 10)
def _quantile(level: float, freedom: int) -> float:
    return float(student_t_ppf(level, freedom))
