"""``backtest events check``: every finding about a file of events, errors first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from backtest.cli.event_source import Columns, Target, Zone  # noqa: TC001 - typer reads them
from backtest.cli.options import Json  # noqa: TC001 - typer reads it
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtest.cli.event_source import Looked
    from data.events.source import Events

__all__ = ["check"]

LEVELS = ("error", "warning", "note")
MOST_SHOWN = 40
SPARE = ("event_id",)
HEADER = ("level", "where", "event_id", "reason", "detail")
Row = tuple[str, str, str, str, str]


def check(target: Target, *, columns: Columns = None, zone: Zone = "", as_json: Json = False) -> None:
    """Check events by every rule; exit 1 when a row is at fault."""
    from backtest.cli.console import write, write_json
    from backtest.cli.event_source import look

    looked = look(target, columns, zone)
    events = looked.events
    found = sorted([*_findings(events), *_future(events), *_slips(looked)], key=lambda row: LEVELS.index(row[0]))
    errors = sum(level == "error" for level, *_ in found)
    if as_json:
        named = [dict(zip(HEADER, row, strict=True)) for row in found]
        write_json({"ok": not errors, "read": events.read, "valid": events.frame.height, "findings": named})
    else:
        write("\n".join(_lines(events, found)))
    if errors:
        raise typer.Exit(1)


def _findings(events: Events) -> list[Row]:
    from data.events.source import at_fault

    columns = ("where", "event_id", "reason", "detail")
    rows: list[Row] = [
        ("error" if at_fault(row[2]) else "note", *row) for row in events.rejected.select(columns).iter_rows()
    ]
    if events.remarks is not None:
        rows += [("warning", *row) for row in events.remarks.select(columns).iter_rows()]
    return rows


def _future(events: Events) -> list[Row]:
    """List what would be known only later than now: a slip of the year, or a row that nobody can have seen."""
    from datetime import UTC, datetime

    frame = events.frame if events.vintages is None else events.vintages
    late = frame.filter(frame["known_at"] > datetime.now(UTC)).select("event_id", "known_at").rows()
    problem = "lies in the future: nobody can know it yet (correct the time, or wait)"
    return [
        ("error", events.label, name, "in the future", f"known_at = {at:%Y-%m-%d %H:%M} UTC {problem}")
        for name, at in late
    ]


def _slips(looked: Looked) -> Iterator[Row]:
    """Remark on announcers that the config does not know, but for one edit; once each, at the first of their events."""
    from backtest.cli.event_names import slips

    if not looked.assets:
        return
    events = looked.events
    announced = events.frame["asset"].drop_nulls()
    for asset, meant in slips(announced.to_list(), looked.assets).items():
        own = events.frame.filter(events.frame["asset"] == asset)
        detail = f"asset {asset!r} ({many(own.height, 'event')}) is in no basket: did you mean {meant}?"
        yield "warning", events.label, str(own["event_id"][0]), "unknown asset", detail


def _lines(events: Events, found: list[Row]) -> list[str]:
    from backtest.cli.console import clean
    from backtest.cli.event_table import table

    lines = table(HEADER, found[:MOST_SHOWN], 44, SPARE) if found else []
    if len(found) > MOST_SHOWN:
        lines.append(f"... and {len(found) - MOST_SHOWN} more (--json lists all)")
    counts = Counter((level, reason) for level, _, _, reason, _ in found)
    if found:
        lines += ["", *table(("level", "reason", "rows"), [(*key, count) for key, count in counts.items()]), ""]
    levels = Counter(level for level, *_ in found)
    said = ", ".join(many(levels[level], level) for level in LEVELS)
    return [*lines, clean(f"{events.label}: {many(events.read, 'row')}, {many(events.frame.height, 'event')}; {said}")]
