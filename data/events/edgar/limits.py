"""Patience with a server: one token bucket for all workers, and waits that grow."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from data.clocks import Clock

__all__ = ["Bucket", "backoff", "retry_after"]

MOST_DIGITS = 64


# A slot further away than this was left by another boot of the machine, whose clock counts from its own start.
FURTHEST_SECONDS = 60.0


@dataclass(slots=True)
class Bucket:
    """At most ``per_second`` requests in any second: each waits for its own slot.

    Slots lie 1 / (per_second - 1) apart: a waiter that wakes late by less than that still keeps the promise.

    Attributes
    ----------
    per_second
        The promise.
    clock
        Seconds and waiting; all processes of a machine read the same.
    file
        Where the next slot stands for all processes that name it; without it the threads of this one share it.

    """

    per_second: int
    clock: Clock
    file: Path | None = None
    _next: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self) -> None:
        """Wait for the next slot.

        Raises
        ------
        OSError
            When the file cannot be written.

        """
        with self._lock:
            slot, now = self._own() if self.file is None else self._shared(self.file)
        if slot > now:
            self.clock.sleep(slot - now)

    def _own(self) -> tuple[float, float]:
        now = self.clock.now()
        slot = max(now, self._next)
        self._next = slot + self._apart
        return slot, now

    def _shared(self, file: Path) -> tuple[float, float]:
        """Take a slot under the lock of the file; what is in it that is no near instant counts as empty."""
        import fcntl

        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.seek(0)
            now = self.clock.now()
            stored = _number(held.read(MOST_DIGITS))
            slot = max(now, stored if stored <= now + FURTHEST_SECONDS else now)
            held.truncate(0)
            held.write(f"{slot + self._apart:.6f}".encode())
        return slot, now

    @property
    def _apart(self) -> float:
        return 1 / (self.per_second - 1)


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("-inf")


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
