"""The 428 collected events: read, counted by hand with the csv module, dated."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pytest

from data.calendar import load as load_calendar
from data.events.files import load
from data.events.settings import EventFiles
from data.timing import tradable_index

if TYPE_CHECKING:
    from pathlib import Path

    from data.events.source import Events

pytestmark = pytest.mark.shared
MAPPED = {
    "asset": "company", "session_flag": "session", "low": "value_low", "high": "value_high",
    "prior": "prior_value", "note": "notes",
}  # fmt: skip
DAY_OR_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2})?")


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, str]]:
    """Give the file as the csv module reads it."""
    with (shared / "events" / "events.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def events(shared: Path) -> Events:
    """Load the file with its mapping."""
    settings = EventFiles(path="events.csv", columns=MAPPED, timezone="America/New_York")
    return load(settings, shared / "events" / "events.csv", load_calendar())


def session_of(events: Events, event_id: str) -> str:
    """Give the session at whose open an event trades."""
    calendar = load_calendar()
    known = events.frame.filter(event_id=event_id)["known_at"].to_numpy().astype("datetime64[us]")
    return str(calendar.sessions[tradable_index(known, calendar, "open")[0]])


def test_every_row_is_either_valid_or_set_aside(events: Events) -> None:
    """428 read = 403 valid + 25 set aside."""
    assert (events.read, events.frame.height, events.rejected.height) == (428, 403, 25)


def test_the_reasons_are_those_counted_with_the_csv_module(events: Events, rows: list[dict[str, str]]) -> None:
    """Six rows have no day (five of them also of low confidence); then confidence excludes 14 low and 5 memory."""
    expected: Counter[str] = Counter()
    for row in rows:
        if not row["announced_at"]:
            expected["no time"] += 1
        elif not DAY_OR_INSTANT.fullmatch(row["announced_at"]):
            expected["unreadable time"] += 1
        elif row["confidence"] in {"low", "memory"}:
            expected[f"confidence {row['confidence']}"] += 1

    assert Counter(events.rejected["reason"].to_list()) == expected
    assert expected == {"no time": 2, "unreadable time": 4, "confidence low": 14, "confidence memory": 5}


def test_the_rows_that_are_valid_keep_their_numbers(events: Events, rows: list[dict[str, str]]) -> None:
    """Value, ends and prior of each valid event are those of the file; a prior range keeps both ends."""
    stated = {row["event_id"]: row for row in rows}
    columns = ("event_id", "value", "low", "high", "prior", "prior_low", "prior_high")

    for event_id, value, low, high, prior, prior_low, prior_high in events.frame.select(columns).iter_rows():
        row = stated[event_id]
        texts = [row["value"], row["value_low"], row["value_high"]]
        assert [value, low, high] == [float(text) if text else None for text in texts]
        ends = [float(text) for text in row["prior_value"].split("-")] if row["prior_value"] else []
        assert [end for end in (prior, prior_low, prior_high) if end is not None] == ends


def test_guides_whose_prior_is_a_range_are_kept(events: Events) -> None:
    """META raised 115-135 to 125-145 on 2026-04-29."""
    (guide,) = events.frame.filter(
        pl.col("event_id").str.starts_with("META-20260429-capex_guidance"),
    ).rows(named=True)

    assert (guide["low"], guide["high"], guide["prior_low"], guide["prior_high"]) == (125.0, 145.0, 115.0, 135.0)


def test_amazons_guide_after_the_close_trades_at_the_next_open(events: Events) -> None:
    """200 bn, 2026-02-05 after the close: the open of 2026-02-06."""
    event_id = "AMZN-20260205-capex_guidance-capex_guidance_fy-FY2026"

    (guide,) = events.frame.filter(event_id=event_id).rows(named=True)

    assert (guide["stated"], guide["timing"], guide["value"]) == ("2026-02-05 post", "B", 200.0)
    assert session_of(events, event_id) == "2026-02-06"


def test_apples_exact_instants_are_grade_a(events: Events, rows: list[dict[str, str]]) -> None:
    """30 of Apple's 32 releases are stated to the second, with the offset of New York."""
    exact = [row["event_id"] for row in rows if row["company"] == "AAPL" and "T" in row["announced_at"]]

    grades = events.frame.filter(pl.col("event_id").is_in(exact))["timing"].to_list()

    assert grades == ["A"] * 30
    assert session_of(events, "AAPL-FY26Q1-capex_actual-capex_cash_ppe") == "2026-01-30"


def test_no_event_trades_on_a_day_before_it_was_announced(events: Events, rows: list[dict[str, str]]) -> None:
    """Against the day and flag of the file alone: pre may trade that day, everything else on a later one."""
    stated = {row["event_id"]: row for row in rows}

    for event_id in events.frame["event_id"].to_list():
        row = stated[event_id]
        day, session = row["announced_at"][:10], session_of(events, event_id)
        assert session >= day if row["session"] == "pre" else session > day
