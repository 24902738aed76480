"""How much of the data was there: prices held without a quote, orders that waited, events by grade of their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.tearsheet.format import display, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.sections.base import Block, Section
from backtest.tearsheet.tables import Cell, Column, Table, counted, text

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import View

__all__ = ["section"]

MOST_ASSETS = 40
MOST_DOUBTS = 20
GRADES = {"A": "A, an instant", "B": "B, a date with its part of the day", "C": "C, a date only"}


def section(view: View) -> Section:
    """Make the section."""
    return Section(
        "coverage", say("Data coverage and quality"), (Block(note=_stale(view)), Block(table=_grades(view)),
        Block(table=_assets(view)), Block(table=_doubts(view))),
    )  # fmt: skip


def _stale(view: View) -> str:
    stale, sessions = int(view.result.daily["stale"].sum()), view.result.daily.height
    if not stale:
        return say("Every asset held had a price in each of the {count} sessions.", count=number(sessions, 0))
    return say("{count} asset-sessions were held without a price and valued at the last mark.", count=number(stale, 0))


def _grades(view: View) -> Table:
    events = view.result.events
    rows = []
    for grade in [*GRADES, None]:
        group = events.filter(pl.col("timing").is_null() if grade is None else pl.col("timing") == grade)
        if not group.height:
            continue
        traded = int(group["pnl"].is_not_null().sum())
        sourced = int(group["source"].is_not_null().sum())
        cells = (counted(number(n, 0), n) for n in (group.height, traded))
        rows.append((text(say(GRADES[grade] if grade else "time not read")), *cells, _share(sourced, group.height)))
    labels = ("Time of the event known as", "Events", "Traded", "With a source")
    columns = tuple(Column(say(label), numeric=k > 0) for k, label in enumerate(labels))
    return Table(say("Events by grade of their time"), columns, tuple(rows), kind="narrow")


def _share(count: int, of: int) -> Cell:
    return counted(percent(count / of, 0), count / of)


def _assets(view: View) -> Table:
    config, trades = view.result.config, view.result.trades
    baskets = {asset: name for name, members in config.baskets.items() for asset in members}
    assets = sorted(baskets)
    rows = []
    for asset in assets[:MOST_ASSETS]:
        log = trades.filter(pl.col("asset") == asset)
        done = log.filter(pl.col("shares") != 0.0)
        first = done["session"].min() if done.height else None
        rows.append(
            (
                text(display(asset, 32)),
                text(display(baskets[asset], 32)),
                text(say("never") if first is None else str(first)),
                counted(number(done.height, 0), done.height),
                counted(number(log.height - done.height, 0), log.height - done.height),
            )
        )
    labels = ("Asset", "Basket", "First traded", "Orders filled", "Orders not filled")
    columns = tuple(Column(say(label), numeric=k > 2) for k, label in enumerate(labels))
    note = (
        say("{count} more assets in trades.csv", count=len(assets) - MOST_ASSETS) if len(assets) > MOST_ASSETS else ""
    )
    return Table(say("Assets"), columns, tuple(rows), note)


def _doubts(view: View) -> Table:
    """Give what was found in the prices, counted by severity, kind and asset."""
    keys = ["severity", "kind", "asset"]
    counted_by = view.result.quality.group_by(keys).agg(pl.len().alias("count"), pl.col("session").min().alias("first"))
    found = counted_by.sort("count", *keys, descending=[True, False, False, False], nulls_last=True)
    rows = tuple(
        (
            *(text(understood(display(row[key], 60))) for key in keys),
            text("" if row["first"] is None else str(row["first"])),
            counted(number(row["count"], 0), row["count"]),
        )
        for row in found.head(MOST_DOUBTS).iter_rows(named=True)
    )
    hidden = found.height - len(rows)
    labels = ("Severity", "Finding", "Asset", "First session", "Findings")
    columns = tuple(Column(say(label), numeric=label == "Findings") for label in labels)
    return Table(say("Findings in the prices"), columns, rows,
                 say("{count} more lines in quality.parquet", count=hidden) if hidden else "")  # fmt: skip
