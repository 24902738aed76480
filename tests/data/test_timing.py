"""Every rule of data.timing by hand, and its laws over random instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.calendar import load
from data.timing import Stated, first_exchange, read_stated, rule, tradable_index

XNYS = load("XNYS")
NEW_YORK = "America/New_York"
FILLS = ("open", "close")
MIDNIGHT = time()  # a stamp of midnight is read as a date

SPAN = (datetime(1990, 1, 3, tzinfo=UTC), datetime(2027, 12, 20, tzinfo=UTC))
instants = st.datetimes(SPAN[0].replace(tzinfo=None), SPAN[1].replace(tzinfo=None)).map(
    lambda naive: naive.replace(tzinfo=UTC),
)
positions = st.integers(1, len(XNYS.sessions) - 3)


def read(text: str | None, flag: str = "", zone: str | None = NEW_YORK) -> Stated:
    """Read a stated time of a New York file."""
    return read_stated(text, flag, XNYS, zone)


def index_of(at: datetime, fill: str) -> int:
    """Give the index of the session in which an event known at an instant trades."""
    return int(tradable_index(np.array([at.replace(tzinfo=None)], dtype="datetime64[us]"), XNYS, fill)[0])


def session_of(text: str, flag: str = "", fill: str = "open") -> str:
    """Give the session in which an event stated so trades."""
    at = read(text, flag).at
    assert at is not None
    return str(XNYS.sessions[index_of(at, fill)])


BY_HAND = [
    # before, during and after the session of Thursday 2026-02-05
    ("2026-02-05T08:00", "", "2026-02-05", "2026-02-05"),
    ("2026-02-05T09:29:59.999999", "", "2026-02-05", "2026-02-05"),
    ("2026-02-05T09:30:00", "", "2026-02-06", "2026-02-05"),
    ("2026-02-05T12:00", "", "2026-02-06", "2026-02-05"),
    ("2026-02-05T15:59:59.999999", "", "2026-02-06", "2026-02-05"),
    ("2026-02-05T16:00:00", "", "2026-02-06", "2026-02-06"),
    ("2026-02-05T16:01", "post", "2026-02-06", "2026-02-06"),
    ("2026-02-05T23:59:59.999999", "", "2026-02-06", "2026-02-06"),
    # flags and bare dates
    ("2026-02-05", "pre", "2026-02-05", "2026-02-05"),
    ("2026-02-05", "regular", "2026-02-06", "2026-02-05"),
    ("2026-02-05", "post", "2026-02-06", "2026-02-06"),
    ("2026-02-05", "unknown", "2026-02-06", "2026-02-06"),
    ("2026-02-05", "", "2026-02-06", "2026-02-06"),
    # midnight stamps are dates
    ("2026-02-05T00:00:00", "", "2026-02-06", "2026-02-06"),
    ("2026-02-05 00:00:00.000000", "pre", "2026-02-05", "2026-02-05"),
    ("2026-02-05T00:00Z", "", "2026-02-06", "2026-02-06"),
    # a Friday after the close, a weekend
    ("2026-02-06", "post", "2026-02-09", "2026-02-09"),
    ("2026-02-07T10:00", "", "2026-02-09", "2026-02-09"),
    ("2026-02-07", "pre", "2026-02-09", "2026-02-09"),
    ("2026-02-08", "", "2026-02-09", "2026-02-09"),
    # the half day 2024-11-29 closes at 13:00
    ("2024-11-29T12:59", "", "2024-12-02", "2024-11-29"),
    ("2024-11-29T13:00:00", "", "2024-12-02", "2024-12-02"),
    ("2024-11-29T14:30", "post", "2024-12-02", "2024-12-02"),
    ("2024-11-29", "regular", "2024-12-02", "2024-11-29"),
    # holidays: Independence Day 2025 (Friday), Christmas 2024
    ("2025-07-04T10:00", "", "2025-07-07", "2025-07-07"),
    ("2024-12-25", "regular", "2024-12-26", "2024-12-26"),
    # ad-hoc closures: Sandy (two days), the funerals of two presidents
    ("2012-10-29T08:00", "", "2012-10-31", "2012-10-31"),
    ("2018-12-05", "pre", "2018-12-06", "2018-12-06"),
    ("2025-01-09T11:00", "", "2025-01-10", "2025-01-10"),
    # both weeks of a clock change: 09:29 local is before the open whatever UTC says
    ("2024-03-08T09:29", "", "2024-03-08", "2024-03-08"),
    ("2024-03-11T09:29", "", "2024-03-11", "2024-03-11"),
    ("2024-03-11T09:30", "", "2024-03-12", "2024-03-11"),
    ("2024-11-01T15:59", "", "2024-11-04", "2024-11-01"),
    ("2024-11-04T15:59", "", "2024-11-05", "2024-11-04"),
    ("2024-11-04T16:00", "", "2024-11-05", "2024-11-05"),
]


@pytest.mark.parametrize(("text", "flag", "at_open", "at_close"), BY_HAND)
def test_an_event_trades_in_the_session_found_by_hand(text: str, flag: str, at_open: str, at_close: str) -> None:
    """Each rule of the module's table, for fills at the open and at the close."""
    assert session_of(text, flag, "open") == at_open
    assert session_of(text, flag, "close") == at_close


@pytest.mark.parametrize(
    ("text", "flag", "grade", "at"),
    [
        ("2026-02-05T16:01:00-05:00", "post", "A", "2026-02-05T21:01:00"),
        ("2026-02-05T16:01:00", "", "A", "2026-02-05T21:01:00"),
        ("2026-07-01 09:00+09:00", "", "A", "2026-07-01T00:00:00"),
        ("2026-02-05", "pre", "B", "2026-02-05T14:29:59.999999"),
        ("2026-02-05", "regular", "B", "2026-02-05T20:59:59.999999"),
        ("2026-02-05", "POST ", "B", "2026-02-06T04:59:59.999999"),
        ("2026-07-01", "", "C", "2026-07-02T03:59:59.999999"),
        ("2026-02-05T00:00:00Z", "", "C", "2026-02-06T04:59:59.999999"),
    ],
)
def test_a_stated_time_gives_its_latest_instant_and_grade(text: str, flag: str, grade: str, at: str) -> None:
    """The instants are worked out from the offsets of New York: -5 hours in winter, -4 in summer."""
    found = read(text, flag)

    assert (found.at, found.grade) == (datetime.fromisoformat(at).replace(tzinfo=UTC), grade)


@pytest.mark.parametrize(
    ("text", "flag", "zone", "reason"),
    [
        ("", "", NEW_YORK, "no time"),
        (None, "", NEW_YORK, "no time"),
        ("2025-10", "", NEW_YORK, "unreadable time"),
        ("20260205", "", NEW_YORK, "unreadable time"),
        ("2026-W06-4", "", NEW_YORK, "unreadable time"),
        ("02/05/2026", "", NEW_YORK, "unreadable time"),
        ("45292", "", NEW_YORK, "unreadable time"),
        ("2024-02-30", "", NEW_YORK, "unreadable time"),
        ("2026-02-05T25:00", "", NEW_YORK, "unreadable time"),
        ("9999-12-31", "", NEW_YORK, "unreadable time"),
        ("0001-01-01T00:30:00+14:00", "", NEW_YORK, "unreadable time"),
        ("2026-02-05T16:01", "", None, "no time zone"),
        ("2024-03-10 02:30", "", NEW_YORK, "nonexistent local time"),
        ("2024-11-03 01:30", "", NEW_YORK, "ambiguous local time"),
        ("2026-02-05", "evening", NEW_YORK, "unknown session flag"),
        ("2026-02-05T16:01", "pre", NEW_YORK, "flag contradicts clock"),
        ("2026-02-05T10:00", "post", NEW_YORK, "flag contradicts clock"),
        ("2024-11-29T14:30", "regular", NEW_YORK, "flag contradicts clock"),
    ],
)
def test_a_time_that_cannot_be_read_is_refused(text: str | None, flag: str, zone: str | None, reason: str) -> None:
    """Nothing is guessed: the reading has no instant, but a reason and a sentence."""
    found = read(text, flag, zone)

    assert (found.at, found.grade, found.reason) == (None, None, reason)
    assert found.problem


def test_an_offset_settles_an_ambiguous_hour() -> None:
    """01:30 of 2024-11-03 came twice, an hour apart, and the offset says which."""
    summer, winter = read("2024-11-03T01:30-04:00").at, read("2024-11-03T01:30-05:00").at

    assert summer is not None
    assert winter is not None
    assert winter - summer == timedelta(hours=1)


def test_a_bare_date_of_a_zone_west_of_the_exchange_ends_later() -> None:
    """A New York date ends at 14:00 of the next day in Seoul, which is after Seoul's open of that day."""
    seoul = load("XKRX")

    found = read_stated("2026-02-04", None, seoul, NEW_YORK).at

    assert found == datetime(2026, 2, 5, 4, 59, 59, 999999, tzinfo=UTC)
    known = np.array([found.replace(tzinfo=None)], dtype="datetime64[us]")
    assert str(seoul.sessions[tradable_index(known, seoul, "open")[0]]) == "2026-02-06"


@pytest.mark.parametrize("text", ["1989-12-29", "1990-01-01", "2027-12-31", "2028-01-03T10:00", "1950-05-05"])
def test_outside_the_calendar_there_is_no_session(text: str) -> None:
    """Before the first open and after the last fill the index is -1, never the nearest session."""
    at = read(text).at

    assert at is not None
    assert [index_of(at, fill) for fill in FILLS] == [-1, -1]


@pytest.mark.parametrize(
    ("text", "flag", "fill", "words"),
    [
        ("2026-02-05", "", "open", "date only: known at the end of that day, next session"),
        ("2026-02-07T10:00", "", "open", "XNYS closed that day: next session"),
        ("2026-02-05", "pre", "open", "before the open: open of the same session"),
        ("2026-02-05T12:00", "", "open", "during the session: next open"),
        ("2026-02-05T12:00", "", "close", "during the session: close of the same session"),
        ("2026-02-05T16:00:00", "", "close", "at or after the close: next session"),
    ],
)
def test_the_rule_is_said_in_words(text: str, flag: str, fill: str, words: str) -> None:
    """The sentence names what decided."""
    found = read(text, flag)

    assert found.at is not None
    assert found.grade is not None
    assert rule(found.grade, np.datetime64(found.at.replace(tzinfo=None), "us"), XNYS, fill) == words


@given(instants, st.sampled_from(FILLS))
def test_never_advanced_and_the_first_such_session(at: datetime, fill: str) -> None:
    """The fill is later than the instant and the fill before it is not: found again by walking over all fills."""
    moment = np.datetime64(at.replace(tzinfo=None), "us")
    fills = XNYS.fill_at(fill)

    later = np.flatnonzero(fills > moment)

    assert index_of(at, fill) == later[0]
    assert not (fills[: later[0]] > moment).any()


@given(instants, st.integers(0, 10**12), st.sampled_from(FILLS))
def test_a_later_instant_never_trades_earlier(at: datetime, delay: int, fill: str) -> None:
    """Monotony: moving an event later cannot bring its session forward."""
    later = min(at + timedelta(microseconds=delay), SPAN[1])

    assert index_of(max(at, later), fill) >= index_of(at, fill)


@given(positions, st.integers(1, 60_000_000), st.integers(0, 60_000_000), st.sampled_from(FILLS))
def test_crossing_the_cut_off_costs_exactly_one_session(position: int, before: int, after: int, fill: str) -> None:
    """Up to a minute before the fill to up to a minute after it: one session later, never zero (law 23)."""
    cut: datetime = XNYS.fill_at(fill)[position].item().replace(tzinfo=UTC)

    early = index_of(cut - timedelta(microseconds=before), fill)
    late = index_of(cut + timedelta(microseconds=after), fill)

    assert (early, late) == (position, position + 1)


@given(instants)
def test_a_coarser_grade_is_never_known_earlier(at: datetime) -> None:
    """Of one day: the bare date is known no earlier than the flag, the flag no earlier than the instant it covers."""
    assume(at.time() != MIDNIGHT)
    day = at.astimezone(ZoneInfo(NEW_YORK)).date().isoformat()
    flags = [flag for flag in ("pre", "regular", "post") if read(at.isoformat(), flag).at is not None]

    dated = read(day).at
    flagged = [read(day, flag).at for flag in flags]

    assert dated is not None
    assert flags
    assert all(found is not None and at <= found <= dated for found in flagged)


@given(instants)
def test_the_earliest_reading_never_lies_after_the_latest(at: datetime) -> None:
    """Both ends of a stated time are in order for every grade."""
    day = at.astimezone(ZoneInfo(NEW_YORK)).date().isoformat()

    for found in (read(at.isoformat()), read(day), *(read(day, flag) for flag in ("pre", "regular", "post"))):
        assert found.at is not None
        assert found.earliest is not None
        assert found.earliest <= found.at


@given(instants, st.sampled_from(FILLS))
def test_the_zone_in_which_an_instant_is_written_does_not_matter(at: datetime, fill: str) -> None:
    """UTC, New York and Tokyo texts of one instant trade in one session."""
    written = [at.astimezone(ZoneInfo(zone)) for zone in ("UTC", NEW_YORK, "Asia/Tokyo")]
    assume(all(local.time() != MIDNIGHT for local in written))

    readings = [read(local.isoformat(), zone=None).at for local in written]

    assert readings == [at, at, at]
    assert len({index_of(found, fill) for found in readings if found}) == 1


def test_a_wall_clock_time_trades_each_session_once_over_both_clock_changes() -> None:
    """08:00 New York on each weekday of both weeks of change: each session once, in order (law 29)."""
    for monday in (date(2024, 3, 4), date(2024, 10, 28)):
        days = [monday + timedelta(days=offset) for offset in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]

        assert [session_of(f"{day}T08:00") for day in days] == [str(day) for day in days]


def test_of_several_exchanges_the_first_to_fill_trades_the_event() -> None:
    """09:00 in Seoul sharp is London's, 09:00 in New York its own, and a Friday evening Seoul's on Monday."""
    calendars = [load("XNYS"), load("XKRX"), load("XLON")]
    known = np.array(["2026-02-03T00:00", "2026-02-03T14:00", "2026-02-06T21:05", "2031-01-01"], dtype="datetime64[us]")
    first, index = first_exchange(known, calendars, "open")
    shown = [str(calendars[one].sessions[at]) for one, at in zip(first[:3], index[:3], strict=True)]
    assert ([calendars[one].name for one in first[:3]], shown) == (
        ["XLON", "XNYS", "XKRX"],
        ["2026-02-03", "2026-02-03", "2026-02-09"],
    )
    assert index[3] == -1
