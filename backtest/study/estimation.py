"""Fit the return model of every event and lay out residuals and abnormal returns by event time.

Row i is event i, whichever asset it belongs to: two events of one asset are two rows. With M observations and p
coefficients s^2 = sum e^2 / (M - p). Where nothing is estimated (p = 0) s^2 is the variance of the differences about
their own mean, over M - 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.study.coefficients import coefficients
from backtest.study.fits import Fits, Measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.fits import Frame

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["estimate", "measure"]


def estimate(
    on: Frame, asset: Ints, session: Ints, *, sessions: int, gap: int, span: tuple[int, int], fewest: int
) -> Fits:
    """Fit every event on ``sessions`` rows that end ``gap`` rows before the span around it."""
    begin = session + span[0] - gap - sessions
    rows = begin[:, None] + np.arange(sessions)
    y, x = _gathered(on.clean, rows, asset), _rows_of(on.x, rows)
    known = np.isfinite(y) & np.isfinite(x).all(axis=2)
    count = known.sum(axis=1).astype(np.float64)
    p = on.x.shape[1] + 1 if on.constant else 0
    enough = count >= max(fewest, p + 3)
    centre, middle, slope, inverse, varies = coefficients(on, y, x, known)
    xc = x - middle[:, None, :]
    residual = np.where(known, y - (centre[:, None] + _fitted(xc, slope) if on.constant else 0.0), np.nan)
    freedom = np.where(enough, count - max(p, 1), np.nan)
    squares = _squares(residual, known, about_mean=not on.constant)
    scale = np.where(known, y * y, 0.0).sum(axis=1)
    moving = squares > 1e-24 * scale
    good = enough & moving & varies
    s2 = np.where(good, squares / np.where(good, freedom, 1.0), np.nan)
    window = session[:, None] + np.arange(span[0], span[1] + 1)
    centred = _rows_of(on.x, window) - middle[:, None, :]
    yw, total = _gathered(on.y, window, asset), _gathered(on.total, window, asset)
    ar = yw - (centre[:, None] + _fitted(centred, slope) if on.constant else 0.0)
    ar[~good] = np.nan
    h = _leverage(centred, inverse) + (1.0 / np.maximum(count, 1.0))[:, None] if on.constant else np.zeros(ar.shape)
    return Fits(
        asset=asset,
        session=session,
        begin=begin,
        residual=np.where(good[:, None], residual, np.nan),
        ar=ar,
        sar=ar / np.sqrt(s2[:, None] * (1.0 + h)),
        expected=total - ar,
        total=total,
        centred=centred,
        inverse=inverse,
        s2=s2,
        observations=count,
        freedom=freedom,
        first=span[0],
        constant=on.constant,
        reason=_reasons(count, max(fewest, p + 3), moving, varies),
    )


def _gathered(values: Floats, rows: Ints, column: Ints) -> Floats:
    inside = (rows >= 0) & (rows < len(values))
    return np.where(inside, values[np.clip(rows, 0, len(values) - 1), column[:, None]], np.nan)


def _rows_of(x: Floats, rows: Ints) -> Floats:
    inside = (rows >= 0) & (rows < len(x))
    return np.where(inside[:, :, None], x[np.clip(rows, 0, len(x) - 1)], np.nan)


def _fitted(xc: Floats, slope: Floats) -> Floats:
    """Add the regressors one after another: no matrix library, so the same bytes for any number of threads."""
    total = np.zeros(xc.shape[:2])
    for k in range(xc.shape[2]):
        total = total + xc[:, :, k] * slope[:, k, None]
    return total


def _leverage(xc: Floats, inverse: Floats) -> Floats:
    total = np.zeros(xc.shape[:2])
    for j in range(xc.shape[2]):
        for k in range(xc.shape[2]):
            total = total + xc[:, :, j] * inverse[:, j, k, None] * xc[:, :, k]
    return total


def _squares(residual: Floats, known: NDArray[np.bool_], *, about_mean: bool) -> Floats:
    count = np.maximum(known.sum(axis=1), 1)
    filled = np.where(known, residual, 0.0)
    mean = filled.sum(axis=1) / count if about_mean else np.zeros(len(filled))
    return np.asarray(np.where(known, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1))


def _reasons(count: Floats, fewest: int, moving: NDArray[np.bool_], varies: NDArray[np.bool_]) -> tuple[str, ...]:
    def why(have: int, *, moved: bool, told: bool) -> str:
        if have < fewest:
            return f"fewer than {fewest} returns in the estimation window"
        if not told:
            return "the model's regressors do not vary independently in the estimation window"
        return "" if moved else "the returns do not vary in the estimation window"

    rows = zip(count.astype(int).tolist(), moving.tolist(), varies.tolist(), strict=True)
    return tuple(why(have, moved=moved, told=told) for have, moved, told in rows)


def measure(fits: Fits, window: tuple[int, int]) -> Measured:
    """Sum one event window: V = s^2 (L + L^2 / M + d' C d), d the regressors about their means (Patell 1976)."""
    columns = slice(window[0] - fits.first, window[1] - fits.first + 1)
    ar, sar = fits.ar[:, columns], fits.sar[:, columns]
    known = np.isfinite(ar)
    valid = known.sum(axis=1).astype(np.float64)
    moved = np.where(known[:, :, None], fits.centred[:, columns], 0.0).sum(axis=1)[:, None, :]
    spread = _leverage(moved, fits.inverse)[:, 0]
    mean = valid * valid / np.maximum(fits.observations, 1.0) if fits.constant else 0.0
    variance = np.where(valid > 0.0, fits.s2 * (valid + mean + spread), np.nan)
    car = np.where(valid > 0.0, np.where(known, ar, 0.0).sum(axis=1), np.nan)
    held = np.where(known, 1.0 + fits.total[:, columns], 1.0).prod(axis=1)
    norm = np.where(known, 1.0 + fits.expected[:, columns], 1.0).prod(axis=1)
    return Measured(
        car=car,
        scar=car / np.sqrt(variance),
        csar=np.where(valid > 0.0, np.where(known, sar, 0.0).sum(axis=1), np.nan),
        bhar=np.where(valid > 0.0, held - norm, np.nan),
        variance=variance,
        valid=valid,
    )
