"""Events on the page: marks, the funnel with its losses, P&L by event."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from backtest.tearsheet.charts.bars import Bar
from backtest.tearsheet.charts.marks import SHAPES, Mark
from backtest.tearsheet.event_words import address_of, value_text
from backtest.tearsheet.format import DASH, display, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.tables import Column, Table, counted, text
from data.events.funnel import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from backtest.result import Result

__all__ = [
    "event_bars",
    "event_marks",
    "funnel_bars",
    "losses_table",
    "ranked",
]

MARKED = ("event_id", "kind", "asset", "direction", "session", "pnl", "value", "low", "high", "prior", "unit", "source")
MOST_BARS = 20
LONGEST_ADDRESS, LONGEST_SOURCE = 200, 60
MOST_LOSSES = 40
OTHER = "other kinds"

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
    """Tell an event, and in a second line its source."""
    # The script makes a link of a line that is an address and nothing else, so an address is whole or not there.
    address = address_of(row["source"])
    source = address if 0 < len(address) <= LONGEST_ADDRESS else display(row["source"], LONGEST_SOURCE)
    return _told(row) + (f"\n{source}" if source else "")


def _told(row: dict[str, Any]) -> str:
    what = " ".join(display(row[field], 40) for field in ("kind", "direction") if row[field])
    who = display(row["asset"], 32) or DASH
    value = f", {shown}" if (shown := value_text(row)) != DASH else ""
    told = say("session {session}, P&L {pnl}", session=row["session"], pnl=number(row["pnl"], 0, plus=True))
    return f"{who}: {what}{value}, {told}"


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
            _told(row),
            more=display(row["kind"], 18),
        )
        for row in rows.iter_rows(named=True)
    ]
