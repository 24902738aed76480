"""What a vendor sent, cut to closed sessions: every row that leaves is noted, and no dividend is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from data import calendar
from data.prices.arrivals import settle
from data.prices.vintages import HISTORY

LATER = datetime(2024, 2, 1, tzinfo=UTC)


def history(rows: list[tuple[int, float | None, float | None, float | None]]) -> pl.DataFrame:
    """Give a history of January 2024 from day, close, dividend and split."""
    columns = zip(*rows, strict=True)
    named = dict(zip(("session", "close", "dividend", "split"), map(list, columns), strict=True))
    frame = pl.DataFrame({**named, "session": [date(2024, 1, day) for day in named["session"]]})
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in HISTORY.items() if name not in frame.columns]
    return frame.with_columns(absent).select(list(HISTORY)).cast(HISTORY)


def test_a_dividend_and_a_split_of_a_holiday_move_to_the_next_session() -> None:
    """The 15th is a holiday: its dividend is added to that of the 16th, its split multiplies."""
    rows = [(12, 10.0, None, None), (15, None, 0.5, 2.0), (16, 11.0, 0.1, None)]

    frame, notes = settle(history(rows), calendar.load(), LATER)

    assert frame.select("session", "dividend", "split").rows() == [
        (date(2024, 1, 12), None, None),
        (date(2024, 1, 16), 0.6, 2.0),
    ]
    assert notes == [
        ("2024-01-15", "dividend 0.5 is moved to the next session, 2024-01-16"),
        ("2024-01-15", "is empty but is no session: left out"),
        ("2024-01-15", "split 2 is moved to the next session, 2024-01-16"),
    ]


def test_a_dividend_without_a_session_after_it_is_noted() -> None:
    """It comes with the next fetch."""
    frame, notes = settle(history([(12, 10.0, None, None), (13, None, 0.5, None)]), calendar.load(), LATER)

    assert frame.height == 1
    assert ("2024-01-13", "dividend 0.5 is left out: no session after it yet") in notes


def test_a_session_counts_half_an_hour_after_its_close() -> None:
    """New York closes at 21:00 UTC."""
    rows = history([(2, 10.0, None, None), (3, 11.0, None, None)])

    before, notes = settle(rows, calendar.load(), datetime(2024, 1, 3, 21, 29, tzinfo=UTC))
    after, none = settle(rows, calendar.load(), datetime(2024, 1, 3, 21, 30, tzinfo=UTC))

    assert (before.height, notes) == (1, [("2024-01-03", "is left out: the session had not closed yet")])
    assert (after.height, none) == (2, [])
