"""The numbers of each event: plain decimals, ranges in order, values within their range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from data.events.faults import Fault, fault
from data.events.rows import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_numbers"]

NUMBERS = ("value", "low", "high", "prior", "expected")
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
# The value before an event is often a range, in one column: 29-34.
RANGE = r"^([0-9]+(?:\.[0-9]+)?) ?[-\u2013] ?([0-9]+(?:\.[0-9]+)?)$"
DAY = r"^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?$"


def read_numbers(rows: pl.DataFrame, own: Sequence[str] = ()) -> tuple[pl.DataFrame, list[Fault]]:
    """Give value, low, high, prior, prior_low, prior_high, expected and period_end, and the faults of the rows.

    ``own`` names further columns that hold numbers.

    A prior that is a range is stored as its two ends; no midpoint is made up.
    """
    is_range = pl.col("prior").str.contains(RANGE)
    frame = rows.select(
        *(_number(pl.col(name)).alias(name) for name in (*NUMBERS, *own)),
        _number(pl.col("prior").str.extract(RANGE, 1)).alias("prior_low"),
        _number(pl.col("prior").str.extract(RANGE, 2)).alias("prior_high"),
        _day(pl.col("period_end")).alias("period_end"),
    )
    faults = [found for name in (*NUMBERS, *own) for found in _bad_numbers(rows, frame, name, is_range)]
    return frame, faults + _bad_days(rows, frame) + _bad_ranges(rows, frame)


def _number(text: pl.Expr) -> pl.Expr:
    number = pl.when(text.str.contains(NUMBER)).then(text).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _day(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(DAY)).then(text.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)


def _bad_numbers(rows: pl.DataFrame, frame: pl.DataFrame, name: str, is_range: pl.Expr) -> list[Fault]:
    unread = rows[name].is_not_null() & frame[name].is_null()
    bad = rows.filter(unread).select(ROW, name, is_range=is_range & (pl.lit(name) == "prior"))
    problem = "is no finite number, expected one such as 1234.5"
    return [
        fault(row, "bad number", (name, text), problem, _hint(text)) for row, text, fine in bad.iter_rows() if not fine
    ]


def _hint(text: str) -> str:
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity", "na", "n/a", "null", "none", "-"}:
        return "leave what is not known empty"
    if "," in text:
        return "write it without a thousands separator and with a decimal point"
    return "the unit belongs to `unit`, a sign such as ~ or > to `qualifier`, a range to `low` and `high`"


def _bad_days(rows: pl.DataFrame, frame: pl.DataFrame) -> list[Fault]:
    bad = rows.filter(rows["period_end"].is_not_null() & frame["period_end"].is_null())
    problem = "is no day, expected one such as 2026-03-31"
    return [
        fault(row, "unreadable period_end", ("period_end", text), problem)
        for row, text in bad.select(ROW, "period_end").iter_rows()
    ]


def _bad_ranges(rows: pl.DataFrame, frame: pl.DataFrame) -> list[Fault]:
    table = frame.with_columns(rows[ROW])
    above = table.filter(pl.col("low") > pl.col("high")).select(ROW, "low", "high")
    prior = table.filter(pl.col("prior_low") > pl.col("prior_high")).select(ROW, "prior_low", "prior_high")
    beyond = table.filter((pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high")))
    faults = [_crossed(row, ("low", low), high) for row, low, high in above.iter_rows()]
    faults += [_crossed(row, ("prior", low), high) for row, low, high in prior.iter_rows()]
    for row, value, low, high in beyond.select(ROW, "value", "low", "high").iter_rows():
        problem = f"lies outside low = {low} and high = {high}"
        faults.append(fault(row, "value outside its range", ("value", f"{value}"), problem, "correct one of them"))
    return faults


def _crossed(row: int, low: tuple[str, float], high: float) -> Fault:
    place = (low[0], f"{low[1]}")
    return fault(row, "low above high", place, f"is above the high end {high}", "exchange the two")
