"""Prices once the quality pass has been over them: errors stop, contradictory rows go, every doubt is listed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from data.counts import many
from data.errors import Finding, InputError
from data.hashing import frame_hash
from data.prices import quality
from data.prices.long import LISTED_SPLIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.calendar import Calendar
    from data.prices.series import Issue
    from data.prices.source import Prices

__all__ = ["QUALITY", "examined", "issues_of", "no_doubts", "quality_frame", "sentence", "sift"]

KEY = ("session", "asset")
# What is known of each doubt: how grave, its rule, the row it is about, the cell, what is wrong and how to mend it.
QUALITY: dict[str, type[pl.DataType]] = {
    "severity": pl.String,
    "kind": pl.String,
    "asset": pl.String,
    "session": pl.Date,
    "where": pl.String,
    "field": pl.String,
    "value": pl.String,
    "problem": pl.String,
    "remedy": pl.String,
}
MOST_NAMED = 4


def examined(prices: Prices, calendar: Calendar) -> Prices:
    """Go over prices of files once more, for what shows only from one row to the next.

    Raises
    ------
    InputError
        With every error: a switch of units, a split that the price contradicts, a lonely row, ...

    """
    issues = issues_of(prices, calendar)
    kept, listed = sift(prices.frame, issues, prices.label)
    content = prices.content_hash if kept.height == prices.frame.height else frame_hash(kept, KEY)
    return replace(prices, frame=kept, quality=listed, content_hash=content)


def issues_of(prices: Prices, calendar: Calendar) -> list[Issue]:
    """List what is wrong or doubtful in loaded prices, each at its row of its file where that is known."""
    frame = prices.frame
    if prices.places is not None:  # splits that the prices have already are held against them
        frame = frame.with_columns(pl.coalesce("split", prices.places[LISTED_SPLIT]).alias("split"))
    issues = quality.examine(frame, calendar, prices.adjustment, where=prices.label, allow_gaps=prices.allow_gaps)
    return issues if prices.places is None else [_placed(issue, frame, prices.places) for issue in issues]


def sift(frame: pl.DataFrame, issues: Sequence[Issue], label: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refuse what is wrong, leave out rows that contradict themselves; give the rows that stay and all doubts.

    Raises
    ------
    InputError
        With every error, and every contradictory row whose dividend or split would be lost with it.

    """
    aside = [issue for issue in issues if issue.severity == "set aside"]
    errors = [issue.finding for issue in issues if issue.severity == "error"]
    errors += [issue.finding for issue in aside if _has_action(frame, issue)]
    if errors:
        raise InputError(f"{label}: the prices cannot be used", errors)
    rows = {issue.row for issue in aside}
    kept = frame.filter(~pl.int_range(pl.len()).is_in(list(rows))) if rows else frame
    return kept, _listed(frame, issues)


def quality_frame(prices: Prices) -> pl.DataFrame:
    """Give all that was found in the prices of a run: what the loader noted, then the doubts; QUALITY columns."""
    notes = [("note", "loader", None, None, *_cells(finding)) for finding in prices.findings]
    noted = pl.DataFrame(notes, schema=QUALITY, orient="row")
    return noted if prices.quality is None else pl.concat([noted, prices.quality])


def no_doubts() -> pl.DataFrame:
    """Give the frame of prices in which nothing was found."""
    return pl.DataFrame(schema=QUALITY)


def sentence(prices: Prices) -> tuple[str, ...]:
    """Count the doubts by rule in one sentence for the first screen; none without doubts."""
    if prices.quality is None or prices.quality.is_empty():
        return ()
    counts = Counter(prices.quality["kind"].to_list())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    said = ", ".join(f"{kind} {count}" for kind, count in ordered[:MOST_NAMED])
    rest = f", {len(ordered) - MOST_NAMED} more kinds" if len(ordered) > MOST_NAMED else ""
    return (f"{many(prices.quality.height, 'doubt')} in the prices ({said}{rest}); quality.parquet lists each row.",)


def _placed(issue: Issue, frame: pl.DataFrame, places: pl.DataFrame) -> Issue:
    """Name the row as it stands in its file."""
    if issue.row is None:
        return issue
    file, row, _ = places.row(issue.row)
    where = f"{file} row {row} ({frame['session'][issue.row]} {frame['asset'][issue.row]})"
    return replace(issue, finding=issue.finding._replace(where=where))


def _has_action(frame: pl.DataFrame, issue: Issue) -> bool:
    row = issue.row or 0
    return frame["dividend"][row] is not None or frame["split"][row] is not None


def _listed(frame: pl.DataFrame, issues: Sequence[Issue]) -> pl.DataFrame:
    rows = [(issue.severity, issue.rule, *_subject(frame, issue.row), *_cells(issue.finding)) for issue in issues]
    return pl.DataFrame(rows, schema=QUALITY, orient="row")


def _subject(frame: pl.DataFrame, row: int | None) -> tuple[object, object]:
    return (None, None) if row is None else (frame["asset"][row], frame["session"][row])


def _cells(finding: Finding) -> tuple[str, ...]:
    return finding.where, finding.field, finding.value, finding.problem, finding.hint
