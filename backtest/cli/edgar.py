"""``backtest events edgar``: capital expenditure and performance obligations as the SEC's filings made them known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import Json  # noqa: TC001 - typer reads it
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from data.errors import Finding
    from data.events.edgar.company import Answers, Company, CompanyEvents
    from data.events.edgar.source import Collected

__all__ = ["edgar"]

INCOMPLETE = 3
CONTACT, TEST_SERVER = "EVENTFOLIO_CONTACT", "EVENTFOLIO_EDGAR_TEST_SERVER"
MOST_REMARKS = 10
HEADER = ("asset", "kind", "definition", "quarters", "vintages", "first", "last", "gaps")


def edgar(
    companies: Annotated[list[str], typer.Argument(metavar="COMPANY...", help="Names, as CRWV ORCL.")],
    *,
    since: Annotated[str, typer.Option(metavar="DATE", help="First period end: 2019 or 2019-03-31.")] = "",
    from_dir: Annotated[str, typer.Option(metavar="FOLDER", help="Read saved answers; ask nobody.")] = "",
    out: Annotated[str, typer.Option(metavar="FILE", help="CSV to write; events files read it.")] = "",
    contact: Annotated[str, typer.Option(metavar="TEXT", help=f"Name and e-mail for the SEC; else {CONTACT}.")] = "",
    cache: Annotated[str, typer.Option(metavar="FOLDER", help="Where answers are kept; else the user's cache.")] = "",
    cik: Annotated[list[str] | None, typer.Option(metavar="NAME=NUMBER", help="A company we do not know.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for answers that are kept.")] = False,
    as_json: Json = False,
) -> None:
    """Read capex and RPO events from SEC EDGAR, every vintage; exit 3 when something did not come."""
    from data.calendar import load
    from data.events.edgar.source import collect, companies_of

    wanted = companies_of(companies, _ciks(cik or []))
    first = _since(since)
    read = _saved(Path(from_dir)) if from_dir else _server(contact, cache, first, refresh=refresh)
    collected = collect(wanted, read, load("XNYS"), first)
    if out and collected.companies:
        _write(Path(out), collected.csv())
    _show(collected, out, as_json=as_json)
    if collected.missing:
        raise typer.Exit(INCOMPLETE)


def _ciks(texts: Sequence[str]) -> dict[str, int]:
    pairs = [text.partition("=") for text in texts]
    return {name.strip().upper(): int(number) if number.isdecimal() else 0 for name, _, number in pairs}


def _since(text: str) -> date | None:
    from datetime import date

    from data.errors import ConfigError, Finding

    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01-01" if text.isdecimal() else text)
    except ValueError as error:
        finding = Finding("EDGAR", "--since", text, "is no year or day, expected 2019 or 2019-03-31")
        raise ConfigError("EDGAR: --since cannot be read", [finding]) from error


def _saved(folder: Path) -> Callable[[Company], tuple[Answers, list[Finding]]]:
    from data.events.edgar.saved import read_saved

    return lambda company: (read_saved(folder, company), [])


def _server(
    contact: str, cache: str, since: date | None, *, refresh: bool
) -> Callable[[Company], tuple[Answers, list[Finding]]]:
    from backtest.cli.console import note
    from data.events.edgar.cache import Cache, cache_folder
    from data.events.edgar.client import BASE, Client, check_contact
    from data.events.edgar.source import Server

    kept = Cache(Path(cache) if cache else cache_folder())
    base = os.environ.get(TEST_SERVER) or BASE
    client = Client(check_contact(contact or os.environ.get(CONTACT)), base, pace=kept.folder / "pace")
    return Server(client, kept, refresh, since, note, [], []).answers


def _write(path: Path, text: str) -> None:
    from data.errors import ConfigError
    from data.events.edgar.cache import replace_file

    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def _show(collected: Collected, out: str, *, as_json: bool) -> None:
    from backtest.cli.console import clean, note, write, write_json
    from backtest.cli.event_table import wrapped

    if as_json:
        write_json(_json(collected, out))
    else:
        told = [line for one in collected.companies for text in _details(one) for line in wrapped(text)]
        write(clean("\n".join([*_table(collected), *told])))
        if out and collected.companies:
            write(f"wrote {clean(out)}: {many(collected.frame.height, 'event')}")
    for finding in collected.missing:
        note(f"missing: {clean(finding)}")


def _table(collected: Collected) -> list[str]:
    from backtest.cli.event_table import table

    return table(HEADER, [row for one in collected.companies for row in _rows(one)], spare=("kind", "first"))


def _rows(one: CompanyEvents) -> list[tuple[str, ...]]:
    asset = one.company.asset
    rows: list[tuple[str, ...]] = []
    for found in one.definitions:
        gaps = sum(gap.kind == found.kind for gap in one.gaps)
        counts = (f"{found.periods}", f"{found.vintages}", f"{found.first}", f"{found.last}", f"{gaps or '-'}")
        rows.append((asset, found.kind, f"{found.definition} ({found.unit})", *counts))
    return rows or [(asset, "-", "no such value in the filings", "0", "0", "-", "-", "-")]


def _details(one: CompanyEvents) -> list[str]:
    asset = one.company.asset
    lines = [f"{asset}: {one.clock}; {one.exact} of {many(one.frame.height, 'event')} to the second"]
    lines += [f"{asset}: gap: no {gap.kind} for the quarter to {gap.end}: {gap.why}" for gap in one.gaps]
    lines += [f"{asset}: {remark}" for remark in one.remarks[:MOST_REMARKS]]
    lines += [f"{asset}: not used: {finding}" for finding in one.aside[:MOST_REMARKS]]
    more = max(0, len(one.remarks) - MOST_REMARKS) + max(0, len(one.aside) - MOST_REMARKS)
    return [*lines, *([f"{asset}: and {more} more remarks (--json lists all)"] if more else [])]


def _json(collected: Collected, out: str) -> dict[str, Any]:
    return {
        "companies": [_company(one) for one in collected.companies],
        "events": collected.frame.height,
        "missing": [{"where": finding.where, "problem": finding.problem} for finding in collected.missing],
        "out": out or None,
    }


def _company(one: CompanyEvents) -> dict[str, Any]:
    names = ("definition", "unit", "kind", "periods", "vintages", "confirmed")
    return {
        "asset": one.company.asset,
        "cik": one.company.cik,
        "definitions": [
            {**{name: getattr(found, name) for name in names}, "first": f"{found.first}", "last": f"{found.last}"}
            for found in one.definitions
        ],
        "gaps": [{"kind": gap.kind, "end": f"{gap.end}", "why": gap.why} for gap in one.gaps],
        "clock": one.clock,
        "exact": one.exact,
        "events": one.frame.height,
        "remarks": list(one.remarks),
        "not_used": [f"{finding}" for finding in one.aside],
    }
