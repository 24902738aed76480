"""From scores to targets: base mix, grid, infeasible wishes."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.portfolio import Portfolio, construct, decisions
from backtest.portfolio.targets import totals_of
from data.errors import RunError
from data.panel import Panel
from signals.base import NO_EVENT, Context, Event, Scores


def context(at, close=None):
    close = np.full((10, 3), 100.0) if close is None else close
    ones = np.ones(close.shape)
    days = np.datetime64("2024-01-01") + np.arange(len(close))
    panel = Panel(days, ("A", "B", "C"), close, close, ones * 0, ones, ones)
    return Context((Event("e", "k", "A", "", 3),), np.array(at), panel, {"x": ("A", "B"), "y": ("C",)})


def score(asset, value):
    one = np.array([0])
    return Scores(one, np.array([asset]), one, np.array([value]))


def rows(targets):
    return [
        list(zip(targets.asset[a:b].tolist(), targets.part[a:b].tolist(), targets.weight[a:b].tolist(), strict=True))
        for a, b in zip(targets.start[:-1], targets.start[1:], strict=True)
    ]


def test_the_base_is_split_equally_and_events_are_parts():
    """Base 60/40 over two baskets; an event's tilt stands beside it as part 1."""
    targets = construct(Portfolio(base={"x": 0.6, "y": 0.4}), context([3]), [score(2, -0.1)], 1.0)
    assert rows(targets) == [[(0, 0, 0.3), (1, 0, 0.3), (2, 0, 0.4), (2, 1, -0.1)]]


def test_controls_stand_on_their_own_assets_without_a_numbering():
    """Two tilts that no event is behind: B and C by 0.05 each, beside 0.6 split over A and B."""
    none = np.array([NO_EVENT])
    controls = [Scores(np.array([0]), np.array([asset]), none, np.array([0.05])) for asset in (1, 2)]
    made = totals_of(Portfolio(base={"x": 0.6}), context([3]), controls)
    assert made.tolist() == [pytest.approx([0.3, 0.35, 0.05])]


def test_unlisted_names_leave_their_share_to_the_listed():
    """While B has no price before the decision, A carries the whole basket."""
    close = np.full((10, 3), 100.0)
    close[:5, 1] = np.nan
    targets = construct(Portfolio(base={"x": 0.6}), context([4, 6], close), [], 1.0)
    assert [[w for _, _, w in row] for row in rows(targets)] == [[0.6, 0.0, 0.0], [0.3, 0.3, 0.0]]


def test_the_grid_starts_at_the_first_session_and_events_join_it():
    """Every fourth session from the second, and the events inside the run."""
    assert decisions(1, 9, 4, [3, 12, 0]).tolist() == [1, 3, 5, 9]


def test_a_negative_target_is_explained():
    """Long-only targets below zero name asset, session, amount and remedies."""
    with pytest.raises(RunError, match=r"target of C on 2024-01-04 is -0\.1000 of equity, at least 0"):
        construct(Portfolio(base={"x": 0.6}), context([3]), [score(2, -0.1)], 1.0)


def test_targets_beyond_max_gross_are_explained():
    """Weights that add up to more than the account may hold are no order to scale in silence."""
    with pytest.raises(RunError, match=r"add up to 1\.2000 of equity, at most 1\.0000 is allowed, 0\.2000 over"):
        construct(Portfolio(base={"x": 0.8, "y": 0.4}), context([3]), [], 1.0)
