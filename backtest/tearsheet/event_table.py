"""The table of events: what was said and when, how strong, what the market and the account made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from backtest.tearsheet.event_words import address_of, stated_numbers, strength, value_text
from backtest.tearsheet.format import DASH, display, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.tables import Cell, Column, Table, counted, missing, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["event_table"]

MOST_ROWS = 60
# Of an address little more than its host is seen; hovering tells the whole.
LONGEST_SOURCE = 28
OPTIONAL = ("Direction", "Value", "Strength", "CAR, %")
HINTS = {
    "Session": "the first session in which the event could be traded",
    "Strength": "value, or the middle of its range, less the prior, over the size of the prior",
    "CAR, %": "cumulative abnormal return: the announcer's return less what the model expected, summed",
    "P&L": "gain on the part of the position the event put there, less its share of the costs, account currency",
    "Grade": "A an instant, B a date with its part of the day, C a date only",
}
KINDS = {"Value": "amount", "Time as stated": "stated", "Rule": "rule"}
SECONDS = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?=[-+Z ]|$)")


def event_table(events: pl.DataFrame, cars: Mapping[str, float] | None = None, window: str = "") -> Table:
    """Give the first 60 events, the rest as a count.

    ``cars`` are the announcers' cumulative abnormal returns over the ``window`` by event_id.
    """
    cars = cars or {}
    labels = (
        "Session", "Asset", "Kind", "Direction", "Value", "Strength", "CAR, %", "P&L", "Time as stated", "Grade",
        "Rule", "Source",
    )  # fmt: skip
    columns = tuple(Column(say(x), x in {"P&L", "CAR, %", "Strength"}, _hint(x), KINDS.get(x, "")) for x in labels)
    rows = tuple(_row(row, cars) for row in events.head(MOST_ROWS).iter_rows(named=True))
    # Columns that no event fills take no room.
    kept = [k for k, label in enumerate(labels) if label not in OPTIONAL or any(row[k].text != DASH for row in rows)]
    columns, rows = tuple(columns[k] for k in kept), tuple(tuple(row[k] for k in kept) for row in rows)
    hidden = events.height - len(rows)
    note = say("{count} more in events.parquet", count=number(hidden, 0)) if hidden else ""
    has_strength = labels.index("Strength") in kept
    strong = say("Strength: the change against the prior, in percent of it.") if has_strength else ""
    car = say("CAR: of the announcer, {window}.", window=window) if window else ""
    remarks = " ".join(one for one in (note and f"{note}.", strong, car) if one)
    return Table(say("Events, largest P&L first"), columns, rows, remarks, kind="events")


def _row(row: dict[str, Any], cars: Mapping[str, float]) -> tuple[Cell, ...]:
    session = row["session"].isoformat() if row["session"] else DASH
    rule = display(understood(row["rule"] or ""), 160)
    if row["pnl"] is None:
        why = display(understood(row["reason"] or ""), 160) or display(row["status"], 60) or say("no reason given")
        rule = say("not traded: {reason}", reason=why)
    change, car = strength(row), cars.get(row["event_id"])
    return (
        text(session, title="" if row["session"] else rule),
        _or_missing(display(row["asset"], 32), say("the source names no asset")),
        _or_missing(display(row["kind"], 40), say("kind not read")),
        _or_missing(display(row["direction"], 40), say("the source states no direction")),
        _amounts(row),
        counted(percent(change, 1, plus=True), change, say("no value with a prior to hold it against")),
        counted(number(None if car is None else car * 100, 2, plus=True), car,
                say("no abnormal return over the whole window")),
        counted(number(row["pnl"], 0, plus=True), row["pnl"], rule),
        _stated(row["stated"]),
        _or_missing(display(row["timing"], 8), say("time not read")),
        text(rule),
        _source(row["source"]),
    )  # fmt: skip


def _hint(label: str) -> str:
    return say(HINTS[label]) if label in HINTS else ""


def _or_missing(shown: str, why: str) -> Cell:
    return text(shown) if shown else missing(why)


def _stated(stated: str | None) -> Cell:
    """Give a stated time without its seconds; the whole one shows on hover."""
    whole = display(stated, 60)
    shown = SECONDS.sub(r"\1 \2", whole)
    return text(shown, title="" if shown == whole else whole) if shown else missing(say("time not read"))


def _amounts(row: dict[str, Any]) -> Cell:
    stated = tuple(stated_numbers(row))
    if not stated:
        return missing(say("the source states no number"))
    return Cell(value_text(row), sort=f"{stated[0]:.12g}", exact=stated if len(stated) > 1 else ())


def _source(source: str | None) -> Cell:
    address = address_of(source)
    whole = display(source, 300)
    shown = display(address.split("//", 1)[1] if address else source, LONGEST_SOURCE)
    if not shown:
        return missing(say("no source is stated"))
    # A browser tells the address of a link by itself.
    return Cell(shown, title="" if whole == address else whole, href=address)
