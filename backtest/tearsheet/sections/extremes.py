"""The worst drawdowns with who caused them, the best and the worst sessions, P&L by company."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from backtest.tearsheet.episodes import causes, episodes
from backtest.tearsheet.format import DASH, display, number
from backtest.tearsheet.messages import say
from backtest.tearsheet.rolling import session_returns
from backtest.tearsheet.sections.base import Block, Section, paired
from backtest.tearsheet.series import total
from backtest.tearsheet.tables import Cell, Column, Table, counted, missing, text

if TYPE_CHECKING:
    from datetime import date

    from backtest.tearsheet.episodes import Episode
    from backtest.tearsheet.sections.base import View

__all__ = ["section"]

MOST_SESSIONS = 5
MOST_CAUSES = 2
MOST_COMPANIES = 20
OWN = ("base", "cash")


def section(view: View) -> Section:
    """Make the section."""
    sides = paired(Block(table=_sessions(view)), Block(table=_companies(view)))
    return Section("extremes", say("Who made it, who lost it"), (Block(table=_drawdowns(view)), sides))


def _drawdowns(view: View) -> Table:
    found = episodes(view.found.strategy)
    columns = (
        Column(say("Depth, %"), numeric=True), Column(say("Peak")), Column(say("Trough")), Column(say("Recovery")),
        Column(say("Sessions"), numeric=True), Column(say("Base mix"), numeric=True),
        Column(say("Events"), numeric=True), Column(say("Largest event losses")),
    )  # fmt: skip
    note = say(
        "P&L of base mix and events from peak to trough. Sessions: from the peak to the recovery, or to the end."
    )
    return Table(
        say("Worst drawdowns and who caused them"), columns, tuple(_episode(view, one) for one in found), note, "broad"
    )


def _episode(view: View, one: Episode) -> tuple[Cell, ...]:
    days = view.found.sessions
    parts = causes(view.result.attribution, days[one.peak] if one.peak >= 0 else None, days[one.trough])
    base = math.fsum(pnl for name, pnl in parts if name == "base")
    events = [(name, pnl) for name, pnl in parts if name not in OWN]
    amount = math.fsum(pnl for _, pnl in events)
    length = (len(days) - 1 if one.recovery is None else one.recovery) - one.peak
    worst = [f"{_named(view, name)} {number(pnl, 0)}" for name, pnl in events[:MOST_CAUSES] if pnl < 0]
    return (
        counted(number(one.depth * 100, 2), one.depth),
        _date(days[one.peak].isoformat() if one.peak >= 0 else say("start")),
        _date(days[one.trough].isoformat()),
        _date(say("not yet") if one.recovery is None else days[one.recovery].isoformat()),
        counted(number(length, 0), length),
        counted(number(base, 0, plus=True), base),
        counted(number(amount, 0, plus=True), amount),
        text("; ".join(worst)) if worst else missing(say("no event lost")),
    )


def _date(shown: str) -> Cell:
    return Cell(shown, kind="nowrap")


def _named(view: View, event_id: str) -> str:
    row = view.events.filter(pl.col("event_id") == event_id).head(1)
    if not row.height:
        return display(event_id, 40)
    return f"{display(row['asset'][0], 12)} {display(row['kind'][0], 24)} {row['session'][0]}"


def _sessions(view: View) -> Table:
    own = session_returns(view.found.strategy).tolist()
    known = sorted((i for i, r in enumerate(own) if math.isfinite(r)), key=lambda i: (own[i], i))
    chosen = known[:MOST_SESSIONS] + known[MOST_SESSIONS:][-MOST_SESSIONS:]
    others = [(say("Untilted base, %"), session_returns(view.found.base).tolist())]
    if view.found.benchmark is not None:
        others.append((say("Benchmark, %"), session_returns(view.found.benchmark).tolist()))
    labels = (say("Strategy, %"), *(label for label, _ in others))
    columns = (
        Column(say("Session")),
        *(Column(label, numeric=True) for label in labels),
        Column(say("Events, P&L"), numeric=True),
    )  # fmt: skip
    traded = {view.found.sessions[i]: _event_pnl(view, view.found.sessions[i]) for i in chosen}
    rows = tuple(
        (
            _date(view.found.sessions[i].isoformat()),
            *(counted(number(r[i] * 100, 2, plus=True), r[i]) for r in (own, *(r for _, r in others))),
            counted(number(traded[view.found.sessions[i]], 0, plus=True), traded[view.found.sessions[i]]),
        )
        for i in chosen
    )
    return Table(say("Worst and best sessions"), columns, rows,
                 say("Close to close, net; the first session from the capital."))  # fmt: skip


def _event_pnl(view: View, session: date) -> float:
    rows = view.result.attribution.filter((pl.col("session") == session) & ~pl.col("event_id").is_in(OWN))
    return total(rows["pnl"])


def _companies(view: View) -> Table:
    traded = view.events.filter(pl.col("pnl").is_not_null()).with_columns(pl.col("asset").fill_null(DASH))
    groups = [(group["asset"][0], group["pnl"]) for group in traded.partition_by("asset", maintain_order=True)]
    ordered = sorted(groups, key=lambda pair: (-abs(total(pair[1])), pair[0]))
    rows = tuple(
        (
            text(display(asset, 32)),
            counted(number(len(pnl), 0), len(pnl)),
            counted(number(int((pnl > 0).sum()), 0), int((pnl > 0).sum())),
            counted(number(total(pnl), 0, plus=True), total(pnl)),
        )
        for asset, pnl in ordered[:MOST_COMPANIES]
    )
    hidden = len(ordered) - len(rows)
    labels = ("Announcer", "Traded", "Gained", "P&L")
    note = say("{count} more in events.csv", count=hidden) if hidden else ""
    columns = tuple(Column(say(x), numeric=x != "Announcer") for x in labels)
    return Table(say("P&L by company"), columns, rows, note, "narrow")
