"""Patience with a server: one token bucket for all workers, waits that grow between attempts, and a clock to inject."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

__all__ = ["Bucket", "Clock", "backoff", "retry_after"]


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds that only go forward, and a way to wait; both are replaced in tests."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Bucket:
    """At most ``per_second`` requests in any second, over all threads that share it: each waits for its own slot."""

    per_second: float
    clock: Clock
    _next: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self) -> None:
        """Wait for the next slot."""
        with self._lock:
            now = self.clock.now()
            slot = max(now, self._next)
            self._next = slot + 1 / self.per_second
        if slot > now:
            self.clock.sleep(slot - now)


def backoff(attempt: int, base_seconds: float, chance: random.Random) -> float:
    """Give the wait after a failed attempt (from 0): the base, doubled each time, spread by half to both sides."""
    return base_seconds * 2.0**attempt * (0.5 + chance.random())


def retry_after(value: str | None, date: str | None) -> float | None:
    """Read a Retry-After header in seconds: a number, or a date measured against the answer's own Date header."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(date or "")).total_seconds())
    except (TypeError, ValueError):
        return None
