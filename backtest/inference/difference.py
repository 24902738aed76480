"""Do two Sharpe ratios differ: the tests of Ledoit and Wolf (2008)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.distributions import normal_two_sided
from backtest.inference.blocks import Blocks, block_length, draws
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["Difference", "bootstrapped", "hac"]

COUNT = 1_000
CHUNK = 100
FEWEST_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """A Sharpe ratio minus another, per session, with its standard error and two-sided p-value."""

    value: float
    error: float
    p: float


def hac(first: F, second: F) -> Difference:
    """Test two excess returns of the same sessions with a long-run variance robust to correlation over time.

    Delta method on (mean, mean, second moment, second moment); Parzen window with Andrews' (1991) automatic bandwidth
    for AR(1), times n / (n - 4). The window is laid on the influence function of the difference, which is the same as
    on the four moments at one bandwidth.
    """
    whole, influence = _influence(*_checked(first, second))
    value = float(whole)
    n = len(influence)
    error = math.sqrt(_parzen(influence) * n / (n - 4.0) / n)
    return Difference(value, error, float(normal_two_sided(value / error)) if error > 0.0 else math.nan)


def bootstrapped(first: F, second: F, *, seed: int, count: int = COUNT, length: int | None = None) -> Difference:
    """Test with the studentised circular block bootstrap, p = (1 + #{|d*| >= |d|}) / (1 + count).

    d* = (difference of the resample - difference) / its standard error, from sums over the resample's own blocks
    (Goetze and Kuensch 1996). ``length``: whole sessions, the automatic length of the influence function by default.
    """
    a, b = _checked(first, second)
    whole, influence = _influence(a, b)
    value = float(whole)
    blocks = Blocks(length or math.ceil(block_length(influence, "circular")), "circular", seed)
    error = hac(a, b).error
    far = 0
    for at in range(0, count, CHUNK):
        index = draws(blocks, len(a), min(CHUNK, count - at), at)
        values, influences = _influence(a[index], b[index])
        errors = _block_error(influences, int(blocks.length))
        far += int(np.sum(np.abs(values - value) * error >= abs(value) * errors))
    return Difference(value, error, (1 + far) / (1 + count))


def _checked(first: F, second: F) -> tuple[F, F]:
    if len(first) != len(second) or len(first) < FEWEST_SESSIONS:
        raise RunError(f"{len(first)} and {len(second)} sessions: expected the same, at least {FEWEST_SESSIONS}")
    if min(float(np.std(first)), float(np.std(second))) <= 1e-14:
        raise RunError("returns that do not vary have no Sharpe ratio to compare")
    return first, second


def _influence(a: F, b: F) -> tuple[F, F]:
    """Give the difference (divisor n) and its influence function along the last axis."""
    ratios, influences = zip(*(_one(x) for x in (a, b)), strict=True)
    return ratios[0] - ratios[1], influences[0] - influences[1]


def _one(x: F) -> tuple[F, F]:
    mean = x.mean(axis=-1, keepdims=True)
    z = (x - mean) / x.std(axis=-1, keepdims=True)
    ratio = mean / x.std(axis=-1, keepdims=True)
    return ratio[..., 0], z - ratio / 2.0 * (z**2 - 1.0)


def _parzen(x: F) -> float:
    """Give the long-run variance of a series of mean zero."""
    n = len(x)
    r = float(np.clip(np.sum(x[1:] * x[:-1]) / np.sum(x[:-1] ** 2), -0.97, 0.97)) if np.any(x) else 0.0
    width = 2.6614 * (4.0 * r**2 / (1.0 - r) ** 4 * n) ** 0.2
    total = float(np.mean(x**2))
    for lag in range(1, min(math.ceil(width), n - 1)):
        u = lag / width
        weight = 1.0 - 6.0 * u**2 + 6.0 * u**3 if u <= 0.5 else 2.0 * (1.0 - u) ** 3
        total += 2.0 * weight * float(np.sum(x[lag:] * x[:-lag])) / n
    return max(total, 0.0)


def _block_error(influence: F, length: int) -> F:
    """Give the standard error per resample from the sums over its whole blocks."""
    count, sessions = influence.shape
    whole = sessions // length
    sums = influence[:, : whole * length].reshape(count, whole, length).sum(axis=2)
    return np.asarray(np.sqrt(np.mean(sums**2, axis=1) / length / sessions))
