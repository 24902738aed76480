"""Fit the return model of every event and lay out residuals and abnormal returns by event time.

Row i is event i, whichever asset it belongs to: two events of one asset are two rows. With M observations and p
coefficients s^2 = sum e^2 / (M - p). Where nothing is estimated (p = 0) s^2 is the variance of the differences about
their own mean, over M - 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Fits", "Frame", "Measured", "estimate", "measure"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The series of a return model.

    Attributes
    ----------
    total
        Total returns as fractions, shape (T, A).
    y
        What the model explains: returns, or returns over the risk-free rate, the market or a basket, shape (T, A).
    clean
        The same with other events masked: what the model is fitted on, shape (T, A).
    x
        Regressors without the constant, shape (T, k).
    constant
        Whether anything is estimated at all; without it x is empty and y is the abnormal return.
    lagged
        Whether the slope is Scholes and Williams'.

    """

    total: Floats
    y: Floats
    clean: Floats
    x: Floats
    constant: bool = True
    lagged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fitted events, N rows; ``reason`` says why a row has no numbers.

    Attributes
    ----------
    asset, session, begin
        Column of the panel, row of event day 0, row at which the estimation begins, shape (N,).
    residual
        Residuals by estimation session, NaN where unknown, shape (N, L).
    ar, sar, expected, total
        Abnormal, standardised abnormal, expected and total return over the span, shape (N, W).
    centred
        Regressors of the span about their estimation means, shape (N, W, k).
    inverse
        Inverse of the regressors' centred cross products, shape (N, k, k).
    s2, observations, freedom
        Residual variance, M and M - p, shape (N,).
    first
        Offset of the span's first column.
    constant
        Whether a mean was estimated.
    reason
        Empty when the row has numbers.

    """

    asset: Ints
    session: Ints
    begin: Ints
    residual: Floats
    ar: Floats
    sar: Floats
    expected: Floats
    total: Floats
    centred: Floats
    inverse: Floats
    s2: Floats
    observations: Floats
    freedom: Floats
    first: int
    constant: bool
    reason: tuple[str, ...]

    def take(self, rows: Ints) -> Fits:
        """Give some of the events."""
        arrays = ("asset", "session", "begin", "residual", "ar", "sar", "expected", "total", "centred", "inverse")
        kept = {name: getattr(self, name)[rows] for name in (*arrays, "s2", "observations", "freedom")}
        reason = tuple(self.reason[row] for row in rows.tolist())
        return Fits(**kept, first=self.first, constant=self.constant, reason=reason)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One event window of every event, each of shape (N,).

    Attributes
    ----------
    car, scar, csar, bhar
        Cumulative, standardised cumulative, sum of standardised, buy-and-hold abnormal return.
    variance, valid
        Forecast variance of the CAR and the sessions with a return.

    """

    car: Floats
    scar: Floats
    csar: Floats
    bhar: Floats
    variance: Floats
    valid: Floats


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
    centre, middle, slope, inverse, varies = _coefficients(on, y, x, known)
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


def _coefficients(
    on: Frame, y: Floats, x: Floats, known: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
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


def _inverted(cross: Floats, raw: Floats) -> tuple[Floats, NDArray[np.bool_]]:
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


def _mean(values: Floats, known: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _cross(one: Floats, other: Floats, known: NDArray[np.bool_]) -> Floats:
    a, b = one - _mean(one, known)[:, None], other - _mean(other, known)[:, None]
    return np.asarray(np.where(known, a * b, 0.0).sum(axis=1))


def _slope(y: Floats, x: Floats, known: NDArray[np.bool_]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return _cross(y, x, known) / _cross(x, x, known)


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
