"""Some fitted events in one window, as every test takes them, and what a test gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from backtest.study.correlated import correlations, shared_part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.fits import Fits, Frame, Measured

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Case", "Common", "Statistic", "common", "deviation", "ratio"]

NORMAL = math.inf


class Statistic(NamedTuple):
    """One test: value, degrees of freedom of its t (infinite: normal), its own p, and why there is none."""

    value: float
    freedom: float = NORMAL
    p: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Fitted events and one window of them.

    Attributes
    ----------
    fits, measured
        Events that have numbers, ascending by session, and the window's sums.
    window
        First and last offset.
    on
        Series of the model, for the calendar-time portfolio.
    cluster
        Code of the date or group that moves together, shape (N,).
    ranks, order
        See ``residual_ranks`` and ``ranked`` of the residuals alone; the same for every window and sample.
    draws, seed
        Of the wild bootstrap.
    known
        What the windows of the same events share, where it is reckoned already.

    """

    fits: Fits
    measured: Measured
    window: tuple[int, int]
    on: Frame
    cluster: Ints
    ranks: Floats
    order: Floats
    draws: int = 999
    seed: int = 0
    known: Common | None = None

    @property
    def common(self) -> Common:
        """Give what the windows of the same events share."""
        return common(self.fits, self.ranks, self.length) if self.known is None else self.known

    @property
    def together(self) -> float:
        """Give the mean correlation of two events; see ``correlation``."""
        return shared_part(self.common.correlations, len(self.fits.session), self.length)

    @property
    def length(self) -> int:
        """Give the sessions of the window."""
        return self.window[1] - self.window[0] + 1


class Common(NamedTuple):
    """What the windows of the same events share.

    Attributes
    ----------
    correlations
        See ``correlations``.
    weighted
        Mean rank of every session times the root of its events, residuals first; NaN without any.
    series
        Mean residual of every estimation session that has one.
    positive
        Mean share of positive residuals.

    """

    correlations: Floats
    weighted: Floats
    series: Floats
    positive: float


def common(fits: Fits, ranks: Floats, longest: int) -> Common:
    """Reckon what windows of up to ``longest`` sessions share."""
    known = np.isfinite(fits.residual)
    there = known.any(axis=0)
    series = np.where(known, fits.residual, 0.0).sum(axis=0)[there] / known.sum(axis=0)[there]
    known = np.isfinite(ranks)
    count = known.sum(axis=0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = np.sqrt(count) * (np.where(known, ranks, 0.0).sum(axis=0) / count)
    positive = float(((fits.residual > 0.0).sum(axis=1) / fits.observations).mean()) if len(ranks) else math.nan
    return Common(correlations(fits, longest), weighted, series, positive)


def ratio(value: float, by: float) -> float:
    """Divide; by nothing gives NaN."""
    return value / by if by else math.nan


def deviation(values: Floats) -> float:
    """Give the standard deviation (ddof 1); NaN where it is rounding."""
    spread = float(values.std(ddof=1))
    return spread if spread > 1e-14 * float(np.abs(values).max()) else math.nan
