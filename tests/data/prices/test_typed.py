"""Values in cells: days and numbers are read exactly, or refused with the reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.prices.typed import assets, days, numbers


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_is_read_back_bit_for_bit(value: float) -> None:
    """The text of a float gives the same float."""
    typed = numbers(pl.Series("close", [repr(value)]))
    assert typed.column.to_list() == [value]
    assert not typed.offences


@pytest.mark.parametrize("text", ["1e400", "inf", "-Infinity", "1,234.50", "$12", "1_000", "0x1", "n/a", "١٢", "1 2"])
def test_text_that_is_no_finite_number_is_refused(text: str) -> None:
    """One offence and a null, never a guess."""
    typed = numbers(pl.Series("close", [" 1.5 ", text]))
    assert typed.column.to_list() == [1.5, None]
    assert [offence.position for offence in typed.offences] == [1]


@pytest.mark.parametrize("text", ["", "  ", "NaN", "null"])
def test_an_empty_number_is_a_gap(text: str) -> None:
    """Empty and NaN mean no price, which is allowed."""
    typed = numbers(pl.Series("close", [text]))
    assert typed.column.to_list() == [None]
    assert not typed.offences


def test_a_nan_of_a_parquet_file_is_a_gap_and_an_infinity_is_refused() -> None:
    """Native floats obey the same rules as text."""
    typed = numbers(pl.Series("close", [float("nan"), float("inf"), 2.0]))
    assert typed.column.to_list() == [None, None, 2.0]
    assert [offence.position for offence in typed.offences] == [1]


@pytest.mark.parametrize(
    "text", ["2024-03-04", " 2024-03-04 ", "2024-03-04 00:00:00-05:00", "2024-03-04T00:00:00.000Z"]
)
def test_a_day_and_a_midnight_are_that_day(text: str) -> None:
    """A midnight with an offset is the day on its own clock."""
    assert days(pl.Series("session", [text]), None).column.to_list() == [date(2024, 3, 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2024", "day or month first"),
        ("2024-02-30", "not a day of the calendar"),
        ("45292", "bare number"),
        ("1704153600", "bare number"),
        ("2024-03-04 16:00:00", "cannot be read as a day"),
        ("", "is empty"),
    ],
)
def test_text_that_is_no_clear_day_is_refused(text: str, said: str) -> None:
    """An ambiguous day is not guessed."""
    typed = days(pl.Series("session", [text]), None)
    assert typed.column.to_list() == [None]
    assert said in typed.offences[0].problem


def test_a_declared_format_settles_which_is_the_month() -> None:
    """03/04/2024 is the third of April in %d/%m/%Y, and 2024 13 03 fits nothing."""
    typed = days(pl.Series("session", ["03/04/2024", "13/13/2024"]), "%d/%m/%Y")
    assert typed.column.to_list() == [date(2024, 4, 3), None]
    assert typed.offences[0].position == 1


def test_integers_are_days_only_under_a_declared_format() -> None:
    """20240304 is a day once the file says so."""
    column = pl.Series("session", [20240304])
    assert days(column, "%Y%m%d").column.to_list() == [date(2024, 3, 4)]
    assert days(column, None).offences[0].position is None


def test_a_timestamp_is_a_day_only_at_its_own_midnight() -> None:
    """Midnight in New York is that day; the same instant in UTC has a clock time and is refused."""
    utc = pl.Series("session", [datetime(2024, 3, 4, 5, tzinfo=UTC)], dtype=pl.Datetime("us", "UTC"))
    local = utc.dt.convert_time_zone("America/New_York")
    assert days(local, None).column.to_list() == [date(2024, 3, 4)]
    assert "clock time" in days(utc, None).offences[0].problem


def test_names_written_as_numbers_are_refused() -> None:
    """0700 as an integer has lost its zero, so the column is refused as a whole."""
    assert "expected text" in assets(pl.Series("asset", [700])).offences[0].problem
