"""Hindsight alpha: zero without revisions, and with one what the revised number would have claimed."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from backtest.engine import line_of
from backtest.evidence.hindsight import hindsight, latest
from backtest.inputs import read
from data.events.source import Events
from data.schema import EVENTS, conform


@pytest.fixture(scope="module")
def line(small):
    """Give the line of the small market."""
    config = small.config()
    return line_of(config, read(config, small.folder))


def never(_):
    """Refuse to be called."""
    raise AssertionError("the run was made again")


def test_without_revisions_alpha_is_exactly_zero_and_nothing_is_run(line):
    """Rows without a period cannot restate each other."""
    found = hindsight(line, never)
    assert (found.alpha, found.changed, found.latest_vintage) == (0.0, 0, found.first_print)


def vintages() -> Events:
    """Give one fact, 5 at first and 9 today, and one that was never restated."""

    def row(name, day, value, period):
        at = datetime(2024, 1, day, 22, tzinfo=UTC)
        return {"event_id": name, "kind": "rpo", "asset": "A", "announced_at": at, "known_at": at, "timing": "A",
                "stated": "", "metric": "rpo", "period": period, "value": value, "unit": "usd"}  # fmt: skip

    frame = conform(pl.DataFrame([row("first", 3, 5.0, "Q1"), row("other", 4, 7.0, "Q2")]), EVENTS)
    restated = conform(pl.DataFrame([row("restated", 20, 9.0, "Q1")]), EVENTS)
    return Events(frame, pl.DataFrame(), 2, "made", "x", vintages=pl.concat([frame, restated]))


def test_the_first_print_gets_todays_number_at_its_own_instant():
    """Only what was restated changes; instants and names stay."""
    found, changed = latest(vintages())
    assert changed == 1
    assert found.frame["value"].to_list() == [9.0, 7.0]
    assert found.frame["known_at"].equals(vintages().frame["known_at"])
    assert found.vintages is None
    assert "hindsight" in found.label


def test_the_events_of_the_run_are_left_alone():
    """What was known stays what it was."""
    events = vintages()
    latest(events)
    assert events.frame["value"].to_list() == [5.0, 7.0]
