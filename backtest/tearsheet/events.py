"""Events on the page: marks, the funnel with its losses, the table, P&L by event and by kind."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from backtest.tearsheet.charts.bars import Bar
from backtest.tearsheet.charts.marks import SHAPES, Mark
from backtest.tearsheet.format import DASH, display, link, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.series import total
from backtest.tearsheet.tables import Cell, Column, Table, as_total, counted, text
from data.events.funnel import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from backtest.result import Result

__all__ = [
    "event_bars",
    "event_marks",
    "event_table",
    "funnel_bars",
    "kind_table",
    "losses_table",
    "ranked",
    "strength",
]

MARKED = ("event_id", "kind", "asset", "direction", "session", "pnl", "value", "low", "high", "prior", "unit", "source")
MOST_ROWS = 60
MOST_BARS = 30
MOST_LOSSES = 40
MOST_KINDS = 20
OTHER = "other kinds"
OPTIONAL = ("Direction", "Value", "Strength", "CAR, %")
NO_KIND = "kind not read"

STAGE_MEANING = {
    "read": "rows found in the source",
    "valid": "pass the schema and the quarantine",
    "mapped": "selected by a signal",
    "tradable": "have a session within the run",
    "traded": "moved a target weight",
}


def ranked(result: Result) -> pl.DataFrame:
    """Order events for the page: traded ones first, by the size of their P&L, then by session and name."""
    size = pl.col("pnl").fill_nan(None).abs()
    return (
        result.events.with_columns(pl.col("pnl").fill_nan(None), size.alias("_size"))
        .sort("_size", "session", "event_id", descending=[True, False, False], nulls_last=True)
        .drop("_size")
    )


def _traded(events: pl.DataFrame) -> pl.DataFrame:
    return events.filter(pl.col("pnl").is_not_null())


def event_marks(events: pl.DataFrame, sessions: Sequence[date]) -> dict[str, list[Mark]]:
    """Give the marks of the traded events by kind, frequent kinds first; rare kinds share the last lane."""
    rows = _traded(events).filter(pl.col("session").is_in(sessions))
    place = {session: i for i, session in enumerate(sessions)}
    frequent = [kind for kind, _ in _by_count(rows)]
    lanes = frequent if len(frequent) <= len(SHAPES) else [*frequent[: len(SHAPES) - 1], OTHER]
    marks: dict[str, list[Mark]] = {kind: [] for kind in lanes}
    for row in rows.select(MARKED).iter_rows(named=True):
        kind = display(row["kind"], 40)
        mark = Mark(place[row["session"]], row["pnl"], row["event_id"] or "", partial(_sentence, row))
        marks[kind if kind in marks else OTHER].append(mark)
    return marks


def _by_count(rows: pl.DataFrame) -> list[tuple[str, int]]:
    counts = Counter(display(kind, 40) for kind in rows["kind"].to_list())
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _sentence(row: dict[str, Any]) -> str:
    what = " ".join(display(row[field], 40) for field in ("kind", "direction") if row[field])
    who = display(row["asset"], 32) or DASH
    value = f", {shown}" if (shown := _value(row)) != DASH else ""
    told = say("session {session}, P&L {pnl}", session=row["session"], pnl=number(row["pnl"], 0, plus=True))
    address = link(row["source"])
    return f"{who}: {what}{value}, {told}" + (f"\n  {display(address.split('//', 1)[1], 72)}" if address else "")


def funnel_bars(result: Result) -> list[Bar]:
    """Give the funnel as bars."""
    read = result.funnel.counts[0]
    bars = []
    for stage, count in zip(STAGES, result.funnel.counts, strict=True):
        share = f" ({percent(count / read, 0)})" if read else ""
        label = say(stage)
        bars.append(Bar(label, float(count), f"{number(count, 0)}{share}", f"{label}: {say(STAGE_MEANING[stage])}"))
    return bars


def losses_table(result: Result) -> Table:
    """Give every loss between the stages with its reason."""
    losses = sorted(result.funnel.losses, key=lambda loss: (STAGES.index(loss.stage), -loss.count, loss.reason))
    rows = tuple(
        (
            text(say("not {stage}", stage=say(loss.stage))),
            text(display(understood(loss.reason), 160)),
            counted(number(loss.count, 0), loss.count),
        )
        for loss in losses[:MOST_LOSSES]
    )
    hidden = losses[MOST_LOSSES:]
    lost = number(sum(x.count for x in hidden), 0)
    note = say("{count} more reasons with {events} events", count=len(hidden), events=lost) if hidden else ""
    columns = (Column(say("Lost")), Column(say("Reason")), Column(say("Events"), numeric=True))
    return Table(say("Events lost on the way"), columns, rows, note)


def event_bars(events: pl.DataFrame) -> list[Bar]:
    """Give the largest P&L by event as bars, best first."""
    rows = _traded(events).head(MOST_BARS).sort("pnl", "session", "event_id", descending=[True, False, False])
    return [
        Bar(
            f"{row['session'] or DASH} {display(row['asset'], 8) or DASH}",
            row["pnl"],
            number(row["pnl"], 0, plus=True),
            _sentence(row),
            more=display(row["kind"], 18),
        )
        for row in rows.iter_rows(named=True)
    ]


def event_table(events: pl.DataFrame, cars: Mapping[str, float] | None = None, window: str = "") -> Table:
    """Give the first 60 events, the rest as a count.

    ``cars`` are the announcers' cumulative abnormal returns over the ``window`` by event_id.
    """
    cars = cars or {}
    labels = (
        "Session", "Asset", "Kind", "Direction", "Value", "Time as stated", "Grade", "Rule", "Strength", "CAR, %",
        "P&L", "Source",
    )  # fmt: skip
    columns = tuple(Column(say(label), numeric=label in {"P&L", "CAR, %", "Strength"}) for label in labels)
    rows = tuple(_row(row, cars) for row in events.head(MOST_ROWS).iter_rows(named=True))
    # Columns that no event fills take no room.
    kept = [k for k, label in enumerate(labels) if label not in OPTIONAL or any(row[k].text != DASH for row in rows)]
    columns, rows = tuple(columns[k] for k in kept), tuple(tuple(row[k] for k in kept) for row in rows)
    hidden = events.height - len(rows)
    note = say("{count} more in events.parquet", count=number(hidden, 0)) if hidden else ""
    strong = say("Strength: the change against the prior, in percent of it.")
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
        Cell(session, kind="nowrap"),
        text(display(row["asset"], 32) or DASH),
        text(display(row["kind"], 40) or DASH),
        text(display(row["direction"], 40) or DASH),
        Cell(_value(row), kind="amount"),
        Cell(display(row["stated"], 40) or DASH, kind="nowrap"),
        text(display(row["timing"], 8) or DASH),
        Cell(rule, kind="long"),
        counted(percent(change, 1, plus=True), change),
        counted(number(None if car is None else car * 100, 2, plus=True), car),
        counted(number(row["pnl"], 0, plus=True), row["pnl"]),
        _source(row["source"]),
    )


def strength(row: dict[str, Any]) -> float | None:
    """Give the change of the value, or of the middle of its range, against the prior, a fraction of its size."""
    value, low, high, prior = (row[field] for field in ("value", "low", "high", "prior"))
    if value is None and low is not None and high is not None:
        value = (low + high) / 2
    return (value - prior) / abs(prior) if value is not None and prior else None


def _value(row: dict[str, Any]) -> str:
    unit = f" {display(row['unit'], 16)}" if row["unit"] else ""
    value, low, high = (_plain(row[field]) for field in ("value", "low", "high"))
    shown = value or (f"{low} {say('to')} {high}" if low and high else low or high)
    if not shown:
        return DASH
    return f"{shown}{unit}" + (
        f" ({say('before {value}', value=_plain(row['prior']))})" if _plain(row["prior"]) else ""
    )


def _plain(value: float | None) -> str:
    shown = number(value, 2 if value is None or abs(value) >= 1 else 6)
    if shown == DASH:
        return ""
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _source(source: str | None) -> Cell:
    address = link(source)
    shown = display(address.split("//", 1)[1] if address else source, 48) or DASH
    return Cell(shown, title=display(source, 300), href=address, kind="source")


def kind_table(result: Result, events: pl.DataFrame) -> Table:
    """Give the P&L by kind of event beside base mix and cash; the column sums to the equity change."""
    columns = ("Part", "Events", "Traded", "Gained", "P&L", "Mean P&L")
    rows = [_kind_row(kind, group) for kind, group in _kinds(events)]
    parts = result.attribution["event_id"]
    known = {"base", "cash", *result.events["event_id"]}
    controls = [(name, name) for name in parts.unique(maintain_order=True) if name not in known]
    for part, label in (*controls, ("base", say("base mix")), ("cash", say("cash"))):
        pnl = total(result.attribution.filter(parts == part)["pnl"])
        blank = (text(DASH), text(DASH), text(DASH))
        rows.append((text(label), *blank, counted(number(pnl, 0, plus=True), pnl), text(DASH)))
    change = total(result.attribution["pnl"])
    all_events = _kind_row("total", events)
    last = (text(say("total")), *all_events[1:4], counted(number(change, 0, plus=True), change), text(DASH))
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
        key=lambda pair: (-_traded(pair[1]).height, -pair[1].height, pair[0]),
    )
    shown = [(display(kind, 40), group) for kind, group in sizes[:MOST_KINDS]]
    rest = [group for _, group in sizes[MOST_KINDS:]]
    return [*shown, (say("{count} other kinds", count=len(rest)), pl.concat(rest))] if rest else shown


def _kind_row(label: str, group: pl.DataFrame) -> tuple[Cell, ...]:
    pnl = _traded(group)["pnl"]
    count, gained, amount = len(pnl), int((pnl > 0).sum()), total(pnl)
    mean = amount / count if count else None
    return (
        text(label),
        counted(number(group.height, 0), group.height),
        counted(number(count, 0), count),
        counted(
            say("{part} of {whole}", part=number(gained, 0), whole=number(count, 0)) if count else DASH,
            gained / count if count else None,
        ),
        counted(number(amount if count else None, 0, plus=True), amount if count else None),
        counted(number(mean, 0, plus=True), mean),
    )
