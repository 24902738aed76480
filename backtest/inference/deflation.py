"""What many trials do to the best Sharpe ratio: the expected maximum, the deflated Sharpe ratio, the length needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.distributions import normal_cdf, normal_ppf
from backtest.inference.sharpe import Moments, VarianceAt, psr, standard_error

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["dsr", "dsr_of_maximum", "expected_maximum", "min_btl", "spread_of_maximum", "variance_of_trials"]

GAMMA = 0.5772156649015329  # Euler and Mascheroni


def expected_maximum(trials: float) -> float:
    """Give the expected maximum of independent standard normals; 0 for one trial.

    (1 - g) z(1 - 1/N) + g z(1 - 1/(N e)), Bailey and Lopez de Prado 2014; a real number of effective trials will do.
    """
    if trials <= 1.0:
        return 0.0
    first, second = normal_ppf([1.0 - 1.0 / trials, 1.0 - 1.0 / (trials * math.e)])
    return max(float((1.0 - GAMMA) * first + GAMMA * second), 0.0)


def spread_of_maximum(trials: float) -> float:
    """Give the standard deviation of the maximum of independent standard normals, by quadrature; 1 for one trial."""
    x = np.linspace(-12.0, 12.0, 4801)
    below = normal_cdf(x) ** max(trials, 1.0)
    density = np.diff(below)
    middle = 0.5 * (x[1:] + x[:-1])
    centre = float(np.sum(middle * density))
    return math.sqrt(float(np.sum((middle - centre) ** 2 * density)))


def dsr(of: Moments, trials: float, variance: float, *, variance_at: VarianceAt = "observed") -> float:
    """Give the deflated Sharpe ratio: the PSR against the best that luck would show.

    Parameters
    ----------
    of
        The best trial.
    trials
        Number of independent trials, see `backtest.inference.effective`.
    variance
        Variance of the trials' Sharpe ratios per session.
    variance_at
        As in `psr`.

    Notes
    -----
    SR0 = sqrt(variance) x expected maximum; Bailey and Lopez de Prado 2014.

    """
    return psr(of, math.sqrt(variance) * expected_maximum(trials), variance_at=variance_at)


def dsr_of_maximum(of: Moments, trials: float, variance: float) -> float:
    """Give the deflated Sharpe ratio of 2025: the standard error at SR0 times the spread of a maximum of N normals.

    Sessions may be correlated, and the best of many worthless trials varies less than one of them: Lopez de Prado,
    Lipton and Zoonekynd 2025. NaN where the error is 0.
    """
    threshold = math.sqrt(variance) * expected_maximum(trials)
    error = standard_error(of, threshold, variance_at="null") * spread_of_maximum(trials)
    return float(normal_cdf((of.sharpe - threshold) / error)) if error > 0.0 else math.nan


def variance_of_trials(sharpes: Sequence[float], count: int) -> float:
    """Give the variance of Sharpe ratios per session for `dsr`: theirs (ddof 1), but at least 1 / (count - 1).

    The latter is what chance alone gives worthless trials of ``count`` sessions: many copies of one trial, whose Sharpe
    ratios hardly differ, must not lower the bar.
    """
    own = float(np.var(np.asarray(sharpes, dtype=np.float64), ddof=1)) if len(sharpes) > 1 else 0.0
    return max(own, 1.0 / (count - 1))


def min_btl(trials: float, sharpe_per_year: float) -> float:
    """Give the backtest length in years below which luck alone is expected to show ``sharpe_per_year``.

    (E[max_N] / SR)^2, Bailey, Borwein, Lopez de Prado and Zhu 2014.
    """
    return (expected_maximum(trials) / sharpe_per_year) ** 2
