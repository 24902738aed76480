"""Rotation: scores by hand, netting, cap, point-in-time baskets."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from data.panel import Panel
from signals.base import Context, Event
from signals.decay import Exponential, Step
from signals.rotation import Rotation, Trigger

BASKETS = {"semis": ("A", "B"), "clouds": ("C", "D")}


def context(events, decisions, close=None):
    close = np.full((10, 4), 100.0) if close is None else close
    ones = np.ones(close.shape)
    days = np.datetime64("2024-01-01") + np.arange(len(close))
    panel = Panel(days, ("A", "B", "C", "D"), close, close, ones * 0, ones, ones)
    return Context(tuple(events), np.array(decisions), panel, BASKETS)


def event(name, session, kind="routing", direction="", asset="X"):
    return Event(name, kind, asset, direction, session)


def rotation(**changes):
    settings = {
        "from": "semis", "to": "clouds", "triggers": (Trigger(kind="routing", size=0.2),),
        "decay": Exponential(half_life_sessions=2), "cap": 0.3,
    }  # fmt: skip
    return Rotation(**{**settings, **changes})


def dense(scores, decisions):
    table = np.zeros((decisions, 4))
    np.add.at(table, (scores.decision, scores.asset), scores.value)
    return table


def test_an_event_moves_weight_from_one_basket_to_the_other():
    """20 % moved, split equally over two names a side; half of it is left two sessions later."""
    table = dense(rotation().scores(context([event("e", 3)], [2, 3, 5])), 3)
    assert table[0].tolist() == [0.0] * 4
    assert table[1].tolist() == pytest.approx([-0.1, -0.1, 0.1, 0.1])
    assert table[2].tolist() == pytest.approx([-0.05, -0.05, 0.05, 0.05])


def test_overlapping_events_add_up_to_the_cap():
    """Two events of 20 % on one session are held to 30 %, each scaled alike, and keep their names."""
    scores = rotation().scores(context([event("e", 3), event("f", 3)], [3]))
    assert dense(scores, 1)[0].tolist() == pytest.approx([-0.15, -0.15, 0.15, 0.15])
    assert sorted(set(scores.event.tolist())) == [0, 1]
    assert scores.value[scores.event == 0].tolist() == pytest.approx(scores.value[scores.event == 1].tolist())


def test_opposite_events_net():
    """A raise and a cut of the same size leave the base mix."""
    triggers = (Trigger(kind="routing", directions=("up",), size=0.2), Trigger(kind="routing", size=-0.2))
    events = [event("e", 3, direction="up"), event("f", 3, direction="down")]
    assert dense(rotation(triggers=triggers).scores(context(events, [3])), 1)[0].tolist() == pytest.approx([0.0] * 4)


def test_the_first_trigger_that_matches_counts():
    """Triggers are read in their order; kind, direction and announcer must all fit."""
    triggers = (Trigger(kind="routing", assets=("UBER",), size=0.1), Trigger(kind="routing", size=0.05))
    chosen = rotation(triggers=triggers)
    events = [event("e", 1, asset="UBER"), event("f", 1), event("g", 1, "rpo")]
    assert [chosen.size(each) for each in events] == [0.1, 0.05, 0.0]


def test_a_basket_holds_only_names_that_had_a_price_before():
    """A name that lists in the decision's own session is not known yet; from the next one on it is."""
    close = np.full((10, 4), 100.0)
    close[:4, 3] = np.nan
    table = dense(rotation(decay=Step(sessions=5)).scores(context([event("e", 3)], [4, 5], close)), 2)
    assert table[0].tolist() == pytest.approx([-0.1, -0.1, 0.2, 0.0])
    assert table[1].tolist() == pytest.approx([-0.1, -0.1, 0.1, 0.1])


def test_later_events_change_no_bit_of_earlier_scores():
    """Adding events after a decision leaves its scores bit-identical (law 21)."""
    early = [event("e", 1), event("f", 2)]
    alone = rotation().scores(context(early, [1, 2, 3]))
    more = rotation().scores(context([*early, event("g", 7)], [1, 2, 3]))
    assert alone.value.tobytes() == more.value.tobytes() != b""


def test_one_basket_cannot_rotate_into_itself():
    """Settings name two baskets."""
    with pytest.raises(ValidationError, match="same basket"):
        rotation(to="semis")
