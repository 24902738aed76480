"""Checks across typed rows: what forbids a run, what is counted once, what is set aside; nothing happens in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from data.errors import Finding
from data.prices.columns import BASIS
from data.prices.long import FILE, LISTED_SPLIT
from data.prices.table import ROW

if TYPE_CHECKING:
    from datetime import date

    from data.calendar import Calendar

__all__ = ["collapse", "emptied", "offences", "quarantine"]

KEY = ("session", "asset")
PRICE_FIELDS = ("open", "high", "low", "close", BASIS)
REASON, RANK = "\0reason", "\0rank"
# A price rounded to cents lies up to 0.005 off, which is 2e-4 of a 25-dollar share: vendors round open, high and low
# and carry closes in full. Anything wider is no rounding.
TOLERANCE = 2e-4
NO_PRICE = (
    "vendors send it after wrong back-adjustment: take raw prices; without trading leave the cell empty, "
    "or set `halted: true` where 0 stands for it"
)


def offences(frame: pl.DataFrame, calendar: Calendar) -> list[Finding]:
    """List what forbids a run: impossible values, days that are no session, missing bases, contradictory repeats."""
    found: list[Finding] = []
    for field in _prices_of(frame):
        found += _list(frame.filter(pl.col(field) <= 0), field, "is not positive, a price must be", NO_PRICE)
    for field in ("dividend", "volume"):
        found += _list(frame.filter(pl.col(field) < 0), field, "is negative", "leave it empty where it is not known")
    zero = "is not positive, expected new shares per old share"
    found += _list(frame.filter(pl.col("split") <= 0), "split", zero, "leave it empty where there is none")
    return found + _no_session(frame, calendar) + _no_basis(frame) + _contradictions(frame)


def emptied(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Read a price of 0 as a halt: no price; list the rows."""
    fields = _prices_of(frame)
    problem = "has a price of 0, read as a halt: no price that session"
    found = _list(frame.filter(pl.any_horizontal(pl.col(fields) == 0)), "", problem, "as `halted: true` says")
    return frame.with_columns(pl.when(pl.col(name) != 0).then(name).alias(name) for name in fields), found


def collapse(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Count rows that repeat a (session, asset) with the same values once; list those left out."""
    if not _repeated(frame).any():
        return frame, []
    ranked = frame.with_columns(pl.int_range(pl.len()).over(KEY, order_by=[FILE, ROW]).alias(RANK))
    problem = "repeats another row of its session and asset, counted once"
    left_out = _list(ranked.filter(pl.col(RANK) > 0), "", problem, "remove it, if it is no mistake elsewhere")
    return ranked.filter(pl.col(RANK) == 0).drop(RANK), left_out


def quarantine(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding], list[Finding]]:
    """Set aside rows whose prices contradict each other.

    Returns
    -------
    kept, set_aside, errors
        Rows that stay; findings of those that do not; errors where a dividend or a split would be lost with the row.

    """
    close = pl.col(BASIS if BASIS in frame.columns else "close")
    reasons = {
        "high is below low": pl.col("high") < pl.col("low") * (1 - TOLERANCE),
        "close is outside [low, high]": _outside(close),
        "open is outside [low, high]": _outside(pl.col("open")),
    }
    cases = pl.coalesce(*(pl.when(broken).then(pl.lit(reason)) for reason, broken in reasons.items()))
    marked = frame.with_columns(cases.alias(REASON))
    broken = marked.filter(pl.col(REASON).is_not_null())
    if broken.is_empty():
        return frame, [], []
    acts = (pl.col("dividend").fill_null(0.0) != 0) | (pl.col("split").fill_null(1.0) != 1)
    errors = [_contradictory(row, "so its dividend or split would be lost") for row in _named(broken.filter(acts))]
    aside = [_contradictory(row, "set aside: no price that session") for row in _named(broken.filter(~acts))]
    return marked.filter(pl.col(REASON).is_null()).drop(REASON), aside, errors


def _outside(price: pl.Expr) -> pl.Expr:
    return (price > pl.col("high") * (1 + TOLERANCE)) | (price < pl.col("low") * (1 - TOLERANCE))


def _no_session(frame: pl.DataFrame, calendar: Calendar) -> list[Finding]:
    sessions = pl.Series(calendar.sessions).cast(pl.Date)
    first, last = (_day(calendar, at) for at in (0, -1))
    beyond = (pl.col("session") < first) | (pl.col("session") > last)
    closed = frame.filter(~pl.col("session").is_in(sessions.implode()))
    earlier = "cut the file, or name another exchange under `calendar:`"
    outside = f"is outside the calendar of {calendar.name}, {first} to {last}"
    hint = "remove the row, or name the exchange these prices are from under `calendar:`"
    return [
        *_list(closed.filter(~beyond), "session", f"is no session of {calendar.name}", hint),
        *_list(closed.filter(beyond), "session", outside, earlier),
    ]


def _day(calendar: Calendar, at: int) -> date:
    day: date = calendar.sessions[at].item()
    return day


def _no_basis(frame: pl.DataFrame) -> list[Finding]:
    if BASIS not in frame.columns:
        return []
    others = pl.any_horizontal(pl.col("open", "high", "low").is_not_null())
    rows = frame.filter(pl.col(BASIS).is_null() & pl.col("close").is_not_null() & others)
    return _list(rows, BASIS, "is empty, so open, high and low cannot be scaled", "fill it in, or empty the three")


def _contradictions(frame: pl.DataFrame) -> list[Finding]:
    """List rows that repeat a (session, asset) with other values, each against the first."""
    rows = frame.filter(_repeated(frame)).sort(*KEY, FILE, ROW)
    values = [name for name in frame.columns if name not in {*KEY, FILE, ROW, LISTED_SPLIT}]
    found: list[Finding] = []
    for _, group in rows.group_by(KEY, maintain_order=True):
        first, *others = group.iter_rows(named=True)
        for row in others:
            differing = [name for name in values if row[name] != first[name]]
            if differing:
                problem = f"contradicts {first[FILE]} row {first[ROW]}: {_pairs(differing, row, first)}"
                found.append(Finding(f"{row[FILE]} row {row[ROW]}", "", _subject(row), problem, "keep one of the two"))
    return found


def _repeated(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.struct(KEY).is_duplicated() & pl.all_horizontal(pl.col(KEY).is_not_null())).to_series()


def _pairs(names: list[str], row: dict[str, object], first: dict[str, object]) -> str:
    return ", ".join(f"{name} {row[name]} against {first[name]}" for name in names)


def _contradictory(row: dict[str, object], consequence: str) -> Finding:
    prices = ", ".join(f"{name} {row[name]}" for name in PRICE_FIELDS if row.get(name) is not None)
    problem = f"{row[REASON]} ({prices}), {consequence}"
    hint = "compare the row with another source"
    return Finding(f"{row[FILE]} row {row[ROW]}", "", _subject(row), problem, hint)


def _list(rows: pl.DataFrame, field: str, problem: str, hint: str = "") -> list[Finding]:
    return [
        Finding(f"{row[FILE]} row {row[ROW]}", field, _value(row[field]) if field else _subject(row), problem, hint)
        for row in _named(rows)
    ]


def _named(rows: pl.DataFrame) -> list[dict[str, object]]:
    return rows.sort(FILE, ROW).to_dicts()


def _prices_of(frame: pl.DataFrame) -> list[str]:
    return [field for field in PRICE_FIELDS if field in frame.columns]


def _value(value: object) -> str:
    return "" if value is None else str(value)


def _subject(row: dict[str, object]) -> str:
    return f"{row['session']} {row['asset']}"
