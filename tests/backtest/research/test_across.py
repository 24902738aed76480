"""Choice across time: what is held was not seen by the choice that holds it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from backtest.inference.sharpe import moments
from backtest.research.across import GROUPS, TESTED, chosen_across, told
from data.errors import RunError


def test_the_best_cell_everywhere_is_held_everywhere():
    """Then every history is its own returns, and median and lowest are its Sharpe ratio."""
    rng = np.random.default_rng(1)
    returns = rng.normal([0.0, 0.005, -0.005], 0.01, (600, 3))
    found = chosen_across(returns, purge=5)
    assert set(found.cells) == {1}
    assert (found.returns == returns[:, 1]).all()
    median, lowest = told(found, 252.0, "", 5)
    assert median.value == lowest.value == pytest.approx(moments(returns[:, 1]).sharpe * np.sqrt(252.0))


def test_each_choice_by_hand():
    """The cell with the best Sharpe ratio outside the held groups and what is purged around them, ten sessions here."""
    returns = np.random.default_rng(2).normal(0.0, 0.01, (120 * GROUPS, 4))
    found = chosen_across(returns, purge=10)
    near = np.arange(len(returns))
    for cell, pair in zip(found.cells, itertools.combinations(range(GROUPS), TESTED), strict=True):
        held = np.isin(near // 120, pair)
        apart = np.abs(near[:, None] - near[held][None, :]).min(axis=1) > 10
        ratios = [moments(column).sharpe for column in returns[apart].T]
        assert cell == int(np.argmax(ratios))


def test_every_history_holds_every_session_once():
    """Each from another choice; no history is another's twin."""
    returns = np.random.default_rng(3).normal(0.0, 0.01, (400, 5))
    found = chosen_across(returns)
    assert found.returns.shape == (5, 400)
    assert np.isfinite(found.returns).all()
    assert all((each[:, None] == returns).any(axis=1).all() for each in found.returns)


def test_what_is_held_does_not_move_its_own_choice():
    """Other returns in two groups, and where they are purged: the choice that holds these two stays."""
    rng = np.random.default_rng(4)
    returns = rng.normal(0.0, 0.01, (600, 6))
    before = chosen_across(returns, purge=20).cells
    for at, pair in enumerate(itertools.combinations(range(GROUPS), TESTED)):
        changed = returns.copy()
        changed[np.isin(np.arange(600) // 100, pair)] = rng.normal(0.0, 0.05, (200, 6))
        assert chosen_across(changed, purge=20).cells[at] == before[at]


@pytest.mark.parametrize(("rows", "purge", "said"), [(4, 0, "0 of 4"), (90, 0, "60"), (600, 200, "left to choose on")])
def test_too_little_to_choose_on_is_said(rows, purge, said):
    """Few sessions, or a purge that leaves none; the numbers say why they are missing."""
    returns = np.random.default_rng(5).normal(0.0, 0.01, (rows, 3))
    if rows == 90:
        returns = returns[:84]
    with pytest.raises(RunError, match=said) as caught:
        chosen_across(returns, purge=purge)
    assert {(one.value, one.reason) for one in told(None, 252.0, caught.value.message, purge)} == {
        (None, caught.value.message)
    }


def test_cells_that_never_move_cannot_be_chosen():
    """Said, not divided by nothing."""
    with pytest.raises(RunError, match="vary"):
        chosen_across(np.zeros((400, 2)))
