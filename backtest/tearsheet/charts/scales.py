"""From values to pixels: linear and log scales, ticks a person would choose, and decimation that keeps peaks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

__all__ = [
    "Scale",
    "Tick",
    "along",
    "decimals",
    "decimate",
    "drawable",
    "linear",
    "log",
    "log_ticks",
    "nice_ticks",
    "session_ticks",
]

MANTISSAS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))
FEWEST_TICKS = 4
PADDING = 0.04
SHORT = 20.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A vertical scale over ``height`` pixels, the highest value on top."""

    low: float
    high: float
    height: float
    is_log: bool
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """Give the pixel of a value, counted from the top."""
        low, high, at = (math.log(v) if self.is_log else v for v in (self.low, self.high, value))
        return (high - at) / (high - low) * self.height


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick on the time axis; ``narrow`` ones are labelled on a phone too."""

    index: int
    label: str
    narrow: bool


def drawable(value: float | None, *, positive: bool = False) -> bool:
    """Say whether a value can be drawn."""
    return value is not None and math.isfinite(value) and (value > 0 or not positive)


def nice_ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Give at most ``most`` multiples of 1, 2 or 5 times a power of ten within the bounds."""
    if not high > low:
        return (low,)
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * factor for factor in (1, 2, 5, 10, 20, 50)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            break
    return tuple(round(step * k, 12) for k in range(first, last + 1))


def log_ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Give ticks that suit a log axis: the finest family of mantissas that fits, even steps when the range is short."""
    best: tuple[float, ...] = ()
    for mantissas in MANTISSAS:
        powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
        ticks = tuple(round(m * 10.0**p, 12) for p in powers for m in mantissas if low <= m * 10.0**p <= high)
        if len(ticks) <= most and len(ticks) > len(best):
            best = ticks
    if len(best) >= FEWEST_TICKS:
        return best
    even = nice_ticks(low, high, most)
    return best if len(best) > 1 and high / low > SHORT else even


def linear(values: Iterable[float], height: float, *, include: Sequence[float] = (), most: int = 5) -> Scale:
    """Make a linear scale around the values; the values to ``include`` become bounds without padding."""
    found = [*values, *include] or [0.0, 1.0]
    low, high = min(found), max(found)
    pad = (high - low) * PADDING or max(abs(high) * 0.05, 0.01)
    low -= 0.0 if low in include else pad
    high += 0.0 if high in include and high != low else pad
    return Scale(low, high, height, is_log=False, ticks=nice_ticks(low, high, most))


def log(values: Iterable[float], height: float, *, include: Sequence[float] = ()) -> Scale:
    """Make a logarithmic scale around positive values."""
    found = [*values, *include] or [1.0]
    low, high = min(found), max(found)
    pad = max((high / low) ** PADDING, 1.005)
    low, high = low / pad, high * pad
    return Scale(low, high, height, is_log=True, ticks=log_ticks(low, high))


def decimals(ticks: Sequence[float], most: int = 6) -> int:
    """Give the fewest decimals that show all ticks exactly."""
    for places in range(most):
        if all(math.isclose(round(tick, places), tick, rel_tol=1e-9, abs_tol=1e-12) for tick in ticks):
            return places
    return most


def along(index: int, count: int) -> float:
    """Give the horizontal place of a session, from 0 to 1; a single session stands in the middle."""
    return index / (count - 1) if count > 1 else 0.5


def decimate(values: Sequence[float | None], buckets: int, *, positive: bool = False) -> list[int]:
    """Give the indices to draw: all when few, else the least and the greatest of every pixel bucket, and both ends."""
    found = [i for i, value in enumerate(values) if drawable(value, positive=positive)]
    if len(found) <= 2 * buckets:
        return found
    kept = {found[0], found[-1]}
    for k in range(buckets):
        bucket = found[k * len(found) // buckets : (k + 1) * len(found) // buckets]
        kept.add(min(bucket, key=lambda i: values[i] or 0.0))
        kept.add(max(bucket, key=lambda i: values[i] or 0.0))
    return sorted(kept)


def session_ticks(sessions: Sequence[date]) -> tuple[Tick, ...]:
    """Label the time axis by years, months or days, whichever is the finest that fits."""
    if len(sessions) == 1:
        return (Tick(0, sessions[0].isoformat(), narrow=True),)
    for length, steps, most, narrow in ((10, (1, 2, 5), 7, 3), (7, (1, 3, 6), 9, 4), (4, (1, 2, 5, 10), 12, 5)):
        for step in steps:
            starts = _starts(sessions, length, step)
            if len(starts) <= most:
                return _thinned(sessions, starts, length, narrow)
    return _thinned(sessions, starts, length, narrow)


def _starts(sessions: Sequence[date], length: int, step: int) -> list[int]:
    """Give the first session of every step-th year (4 characters of the date), month (7) or of every step-th day."""
    if length == 10:
        return list(range(0, len(sessions), step))
    starts = []
    for i in range(1, len(sessions)):
        day, before = sessions[i], sessions[i - 1]
        monthly = length == 7
        begins = day.year != before.year or (monthly and day.month != before.month)
        if begins and (day.month - 1 if monthly else day.year) % step == 0:
            starts.append(i)
    return starts


def _thinned(sessions: Sequence[date], starts: list[int], length: int, narrow: int) -> tuple[Tick, ...]:
    every = max(1, math.ceil(len(starts) / narrow))
    return tuple(Tick(i, sessions[i].isoformat()[:length], narrow=k % every == 0) for k, i in enumerate(starts))
