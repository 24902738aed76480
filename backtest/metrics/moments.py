"""Formulas over a series of session returns: plain functions, None where a number is undefined."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.counts import many

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Estimate", "drawdown", "mean", "ratio", "regression", "returns", "share", "sortino", "volatility"]

Z95 = 1.959963984540054
LEAST_SESSIONS = 20
SMALLEST_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error; without a value, the reason."""

    value: float | None
    error: float | None = None
    reason: str = ""

    @property
    def lower(self) -> float | None:
        """Give the lower end of the 95 % interval."""
        return None if self.value is None or self.error is None else self.value - Z95 * self.error

    @property
    def upper(self) -> float | None:
        """Give the upper end of the 95 % interval."""
        return None if self.value is None or self.error is None else self.value + Z95 * self.error


def returns(equity: NDArray[np.float64], capital: float) -> NDArray[np.float64]:
    """Give simple returns, the first session's against the capital: prod(1 + r) - 1 is the total return."""
    before = np.concatenate([[capital], equity[:-1]])
    changes: NDArray[np.float64] = equity / before - 1.0
    return changes


def _too_few(r: NDArray[np.float64]) -> str:
    return f"{many(len(r), 'session')}, at least {LEAST_SESSIONS} are needed" if len(r) < LEAST_SESSIONS else ""


def _spread(r: NDArray[np.float64]) -> float:
    """Give the standard deviation, ddof 1; 0 where it is nothing but rounding."""
    spread = float(np.std(r, ddof=1))
    return spread if spread > SMALLEST_SPREAD * max(1.0, float(np.abs(r).max())) else 0.0


def _shape(r: NDArray[np.float64]) -> tuple[float, float]:
    """Give skewness and raw kurtosis (3 for a normal series), moments with divisor n."""
    deviation = r - r.mean()
    second = float(np.mean(deviation**2))
    return float(np.mean(deviation**3)) / second**1.5, float(np.mean(deviation**4)) / second**2


def mean(r: NDArray[np.float64], per_year: float) -> Estimate:
    """Give the arithmetic mean per year; standard error sd / sqrt(n), sessions taken as independent."""
    few = _too_few(r)
    if few:
        return Estimate(None, reason=few)
    return Estimate(float(r.mean()) * per_year, float(np.std(r, ddof=1)) / math.sqrt(len(r)) * per_year)


def volatility(r: NDArray[np.float64], per_year: float) -> Estimate:
    """Give sd (ddof 1) x sqrt(per_year); standard error sigma x sqrt((kurtosis - 1) / (4 n)), the delta method."""
    few = _too_few(r)
    if few:
        return Estimate(None, reason=few)
    spread = _spread(r)
    if spread == 0.0:
        return Estimate(0.0)
    annual = spread * math.sqrt(per_year)
    return Estimate(annual, annual * math.sqrt(max(_shape(r)[1] - 1.0, 0.0) / (4.0 * len(r))))


def ratio(excess: NDArray[np.float64], per_year: float) -> Estimate:
    """Give mean / sd (ddof 1) x sqrt(per_year) of excess returns: the Sharpe or information ratio.

    Standard error per session sqrt((1 - skew x SR + (kurtosis - 1) / 4 x SR^2) / (n - 1)), Mertens 2002; the
    sessions are taken as independent.
    """
    few = _too_few(excess)
    if few:
        return Estimate(None, reason=few)
    spread = _spread(excess)
    if spread == 0.0:
        return Estimate(None, reason="the returns do not vary")
    per_session = float(excess.mean()) / spread
    skewness, kurtosis = _shape(excess)
    variance = (1.0 - skewness * per_session + (kurtosis - 1.0) / 4.0 * per_session**2) / (len(excess) - 1)
    return Estimate(per_session * math.sqrt(per_year), math.sqrt(max(variance, 0.0) * per_year))


def sortino(excess: NDArray[np.float64], per_year: float) -> Estimate:
    """Give mean x sqrt(per_year) / sqrt(mean(min(r, 0)^2)), the mean over all n sessions."""
    few = _too_few(excess)
    if few:
        return Estimate(None, reason=few)
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    if downside == 0.0:
        return Estimate(None, reason="no session lost")
    return Estimate(float(excess.mean()) / downside * math.sqrt(per_year))


def drawdown(equity: NDArray[np.float64], capital: float) -> tuple[float, int, int, int | None]:
    """Give the deepest fall from a peak (a fraction <= 0), and the indices of peak, trough and recovery.

    The capital counts as the first peak, index -1; recovery is None while the peak has not been reached again.
    """
    path = np.concatenate([[capital], equity])
    peaks = np.maximum.accumulate(path)
    falls = path / peaks - 1.0
    trough = int(falls.argmin())
    peak = int(np.argmax(path[: trough + 1]))
    later = np.flatnonzero(path[trough:] >= path[peak])
    recovery = None if falls[trough] == 0.0 or not len(later) else trough + int(later[0]) - 1
    return float(falls[trough]), peak - 1, trough - 1, recovery


def regression(y: NDArray[np.float64], x: NDArray[np.float64], per_year: float) -> tuple[Estimate, Estimate]:
    """Give (beta, alpha per year) of y = alpha + beta x, with OLS standard errors (divisor n - 2)."""
    few = _too_few(y)
    spread = 0.0 if few else _spread(x)
    if few or spread == 0.0:
        gone = Estimate(None, reason=few or "the benchmark does not vary")
        return gone, gone
    n = len(y)
    dx = x - x.mean()
    sxx = float(np.sum(dx**2))
    beta = float(np.sum(dx * y)) / sxx
    alpha = float(y.mean()) - beta * float(x.mean())
    residual = y - alpha - beta * x
    variance = float(np.sum(residual**2)) / (n - 2)
    error = math.sqrt(variance * (1.0 / n + float(x.mean()) ** 2 / sxx))
    return Estimate(beta, math.sqrt(variance / sxx)), Estimate(alpha * per_year, error * per_year)


def share(hits: int, count: int) -> tuple[float, float, float] | None:
    """Give hits / count with its Wilson 95 % interval, None when nothing was counted."""
    if count == 0:
        return None
    p, z2 = hits / count, Z95**2
    centre = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * math.sqrt(p * (1 - p) / count + z2 / (4 * count**2))
    return p, centre - half, centre + half
