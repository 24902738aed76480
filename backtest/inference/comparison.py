"""Is the best of many strategies better than the benchmark: reality check, SPA, StepM."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from backtest.inference.blocks import Blocks, block_length, kappa_variance, means, means_at
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["Comparison", "Recentring", "Resamples", "reality_check", "sampled", "spa", "step_m"]

Recentring = Literal["lower", "consistent", "upper"]
RECENTRINGS: tuple[Recentring, ...] = ("lower", "consistent", "upper")
COUNT = 2_000
FEWEST_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test of the best difference.

    Attributes
    ----------
    statistic
        The largest mean difference, as the test scales it.
    p
        (1 + exceeding) / (1 + resamples).
    exceeding
        Resamples with a maximum of at least the statistic.
    resamples
        How many there were.

    """

    statistic: float
    p: float
    exceeding: int
    resamples: int


@dataclass(frozen=True, slots=True, eq=False)
class Resamples:
    """Mean differences of the data and of every resample, and the standard deviation of sqrt(n) x mean per strategy."""

    sessions: int
    mean: F
    resampled: F
    spread: F


def sampled(
    differences: F, blocks: Blocks | None = None, count: int = COUNT, *, indices: NDArray[np.int64] | None = None
) -> Resamples:
    """Resample differences (sessions, strategies) of a performance from the benchmark's.

    ``blocks`` default to the stationary bootstrap with the longest automatic length of any column, seed 0. Explicit
    ``indices`` (resamples, sessions) take their place; the block length still enters the standard deviations.
    """
    if differences.ndim != 2 or len(differences) < FEWEST_SESSIONS or not np.isfinite(differences).all():
        shape = " x ".join(str(size) for size in differences.shape)
        raise RunError(
            f"differences of shape {shape}: expected at least {FEWEST_SESSIONS} sessions x strategies, all finite"
        )
    blocks = blocks or Blocks(max(block_length(column) for column in differences.T))
    drawn = means(differences, blocks, count) if indices is None else means_at(differences, indices)
    spread = np.sqrt(kappa_variance(differences, blocks.length))
    level = np.abs(differences).max(axis=0)
    if (spread <= 1e-12 * level).any():
        raise RunError(f"strategy {int(np.argmax(spread <= 1e-12 * level))} never differs in another way: leave it out")
    return Resamples(len(differences), differences.mean(axis=0), drawn, spread)


def reality_check(of: Resamples) -> Comparison:
    """Test that no strategy beats the benchmark: White 2000, the largest sqrt(n) x mean, all recentred at zero."""
    root = math.sqrt(of.sessions)
    return _compared(root * float(of.mean.max()), root * (of.resampled - of.mean).max(axis=1))


def spa(of: Resamples, *, studentised: bool = True) -> dict[Recentring, Comparison]:
    """Test superior predictive ability (Hansen 2005): T = max(0, max sqrt(n) mean / w), under three recentrings.

    A resample's mean is recentred by g(mean): ``upper`` the mean itself; ``consistent`` the mean where
    mean >= -w sqrt(2 ln ln n / n), else 0, so that clearly poor strategies do not weaken the test; ``lower``
    max(mean, 0). Their p-values ascend in the order lower, consistent, upper. Without ``studentised``, w is 1 in the
    statistic (the bound keeps it).
    """
    scale = of.spread if studentised else np.ones_like(of.spread)
    root = math.sqrt(of.sessions)
    statistic = max(0.0, root * float((of.mean / scale).max()))
    found = {}
    for kind in RECENTRINGS:
        maxima = root * ((of.resampled - _centre(of, kind)) / scale).max(axis=1)
        found[kind] = _compared(statistic, np.maximum(maxima, 0.0))
    return found


def _centre(of: Resamples, kind: Recentring) -> F:
    if kind == "upper":
        return of.mean
    if kind == "lower":
        return np.maximum(of.mean, 0.0)
    bound = -of.spread * math.sqrt(2.0 * math.log(math.log(of.sessions)) / of.sessions)
    return np.asarray(np.where(of.mean >= bound, of.mean, 0.0))


def _compared(statistic: float, maxima: F) -> Comparison:
    exceeding = int(np.sum(maxima >= statistic))
    return Comparison(statistic, (1 + exceeding) / (1 + len(maxima)), exceeding, len(maxima))


def step_m(
    of: Resamples, alpha: float = 0.05, *, studentised: bool = True, recentring: Recentring = "upper"
) -> NDArray[np.int64]:
    """Give the strategies that beat the benchmark, ascending (Romano and Wolf 2005); family-wise error rate alpha.

    Strategies above the (1 - alpha) quantile of the maximum over those that are left are taken out, until none is.
    """
    scale = of.spread if studentised else np.ones_like(of.spread)
    statistics = of.mean / scale
    resampled = (of.resampled - _centre(of, recentring)) / scale
    left = np.ones(len(statistics), dtype=np.bool_)
    while left.any():
        bound = np.quantile(resampled[:, left].max(axis=1), 1.0 - alpha, method="higher")
        better = left & (statistics > bound)
        if not better.any():
            break
        left &= ~better
    return np.flatnonzero(~left)
