"""From the abnormal return to the P&L, and what the result is set against: shifted sessions, placebos, hindsight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.tearsheet.charts.shapes import Step, histogram, waterfall
from backtest.tearsheet.charts.xy import Curve, Plot, plot
from backtest.tearsheet.figures import Figure
from backtest.tearsheet.format import display, number, percent
from backtest.tearsheet.messages import say, typeset, understood
from backtest.tearsheet.sections.base import Block, Section, paired
from backtest.tearsheet.tables import Cell, Column, Table, counted, text

if TYPE_CHECKING:
    import polars as pl

    from backtest.evidence.types import Gathered, Hindsight, Placebo
    from backtest.tearsheet.sections.base import View

__all__ = ["dies_at", "section"]

PARTS = ("bridge", "stress", "placebo", "hindsight", "power")


def section(view: View) -> Section:
    """Make the section; what could not be had stands in one list with its reason."""
    title, found = say("Is it real: bridge, timing, placebo, hindsight"), view.result.evidence
    if found is None:
        return Section("evidence", title, absent=say("No evidence was gathered with this run."))
    parts = [
        Block(figure=_bridge(found)), Block(table=_stress_table(found.stress)), Block(figure=_stress(found)),
        Block(figure=_placebo(found.placebo)), Block(table=_hindsight(found.hindsight)),
    ]  # fmt: skip
    there = [part for part in parts if part.figure or part.table]
    rows = [paired(*there[k : k + 2]) for k in range(0, len(there), 2)]
    notes = [Block(note=one) for one in (_power(found), *_missing(found)) if one]
    return Section("evidence", title, (*rows, *notes))


def _bridge(found: Gathered) -> Figure | None:
    if not found.bridge.height:
        return None
    steps, before = [], 0.0
    for row in found.bridge.iter_rows(named=True):
        label, value = understood(display(row["step"], 60)), row["value"]
        shown = percent(value, plus=True)
        hint = f"{label}: {shown}. {understood(display(row['note'], 200))}".strip()
        steps.append(Step(label, before, row["running"], shown, hint, value))
        before = row["running"]
    whole = percent(before, plus=True)
    hint = say("net P&L: {value}", value=whole)
    steps.append(Step(say("net P&L"), 0.0, before, whole, hint, before, whole=True))
    said = say(
        "From the mean abnormal return to the net P&L of {value} over the untilted base, in percent of the capital",
        value=whole,
    )
    return Figure("bridge", say("From CAR to P&L, % of capital"), waterfall(steps, said + "."), note=said + ".",
                  kind="rows")  # fmt: skip


def dies_at(stress: pl.DataFrame) -> int | None:
    """Give the first shift from 0 on without an active return above zero; None while the edge lives or without rows."""
    if stress.is_empty():
        return None
    rows = stress.filter(stress["shift"].is_not_null() & (stress["shift"] >= 0)).sort("shift")
    return next((s for s, r in rows.select("shift", "active_return").iter_rows() if r is None or r <= 0.0), None)


def _stress(found: Gathered) -> Figure | None:
    if not found.stress.height:
        return None
    rows = found.stress.filter(found.stress["shift"].is_not_null()).sort("shift")
    if rows.height < 2:
        return None
    shifts, active = rows["shift"].to_list(), rows["active_return"].to_list()
    dead = dies_at(found.stress)
    if dead is None:
        said = say("Above zero at every shift up to {last} sessions.", last=shifts[-1])
    elif dead == 0:
        said = say("There is no edge even without a shift.")
    else:
        said = say("The edge is gone when everything trades {count} sessions later.", count=dead)
    chart = Plot(
        say("Return over the untilted base by shift: {said}", said=said), shifts, [Curve("a", active, dots=True)], 130,
        [(float(s), number(float(s), 0, plus=True)) for s in shifts], in_percent=True,
        mark=None if dead is None else float(dead),
    )  # fmt: skip
    warned = typeset(say("A shift of -1 trades before the news and is no strategy."))
    return Figure("stress", say("Return over the base a year, all events shifted by sessions"), plot(chart),
                  note=f"{said} {warned}")  # fmt: skip


def _stress_table(stress: pl.DataFrame) -> Table | None:
    if not stress.height:
        return None
    labels = ("Case", "Events", "Net return, %", "Sharpe ratio", "Over base, % a year")
    columns = tuple(Column(say(label), numeric=label != "Case") for label in labels)
    rows = tuple(
        (
            text(understood(display(row["label"], 80))),
            counted(number(row["events"], 0), row["events"]),
            _hundredfold(row["net_return"]),
            counted(number(row["sharpe"], 2), row["sharpe"], say("the returns of this case do not vary")),
            _hundredfold(row["active_return"]),
        )
        for row in stress.iter_rows(named=True)
    )
    return Table(say("Timing stress"), columns, rows)


def _hundredfold(value: float | None) -> Cell:
    why = say("the case could not be walked to its end")
    return counted(number(None if value is None else value * 100, 2, plus=True), value, why)


def _placebo(found: Placebo | None) -> Figure | None:
    if found is None or found.reason or not found.draws.height:
        return None
    values = [v for v in found.draws["net_return"].to_list() if v is not None]
    if not values:
        return None
    label = say("actual {value}", value=percent(found.net_return, 1, plus=True))
    p = number(found.p_return, 4)
    what = say("all {count} possible placebos", count=number(len(values), 0)) if found.exhaustive else say(
        "{count} placebos", count=number(len(values), 0)
    )  # fmt: skip
    said = say("p = {p}: of {what}, net return over the run, at least as good as the actual events.", p=p, what=what)
    svg = histogram(values, found.net_return, 130, said, label)
    return Figure("placebo", say("Placebo distribution of the net return"), svg,
                  note=f"{said} {understood(display(found.design, 300))}")  # fmt: skip


def _hindsight(found: Hindsight | None) -> Table | None:
    if found is None or found.reason:
        return None
    rows = tuple(
        (text(say(label)), _hundredfold(value))
        for label, value in (
            ("known at the time (first print)", found.first_print),
            ("known today (latest vintage)", found.latest_vintage),
            ("hindsight alpha: what nobody could have earned", found.alpha),
        )
    )
    note = say("{count} events differ in number, direction or session.", count=number(found.changed, 0))
    columns = (Column(say("The same run on what was")), Column(say("Net return, %"), numeric=True))
    return Table(say("Hindsight"), columns, rows, note, "narrow")


def _power(found: Gathered) -> str:
    return "" if found.power is None else say("Power: {said}", said=understood(display(found.power.sentence, 500)))


def _missing(found: Gathered) -> list[str]:
    """Say for every part that is not there why."""
    names = {
        "bridge": say("CAR-to-P&L bridge"), "stress": say("Timing stress"), "placebo": say("Placebo"),
        "hindsight": say("Hindsight"), "power": say("Power"),
    }  # fmt: skip
    said = []
    for name in PARTS:
        part = getattr(found, name)
        there = part is not None and (part.height > 0 if name in {"bridge", "stress"} else True)
        reason = found.remarks.get(name, "") or (getattr(part, "reason", "") if there else "")
        if not there or reason:
            why = understood(display(reason, 300)) or say("not gathered with this run")
            said.append(say("{part}: {reason}.", part=names[name], reason=why.rstrip(".")))
    return said
