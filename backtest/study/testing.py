"""The frame of tests: every sample, window and test, with Holm's correction over the windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl

from backtest.distributions import student_t_two_sided
from backtest.inference.multiple import adjust
from backtest.study.known import Known
from backtest.study.samples import samples
from backtest.study.statistics import HEADLINE, TESTS
from backtest.study.tables import name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from backtest.study.samples import Sample
    from backtest.study.types import Evidence

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["tests"]

SCHEMA = {
    "kind": pl.String, "group": pl.String, "split": pl.String, "level": pl.String, "window": pl.String,
    "first": pl.Int64, "last": pl.Int64, "test": pl.String, "headline": pl.Boolean, "statistic": pl.Float64,
    "freedom": pl.Float64, "p": pl.Float64, "p_holm": pl.Float64, "caar": pl.Float64, "mean_bhar": pl.Float64,
    "n": pl.Int64, "clusters": pl.Int64, "correlation": pl.Float64, "reason": pl.String,
}  # fmt: skip


def tests(evidence: Evidence) -> pl.DataFrame:
    """Give every test of every sample and window; ``freedom`` is null for tests without Student's t."""
    known = Known(evidence)
    rows = [row for sample in samples(evidence) for row in _sample(known, sample)]
    frame = pl.DataFrame(rows, schema={key: SCHEMA[key] for key in SCHEMA if key != "p_holm"}, orient="row")
    given = frame["p"].fill_null(np.nan).to_numpy()
    p = np.where(np.isnan(given), _p(frame), given)
    holm = _holm(p, len(evidence.settings.windows))
    frame = frame.with_columns(pl.Series("p", p, dtype=pl.Float64), pl.Series("p_holm", holm, dtype=pl.Float64))
    floats = pl.col(pl.Float64).fill_nan(None)
    finite = pl.when(pl.col("freedom").is_infinite()).then(None).otherwise(pl.col("freedom"))
    return frame.with_columns(floats).with_columns(finite.alias("freedom")).select(list(SCHEMA))


def _sample(known: Known, sample: Sample) -> Iterator[tuple[Any, ...]]:
    for at, window in enumerate(known.evidence.settings.windows):
        head = (sample.kind, sample.group, sample.split, sample.level, name(window), *window)
        of = known.tested(sample.rows, at)
        tail = (of.caar, of.mean_bhar, of.events, of.clusters, of.correlation)
        for test, result in of.tests.items():
            own = np.nan if result.p is None else result.p
            yield (*head, test, test in HEADLINE, result.value, float(result.freedom), own, *tail, result.reason)


def _p(frame: pl.DataFrame) -> Floats:
    """Give two-sided p-values in one sweep; NaN statistics stay NaN."""
    return student_t_two_sided(frame["statistic"].to_numpy(), frame["freedom"].to_numpy())


def _holm(p: Floats, windows: int) -> Floats:
    """Adjust the p-values of every sample and test for the windows; rows come by sample, window and test."""
    families = p.reshape(-1, windows, len(TESTS)).swapaxes(1, 2)
    return adjust(families, "holm").swapaxes(1, 2).ravel()
