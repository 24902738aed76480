"""P&L by kind of event beside base mix and cash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.tearsheet.format import display, number
from backtest.tearsheet.messages import say
from backtest.tearsheet.series import total
from backtest.tearsheet.tables import Cell, Column, Table, as_total, counted, missing, text

if TYPE_CHECKING:
    from backtest.result import Result

__all__ = ["kind_table"]

MOST_KINDS = 20
NO_KIND = "kind not read"


def kind_table(result: Result, events: pl.DataFrame) -> Table:
    """Give the P&L by kind of event beside base mix and cash; the column sums to the equity change."""
    columns = ("Part", "Events", "Traded", "Gained", "P&L", "Mean P&L")
    rows = [_kind_row(kind, group) for kind, group in _kinds(events)]
    parts = result.attribution["event_id"]
    known = {"base", "cash", *result.events["event_id"]}
    controls = [(name, name) for name in parts.unique(maintain_order=True) if name not in known]
    for part, label in (*controls, ("base", say("base mix")), ("cash", say("cash"))):
        pnl = total(result.attribution.filter(parts == part)["pnl"])
        blank = (text(""), text(""), text(""))
        rows.append((text(label), *blank, counted(number(pnl, 0, plus=True), pnl), text("")))
    change = total(result.attribution["pnl"])
    all_events = _kind_row("total", events)
    last = (text(say("total")), *all_events[1:4], counted(number(change, 0, plus=True), change), text(""))
    note = say("The parts sum to the change of equity over the run.")
    return Table(
        say("P&L by kind of event"),
        tuple(Column(say(label), numeric=label != "Part") for label in columns),
        (*rows, tuple(as_total(cell) for cell in last)),
        note,
    )


def _kinds(events: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    named = events.with_columns(pl.col("kind").fill_null(NO_KIND))
    sizes = sorted(
        ((group["kind"][0], group) for group in named.partition_by("kind", maintain_order=True)),
        key=lambda pair: (-pair[1]["pnl"].count(), -pair[1].height, pair[0]),
    )
    shown = [(display(kind, 40), group) for kind, group in sizes[:MOST_KINDS]]
    rest = [group for _, group in sizes[MOST_KINDS:]]
    return [*shown, (say("{count} other kinds", count=len(rest)), pl.concat(rest))] if rest else shown


def _kind_row(label: str, group: pl.DataFrame) -> tuple[Cell, ...]:
    pnl = group["pnl"].drop_nulls()
    count, gained, amount = len(pnl), int((pnl > 0).sum()), total(pnl)
    mean, none = amount / count if count else None, say("no event of it was traded")
    return (
        text(label),
        counted(number(group.height, 0), group.height),
        counted(number(count, 0), count),
        _gained(gained, count) if count else missing(none),
        counted(number(amount if count else None, 0, plus=True), amount if count else None, none),
        counted(number(mean, 0, plus=True), mean, none),
    )


def _gained(part: int, whole: int) -> Cell:
    shown = say("{part} of {whole}", part=number(part, 0), whole=number(whole, 0))
    return Cell(shown, sort=repr(part / whole), exact=(float(part), float(whole)))
