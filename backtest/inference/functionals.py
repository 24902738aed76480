"""Metrics as functions of means: what is averaged over sessions, the metric of the averages, and its gradient.

The influence function of such a metric is gradient . (columns - means); block length, standard error and acceleration
follow from it. Resamples need averages only, which running sums give without visiting sessions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = [
    "ALPHA",
    "BETA",
    "GROWTH",
    "MEAN",
    "RATIO",
    "SORTINO",
    "TOTAL",
    "VOLATILITY",
    "Functional",
    "Scale",
    "influence",
]

FLAT_SHARE = 1e-12


@dataclass(frozen=True, slots=True)
class Scale:
    """How a series is annualised: sessions it holds, sessions per year, calendar years."""

    count: int
    per_year: float
    years: float


@dataclass(frozen=True, slots=True)
class Functional:
    """A metric of means.

    Attributes
    ----------
    columns
        Averaged columns (sessions, K) of returns and, for a regression, the returns they are explained by.
    value
        Metric of means (..., K); NaN where undefined.
    gradient
        Derivatives by the means, (..., K).

    """

    columns: Callable[[F, F], F]
    value: Callable[[F, Scale], F]
    gradient: Callable[[F, Scale], F]


def influence(of: Functional, columns: F, means: F, scale: Scale) -> F:
    """Give the influence of every session on the metric; it averages to zero."""
    return np.asarray(np.sum(of.gradient(means, scale)[..., None, :] * (columns - means[..., None, :]), axis=-1))


def _variance(m: F, scale: Scale) -> F:
    """Give the variance (ddof 1) of means (x, x^2); NaN where it is rounding."""
    spread = m[..., 1] - m[..., 0] ** 2
    return np.where(spread > FLAT_SHARE * m[..., 1], spread, np.nan) * (scale.count / (scale.count - 1.0))


def _stacked(*parts: F) -> F:
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def _plain(x: F, _: F) -> F:
    return x[..., None]


def _logs(x: F, _: F) -> F:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log1p(x)[..., None]


def _squares(x: F, _: F) -> F:
    return _stacked(x, x**2)


def _downside(x: F, _: F) -> F:
    return _stacked(x, np.minimum(x, 0.0) ** 2)


def _products(y: F, x: F) -> F:
    return _stacked(y, x, x * y, x**2)


def _mean(m: F, scale: Scale) -> F:
    return np.asarray(m[..., 0] * scale.per_year)


def _mean_gradient(m: F, scale: Scale) -> F:
    return np.full(m.shape, scale.per_year)


def _total(m: F, scale: Scale) -> F:
    return np.expm1(m[..., 0] * scale.count)


def _total_gradient(m: F, scale: Scale) -> F:
    return np.exp(m * scale.count) * scale.count


def _growth(m: F, scale: Scale) -> F:
    return np.expm1(m[..., 0] * scale.count / scale.years)


def _growth_gradient(m: F, scale: Scale) -> F:
    factor = scale.count / scale.years
    return np.exp(m * factor) * factor


def _volatility(m: F, scale: Scale) -> F:
    return np.sqrt(_variance(m, scale) * scale.per_year)


def _volatility_gradient(m: F, scale: Scale) -> F:
    factor = scale.per_year * scale.count / (scale.count - 1.0) / _volatility(m, scale)
    return _stacked(-m[..., 0] * factor, 0.5 * factor)


def _ratio(m: F, scale: Scale) -> F:
    return np.asarray(m[..., 0] / np.sqrt(_variance(m, scale)) * math.sqrt(scale.per_year))


def _ratio_gradient(m: F, scale: Scale) -> F:
    spread, root = np.sqrt(_variance(m, scale)), math.sqrt(scale.per_year)
    bent = m[..., 0] / spread**3 * (scale.count / (scale.count - 1.0))
    return _stacked((1.0 / spread + m[..., 0] * bent) * root, -0.5 * bent * root)


def _sortino(m: F, scale: Scale) -> F:
    down = np.sqrt(np.where(m[..., 1] > 0.0, m[..., 1], np.nan))
    return np.asarray(m[..., 0] / down * math.sqrt(scale.per_year))


def _sortino_gradient(m: F, scale: Scale) -> F:
    down, root = np.sqrt(np.where(m[..., 1] > 0.0, m[..., 1], np.nan)), math.sqrt(scale.per_year)
    return _stacked(root / down, -0.5 * root * m[..., 0] / down**3)


def _beta(m: F, _: Scale) -> F:
    spread = m[..., 3] - m[..., 1] ** 2
    spread = np.where(spread > FLAT_SHARE * m[..., 3], spread, np.nan)
    return np.asarray((m[..., 2] - m[..., 0] * m[..., 1]) / spread)


def _beta_gradient(m: F, scale: Scale) -> F:
    beta, spread = _beta(m, scale), m[..., 3] - m[..., 1] ** 2
    by_x = (2.0 * beta * m[..., 1] - m[..., 0]) / spread
    return _stacked(-m[..., 1] / spread, by_x, 1.0 / spread, -beta / spread)


def _alpha(m: F, scale: Scale) -> F:
    return np.asarray((m[..., 0] - _beta(m, scale) * m[..., 1]) * scale.per_year)


def _alpha_gradient(m: F, scale: Scale) -> F:
    one, beta = np.ones(m.shape[:-1]), _beta(m, scale)
    direct = _stacked(one, -beta, 0.0 * one, 0.0 * one)
    return np.asarray((direct - m[..., 1, None] * _beta_gradient(m, scale)) * scale.per_year)


MEAN = Functional(_plain, _mean, _mean_gradient)
TOTAL = Functional(_logs, _total, _total_gradient)
GROWTH = Functional(_logs, _growth, _growth_gradient)
VOLATILITY = Functional(_squares, _volatility, _volatility_gradient)
RATIO = Functional(_squares, _ratio, _ratio_gradient)
SORTINO = Functional(_downside, _sortino, _sortino_gradient)
BETA = Functional(_products, _beta, _beta_gradient)
ALPHA = Functional(_products, _alpha, _alpha_gradient)
