"""The one place that decides when an event can be traded.

Every source states a time in one of three grades:

====== ============================================ =============================================
grade  the source gives                             the public knew, at the latest
====== ============================================ =============================================
A      an instant with a zone                       at that instant
B      a date and ``pre``, ``regular`` or ``post``  1 us before the open / before the close / at the end of that day
C      a date                                       at the end of that day (exchange's or file's zone, the later)
====== ============================================ =============================================

An event is tradable in the first session whose fill instant (open or close) is *later* than the instant at which the
public knew. So a release at 16:00:00 sharp, or at 13:00:00 on a half day, trades in the next session; weekends,
holidays and ad-hoc closures have no fill and are passed over; nothing is ever advanced. A stamp of 00:00:00 sharp is
how programs write a date without a clock, so it is read as a date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo

    from numpy.typing import NDArray

    from data.calendar import Calendar

Fill = Literal["open", "close"]
Grade = Literal["A", "B", "C"]

FLAGS = ("pre", "regular", "post")
UNKNOWN_FLAGS = ("", "unknown")
MIDNIGHT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]00:00(:00(\.0+)?)?(Z|[+-]\d{2}:?\d{2})?")
ONE_MICROSECOND = timedelta(microseconds=1)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
NO_SESSION = -1


class Stated(NamedTuple):
    """A stated time once read, or the problem that forbids a reading.

    Attributes
    ----------
    at
        Latest instant that the text allows (UTC): the public knew by then.
    grade
        A, B or C.
    problem, hint, reason
        What is wrong as a sentence, how to mend it, and the same in two or three words that can be counted.
    earliest
        Earliest instant that the text allows (UTC).

    """

    at: datetime | None
    grade: Grade | None
    problem: str = ""
    hint: str = ""
    reason: str = ""
    earliest: datetime | None = None


def _refuse(reason: str, problem: str, hint: str = "") -> Stated:
    return Stated(None, None, problem, hint, reason)


def read_stated(text: str | None, flag: str | None, calendar: Calendar, zone: str | None) -> Stated:
    """Read a stated time.

    Parameters
    ----------
    text
        ``2026-02-05``, or an ISO 8601 instant; without an offset the file's zone must be declared.
    flag
        ``pre``, ``regular``, ``post``, or empty or ``unknown``.
    calendar
        Exchange whose day a date means.
    zone
        Zone declared for the file, None when none is. Where its day ends later than the exchange's, a date without a
        flag is known at that later end.

    """
    text, flag = (text or "").strip(), (flag or "").strip().lower()
    if flag not in FLAGS and flag not in UNKNOWN_FLAGS:
        known = "pre, regular, post, unknown"
        return _refuse("unknown session flag", f"carries the session flag {flag!r}, which is not one of {known}")
    try:
        if DATE.fullmatch(text) or MIDNIGHT.fullmatch(text):
            return _read_date(text, flag, calendar, zone)
        instant = _read_instant(text, zone)
    except OverflowError:
        return _refuse("unreadable time", "lies beyond the years that can be reckoned with")
    return instant if instant.at is None else _agree(instant, flag, calendar)


def _read_date(text: str, flag: str, calendar: Calendar, zone: str | None) -> Stated:
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return _refuse("unreadable time", "is not a day of the calendar")
    zones = {calendar.zone, stamp.tzinfo or (ZoneInfo(zone) if zone else calendar.zone)}
    earliest, latest = _bounds(stamp.date(), flag, calendar, zones)
    return Stated(latest, "B" if flag in FLAGS else "C", earliest=earliest)


def _bounds(day: date, flag: str, calendar: Calendar, zones: set[tzinfo]) -> tuple[datetime, datetime]:
    """Give the earliest and the latest instant of a day, or of the part of a session that the flag names."""
    hours = _hours(day, calendar)
    if hours is None or flag not in FLAGS:
        return min(_midnight(day, zone) for zone in zones), max(_end(day, zone) for zone in zones)
    opened, closed = hours
    if flag == "pre":
        return _midnight(day, calendar.zone), opened - ONE_MICROSECOND
    if flag == "regular":
        return opened, closed - ONE_MICROSECOND
    return closed, _end(day, calendar.zone)


@lru_cache(maxsize=1 << 15)
def _hours(day: date, calendar: Calendar) -> tuple[datetime, datetime] | None:
    """Give the UTC open and close of a day, None when the exchange was closed."""
    index = calendar.index(np.datetime64(day))
    return None if index == NO_SESSION else (_utc(calendar.open_at[index]), _utc(calendar.close_at[index]))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _end(day: date, zone: tzinfo) -> datetime:
    return _midnight(day + timedelta(days=1), zone) - ONE_MICROSECOND


def _read_instant(text: str, zone: str | None) -> Stated:
    expected = "expected a date (2026-02-05) or an ISO 8601 instant (2026-02-05T16:01:00-05:00)"
    if not text:
        return _refuse("no time", f"is empty, {expected}")
    try:
        instant = datetime.fromisoformat(text) if INSTANT.fullmatch(text) else None
    except ValueError:
        instant = None
    if instant is None:
        return _refuse("unreadable time", f"cannot be read as a time, {expected}")
    if instant.tzinfo is not None:
        return _exact(instant)
    if zone is None:
        return _refuse("no time zone", "has no time zone", "add an offset, or declare `timezone:` for the file")
    return _localise(instant, zone)


def _exact(instant: datetime) -> Stated:
    at = instant.astimezone(UTC)
    return Stated(at, "A", earliest=at)


def _localise(naive: datetime, zone: str) -> Stated:
    early, late = (naive.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if early.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        problem = f"does not exist in {zone}: the clock jumped over it"
        return _refuse("nonexistent local time", problem, "give the offset")
    if early.utcoffset() != late.utcoffset():
        problem = f"is ambiguous in {zone}: the clock showed it twice"
        return _refuse("ambiguous local time", problem, "give the offset")
    return _exact(early)


def _agree(stated: Stated, flag: str, calendar: Calendar) -> Stated:
    if flag not in FLAGS or stated.at is None:
        return stated
    local = stated.at.astimezone(calendar.zone)
    clock = _flag_of(stated.at, local.date(), calendar)
    if clock in {flag, "closed"}:
        return stated
    problem = f"is {local:%H:%M:%S} in {calendar.zone.key}, which is {clock}, but the session flag says {flag}"
    return _refuse("flag contradicts clock", problem, "correct one of the two")


def _flag_of(at: datetime, day: date, calendar: Calendar) -> str:
    hours = _hours(day, calendar)
    if hours is None:
        return "closed"
    if at < hours[0]:
        return "pre"
    return "regular" if at < hours[1] else "post"


def _utc(instant: np.datetime64) -> datetime:
    naive: datetime = instant.astype("datetime64[us]").item()
    return naive.replace(tzinfo=UTC)


def tradable_index(known_at: NDArray[np.datetime64], calendar: Calendar, fill: Fill) -> NDArray[np.int64]:
    """Give the index of the first session whose fill is later than the instant at which the event was known.

    Parameters
    ----------
    known_at
        datetime64[us] in UTC, shape (event,).
    calendar, fill
        Exchange and kind of fill.

    Returns
    -------
    NDArray[np.int64]
        Index into ``calendar.sessions``, shape (event,); -1 outside the calendar.

    """
    fills = calendar.fill_at(fill)
    index = np.searchsorted(fills, known_at, side="right").astype(np.int64)
    outside = (index >= len(fills)) | (known_at < calendar.open_at[0])
    index[outside] = NO_SESSION
    return index


def first_exchange(
    known_at: NDArray[np.datetime64], calendars: Sequence[Calendar], fill: Fill
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give which of several exchanges fills first after each instant, and the index of its session.

    Of exchanges that fill at the same instant the earlier one named; the first one, and -1, outside all calendars.
    """
    index = np.array([tradable_index(known_at, each, fill) for each in calendars])
    fills = np.array([each.fill_at(fill)[at] for each, at in zip(calendars, index, strict=True)])
    fills[index == NO_SESSION] = np.datetime64("9999-01-01")
    first: NDArray[np.int64] = fills.argmin(axis=0)
    return first, index[first, np.arange(len(known_at))]


def rule(grade: Grade, known_at: np.datetime64, calendar: Calendar, fill: Fill) -> str:
    """Say in words which rule gave the session."""
    at = _utc(known_at)
    day = at.astimezone(calendar.zone).date()
    phase = _flag_of(at, day, calendar)
    if grade == "C":
        return "date only: known at the end of that day, next session"
    if phase == "closed":
        return f"{calendar.name} closed that day: next session"
    if phase == "pre":
        return f"before the open: {fill} of the same session"
    if phase == "regular":
        return "during the session: close of the same session" if fill == "close" else "during the session: next open"
    return "at or after the close: next session"
