"""The coefficients of a return model: least squares by event, and Scholes and Williams' slope."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.fits import Frame

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = ["coefficients"]


def coefficients(on: Frame, y: Floats, x: Floats, known: Flags) -> tuple[Floats, Floats, Floats, Floats, Flags]:
    """Give the mean return, the regressors' means, slopes, inverse cross products, and whether they can be told."""
    count = np.maximum(known.sum(axis=1), 1).astype(np.float64)
    centre = np.where(known, y, 0.0).sum(axis=1) / count
    middle = np.where(known[:, :, None], x, 0.0).sum(axis=1) / count[:, None]
    yc = np.where(known, y - centre[:, None], 0.0)
    xc = np.where(known[:, :, None], x - middle[:, None, :], 0.0)
    cross = np.stack([(xc[:, :, [j]] * xc).sum(axis=1) for j in range(x.shape[2])], axis=1) if x.shape[2] else None
    if cross is None:
        none = np.zeros((len(y), 0))
        return centre, middle, none, np.zeros((len(y), 0, 0)), np.ones(len(y), dtype=np.bool_)
    inverse, varies = _inverted(cross, np.where(known[:, :, None], x * x, 0.0).sum(axis=1))
    product = (xc * yc[:, :, None]).sum(axis=1)
    slope = (inverse * product[:, None, :]).sum(axis=2)
    if on.lagged:
        slope, centre = _scholes_williams(y, x[:, :, 0], middle[:, 0])
        varies &= np.isfinite(slope[:, 0])
    return centre, middle, slope, inverse, varies


def _inverted(cross: Floats, raw: Floats) -> tuple[Floats, Flags]:
    """Invert cross products, scaled to correlations first; False where a regressor is constant or repeats others."""
    diagonal = np.einsum("nkk->nk", cross)
    varies = (diagonal > 1e-24 * raw).all(axis=1) & (diagonal > 0.0).all(axis=1)
    root = np.sqrt(np.where(varies[:, None], diagonal, 1.0))
    scaled = np.where(varies[:, None, None], cross / (root[:, :, None] * root[:, None, :]), np.eye(cross.shape[1]))
    apart = np.linalg.eigvalsh(scaled)[:, 0] > 1e-10
    safe = np.where(apart[:, None, None], scaled, np.eye(cross.shape[1]))
    return np.linalg.inv(safe) / (root[:, :, None] * root[:, None, :]), varies & apart


def _scholes_williams(y: Floats, x: Floats, middle: Floats) -> tuple[Floats, Floats]:
    """Give b = (b_-1 + b_0 + b_1) / (1 + 2 rho) and the level at the market's mean, over the rows 2 .. M - 1.

    The lead stays inside the estimation window (Scholes and Williams 1977).
    """
    now, before, after, target = x[:, 1:-1], x[:, :-2], x[:, 2:], y[:, 1:-1]
    known = np.isfinite(now) & np.isfinite(before) & np.isfinite(after) & np.isfinite(target)
    slopes = [_slope(target, one, known) for one in (before, now, after)]
    deviation = np.sqrt(_cross(now, now, known) * _cross(before, before, known))
    with np.errstate(invalid="ignore", divide="ignore"):
        beta = sum(slopes, start=np.zeros(len(y))) / (1.0 + 2.0 * _cross(now, before, known) / deviation)
    centre = _mean(target, known) - beta * (_mean(now, known) - middle)
    return beta[:, None], centre


def _mean(values: Floats, known: Flags) -> Floats:
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _cross(one: Floats, other: Floats, known: Flags) -> Floats:
    a, b = one - _mean(one, known)[:, None], other - _mean(other, known)[:, None]
    return np.asarray(np.where(known, a * b, 0.0).sum(axis=1))


def _slope(y: Floats, x: Floats, known: Flags) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return _cross(y, x, known) / _cross(x, x, known)
