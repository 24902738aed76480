"""Studentised resamples of a function of means, from block sums alone: no session is visited twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.inference.blocks import draws, means_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.inference.blocks import Blocks
    from backtest.inference.functionals import Functional, Scale

    F = NDArray[np.float64]

__all__ = ["pivots"]

CHUNK = 256


def pivots(of: Functional, columns: F, scale: Scale, blocks: Blocks, count: int) -> F:
    """Give (resample - value) / standard error for ``count`` circular resamples of columns (sessions, K).

    The standard error of a resample comes from the sums S of its influence over its own w whole blocks of L sessions,
    sqrt(sum S^2 / (w L n)) (Goetze and Kuensch 1996). S = g . (D - L d) with g the gradient at the resample's means, D
    the block's sum of deviations and d their mean in the resample, so means of D and of D D' over the blocks drawn say
    all that is needed.
    """
    n, length = len(columns), int(blocks.length)
    centre = columns.mean(axis=0)
    value = of.value(centre, scale)
    sums, running = _blocks(columns - centre, length)
    across, down = np.triu_indices(columns.shape[1])
    table = np.hstack([sums, sums[:, across] * sums[:, down]])
    out = np.empty(count)
    for first in range(0, count, CHUNK):
        starts = draws(blocks, n, min(CHUNK, count - first), first)[:, ::length]
        whole = n // length
        told = means_at(table, starts[:, :whole])
        rest = running[starts[:, whole] + n - whole * length] - running[starts[:, whole]] if n % length else 0.0
        mean = told[:, : columns.shape[1]]
        away = (whole * mean + rest) / n
        gradient = of.gradient(centre + away, scale)
        error = np.sqrt(_square(gradient, told, length * away) / length / n)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[first : first + CHUNK] = (of.value(centre + away, scale) - value) / error
    return out


def _blocks(deviation: F, length: int) -> tuple[F, F]:
    """Give sums over the block that starts at every session, wrapping around, and the running sums behind them."""
    wrapped = np.concatenate([deviation, deviation[:length]])
    running = np.concatenate([np.zeros((1, deviation.shape[1])), np.cumsum(wrapped, axis=0)])
    return running[length : length + len(deviation)] - running[: len(deviation)], running


def _square(gradient: F, told: F, shift: F) -> F:
    """Give the mean over blocks of (g . (D - shift))^2 from the means of D and of D D', never below 0."""
    width = gradient.shape[1]
    across, down = np.triu_indices(width)
    twice = np.where(across == down, 1.0, 2.0)
    mean = told[:, :width]
    square = told[:, width:] - mean[:, across] * shift[:, down] - shift[:, across] * mean[:, down]
    square += shift[:, across] * shift[:, down]
    return np.asarray(np.maximum((gradient[:, across] * gradient[:, down] * twice * square).sum(axis=1), 0.0))
