"""The wild bootstrap: whole clusters of events change sign, by weights that depend on their number and the seed."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.kernels import study as kernel
from backtest.study.case import Statistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.case import Case

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["wild"]

FEW_CLUSTERS = 10
CHUNK = 500  # draws in memory at once, each chunk with a generator of its own
RADEMACHER = np.array([-1.0, 1.0])
WEBB = np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]) * np.sqrt([1.5, 1.0, 0.5, 0.5, 1.0, 1.5])


def wild(case: Case) -> Statistic:
    """Flip whole clusters under the null and studentise by clusters; six-point weights below ten (Webb 2014)."""
    car = case.measured.car
    codes, position = np.unique(case.cluster, return_inverse=True)
    G = len(codes)
    if G < 2:
        return Statistic(math.nan, reason="one cluster: there is nothing to flip")
    total = np.bincount(position, car).astype(np.float64)
    size = np.bincount(position).astype(np.float64)
    actual = float(_clustered(np.ones((1, G)), total, size)[0])
    if not math.isfinite(actual):
        return Statistic(math.nan)
    beyond, least = 0, abs(actual) * (1.0 - 1e-12)
    for first in range(0, case.draws, CHUNK):
        weights = _weights_drawn(case.seed, first, min(CHUNK, case.draws - first), G)
        beyond += int((np.abs(_clustered(weights, total, size)) >= least).sum())
    return Statistic(actual, p=(1 + beyond) / (case.draws + 1))


@lru_cache(maxsize=32)
def _weights_drawn(seed: int, first: int, draws: int, clusters: int) -> Floats:
    """Draw the weights, shape (draws, clusters): the same for every sample and window of so many clusters."""
    rng = np.random.default_rng([seed, first])
    points = RADEMACHER if clusters >= FEW_CLUSTERS else WEBB
    return np.asarray(points[rng.integers(0, len(points), (draws, clusters))])


def _clustered(weights: Floats, total: Floats, size: Floats) -> Floats:
    """Give mean / cluster-robust standard error of the mean, per row of weights on the cluster totals."""
    out = np.empty(len(weights))
    kernel.clustered(weights, total, size, out)
    return out
