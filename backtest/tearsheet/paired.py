"""The standard error of a difference between two runs: both resampled in the same blocks of sessions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["paired_error"]

DRAWS = 1_000
LEAST_BLOCKS = 10


def paired_error(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    seed: int = 0,
) -> float | None:
    """Give the standard deviation of measure(b*) - measure(a*) over circular block resamples of the sessions.

    Blocks of ceil(n^(1/3)) sessions start anywhere and wrap around; both runs take the same blocks, so what they share
    cancels (Politis and Romano 1992). ``measure`` maps (draws, sessions) to one number per draw. None when fewer than
    ten blocks fit.
    """
    count = len(a)
    block = math.ceil(count ** (1 / 3)) if count else 1
    blocks = -(-count // block)
    if blocks < LEAST_BLOCKS:
        return None
    random = np.random.default_rng(seed)
    differences = []
    for _ in range(DRAWS // 100):
        starts = random.integers(0, count, (100, blocks))
        index = ((starts[:, :, None] + np.arange(block)) % count).reshape(100, -1)[:, :count]
        differences.append(measure(b[index]) - measure(a[index]))
    spread = float(np.std(np.concatenate(differences), ddof=1))
    return spread if math.isfinite(spread) else None
