"""How long the drift after an event lasts: a half-life fitted to abnormal return paths, with an interval.

The mean path of cumulative abnormal returns is taken to be ``A (1 - 2 ** -(sessions / half_life))``, the shape of a
drift that halves every half-life. For each half-life of a grid the best A has a closed form; the half-life with the
least squared error wins. The interval resamples clusters of events (those of one session hang together).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Fit", "Mean", "exponential", "fit", "mean_path", "mean_with_interval", "scaled"]

SHORTEST, LONGEST, STEPS = 0.5, 4.0, 400  # grid: from half a session to four horizons, in equal ratios
LOWER, UPPER = 2.5, 97.5
RESAMPLES = 999


@dataclass(frozen=True, slots=True)
class Fit:
    """A half-life in sessions with its 95 % interval, and the whole drift A; None at an end that the data leave open.

    ``half_life`` is None when the mean path does not bend within its horizon.
    """

    half_life: float | None
    lower: float | None
    upper: float | None
    drift: float
    events: int


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval by resampled clusters."""

    value: float
    lower: float
    upper: float
    events: int


def fit(paths: NDArray[np.float64], clusters: NDArray[np.int64], *, seed: int, resamples: int = RESAMPLES) -> Fit:
    """Fit the half-life.

    Parameters
    ----------
    paths
        Cumulative abnormal return of event e after 1, 2, ..., H sessions, its sign turned so that the view gains when
        it rises; shape (E, H), complete.
    clusters
        Cluster of each event, shape (E,).
    seed, resamples
        Of the bootstrap.

    """
    grid = _grid(paths.shape[1])
    shapes = np.array([exponential(paths.shape[1], half_life) for half_life in grid.tolist()])
    best, drift = _best(mean_path(paths)[None, :], shapes)
    drawn, _ = _best(_resampled(paths, clusters, seed, resamples), shapes)
    low, high = (int(np.percentile(drawn, level, method="nearest")) for level in (LOWER, UPPER))
    last = len(grid) - 1

    def at(place: int) -> float | None:
        return float(grid[place]) if 0 < place < last else None

    return Fit(at(int(best[0])), at(low), at(high), float(drift[0]), len(paths))


def exponential(horizon: int, half_life: float) -> NDArray[np.float64]:
    """Give what of a drift has come after 1, 2, ..., H sessions: 1 - 2 ** -(sessions / half_life); shape (H,)."""
    shape: NDArray[np.float64] = 1.0 - np.exp2(-np.arange(1, horizon + 1) / half_life)
    return shape


def scaled(path: NDArray[np.float64], shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a shape times the factor that brings it nearest to a path, in squares; both of shape (H,)."""
    length = float(np.cumsum(shape * shape)[-1])
    return shape * (float(np.cumsum(path * shape)[-1]) / length) if length > 0.0 else shape


def mean_with_interval(
    values: NDArray[np.float64], clusters: NDArray[np.int64], *, seed: int, resamples: int = RESAMPLES
) -> Mean:
    """Give the mean of one value per event, shape (E,), with its interval by resampled clusters."""
    drawn = _resampled(values[:, None], clusters, seed, resamples)[:, 0]
    low, high = (float(np.percentile(drawn, level, method="nearest")) for level in (LOWER, UPPER))
    return Mean(float(mean_path(values[:, None])[0]), low, high, len(values))


def _grid(horizon: int) -> NDArray[np.float64]:
    return np.geomspace(SHORTEST, LONGEST * horizon, STEPS)


def _best(means: NDArray[np.float64], shapes: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the place of the best shape and its A for every mean path, shape (B,) each.

    The squared error is |m|^2 - (m f)^2 / (f f), with A = m f / f f.
    """
    shared = np.einsum("bh,gh->bg", means, shapes)
    length = np.einsum("gh,gh->g", shapes, shapes)
    place = np.argmax(shared * shared / length, axis=1)
    return place.astype(np.int64), shared[np.arange(len(place)), place] / length[place]


def mean_path(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mean over events, shape (H,)."""
    total: NDArray[np.float64] = np.cumsum(values, axis=0)[-1]
    return total / len(values)


def _resampled(
    values: NDArray[np.float64], clusters: NDArray[np.int64], seed: int, resamples: int
) -> NDArray[np.float64]:
    """Give the mean of every resample of whole clusters, shape (B, H)."""
    _, place = np.unique(clusters, return_inverse=True)
    count = int(place.max()) + 1
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, place, values)
    sizes = np.bincount(place, minlength=count).astype(np.float64)
    chosen = np.random.default_rng(seed).integers(0, count, (resamples, count))
    weights = np.zeros((resamples, count))
    np.add.at(weights, (np.arange(resamples)[:, None], chosen), 1.0)
    means: NDArray[np.float64] = np.einsum("bc,ch->bh", weights, sums) / np.einsum("bc,c->b", weights, sizes)[:, None]
    return means
