"""How sure a Sharpe ratio is: its standard error, the probability that it beats a threshold, the record it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from backtest.distributions import normal_cdf, normal_ppf

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Moments", "Posterior", "VarianceAt", "min_trl", "moments", "posterior", "psr", "standard_error"]

VarianceAt = Literal["observed", "null"]
FEWEST = 3
SMALLEST_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Moments:
    """What Sharpe inference needs of a return series; everything per session, nothing annualised.

    Attributes
    ----------
    sharpe
        Mean / sd (ddof 1) of excess returns.
    count
        Sessions.
    skewness, kurtosis
        Moments with divisor n; the kurtosis is raw, 3 for a normal series.
    autocorrelation
        Of lag one; used by the variance of 2025 alone.

    """

    sharpe: float
    count: int
    skewness: float = 0.0
    kurtosis: float = 3.0
    autocorrelation: float = 0.0


def moments(excess: ArrayLike) -> Moments:
    """Measure a series of excess returns; all NaN when it has fewer than three sessions or does not vary."""
    r = np.asarray(excess, dtype=np.float64)
    spread = float(np.std(r, ddof=1)) if len(r) >= FEWEST else 0.0
    if not spread > SMALLEST_SPREAD * max(1.0, float(np.abs(r).max(initial=0.0))):
        return Moments(math.nan, len(r), math.nan, math.nan, math.nan)
    deviation = r - r.mean()
    second = float(np.mean(deviation**2))
    return Moments(
        float(r.mean()) / spread,
        len(r),
        float(np.mean(deviation**3)) / second**1.5,
        float(np.mean(deviation**4)) / second**2,
        float(np.sum(deviation[1:] * deviation[:-1])) / float(np.sum(deviation**2)),
    )


def standard_error(of: Moments, at: float | None = None, *, variance_at: VarianceAt = "observed") -> float:
    """Give the standard error of a Sharpe ratio per session, evaluated at ``at`` (its own value when not given).

    ``observed``: sqrt((1 - g3 SR + (g4 - 1)/4 SR^2) / (n - 1)), Bailey and Lopez de Prado 2012, sessions independent.
    ``null``: sqrt((a - b g3 SR + c (g4 - 1)/4 SR^2) / n) with a = (1 + r)/(1 - r), b = 1 + r/(1 - r) + r^2/(1 - r^2),
    c = (1 + r^2)/(1 - r^2) for autocorrelation r, Lopez de Prado, Lipton and Zoonekynd 2025.
    """
    at = of.sharpe if at is None else at
    if variance_at == "observed":
        return math.sqrt(_spread(of, at, 1.0, 1.0, 1.0) / (of.count - 1))
    r = of.autocorrelation
    a, b, c = (1 + r) / (1 - r), 1 + r / (1 - r) + r**2 / (1 - r**2), (1 + r**2) / (1 - r**2)
    return math.sqrt(_spread(of, at, a, b, c) / of.count)


def _spread(of: Moments, at: float, a: float, b: float, c: float) -> float:
    return max(a - b * of.skewness * at + c * (of.kurtosis - 1.0) / 4.0 * at**2, 0.0)


def psr(of: Moments, threshold: float = 0.0, *, variance_at: VarianceAt = "observed") -> float:
    """Give the probabilistic Sharpe ratio, P(true SR > threshold) = Phi((SR - threshold) / standard error).

    The two published forms differ in where the standard error is taken: at the observed Sharpe ratio (2012) or at the
    threshold (2025). On one input they give .913 and .987, so the choice is an argument.
    """
    error = standard_error(of, of.sharpe if variance_at == "observed" else threshold, variance_at=variance_at)
    return float(normal_cdf((of.sharpe - threshold) / error)) if error > 0.0 else math.nan


def min_trl(of: Moments, threshold: float = 0.0, level: float = 0.95, *, variance_at: VarianceAt = "observed") -> float:
    """Give the minimum track record: sessions after which the PSR reaches ``level``; NaN where SR <= threshold.

    2012: 1 + [1 - g3 SR + (g4 - 1)/4 SR^2] (z / (SR - threshold))^2. 2025: without the 1, the bracket at the threshold.
    """
    if not of.sharpe > threshold:
        return math.nan
    at = of.sharpe if variance_at == "observed" else threshold
    freed = 1 if variance_at == "observed" else 0
    variance = standard_error(of, at, variance_at=variance_at) ** 2 * (of.count - freed)
    return freed + variance * (float(normal_ppf(level)) / (of.sharpe - threshold)) ** 2


@dataclass(frozen=True, slots=True)
class Posterior:
    """A test of SR0 against SR1 with a prior: critical value, power, and probabilities that a discovery is false.

    Attributes
    ----------
    critical
        Sharpe ratio per session from which H0 is rejected.
    power
        P(reject | SR1).
    planned
        P(H0 | reject), before the data: alpha p0 / (alpha p0 + power p1).
    observed
        P(H0 | a Sharpe ratio at least as large as the observed).

    """

    critical: float
    power: float
    planned: float
    observed: float


def posterior(
    of: Moments, alternative: float, prior: float, *, threshold: float = 0.0, alpha: float = 0.05
) -> Posterior:
    """Weigh H0: SR = threshold against H1: SR = ``alternative``, which holds with probability ``prior``.

    Formulas of Lopez de Prado, Lipton and Zoonekynd 2025, variances at the hypotheses.
    """
    null, other = (standard_error(of, at, variance_at="null") for at in (threshold, alternative))
    critical = threshold + null * float(normal_ppf(1.0 - alpha))
    power = 1.0 - float(normal_cdf((critical - alternative) / other))
    false = float(normal_cdf((threshold - of.sharpe) / null))
    true = float(normal_cdf((alternative - of.sharpe) / other))
    rest = 1.0 - prior
    seen = false * rest + true * prior
    planned = alpha * rest / (alpha * rest + power * prior)
    return Posterior(critical, power, planned, false * rest / seen if seen > 0.0 else math.nan)
