"""``backtest events show``: what was known at an instant, with the first print and the latest vintage beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.event_source import Columns, Target, Zone  # noqa: TC001 - typer reads them
from backtest.cli.options import Json  # noqa: TC001 - typer reads it
from data.counts import many

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from data.calendar import Calendar
    from data.events.ledger import Ledger

__all__ = ["show"]

At = Annotated[
    str, typer.Option("--at", metavar="DATE|INSTANT", help="2026-02-06 (its end) or 2026-02-06T16:05-05:00.")
]
OfAsset = Annotated[str, typer.Option("--asset", metavar="ASSET", help="Only this announcer.")]
OfKind = Annotated[str, typer.Option("--kind", metavar="KIND", help="Only this kind.")]
HEADER = (
    "asset",
    "kind",
    "metric",
    "period",
    "known then",
    "vintage",
    "first print",
    "latest",
    "known at",
    "direction",
)
# What a narrow terminal does without, first things first.
SPARE = ("vintage", "latest", "direction", "first print")
FIELDS = ("asset", "kind", "metric", "definition", "period", "event_id", "direction", "unit", "vintage", "vintages")
MOST_SHOWN = 60


def show(
    target: Target = "curated",
    *,
    at: At = "",
    asset: OfAsset = "",
    kind: OfKind = "",
    columns: Columns = None,
    zone: Zone = "",
    as_json: Json = False,
) -> None:
    """Show what was known at an instant; without one, at the last vintage."""
    from backtest.cli.console import clean, write, write_json
    from backtest.cli.event_source import look

    found = look(target, columns, zone)
    ledger = found.events.ledger
    instant = _instant(at, found.calendar) if at else _last(ledger)
    rows = _rows(ledger, instant, asset, kind) if instant else []
    known_at = "" if instant is None else f"{instant:%Y-%m-%dT%H:%M:%SZ}"
    if as_json:
        write_json({"at": known_at, "facts": rows})
    else:
        write("\n".join(_lines(rows, found.calendar)))
        since = known_at or "no time: there are no events"
        write(clean(f"{found.events.label}: {many(len(rows), 'fact')} known at {since}"))


def _instant(text: str, calendar: Calendar) -> datetime:
    from data.errors import ConfigError, Finding
    from data.timing import read_stated

    stated = read_stated(text, None, calendar, calendar.zone.key)
    if stated.at is None:
        raise ConfigError("--at cannot be read", [Finding("--at", "", text, stated.problem, stated.hint)])
    return stated.at


def _last(ledger: Ledger) -> datetime | None:
    last: datetime | None = ledger.frame["known_at"].max()  # type: ignore[assignment]
    return last


def _rows(ledger: Ledger, instant: datetime, asset: str, kind: str) -> list[dict[str, Any]]:
    wanted = {name: text for name, text in (("asset", asset), ("kind", kind)) if text}
    then = ledger.as_of(instant)
    chosen = (then.filter(**wanted) if wanted else then).sort(
        "asset", "kind", "metric", "period", "event_id", nulls_last=True
    )
    known, first, latest = (_numbers(rows) for rows in (chosen, ledger.first_print(), ledger.latest_vintage()))
    return [
        {name: row[name] for name in FIELDS}
        | {"known_at": f"{row['known_at']:%Y-%m-%dT%H:%M:%SZ}", "low": row["low"], "high": row["high"]}
        | {"known": known[row["fact"]], "first_print": first[row["fact"]], "latest": latest[row["fact"]]}
        for row in chosen.iter_rows(named=True)
    ]


def _numbers(rows: pl.DataFrame) -> dict[int, dict[str, Any]]:
    """Give value or midpoint and unit of each fact; the units of two vintages may differ."""
    from data.events.ledger import central

    numbers = rows.select("fact", "unit", number=central()).iter_rows(named=True)
    return {row["fact"]: {"number": row["number"], "unit": row["unit"]} for row in numbers}


def _lines(rows: list[dict[str, Any]], calendar: Calendar) -> list[str]:
    from backtest.cli.event_table import table

    lines = table(HEADER, [_cells(row, calendar) for row in rows[:MOST_SHOWN]], 34, SPARE)
    if len(rows) > MOST_SHOWN:
        lines.append(f"... and {len(rows) - MOST_SHOWN} more (--json lists all; --asset and --kind choose)")
    return lines


def _cells(row: dict[str, Any], calendar: Calendar) -> tuple[str, ...]:
    from datetime import datetime

    from backtest.cli.event_table import amount

    local = datetime.fromisoformat(row["known_at"]).astimezone(calendar.zone)
    return (
        row["asset"] or "",
        row["kind"],
        row["metric"] or "",
        row["period"] or "",
        _range(row) or amount(**row["known"]) or "words",
        f"{row['vintage']} of {row['vintages']}",
        amount(**row["first_print"]),
        amount(**row["latest"]),
        f"{local:%Y-%m-%d %H:%M}",
        row["direction"] or "",
    )


def _range(row: dict[str, Any]) -> str:
    from backtest.cli.event_table import amount

    ends = [amount(row[end], row["unit"]) for end in ("low", "high")]
    if all(ends) and ends[0].partition(" ")[2] == ends[1].partition(" ")[2]:
        ends[0] = ends[0].partition(" ")[0]  # 175 to 185 bn
    return " to ".join(ends) if all(ends) else f"> {ends[0]}" if ends[0] else f"< {ends[1]}" if ends[1] else ""
