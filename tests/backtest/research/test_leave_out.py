"""What is left out of a run, and what is said of what is not."""

from __future__ import annotations

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
