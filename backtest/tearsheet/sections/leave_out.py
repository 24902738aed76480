"""What is left without one event or one company, and what every signal made and why its tilts ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.tearsheet.format import DASH, display, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.sections import fitted
from backtest.tearsheet.sections.base import Block, Section, paired
from backtest.tearsheet.series import total
from backtest.tearsheet.tables import Cell, Column, Table, counted, text

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import View

__all__ = ["section"]

MOST_LEFT = 8


def section(view: View) -> Section:
    """Make the section."""
    blocks = []
    if view.result.leave_out.height:
        sides = [Block(table=_left(view, by)) for by in ("event", "company") if _chosen(view, by).height]
        blocks += [Block(note=_largest(view)), paired(*sides)]
    if view.result.signals.height:
        blocks.append(paired(Block(table=_signals(view)), Block(table=_exits(view))))
    blocks += fitted.blocks(view)
    title = say("Who carries it: leave-one-out, signals, exits")
    return Section("left", title, tuple(blocks), absent="" if blocks else say("No event moved a weight."))


def _chosen(view: View, by: str) -> pl.DataFrame:
    rows = view.result.leave_out.filter(pl.col("by") == by)
    return rows.with_columns(_size=pl.col("difference").abs()).sort("_size", "left_out", descending=[True, False])


def _largest(view: View) -> str:
    by = "event" if _chosen(view, "event").height else "company"
    row = _chosen(view, by).row(0, named=True)
    return say(
        "The whole run made {whole}; without {name}, the one that changes it most, {without}.",
        whole=percent(row["total_return"] - row["difference"], plus=True), name=_name(view, row["left_out"]),
        without=percent(row["total_return"], plus=True),
    )  # fmt: skip


def _name(view: View, left_out: str) -> str:
    row = view.events.filter(pl.col("event_id") == left_out).head(1)
    if not row.height:
        return display(left_out, 40)
    return f"{display(row['asset'][0], 12)} {display(row['kind'][0], 24)} {row['session'][0]}"


def _left(view: View, by: str) -> Table:
    rows = _chosen(view, by)
    body = tuple(
        (
            text(_name(view, row["left_out"])),
            *([counted(number(row["events"], 0), row["events"])] if by == "company" else []),
            _hundredfold(row["total_return"]),
            _hundredfold(row["difference"]),
            _hundredfold(row["max_drawdown"]),
        )
        for row in rows.head(MOST_LEFT).iter_rows(named=True)
    )
    labels = ("Total return, %", "Difference, points", "Deepest drawdown, %")
    columns = (
        Column(say("Without")), *([Column(say("Events"), numeric=True)] if by == "company" else []),
        *(Column(say(label), numeric=True) for label in labels),
    )  # fmt: skip
    hidden = rows.height - len(body)
    note = say("{count} more in leave_out.csv", count=number(hidden, 0)) if hidden > 0 else ""
    caption = say("Without one event") if by == "event" else say("Without one company")
    return Table(caption, columns, body, note)


def _hundredfold(value: float | None) -> Cell:
    return counted(number(None if value is None else value * 100, 2, plus=True), value)


def _signals(view: View) -> Table:
    rows = tuple(
        (
            text(display(row["signal"], 40)),
            text(display(row["kind"], 40)),
            counted(number(row["events"], 0), row["events"]),
            *(counted(number(row[name], 0, plus=name != "cost"), row[name]) for name in ("gross", "cost", "pnl")),
            counted(number(row["turnover"], 2), row["turnover"]),
        )
        for row in view.result.signals.iter_rows(named=True)
    )
    labels = ("Events", "Gain", "Costs", "P&L", "Turnover, x equity")
    columns = (Column(say("Signal")), Column(say("Kind")), *(Column(say(label), numeric=True) for label in labels))
    return Table(say("P&L by signal"), columns, rows)


def _exits(view: View) -> Table:
    frame = view.result.rotations
    rows = []
    for reason in sorted(set(frame["exit"].to_list() if frame.height else [])):
        part = frame.filter(pl.col("exit") == reason)
        pnl = part["pnl"].drop_nulls()
        rows.append(
            (text(understood(display(reason, 80)) or DASH), counted(number(part.height, 0), part.height),
             counted(number(int((pnl > 0).sum()), 0), int((pnl > 0).sum())),
             counted(number(total(pnl) if len(pnl) else None, 0, plus=True), total(pnl) if len(pnl) else None,
                     say("no tilt that ended so held anything")))
        )  # fmt: skip
    labels = ("Tilts", "Gained", "P&L")
    columns = (Column(say("Ended because")), *(Column(say(label), numeric=True) for label in labels))
    return Table(say("Why tilts ended"), columns, tuple(rows), say("Every tilt with its dates in rotations.csv."))
