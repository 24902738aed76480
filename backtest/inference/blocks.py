"""Blocks of sessions: how long they must be, resamples made of them, and the variance of a mean that they imply."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from backtest.kernels import resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["Blocks", "Kind", "block_length", "draws", "kappa_variance", "means", "means_at"]

Kind = Literal["stationary", "circular"]
FEWEST_FOR_CORRELATION = 10


@dataclass(frozen=True, slots=True)
class Blocks:
    """How resamples are drawn.

    Attributes
    ----------
    length
        Sessions in a block: the mean of a geometric length (stationary), or the length itself, whole (circular).
    seed
        Resample b depends on (seed, b) alone.

    """

    length: float
    kind: Kind = "stationary"
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.length >= 1.0 or self.seed < 0:
            raise ValueError(
                f"blocks of {self.length} sessions from seed {self.seed}: expected at least 1, and at least 0"
            )
        if self.kind == "circular" and self.length != math.floor(self.length):
            raise ValueError(f"circular blocks have a whole length, got {self.length}")


def block_length(x: F, kind: Kind = "stationary") -> float:
    """Give the automatic block length of the mean of a series (Politis and White 2004, Patton's correction 2009).

    b = (2 G^2 / D)^(1/3) n^(1/3), with G and the long-run variance from autocovariances under a flat-top window whose
    width is twice the first of max(5, log10 n) lags in a row with insignificant correlations; D = 2 s^2 (stationary) or
    4/3 s^2 (circular); at most min(3 sqrt n, n / 3), at least 1. For the block of another statistic give its
    influence function.
    """
    n = len(x)
    e = x - x.mean()
    if n < FEWEST_FOR_CORRELATION or float(e @ e) == 0.0:
        return 1.0
    width = _window(e)
    lags = np.arange(1, width + 1)
    covariance = np.array([float(e[lag:] @ e[: n - lag]) / n for lag in range(width + 1)])
    weight = np.minimum(1.0, 2.0 * (1.0 - lags / width))
    bend = float(np.sum(2.0 * weight * lags * covariance[1:]))
    spread = float(covariance[0] + np.sum(2.0 * weight * covariance[1:]))
    factor = 2.0 if kind == "stationary" else 4.0 / 3.0
    most = math.ceil(min(3.0 * math.sqrt(n), n / 3.0))
    length = (2.0 * bend**2 / (factor * spread**2)) ** (1.0 / 3.0) * n ** (1.0 / 3.0) if spread != 0.0 else most
    return float(min(max(length, 1.0), most))


def _window(e: F) -> int:
    """Give the flat-top window's width."""
    n = len(e)
    run = max(5, int(math.log10(n)))
    most = min(math.ceil(math.sqrt(n)) + run, n - 2)
    bound = 2.0 * math.sqrt(math.log10(n) / n)
    small = 0
    for lag in range(1, most + 1):
        ahead, behind = e[lag + 1 :], e[: n - lag - 1]
        norm = math.sqrt(float(ahead @ ahead) * float(behind @ behind))
        correlation = abs(float(e[lag:] @ e[: n - lag])) / norm if norm > 0.0 else 0.0
        small = small + 1 if correlation < bound else 0
        if small == run and lag < most:
            return min(2 * (lag - run + 1), most)
    return most


def draws(blocks: Blocks, sessions: int, count: int, first: int = 0) -> NDArray[np.int64]:
    """Give the sessions of resamples ``first`` to ``first + count - 1``, shape (count, sessions)."""
    out = np.empty((count, sessions), dtype=np.int64)
    is_stationary = blocks.kind == "stationary"
    resample.indices(out, float(blocks.length), is_stationary, _bits(blocks.seed), first)
    return out


def means(values: F, blocks: Blocks, count: int, first: int = 0) -> F:
    """Give the means of the columns over the same resamples as `draws`, shape (count, columns); costs blocks only."""
    centre = values.mean(axis=0)
    running = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values - centre, axis=0, out=running[1:])
    out = np.empty((count, values.shape[1]))
    is_stationary = blocks.kind == "stationary"
    resample.sums(out, running, float(blocks.length), is_stationary, _bits(blocks.seed), first)
    return np.asarray(centre + out / len(values))


def _bits(seed: int) -> int:
    """Give the 64 bits of a seed as a signed number: kernels know no other."""
    return int(np.uint64(seed).view(np.int64))


def means_at(values: F, index: NDArray[np.int64]) -> F:
    """Give the means of the columns over explicit resamples (count, sessions)."""
    if index.size and (index.min() < 0 or index.max() >= len(values)):
        raise ValueError(f"resamples name sessions outside 0 to {len(values) - 1}")
    out = np.empty((len(index), values.shape[1]))
    whole = np.ascontiguousarray(values, dtype=np.float64)
    at = np.ascontiguousarray(index, dtype=np.int64)
    resample.gathered(out, whole, at)
    return np.asarray(out / index.shape[1])


def kappa_variance(values: F, length: float) -> F:
    """Give the variance of sqrt(n) x mean that a stationary bootstrap of this block length implies, per column.

    w^2 = g0 + 2 sum kappa_i g_i, kappa_i = (1 - i/n)(1 - q)^i + (i/n)(1 - q)^(n - i), q = 1 / length; Politis and
    Romano 1994, as used by Hansen 2005. Autocovariances come from one Fourier transform.
    """
    n = len(values)
    e = values - values.mean(axis=0)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(e, size, axis=0)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, size, axis=0)[:n] / n
    covariance[0] = np.mean(e**2, axis=0)
    i = np.arange(1, n)
    q = 1.0 / length
    kappa = (1.0 - i / n) * (1.0 - q) ** i + i / n * (1.0 - q) ** (n - i)
    return np.asarray(np.maximum(covariance[0] + 2.0 * kappa @ covariance[1:], 0.0))
