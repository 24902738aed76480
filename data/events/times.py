"""When each event was announced and known: data.timing reads the stated times, this file applies it to rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from data.events.faults import Fault, fault
from data.schema import UTC_INSTANT
from data.timing import NO_SESSION, ONE_MICROSECOND, Stated, read_stated, tradable_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.calendar import Calendar

__all__ = ["read_times"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Key = tuple[str | None, str | None, str | None, str]


class Times(NamedTuple):
    """Announced and known, once both are read; ``fault`` says why they cannot be (field, reason, problem, hint)."""

    announced_at: datetime | None
    known_at: datetime | None
    timing: str | None
    fault: tuple[str, str, str, str] | None = None


def read_times(
    rows: pl.DataFrame, calendar: Calendar, zone: str | None, places: Mapping[str, Calendar] | None = None
) -> tuple[pl.DataFrame, list[Fault]]:
    """Give announced_at, timing, known_at and stated of each row, and the faults of those that have none.

    ``known_at`` is ``announced_at`` unless the row states its own; then the worse of the two grades counts. A row whose
    known_at lies before the earliest instant that its announced_at allows is at fault. Dates and flags mean the days of
    the announcer's exchange, where ``places`` names another than the calendar.
    """
    exchanges = {each.name: each for each in (calendar, *(places or {}).values())}
    homes = [places[asset].name if places and asset in places else calendar.name for asset in rows["asset"].to_list()]
    stated = rows.select("announced_at", "session_flag", "known_at").rows()
    keys: list[Key] = [(*texts, home) for texts, home in zip(stated, homes, strict=True)]
    place = {key: position for position, key in enumerate(dict.fromkeys(keys))}
    read = [_read(key, exchanges[key[3]], zone) for key in place]
    at = np.array([place[key] for key in keys], dtype=np.int64)
    frame = _frame(list(place), read)[at]
    faults = [
        fault(row, found[1], (found[0], rows[found[0]][row]), *found[2:])
        for row, found in enumerate(read[position].fault for position in at.tolist())
        if found
    ]
    return frame, faults + _outside(frame, rows, calendar)


def _frame(keys: Sequence[Key], times: Sequence[Times]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            _instants("announced_at", [time.announced_at for time in times]),
            pl.Series("timing", [time.timing for time in times], pl.String),
            _instants("known_at", [time.known_at for time in times]),
            pl.Series("stated", [_in_words(*key[:3]) for key in keys], pl.String),
        ],
    )


def _read(key: Key, calendar: Calendar, zone: str | None) -> Times:
    announced, flag, known, _ = key
    first = read_stated(announced, flag, calendar, zone)
    if first.at is None:
        return _unread("announced_at", first)
    if known is None:
        return Times(first.at, first.at, first.grade)
    then = read_stated(known, None, calendar, zone)
    if then.at is None:
        return _unread("known_at", then)
    if first.earliest is not None and then.at < first.earliest:
        problem = f"lies before announced_at = {announced!r}, expected the same time or later"
        return Times(None, None, None, ("known_at", "known before announced", problem, "correct one of the two"))
    return Times(first.at, max(first.at, then.at), max(first.grade or "", then.grade or ""))


def _unread(field: str, stated: Stated) -> Times:
    return Times(None, None, None, (field, stated.reason, stated.problem, stated.hint))


def _instants(name: str, instants: Sequence[datetime | None]) -> pl.Series:
    since_1970 = [None if instant is None else (instant - EPOCH) // ONE_MICROSECOND for instant in instants]
    return pl.Series(name, since_1970, pl.Int64).cast(UTC_INSTANT)


def _in_words(announced: str | None, flag: str | None, known: str | None) -> str:
    words = " ".join(text for text in (announced, flag) if text)
    return f"{words}, known {known}" if known else words


def _outside(frame: pl.DataFrame, rows: pl.DataFrame, calendar: Calendar) -> list[Fault]:
    known = frame["known_at"].to_numpy().astype("datetime64[us]")
    outside = (tradable_index(known, calendar, "close") == NO_SESSION) & ~np.isnat(known)
    first, last = calendar.sessions[0], calendar.sessions[-1]
    problem = f"lies outside the calendar of {calendar.name}, expected {first} to {last}"
    faults = []
    for row in np.flatnonzero(outside).tolist():
        field = "announced_at" if rows["known_at"][row] is None else "known_at"
        faults.append(fault(row, "outside the calendar", (field, rows[field][row]), problem))
    return faults
