"""What ``backtest data`` shows: tables for people, one JSON object for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backtest.cli.console import clean, write, write_json
from backtest.cli.event_table import table, wrapped
from data.counts import many
from data.prices import vintages
from data.prices.differences import differences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data.errors import Finding
    from data.prices.differences import Change
    from data.prices.fetching import Fetched
    from data.prices.series import Issue
    from data.prices.vintages import Vintage

__all__ = ["show_changes", "show_fetched", "show_issues", "show_stored", "show_vintages"]

MOST_CHANGES = 5
MOST_ISSUES = 20
SPARE = ("exchange", "currency", "fetched")
HEADER = ("asset", "vintage", "sessions", "first", "last", "fetched", "currency", "exchange")


def show_fetched(folder: Path, fetched: Sequence[Fetched], *, as_json: bool) -> None:
    """Show what became of each asset."""
    results = [(one, _changes(folder, one)) for one in fetched]
    if as_json:
        write_json({"store": str(folder), "assets": [_fetched_json(one, changes) for one, changes in results]})
        return
    rows = [("asset", "status", "sessions", "first", "last")]
    lines: list[str] = []
    for one, changes in results:
        span = (str(one.vintage.rows), one.vintage.first, one.vintage.last) if one.vintage else ("", "", "")
        rows.append((one.asset, _status(one, changes), *span))
        lines += [f"  {one.asset}: {change.text}" for change in changes[:MOST_CHANGES]]
        more = len(changes) - MOST_CHANGES
        lines += [f"  {one.asset}: and {more} more, see backtest data diff {one.asset}"] if more > 0 else []
    write(clean("\n".join([*table(rows[0], rows[1:], spare=SPARE), *lines])))


def show_stored(found: Sequence[Vintage], *, as_json: bool) -> None:
    """Show the vintages that answer a question."""
    if as_json:
        write_json({"vintages": [_vintage_json(one) for one in found]})
    else:
        write(clean("\n".join(table(HEADER, [_cells(one) for one in found], spare=SPARE))))


def show_vintages(listed: Sequence[Vintage], *, as_json: bool) -> None:
    """Show every vintage; the newest of an asset is marked."""
    newest = {(one.source, one.asset): one for one in listed}
    ordered = sorted(listed, key=lambda one: one.asset)
    marked = [(one, newest[one.source, one.asset] is one) for one in ordered]
    if as_json:
        write_json({"vintages": [{**_vintage_json(one), "newest": is_newest} for one, is_newest in marked]})
        return
    rows = [(*HEADER, ""), *((*_cells(one), "newest" if is_newest else "") for one, is_newest in marked)]
    write(clean("\n".join(table(rows[0], rows[1:], spare=SPARE))))


def show_issues(issues: Sequence[Issue], notes: Sequence[Finding], damage: Sequence[Finding], *, as_json: bool) -> None:
    """Show doubts and notes; errors are raised by the caller, with JSON they stand here too."""
    if as_json:
        listed = [
            {"severity": one.severity, "rule": one.rule, "row": one.row, **one.finding._asdict()} for one in issues
        ]
        write_json({"issues": listed, "notes": _findings(notes), "damage": _findings(damage)})
        return
    doubts = [one for one in issues if one.severity != "error"]
    lines = [line for one in doubts[:MOST_ISSUES] for line in wrapped(f"{one.severity}: {one.finding}")]
    lines += [f"... and {len(doubts) - MOST_ISSUES} more"] if len(doubts) > MOST_ISSUES else []
    lines += [line for note in notes[:MOST_ISSUES] for line in wrapped(f"note: {note}")]
    lines += [f"... and {many(len(notes) - MOST_ISSUES, 'more note')}"] if len(notes) > MOST_ISSUES else []
    errors = len(damage) + len(issues) - len(doubts)
    counts = [many(errors, "error"), many(len(doubts), "doubt"), many(len(notes), "note")]
    write(clean("\n".join([*lines, ", ".join(counts)])))


def show_changes(old: Vintage, new: Vintage, changes: Sequence[Change], *, as_json: bool) -> None:
    """Show what changed between two vintages."""
    if as_json:
        write_json(
            {
                "asset": new.asset,
                "from": old.object,
                "to": new.object,
                "changes": [_change_json(one) for one in changes],
            }
        )
        return
    head = f"{new.asset}: {old.name} of {old.at[:10]} to {new.name} of {new.at[:10]}"
    rows = [("session", "kind", "change"), *((str(one.session), one.kind, one.text) for one in changes)]
    write(clean("\n".join([head, *(table(rows[0], rows[1:]) if changes else ["nothing changed in the rows"])])))


def _changes(folder: Path, one: Fetched) -> list[Change]:
    if one.vintage is None or one.before is None or not one.is_changed:
        return []
    return differences(vintages.history(folder, one.before), vintages.history(folder, one.vintage))


def _status(one: Fetched, changes: Sequence[Change]) -> str:
    if one.vintage is None:
        return "FAILED"
    if one.before is None:
        return "new"
    restated = [change for change in changes if change.kind != "added"]
    if restated:
        return f"new vintage, {many(len(restated), 'change')} in history"
    if changes:
        return "new vintage, more sessions"
    return "new vintage, same rows" if one.is_changed else "unchanged"


def _fetched_json(one: Fetched, changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "asset": one.asset,
        "status": _status(one, changes),
        "vintage": _vintage_json(one.vintage) if one.vintage else None,
        "changes": [_change_json(change) for change in changes],
        "problem": one.problem._asdict() if one.problem else None,
    }


def _vintage_json(one: Vintage) -> dict[str, Any]:
    return {**asdict(one), "about": dict(one.about)}


def _change_json(change: Change) -> dict[str, Any]:
    return {**asdict(change), "session": str(change.session), "until": str(change.until)}


def _findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [one._asdict() for one in found]


def _cells(one: Vintage) -> tuple[str, ...]:
    about = one.about
    return (
        one.asset,
        one.name,
        str(one.rows),
        one.first,
        one.last,
        one.at[:16].replace("T", " "),
        about.get("currency", ""),
        about.get("exchange", ""),
    )
