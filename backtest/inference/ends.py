"""The ends of bootstrap intervals, what they need of an influence function, and the metrics that are paths."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.distributions import normal_cdf, normal_ppf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.inference.blocks import Blocks
    from backtest.inference.functionals import Scale

    F = NDArray[np.float64]

__all__ = [
    "acceleration_of", "basic", "bca", "calmar", "drawdown", "error_of", "percentile", "reflected", "segments",
]  # fmt: skip


def _tails(level: float) -> F:
    tail = (1.0 - level) / 2.0
    return np.array([tail, 1.0 - tail])


def percentile(x: F, level: float, _: float) -> F:
    """Give quantiles of the resamples."""
    return np.asarray(np.quantile(x, _tails(level)))


def basic(x: F, level: float, value: float) -> F:
    """Give the quantiles reflected about the value."""
    return np.asarray(2.0 * value - np.quantile(x, _tails(level))[::-1])


def reflected(pivots: F, level: float, value: float, spread: float) -> F:
    """Give value - quantile x standard error of studentised resamples."""
    return np.asarray(value - np.quantile(pivots, _tails(level))[::-1] * spread)


def bca(x: F, level: float, value: float, acceleration: float) -> F:
    """Shift the quantiles by the bias z0 = z(share below the value) and the acceleration a (Efron 1987)."""
    below = float(np.mean(x < value) + 0.5 * np.mean(x == value))
    bias = float(normal_ppf(min(max(below, 0.5 / len(x)), 1.0 - 0.5 / len(x))))
    reach = bias + normal_ppf(_tails(level))
    return np.asarray(np.quantile(x, normal_cdf(bias + reach / (1.0 - acceleration * reach))))


def segments(influence: F, blocks: Blocks) -> F:
    """Give sums over consecutive whole blocks along the last axis."""
    length = min(math.ceil(blocks.length), influence.shape[-1] // 2)
    whole = influence.shape[-1] // length
    return np.asarray(influence[..., : whole * length].reshape(*influence.shape[:-1], whole, length).sum(axis=-1))


def acceleration_of(influence: F, blocks: Blocks) -> float:
    """Give sum S^3 / (6 (sum S^2)^1.5) of block sums S of the influence."""
    sums = segments(influence, blocks)
    square = float(np.sum(sums**2))
    return float(np.sum(sums**3)) / (6.0 * square**1.5) if square > 0.0 else 0.0


def error_of(influence: F, blocks: Blocks) -> F:
    """Give the standard error of a mean that circular blocks imply: all n of them, each of the same chance."""
    length, n = int(blocks.length), influence.shape[-1]
    running = np.concatenate([[0.0], np.cumsum(np.concatenate([influence, influence[: length - 1]]))])
    sums = running[length:] - running[:-length]
    return np.asarray(np.sqrt(np.mean(sums**2) / length / n))


def depth(returns: F) -> F:
    """Give the deepest fall from a peak, a fraction <= 0, along the last axis; the capital is the first peak."""
    path = np.cumprod(1.0 + returns, axis=-1)
    peak = np.maximum(np.maximum.accumulate(path, axis=-1), 1.0)
    return np.asarray(np.minimum((path / peak - 1.0).min(axis=-1), 0.0))


def drawdown(returns: F, _: Scale) -> F:
    """Give the maximum drawdown."""
    return depth(returns)


def calmar(returns: F, scale: Scale) -> F:
    """Give CAGR / |maximum drawdown|; NaN without a drawdown or a capital."""
    total, deepest = np.prod(1.0 + returns, axis=-1), depth(returns)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(total > 0.0, total, np.nan) ** (1.0 / scale.years) - 1.0
        return np.where(deepest < 0.0, growth / -deepest, np.nan)
