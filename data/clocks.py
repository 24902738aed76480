"""The clocks a fetch looks at, to be replaced in tests, and how far this machine's is from a server's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MOST_SKEW_SECONDS", "Clock", "skew"]

# A clock that is further off is wrong; below it an answer may have been on its way, or come from a server's cache.
MOST_SKEW_SECONDS = 300.0


def _today() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds that only go forward, a way to wait, and the wall clock; all are replaced in tests."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    today: Callable[[], datetime] = _today


def skew(date: str, now: datetime) -> float | None:
    """Give how many seconds the clock of this machine is ahead of an answer's Date header; None without one."""
    try:
        return (now - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return None
