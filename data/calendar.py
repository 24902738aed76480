"""Exchange sessions with their UTC open and close; the only file that knows exchange_calendars."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TABLES = Path(__file__).parent / "calendars"
SHIPPED = ("XNYS", "XHKG", "XKRX", "XLON", "XTAI", "XTKS")
TABLE_START = "1990-01-01"
TABLE_END = "2027-12-31"
FIRST_FULL_YEAR, LAST_FULL_YEAR = 2000, 2025
ONE_DAY, ONE_MICROSECOND = np.timedelta64(1, "D"), np.timedelta64(1, "us")


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Sessions of one exchange.

    Attributes
    ----------
    name
        ISO 10383 code, as XNYS.
    zone
        Time zone of the exchange.
    sessions
        datetime64[D], shape (session,), ascending.
    open_at, close_at
        datetime64[us] in UTC, shape (session,); early closes included.

    """

    name: str
    zone: ZoneInfo
    sessions: NDArray[np.datetime64]
    open_at: NDArray[np.datetime64]
    close_at: NDArray[np.datetime64]

    @property
    def sessions_per_year(self) -> float:
        """Mean number of sessions in the full years 2000 to 2025 (251.5 for XNYS)."""
        years = self.sessions.astype("datetime64[Y]").astype(np.int64) + 1970
        full = (years >= FIRST_FULL_YEAR) & (years <= LAST_FULL_YEAR)
        return float(full.sum()) / (LAST_FULL_YEAR - FIRST_FULL_YEAR + 1)

    def index(self, day: np.datetime64) -> int:
        """Give the position of a day among the sessions, -1 when it is none (a weekend, a holiday, a closure)."""
        at = int(self.sessions.searchsorted(day))
        return at if at < len(self.sessions) and self.sessions[at] == day else -1

    def fill_at(self, fill: str) -> NDArray[np.datetime64]:
        """Give the UTC instants at which orders fill: the opens or the closes."""
        return self.open_at if fill == "open" else self.close_at

    def between(self, start: np.datetime64 | None, end: np.datetime64 | None) -> NDArray[np.datetime64]:
        """Give the sessions from start to end, both included."""
        low = 0 if start is None else int(np.searchsorted(self.sessions, start))
        high = len(self.sessions) if end is None else int(np.searchsorted(self.sessions, end, side="right"))
        return self.sessions[low:high]


@lru_cache(maxsize=8)
def load(name: str = "XNYS") -> Calendar:
    """Load a calendar: the shipped table, or exchange_calendars for an exchange that has none.

    Raises
    ------
    RunError
        When the exchange is unknown, or exchange_calendars cannot build it.

    """
    shipped = TABLES / f"{name.lower()}.parquet"
    table = pl.read_parquet(shipped) if shipped.is_file() else build(name)
    sessions = table["session"].to_numpy().astype("datetime64[D]")
    opens, closes = (
        sessions.astype("datetime64[us]") + table[name].to_numpy().astype("timedelta64[s]")
        for name in ("open_seconds", "close_seconds")
    )
    return Calendar(name, ZoneInfo(str(table["zone"][0])), sessions, opens, closes)


@lru_cache(maxsize=8)
def weekdays(zone: str) -> Calendar:
    """Give Monday to Friday, each open from midnight to the last microsecond of the day in a zone: currencies."""
    days = np.arange(np.datetime64(TABLE_START), np.datetime64(TABLE_END) + ONE_DAY)
    days = days[np.is_busday(days)]
    ends = _midnights(days + ONE_DAY, zone) - ONE_MICROSECOND
    return Calendar("weekdays", ZoneInfo(zone), days, _midnights(days, zone), ends)


def _midnights(days: NDArray[np.datetime64], zone: str) -> NDArray[np.datetime64]:
    """Give the UTC instants at which days begin in a zone."""
    local = (datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in days.tolist())
    return np.array([at.astimezone(UTC).replace(tzinfo=None) for at in local], dtype="datetime64[us]")


def joint(calendars: Sequence[Calendar]) -> Calendar:
    """Give the days on which any of several exchanges trades, from the first open of the day to its last close.

    It is named after the first, whose zone it has.
    """
    first, last = (max(each.sessions[0] for each in calendars), min(each.sessions[-1] for each in calendars))
    sessions = np.unique(np.concatenate([each.between(first, last) for each in calendars]))
    opens = np.full(len(sessions), np.datetime64("9999-01-01", "us"))
    closes = np.full(len(sessions), np.datetime64("0001-01-01", "us"))
    for each in calendars:
        known = (each.sessions >= first) & (each.sessions <= last)
        at = np.searchsorted(sessions, each.sessions[known])
        opens[at] = np.minimum(opens[at], each.open_at[known])
        closes[at] = np.maximum(closes[at], each.close_at[known])
    return Calendar(calendars[0].name, calendars[0].zone, sessions, opens, closes)


def build(name: str) -> pl.DataFrame:
    """Make the table of an exchange from exchange_calendars.

    One row per session: open_seconds and close_seconds after midnight UTC of that day, and the zone.
    """
    with warnings.catch_warnings():
        # exchange_calendars still calls what pandas is about to drop; that is between the two of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        calendar = _exchange(name)
        schedule = calendar.schedule
    sessions = schedule.index.to_numpy().astype("datetime64[s]")
    opens, closes = (schedule[at].dt.tz_localize(None).to_numpy().astype("datetime64[s]") for at in ("open", "close"))
    return pl.DataFrame(
        {
            "session": sessions.astype("datetime64[D]"),
            "open_seconds": (opens - sessions).astype(np.int32),
            "close_seconds": (closes - sessions).astype(np.int32),
        },
    ).with_columns(pl.lit(str(calendar.tz)).alias("zone"))


def _exchange(name: str) -> Any:
    """Give the exchange over the years of the tables, or over those of them in which its holidays are recorded."""
    import exchange_calendars

    try:
        return exchange_calendars.get_calendar(name, start=TABLE_START, end=TABLE_END)
    except exchange_calendars.errors.InvalidCalendarName as error:
        known = ", ".join(exchange_calendars.get_calendar_names(include_aliases=False))
        raise RunError(f"calendar {name!r} is not known; known: {known}") from error
    except (ValueError, NotImplementedError):
        pass
    try:
        recorded = exchange_calendars.get_calendar(name)
        start = max(TABLE_START, str((recorded.bound_min() or recorded.first_session).date()))
        end = min(TABLE_END, str((recorded.bound_max() or recorded.last_session).date()))
        return exchange_calendars.get_calendar(name, start=start, end=end)
    except (ValueError, NotImplementedError) as error:
        raise RunError(f"calendar {name!r} cannot be built by exchange_calendars: {str(error)[:120]}") from error


def refresh(name: str) -> Path:
    """Write the shipped table of an exchange anew (``make calendar``)."""
    path = TABLES / f"{name.lower()}.parquet"
    build(name).write_parquet(path, compression="zstd", compression_level=19)
    return path
