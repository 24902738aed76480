"""``backtest events preview``: the session of each event and the rule that gave it."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.event_source import Columns, Target, Zone  # noqa: TC001 - typer reads them
from backtest.cli.options import Json  # noqa: TC001 - typer reads it
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.cli.event_source import Looked

__all__ = ["preview"]

MOST_NEAR = 10_000

First = Annotated[int, typer.Option("--first", min=0, metavar="COUNT", help="Events to list.")]
Near = Annotated[
    int, typer.Option("--near", min=0, max=MOST_NEAR, metavar="SESSIONS", help="Distance at which events overlap.")
]
HEADER = ("event_id", "asset", "stated", "grade", "session", "rule")
SPARE = ("asset", "grade")


def preview(
    target: Target,
    *,
    first: First = 20,
    near: Near = 5,
    columns: Columns = None,
    zone: Zone = "",
    as_json: Json = False,
) -> None:
    """Show event -> session with the rule that applied, the counts by rule, and events that are not independent."""
    from backtest.cli.console import write, write_json
    from backtest.cli.event_source import look

    found = look(target, columns, zone)
    rows = _rows(found)
    rules = Counter(row["rule"] for row in rows)
    together = _together(found, near)
    if as_json:
        write_json(
            {
                "fill": found.fill,
                "calendar": found.calendar.name,
                "read": found.events.read,
                "set_aside": found.events.rejected.height,
                "rules": dict(rules),
                **together,
                "events": rows,
            }
        )
    else:
        write("\n".join(_lines(found, rows[:first], rules, _checked(target, columns or (), zone))))
        write(_said(together, near))


def _rows(found: Looked) -> list[dict[str, Any]]:
    from data.timing import first_exchange, rule

    frame, calendars = found.events.frame, found.exchanges or (found.calendar,)
    known_at = frame["known_at"].dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
    first, index = first_exchange(known_at, calendars, found.fill)
    facts = frame.select("event_id", "asset", "stated", "timing").iter_rows()
    return [
        {
            **dict(zip(("event_id", "asset", "stated", "grade"), fact, strict=True)),
            "session": str(exchange.sessions[place]) if place >= 0 else None,
            "rule": f"{exchange.name}: {said}" if found.exchanges else said,
        }
        for fact, at, exchange, place in zip(
            facts, known_at, [calendars[one] for one in first.tolist()], index.tolist(), strict=True
        )
        if (said := rule(fact[3], at, exchange, found.fill))
    ]


def _together(found: Looked, near: int) -> dict[str, Any]:
    from data.events.chains import chains, clusters, overlaps

    frame, calendar = found.events.frame, found.calendar
    groups = chains(found.events.ledger.frame)
    shared = clusters(frame, calendar, found.fill)
    return {
        "overlaps": overlaps(frame, calendar, near, found.fill).height,
        "clusters": [
            {"session": str(day), "assets": names.split(", "), "events": events}
            for day, names, events in shared.select("session", "names", "events").iter_rows()
        ],
        "chains": [
            dict(zip(("group_id", "events", "first", "confirmed"), row, strict=True))
            for row in groups.select("group_id", "events", "first", "confirmed").iter_rows()
        ],
    }


def _lines(found: Looked, rows: list[dict[str, Any]], rules: Counter[str], how: str) -> list[str]:
    from backtest.cli.console import clean
    from backtest.cli.event_table import table

    lines = table(HEADER, [tuple(row[name] for name in HEADER) for row in rows], 40, SPARE) if rows else []
    if len(rows) < rules.total():
        lines.append(f"... and {rules.total() - len(rows)} more (--first and --json list them)")
    counts = [(count, rule) for rule, count in sorted(rules.items(), key=lambda item: (-item[1], item[0]))]
    names = ", ".join(each.name for each in found.exchanges) or found.calendar.name
    head = f"{found.events.label}: {many(rules.total(), 'event')}, fill at the {found.fill} of {names}"
    return [*lines, "", clean(head), *_aside(found, how), *table(("events", "rule"), counts)]


def _checked(target: str, columns: Sequence[str], zone: str) -> str:
    """Give the command that lists what is wrong with the rows looked at."""
    mapped = [word for column in columns for word in ("--column", column)]
    return shlex.join(["backtest", "events", "check", target, *mapped, *(["--timezone", zone] if zone else [])])


def _aside(found: Looked, how: str) -> list[str]:
    """Say how many rows are no event of the list."""
    from backtest.cli.console import clean

    gone, read = found.events.rejected.height, found.events.read
    return [clean(f"{gone:,} of {many(read, 'row')} set aside; `{how}` lists each")] if gone else []


def _said(together: dict[str, Any], near: int) -> str:
    clusters, chains = together["clusters"], together["chains"]
    return (
        f"{many(together['overlaps'], 'pair')} of one asset within {many(near, 'session')}; "
        f"{many(len(clusters), 'shared session')}; {many(len(chains), 'chain')}"
    )
