"""Columns as a file holds them, typed one by one: days, numbers and names, with every value that cannot be read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Offence", "Typed", "assets", "days", "numbers", "shown"]

# A day, or midnight of it as programs write it: 2024-03-04, 2024-03-04 00:00:00-05:00.
ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
NO_NUMBER = ("", "nan", "null")
# 1700 to 2200, as days since 1970.
PLAUSIBLE = (-98_615, 84_006)
SERIAL = re.compile(r"[0-9]+(\.[0-9]+)?")
NO_DAY = "fill it in, or remove the row"
DAY_HINT = "write it as 2024-03-04, or declare `date_format:`, as '%d/%m/%Y'"


class Offence(NamedTuple):
    """A value that cannot be read; without a position the column as a whole."""

    position: int | None
    problem: str
    hint: str = ""


class Typed(NamedTuple):
    """A typed column, null where it could not be read, and the offences."""

    column: pl.Series
    offences: list[Offence]


def days(column: pl.Series, date_format: str | None) -> Typed:
    """Read days from dates, from timestamps at midnight, or from text (ISO 8601, or ``date_format`` of strptime)."""
    if column.dtype == pl.Date:
        return _plausible(column, _at(column.is_null(), "is empty, a day is required", NO_DAY))
    if isinstance(column.dtype, pl.Datetime):
        return _midnights(column)
    if column.dtype.is_integer() and date_format is not None:
        column = column.cast(pl.String)
    if column.dtype != pl.String:
        return Typed(_nulls(column, pl.Date), [Offence(None, f"is {column.dtype}, expected days", DAY_HINT)])
    texts = column.str.strip_chars().fill_null("")
    read = {text: _day(text, date_format) for text in texts.unique(maintain_order=True)}
    known = {text: found for text, found in read.items() if isinstance(found, date)}
    typed = texts.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.Date)
    bad = typed.is_null().arg_true().to_list()
    return Typed(typed, [offence._replace(position=at) for at in bad if (offence := _offence(read[texts[at]]))])


def numbers(column: pl.Series) -> Typed:
    """Read finite numbers as float64; empty text and NaN become null."""
    offences: list[Offence] = []
    if column.dtype == pl.String:
        texts = column.str.strip_chars().fill_null("")
        empty = texts.str.to_lowercase().is_in(list(NO_NUMBER))
        bad = ~(empty | texts.str.contains(NUMBER))
        offences = [Offence(at, *_not_a_number(texts[at])) for at in bad.arg_true().to_list()]
        column = texts.set(empty | bad, None)
    elif not (column.dtype.is_numeric() or column.dtype == pl.Null):
        return Typed(_nulls(column, pl.Float64), [Offence(None, f"is {column.dtype}, expected numbers")])
    typed = column.cast(pl.Float64).fill_nan(None)
    infinite = typed.is_infinite().fill_null(value=False)
    offences += _at(infinite, "is not finite", "leave it empty where it is not known, or fetch it again")
    return Typed(typed.set(infinite, None), offences)


def assets(column: pl.Series) -> Typed:
    """Read names as text, without the spaces around them."""
    if not isinstance(column.dtype, (pl.String, pl.Categorical, pl.Enum)):
        problem = f"is {column.dtype}, expected text: a name as 0700 or TRUE loses its spelling as another type"
        return Typed(_nulls(column, pl.String), [Offence(None, problem, "write the column as text")])
    names = column.cast(pl.String).str.strip_chars()
    return Typed(
        names,
        _at(names.fill_null("") == "", "is empty, the name of an asset is required", "fill it in, or remove the row"),
    )


def shown(raw: pl.Series, position: int) -> str:
    """Write a cell for people."""
    cell = raw.slice(position, 1)
    if isinstance(cell.dtype, (pl.Date, pl.Datetime)):
        # Neither polars nor Python can print the days that a damaged file holds.
        day = cell.cast(pl.Date).to_physical()[0]
        return "" if day is None else str(cell[0]) if PLAUSIBLE[0] <= day <= PLAUSIBLE[1] else f"{day} days since 1970"
    return "" if cell[0] is None else str(cell[0])


def _midnights(column: pl.Series) -> Typed:
    """Give the days of wall-clock midnights, in the column's own zone when it has one."""
    wall = column.dt.replace_time_zone(None)
    clock = (wall != wall.dt.truncate("1d")).fill_null(value=False)
    offences = _at(
        clock,
        "has a clock time, expected a day",
        "convert it to the exchange's zone, then to a date, before it is saved",
    )
    offences += _at(column.is_null(), "is empty, a day is required", NO_DAY)
    return _plausible(wall.dt.date().set(clock, None), offences)


def _plausible(column: pl.Series, offences: list[Offence]) -> Typed:
    """Refuse days no exchange has seen, which damaged files hold; Python cannot even print those past year 9999."""
    strange = ~column.to_physical().is_between(*PLAUSIBLE).fill_null(value=True)
    problem = "is no plausible day, so the file is damaged or its unit of time is another"
    return Typed(column.set(strange, None), offences + _at(strange, problem, "export the file again"))


def _day(text: str, date_format: str | None) -> date | Offence:
    if not text:
        return Offence(None, "is empty, a day is required", NO_DAY)
    if date_format is not None:
        return _formatted(text, date_format)
    iso = ISO_DAY.fullmatch(text)
    if iso is None:
        return Offence(None, _why_no_day(text), DAY_HINT)
    try:
        return date.fromisoformat(iso[1])
    except ValueError:
        return Offence(None, "is not a day of the calendar", "correct the day")


def _formatted(text: str, date_format: str) -> date | Offence:
    try:
        # The zone is only there for strptime's sake: a day has none.
        read = datetime.strptime(text, date_format).replace(tzinfo=UTC)
    except (ValueError, re.error):
        return Offence(None, f"does not fit date_format {date_format!r}", "declare the format of all days")
    return (
        read.date()
        if read.time() == time()
        else Offence(None, "has a clock time, expected a day", "write the day alone")
    )


def _why_no_day(text: str) -> str:
    if SERIAL.fullmatch(text):
        return "is a bare number (a spreadsheet's serial, an epoch, or a day without dashes), expected a day"
    if text.count("/") > 1 or text.count(".") > 1:
        return "could be day or month first, expected an ISO 8601 day"
    return "cannot be read as a day"


def _not_a_number(text: str) -> tuple[str, str]:
    if text.lower().lstrip("+-") in {"inf", "infinity"}:
        return "is not finite", "leave it empty where it is not known, or fetch it again"
    if any(mark in text for mark in ",$€£"):
        return "is not a plain number", "write 1234.50: no thousands separators, decimal point, no currency sign"
    return "is not a number", "leave it empty where there is none"


def _offence(found: date | Offence) -> Offence | None:
    return found if isinstance(found, Offence) else None


def _at(mask: pl.Series, problem: str, hint: str = "") -> list[Offence]:
    positions: Iterable[int] = mask.arg_true().to_list()
    return [Offence(at, problem, hint) for at in positions]


def _nulls(column: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    return pl.Series(column.name, [None] * len(column), dtype=dtype)
