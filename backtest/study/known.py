"""Every test of some events in a window, made once: the same events often stand in several samples and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from backtest.study.case import Case, common
from backtest.study.statistics import every_test
from backtest.study.tables import window_reasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.case import Statistic
    from backtest.study.fits import Measured
    from backtest.study.types import Evidence

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Known", "Tested"]


class Tested(NamedTuple):
    """The tests of some events in one window, and what stands beside them."""

    tests: dict[str, Statistic]
    caar: float
    mean_bhar: float
    events: int
    clusters: int
    correlation: float


class Known:
    """The evidence, and what was found of it so far."""

    def __init__(self, evidence: Evidence) -> None:
        """Say which rows have numbers in which window."""
        self.evidence = evidence
        windows = range(len(evidence.settings.windows))
        self.has = [np.array([not why for why in window_reasons(evidence, at)], dtype=np.bool_) for at in windows]
        self.some = Some(evidence, np.zeros(0, dtype=np.int64))
        self.found: dict[tuple[int, bytes], Tested] = {}

    def tested(self, rows: Ints, at: int) -> Tested:
        """Test those of some rows that have numbers in a window."""
        rows = rows[self.has[at][rows]]
        key = (at, rows.tobytes())
        if key not in self.found:
            if not np.array_equal(rows, self.some.rows):
                self.some = Some(self.evidence, rows)
            self.found[key] = _tested(self.some, at)
        return self.found[key]


def _tested(some: Some, at: int) -> Tested:
    one, m = some.case(at), some.case(at).measured
    n = len(some.rows)
    mean = (float(m.car.mean()), float(m.bhar.mean())) if n else (np.nan, np.nan)
    return Tested(every_test(one), *mean, n, some.clusters, one.together)


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
            measured=_taken(self.evidence.measured[at], self.place),
            window=settings.windows[at],
            on=self.evidence.on,
            cluster=self.cluster,
            ranks=self.ranks,
            order=self.order,
            draws=settings.bootstrap_draws,
            seed=settings.seed,
            known=self.common,
        )


def _taken(measured: Measured, place: Ints) -> Measured:
    """Give some events' sums."""
    names = ("car", "scar", "csar", "bhar", "variance", "valid")
    return type(measured)(*(getattr(measured, one)[place] for one in names))
