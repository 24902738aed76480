"""Give the normal and Student t distributions over arrays with numpy and the standard library alone."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = [
    "normal_cdf",
    "normal_pdf",
    "normal_ppf",
    "normal_two_sided",
    "student_t_cdf",
    "student_t_pdf",
    "student_t_ppf",
    "student_t_two_sided",
]

_STANDARD = NormalDist()
_TINY = 1e-300
_MOST_TERMS = 5_000
# Beyond so many degrees the continued fraction is slow and loses digits; there the normal series is exact to 1e-13
# while t^2 / degrees stays below the second number.
_SERIES_FROM, _SERIES_TO = 1_000.0, 0.036


def normal_cdf(x: ArrayLike) -> Floats:
    """Give P(Z <= x) of the standard normal, exact in both tails: erfc(-x / sqrt 2) / 2."""
    return _each(lambda value: 0.5 * math.erfc(-value / math.sqrt(2.0)), x)


def normal_pdf(x: ArrayLike) -> Floats:
    """Give the density of the standard normal."""
    at = np.asarray(x, dtype=np.float64)
    return np.asarray(np.exp(-0.5 * at * at) / math.sqrt(2.0 * math.pi))


def normal_ppf(p: ArrayLike) -> Floats:
    """Give the standard normal quantile of p: -inf at 0, inf at 1, NaN outside [0, 1]."""
    return _each(_normal_quantile, p)


def normal_two_sided(z: ArrayLike) -> Floats:
    """Give P(|Z| >= |z|), exact in the tail."""
    return _each(lambda value: math.erfc(abs(value) / math.sqrt(2.0)), z)


def student_t_pdf(t: ArrayLike, df: ArrayLike) -> Floats:
    """Give the density of Student's t with df degrees of freedom; df = inf is the normal, df <= 0 is NaN."""
    at, freedom, shape = _pair(t, df)
    finite = np.isfinite(freedom)
    safe = np.where(finite, freedom, 1.0)
    log = _log_gamma_ratio(0.5 * safe) - 0.5 * np.log(math.pi * safe) - 0.5 * (safe + 1.0) * np.log1p(at * at / safe)
    return np.asarray(np.where(finite, np.exp(log), normal_pdf(at)) + 0.0 * _void(freedom)).reshape(shape)


def student_t_two_sided(t: ArrayLike, df: ArrayLike) -> Floats:
    """Give P(|T| >= |t|) = I_x(df/2, 1/2) at x = df / (df + t^2), exact in the tail."""
    at, freedom, shape = _pair(t, df)
    finite = np.isfinite(freedom) & np.isfinite(at)
    out = np.where(np.isinf(at), 0.0, normal_two_sided(at)) + 0.0 * _void(freedom)
    series = finite & (freedom > _SERIES_FROM) & (at * at < _SERIES_TO * freedom)
    out[series] = normal_two_sided(_normal_deviate(at[series], freedom[series]))
    out[finite & ~series] = _two_sided(at[finite & ~series], freedom[finite & ~series])
    return out.reshape(shape)


def student_t_cdf(t: ArrayLike, df: ArrayLike) -> Floats:
    """Give P(T <= t) of Student's t with df degrees of freedom, exact in the lower tail; df = inf is the normal."""
    tail = 0.5 * student_t_two_sided(t, df)
    return np.asarray(np.where(np.asarray(t, dtype=np.float64) > 0.0, 1.0 - tail, tail))


def student_t_ppf(p: ArrayLike, df: ArrayLike) -> Floats:
    """Give Student's t quantile of p by safeguarded Newton steps: -inf at 0, inf at 1, NaN outside [0, 1]."""
    level, freedom, shape = _pair(p, df)
    out = np.where(level == 0.0, -np.inf, np.where(level == 1.0, np.inf, np.nan)) + 0.0 * _void(freedom)
    inside = (level > 0.0) & (level < 1.0) & ~np.isnan(freedom)
    tail = np.minimum(level, 1.0 - level)[inside]
    side = np.where(level < 0.5, -1.0, 1.0)[inside]
    out[inside] = side * _upper_quantile(tail, freedom[inside])
    return out.reshape(shape)


def _void(freedom: Floats) -> Floats:
    """Give zero where degrees of freedom are positive, NaN elsewhere."""
    return np.asarray(np.where(freedom > 0.0, 0.0, np.nan))


def _each(function: Callable[[float], float], x: ArrayLike) -> Floats:
    at = np.asarray(x, dtype=np.float64)
    flat = [function(value) for value in at.ravel().tolist()]
    return np.asarray(flat, dtype=np.float64).reshape(at.shape)


def _normal_quantile(p: float) -> float:
    if p in {0.0, 1.0}:
        return -math.inf if p == 0.0 else math.inf
    return _STANDARD.inv_cdf(p) if 0.0 < p < 1.0 else math.nan


def _pair(x: ArrayLike, df: ArrayLike) -> tuple[Floats, Floats, tuple[int, ...]]:
    at, freedom = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(df, dtype=np.float64))
    positive = np.where(freedom > 0.0, freedom, np.nan)
    return at.ravel().copy(), positive.ravel(), at.shape


def _log_gamma_ratio(a: Floats) -> Floats:
    """Give log(Gamma(a + 1/2) / Gamma(a)): two large logarithms would lose the digits, so a series from 20 on."""
    big = np.where(a >= 20.0, a, 20.0)
    inverse = 1.0 / (big * big)
    series = -1 / 8 + inverse * (1 / 192 + inverse * (-1 / 640 + inverse * (17 / 14336 - inverse * 31 / 18432)))
    direct = _each(lambda value: math.lgamma(value + 0.5) - math.lgamma(value), np.where(a < 20.0, a, 1.0))
    return np.asarray(np.where(a < 20.0, direct, 0.5 * np.log(big) + series / big))


def _two_sided(t: Floats, df: Floats) -> Floats:
    """Give I_x(df/2, 1/2) by its continued fraction, from the side on which it converges."""
    a, square = 0.5 * df, t * t / df
    x, rest = 1.0 / (1.0 + square), square / (1.0 + square)
    with np.errstate(divide="ignore"):
        log = _log_gamma_ratio(a) - 0.5 * math.log(math.pi) - a * np.log1p(square) + 0.5 * np.log(rest)
    front = np.exp(log)
    near = x < (a + 1.0) / (a + 2.5)
    half = np.full_like(a, 0.5)
    fraction = _fraction(np.where(near, a, half), np.where(near, half, a), np.where(near, x, rest))
    return np.asarray(np.where(near, front * fraction / a, 1.0 - front * fraction / 0.5))


def _normal_deviate(t: Floats, df: Floats) -> Floats:
    """Give the normal deviate with the same tail (Hill 1970, algorithm 395)."""
    a = df - 0.5
    b = 48.0 * a * a
    square = a * np.log1p(t * t / df)
    odd = ((4.0 * square + 33.0) * square + 240.0) * square + 855.0
    return np.asarray(np.sqrt(square) * (1.0 + ((square + 3.0) - odd / (10.0 * (b + 0.8 * square**2 + 100.0))) / b))


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Evaluate the continued fraction of the incomplete beta function (Abramowitz-Stegun 26.5.8) by Lentz' method."""
    c = np.ones_like(x)
    d = 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    value, settled = d.copy(), np.zeros(d.shape, dtype=np.bool_)
    for m in range(1, _MOST_TERMS):
        near = np.ones(d.shape, dtype=np.bool_)
        for term in _terms(a, b, x, m):
            d = 1.0 / _away(1.0 + term * d)
            c = _away(1.0 + term / c)
            value = np.where(settled, value, value * (d * c))  # as it would be alone
            near &= np.abs(d * c - 1.0) < 1e-15
        settled |= near
        if settled.all():
            break
    return value


def _terms(a: Floats, b: Floats, x: Floats, m: int) -> tuple[Floats, Floats]:
    even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return even, odd


def _away(x: Floats) -> Floats:
    return np.asarray(np.where(np.abs(x) < _TINY, _TINY, x))


def _upper_quantile(tail: Floats, df: Floats) -> Floats:
    """Give t >= 0 with P(T > t) = tail for tails of at most one half."""
    low, high = np.zeros_like(tail), np.ones_like(tail)
    while bool(np.any(short := _upper(high, df) > tail)):
        low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
    t, settled = 0.5 * (low + high), np.zeros(tail.shape, dtype=np.bool_)
    for _ in range(200):
        over = _upper(t, df) - tail
        low, high = np.where(over > 0.0, t, low), np.where(over > 0.0, high, t)
        step = t + over / np.maximum(student_t_pdf(t, df), _TINY)
        following = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        near = np.abs(following - t) <= 4e-16 * np.abs(following)
        t = np.where(settled, t, following)  # as it would be alone
        settled |= near
        if bool(np.all(settled)):
            break
    return t


def _upper(t: Floats, df: Floats) -> Floats:
    return np.asarray(0.5 * student_t_two_sided(t, df))
