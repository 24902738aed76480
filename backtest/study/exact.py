"""Exact two-sided p-values of the sign and signed-rank tests, for samples too small for the normal."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["FEW", "binomial", "signed_ranks", "wilcoxon"]

FEW = 30


def binomial(successes: int, trials: int, chance: float) -> float:
    """Give twice the smaller tail of the binomial, at most 1."""
    mass = [math.comb(trials, k) * chance**k * (1.0 - chance) ** (trials - k) for k in range(trials + 1)]
    return min(1.0, 2.0 * min(math.fsum(mass[: successes + 1]), math.fsum(mass[successes:])))


def signed_ranks(values: Floats) -> tuple[float, Floats]:
    """Give the sum of the ranks of the positive values and all ranks of the absolute values; zeros are dropped."""
    kept = values[values != 0.0]
    size = np.abs(kept)
    order = np.sort(size)
    ranks = 0.5 * (np.searchsorted(order, size, "left") + np.searchsorted(order, size, "right") + 1)
    return float(ranks[kept > 0.0].sum()), ranks


def wilcoxon(plus: float, ranks: Floats) -> float:
    """Give the exact p of a sum of positive ranks by counting sign patterns; ties are counted as they are."""
    doubled = np.sort(np.rint(2.0 * ranks).astype(np.int64)).tolist()
    ways = _ways(tuple(doubled))
    at = round(2.0 * plus)
    tail = min(sum(ways[: at + 1]), sum(ways[at:]))
    return min(1.0, tail / float(2 ** (len(doubled) - 1)))


@lru_cache(maxsize=256)
def _ways(doubled: tuple[int, ...]) -> tuple[int, ...]:
    """Count the sign patterns by the doubled sum of their positive ranks; without ties only the number of ranks counts.

    Counts stay below 2 ** count, so 64 bits hold them below twice FEW ranks.
    """
    dtype = np.int64 if len(doubled) < 2 * FEW else np.object_
    ways = np.array([1] + [0] * sum(doubled), dtype=dtype)
    for rank in doubled:
        ways = ways + np.concatenate([np.zeros(rank, dtype=dtype), ways[: len(ways) - rank]])
    return tuple(ways.tolist())
