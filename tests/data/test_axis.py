"""The axis of fill instants: hand-written days on two exchanges, and laws over all years and pairs of exchanges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.axis import axis
from data.calendar import SHIPPED, load


def laid(names, first, last, fill="open"):
    return axis([load(name) for name in names], fill, np.datetime64(first), np.datetime64(last))


def shown(on):
    """Give each row as its day, the exchanges that fill in it, and those whose close is known by its end."""
    names = [each.name[1:3] for each in on.calendars]
    return [
        (
            str(day)[5:],
            "+".join(name for name, rows in zip(names, on.fills, strict=True) if row in rows),
            "+".join(name for name, rows in zip(names, on.closes, strict=True) if row in rows),
        )
        for row, day in enumerate(on.days)
    ]


def test_seoul_and_new_york_take_turns():
    """Three days without overlap: each session is one row; the session before the first day is history."""
    on = laid(["XNYS", "XKRX"], "2026-02-03", "2026-02-04")
    expected = [("02-02", "KR"), ("02-02", "NY"), ("02-03", "KR"), ("02-03", "NY"), ("02-04", "KR"), ("02-04", "NY")]
    assert shown(on) == [(day, name, name) for day, name in expected]


def test_london_is_marked_at_its_open_while_new_york_opens():
    """08:00 and 14:30 fill, London closes at 16:30: its close is known only after New York's orders are sized."""
    on = laid(["XNYS", "XLON"], "2026-02-03", "2026-02-03")
    assert shown(on)[-2:] == [("02-03", "LO", ""), ("02-03", "NY", "NY+LO")]
    assert on.at[-2:].astype(str).tolist() == ["2026-02-03T08:00:00.000000", "2026-02-03T14:30:00.000000"]


def test_at_closes_london_comes_before_new_york():
    """Fills at the close: 16:30 London, 21:00 New York, each known in its own row."""
    on = laid(["XNYS", "XLON"], "2026-02-03", "2026-02-03", "close")
    assert shown(on)[-2:] == [("02-03", "LO", "LO"), ("02-03", "NY", "NY")]


def test_exchanges_that_open_together_share_a_row():
    """Tokyo and Seoul open at 00:00 UTC; Tokyo and Seoul both close at 06:30 UTC, so a day is one row."""
    on = laid(["XTKS", "XKRX"], "2026-02-03", "2026-02-03")
    assert shown(on)[-1] == ("02-03", "TK+KR", "TK+KR")


def test_a_holiday_of_one_exchange_leaves_the_other_its_row():
    """Presidents' Day on the 16th of February 2026, Seoul's New Year from the 16th to the 18th: London has all."""
    on = laid(["XNYS", "XKRX", "XLON"], "2026-02-13", "2026-02-19")
    filled = [(day, name) for day, name, _ in shown(on)][3:]
    assert filled == [
        ("02-13", "KR"), ("02-13", "LO"), ("02-13", "NY"), ("02-16", "LO"), ("02-17", "LO"), ("02-17", "NY"),
        ("02-18", "LO"), ("02-18", "NY"), ("02-19", "KR"), ("02-19", "LO"), ("02-19", "NY"),
    ]  # fmt: skip


@pytest.mark.parametrize("week", ["2026-03-09", "2026-03-30", "2025-10-27", "2025-11-03"])
def test_around_the_changes_of_the_clock_every_session_fills_once(week):
    """New York and London change on different Sundays; on either side a day is three rows in one order (law 29)."""
    on = laid(["XNYS", "XKRX", "XLON"], np.datetime64(week) - 3, np.datetime64(week) + 3)
    rows = [(day, name) for day, name, _ in shown(on)][3:]
    assert [name for _, name in rows] == ["KR", "LO", "NY"] * 5


places = st.lists(st.sampled_from(SHIPPED), min_size=1, max_size=4, unique=True)
starts = st.dates(np.datetime64("1999-01-01").item(), np.datetime64("2026-01-01").item())


@given(names=places, first=starts, fill=st.sampled_from(["open", "close"]), length=st.integers(5, 60))
def test_a_price_enters_when_it_is_known_and_every_session_once(names, first, fill, length):
    """Fills stand at their instant; a close is marked before the next row fills and not a row later."""
    on = laid(names, first, np.datetime64(first) + length, fill)
    assert (np.diff(on.days) >= np.timedelta64(0)).all()
    assert (np.diff(on.at) > np.timedelta64(0)).all()
    for at, calendar in enumerate(on.calendars):
        here = slice(on.start[at], on.start[at] + len(on.fills[at]))
        assert (on.sessions(at) == calendar.sessions[here]).all()
        assert (on.at[on.fills[at]] == calendar.fill_at(fill)[here]).all()
        known = on.closes[at] >= 0
        closed, rows = calendar.close_at[here][known], on.closes[at][known]
        assert (closed < on.until[rows]).all()
        assert (closed >= on.at[rows]).all()


@given(names=places, first=starts, length=st.integers(5, 30), more=st.integers(1, 30))
def test_a_longer_axis_begins_like_a_shorter_one(names, first, length, more):
    """What later days bring changes no row before them (law 21)."""
    short = laid(names, first, np.datetime64(first) + length)
    long = laid(names, first, np.datetime64(first) + length + more)
    count = len(short.days)
    assert (long.at[:count] == short.at).all()
    assert (long.until[:count] == short.until).all()
    for one, other in zip(short.closes, long.closes, strict=True):
        assert (np.where(other[: len(one)] < count, other[: len(one)], -1) == one).all()
