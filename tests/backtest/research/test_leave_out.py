"""What is left out of a run, and what is said of what is not."""

from __future__ import annotations

from time import perf_counter

import pytest

from backtest import engine
from backtest.config.reader import load
from backtest.inputs import read
from backtest.research.leave_out import MOST_EVENTS, scenarios, unmade
from signals.base import Event


def events(count):
    return [Event(f"e{number}", "rpo", "AB"[number % 2], "", number) for number in range(count)]


def test_every_event_and_every_company_is_a_case():
    """Three events of two companies: five cases."""
    assert scenarios(events(3)) == [
        ("e0", "event", (0,)), ("e1", "event", (1,)), ("e2", "event", (2,)), ("A", "company", (0, 2)),
        ("B", "company", (1,)),
    ]  # fmt: skip


def test_too_many_events_are_said_not_to_be_left_out():
    """Companies are; up to the bound nothing is said."""
    many = events(MOST_EVENTS + 1)

    assert {by for _, by, _ in scenarios(many)} == {"company"}
    assert list(unmade(many)) == ["Single events were not left out: 401 are more than 400; companies were."]
    assert list(unmade(many[1:])) == []


@pytest.mark.shared
def test_the_largest_config_is_quick(shared, root):
    """More than 250 runs; the bound is generous for a busy machine, about a second on a quiet one."""
    loaded = load(root / "configs" / "aggregate_capex_and_backlog.yaml")
    line = engine.line_of(loaded.config, read(loaded.config, loaded.folder))
    engine._leave_out(line)

    started = perf_counter()
    left = engine._leave_out(line)
    assert left.height > 250
    assert perf_counter() - started < 4.0
