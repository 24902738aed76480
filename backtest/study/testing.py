"""The frame of tests: every sample, window and test, with Holm's correction over the windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl

from backtest.distributions import student_t_two_sided
from backtest.study.samples import samples
from backtest.study.statistics import HEADLINE, Case, common, every_test
from backtest.study.tables import name, window_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.study.estimation import Measured
    from backtest.study.samples import Sample
    from backtest.study.types import Evidence

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["holm", "taken", "tests"]

SCHEMA = {
    "kind": pl.String, "group": pl.String, "split": pl.String, "level": pl.String, "window": pl.String,
    "first": pl.Int64, "last": pl.Int64, "test": pl.String, "headline": pl.Boolean, "statistic": pl.Float64,
    "freedom": pl.Float64, "p": pl.Float64, "p_holm": pl.Float64, "caar": pl.Float64, "mean_bhar": pl.Float64,
    "n": pl.Int64, "clusters": pl.Int64, "correlation": pl.Float64, "reason": pl.String,
}  # fmt: skip


def tests(evidence: Evidence) -> pl.DataFrame:
    """Give every test of every sample and window; ``freedom`` is null for tests without Student's t."""
    reasons = [window_reasons(evidence, at) for at in range(len(evidence.settings.windows))]
    rows = [row for sample in samples(evidence) for row in _sample(evidence, sample, reasons)]
    frame = pl.DataFrame(rows, schema={key: SCHEMA[key] for key in SCHEMA if key != "p_holm"}, orient="row")
    given = frame["p"].fill_null(np.nan).to_numpy()
    p = np.where(np.isnan(given), _p(frame), given)
    frame = frame.with_columns(pl.Series("p", p, dtype=pl.Float64), pl.Series("p_holm", _holm(frame, p)))
    floats = pl.col(pl.Float64).fill_nan(None)
    finite = pl.when(pl.col("freedom").is_infinite()).then(None).otherwise(pl.col("freedom"))
    return frame.with_columns(floats).with_columns(finite.alias("freedom")).select(list(SCHEMA))


def _sample(evidence: Evidence, sample: Sample, reasons: Sequence[tuple[str, ...]]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    some = Some(evidence, np.zeros(0, dtype=np.int64))
    for at, window in enumerate(evidence.settings.windows):
        rows = np.array([row for row in sample.rows.tolist() if not reasons[at][row]], dtype=np.int64)
        some = some if found and np.array_equal(rows, some.rows) else Some(evidence, rows)
        one = some.case(at)
        head = (sample.kind, sample.group, sample.split, sample.level, name(window), *window)
        n, m = len(rows), one.measured
        mean = (float(m.car.mean()), float(m.bhar.mean())) if n else (np.nan, np.nan)
        tail = (*mean, n, some.clusters, one.together)
        for test, result in every_test(one).items():
            own = np.nan if result.p is None else result.p
            values = (result.value, float(result.freedom), own)
            found.append((*head, test, test in HEADLINE, *values, *tail, result.reason))
    return found


class Some:
    """Some fitted events, ready to be tested in one window after another."""

    def __init__(self, evidence: Evidence, rows: Ints) -> None:
        """Take the events out of the evidence, once for all windows."""
        self.evidence, self.rows, self.place = evidence, rows, evidence.at[rows]
        self.fits = evidence.fits.take(self.place)
        self.ranks, self.order = evidence.ranks[self.place], evidence.order[self.place]
        self.cluster = evidence.happenings.cluster[np.array(evidence.rows.event, dtype=np.int64)[rows]]
        self.clusters = len(np.unique(self.cluster))
        self.common = common(self.fits, self.ranks, max(last - first + 1 for first, last in evidence.settings.windows))

    def case(self, at: int) -> Case:
        """Give them in one window."""
        settings = self.evidence.settings
        return Case(
            fits=self.fits,
            measured=taken(self.evidence.measured[at], self.place),
            window=settings.windows[at],
            on=self.evidence.on,
            cluster=self.cluster,
            ranks=self.ranks,
            order=self.order,
            draws=settings.bootstrap_draws,
            seed=settings.seed,
            known=self.common,
        )


def taken(measured: Measured, place: Ints) -> Measured:
    """Give some events' sums."""
    names = ("car", "scar", "csar", "bhar", "variance", "valid")
    return type(measured)(*(getattr(measured, one)[place] for one in names))


def _p(frame: pl.DataFrame) -> Floats:
    """Give two-sided p-values in one sweep; NaN statistics stay NaN."""
    return student_t_two_sided(frame["statistic"].to_numpy(), frame["freedom"].to_numpy())


def _holm(frame: pl.DataFrame, p: Floats) -> Floats:
    out = np.full(len(p), np.nan)
    keys = zip(*(frame[key].to_list() for key in ("kind", "group", "split", "level", "test")), strict=True)
    families: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(keys):
        families.setdefault(key, []).append(row)
    for rows in families.values():
        out[rows] = holm(p[rows])
    return out


def holm(p: Floats) -> Floats:
    """Adjust p-values for all those that are known: the k-th smallest times what is left, never falling, at most 1."""
    out = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    highest = 0.0
    for at, row in enumerate(order.tolist()):
        highest = max(highest, min(1.0, (len(order) - at) * float(p[row])))
        out[row] = highest
    return out
