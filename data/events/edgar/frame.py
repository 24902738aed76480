"""Vintages as events: one row per vintage in the EVENTS schema, and the CSV that the loader of files reads back."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from data.events.edgar.quarters import calendar_quarter, weeks
from data.schema import EVENTS, check, conform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from data.events.edgar.quarters import Vintage

__all__ = ["COLUMNS", "csv_text", "events_frame"]

MILLION = 1_000_000
# The columns of the CSV, under the names that the loader looks for by itself; both times are written as texts.
COLUMNS = (
    "event_id", "kind", "asset", "announced_at", "known_at", "channel", "period", "period_end", "metric", "definition",
    "value", "unit", "direction", "confidence", "source", "note",
)  # fmt: skip
TEXTS = {"announced_at", "known_at"}


def events_frame(asset: str, vintages: Sequence[Vintage]) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """Give the events of one company, and the same as rows of texts for a file.

    The first vintage of a period is announced when it is known. Each later one carries the announcement of the first,
    its own known_at and the direction ``restated``. A first vintage that comes a year late, because the company moved
    to another tag or the older filing is not in the data, has the direction ``comparative``: it is no first print of
    its period. Values are in millions of the currency.
    """
    rows: list[dict[str, Any]] = []
    labels = _labels(vintages)
    first: dict[tuple[object, ...], Vintage] = {}
    for vintage in sorted(vintages, key=lambda one: (one.known.at, one.accession, one.tag, one.unit, one.end)):
        key = (vintage.tag, vintage.unit, vintage.start, vintage.end)
        rows.append({**_row(asset, vintage, first.setdefault(key, vintage)), "period": labels[key]})
    rows.sort(key=lambda row: (row["known_at"], row["event_id"]))
    schema = {name: EVENTS[name].dtype for name in (*COLUMNS, "timing", "stated")}
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema, orient="row")
    return check(conform(frame, EVENTS), EVENTS, f"EDGAR {asset}"), [_texts(row) for row in rows]


def _labels(vintages: Sequence[Vintage]) -> dict[tuple[object, ...], str]:
    """Give each period of each definition its calendar quarter, or its own days where two would share one."""
    periods = {(one.tag, one.unit, one.start, one.end) for one in vintages}
    shared = Counter((tag, unit, calendar_quarter(end)) for tag, unit, _, end in periods)
    return {
        (tag, unit, start, end): calendar_quarter(end)
        if shared[tag, unit, calendar_quarter(end)] == 1
        else _days(start, end)
        for tag, unit, start, end in periods
    }


def _days(start: date | None, end: date) -> str:
    return f"{end}" if start is None else f"{start}/{end}"


def _row(asset: str, vintage: Vintage, first: Vintage) -> dict[str, Any]:
    days = _days(vintage.start, vintage.end)
    restated = vintage is not first
    stated = first.known.stated + (f", known {vintage.known.stated}" if restated else "")
    return {
        "event_id": f"edgar-{asset}-{vintage.tag.definition}-{vintage.unit}-{days}-{vintage.accession}",
        "kind": vintage.tag.kind,
        "asset": asset,
        "announced_at": first.known.at,
        "timing": max(first.known.grade, vintage.known.grade),
        "known_at": max(first.known.at, vintage.known.at),
        "stated": stated,
        "channel": vintage.form,
        "period_end": vintage.end,
        "metric": vintage.tag.metric,
        "definition": vintage.tag.definition,
        "value": vintage.value / MILLION,
        "unit": f"{vintage.unit}_mn",
        "direction": "restated" if restated else "comparative" if vintage.generation else None,
        "confidence": "high",
        "source": f"SEC EDGAR companyfacts {vintage.tag.definition}, accession {vintage.accession}",
        "note": _note(vintage, first),
        "texts": (first.known.stated, vintage.known.stated if restated else ""),
    }


def _note(vintage: Vintage, first: Vintage) -> str:
    length = "" if vintage.start is None else f" ({weeks(vintage.start, vintage.end)} weeks)"
    before = "" if vintage is first else f"; first printed as {first.value / MILLION!r}"
    return f"{_days(vintage.start, vintage.end)}{length}: {vintage.how}{before}"


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    announced, known = row["texts"]
    texts = {name: row[name] for name in COLUMNS if name not in TEXTS}
    return {**texts, "announced_at": announced, "known_at": known, "value": repr(row["value"])}


def csv_text(rows: Iterable[dict[str, Any]]) -> str:
    """Write the rows as CSV; the loader reads from it what ``events_frame`` gave."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if row[name] is None else row[name] for name in COLUMNS} for row in rows)
    return out.getvalue()
