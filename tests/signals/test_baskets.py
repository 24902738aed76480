"""Baskets at a point in time: who is in, and by what weight, from the past alone."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from signals.baskets import Exposure, Given, InverseVolatility
from signals.past import betas, returns, volatilities
from tests.signals.worlds import context, panel


def split(weighting, at, basket="rest", **more):
    given = context([], at, weighting={basket: weighting}, **more)
    return given.split(basket)[1].tolist()


def test_given_weights_go_to_who_is_listed():
    """F (70 %) lists in session 40, is known from the next one on; before, E has all."""
    assert split(Given(weights={"E": 0.3, "F": 0.7}), [40, 41]) == [[1.0, 0.0], [0.3, 0.7]]


def test_a_delisted_name_leaves_after_its_session():
    """F is delisted in session 60: still a member there, for nobody knew before, gone in the next."""
    assert split(Given(weights={"E": 0.3, "F": 0.7}), [60, 61], delisted={"F": 60}) == [[0.3, 0.7], [1.0, 0.0]]


def test_weights_by_exposure():
    """45 % and 15 % of exposure are three quarters and one."""
    assert split(Exposure(exposure={"E": 0.45, "F": 0.15}), [90])[0] == pytest.approx([0.75, 0.25])


def test_given_weights_sum_to_one():
    """A table that does not is refused."""
    with pytest.raises(ValidationError, match=r"add up to 0\.9, expected 1"):
        Given(weights={"E": 0.3, "F": 0.6})


def test_inverse_volatility_by_hand():
    """Moves of +-1 % and +-3 %: three quarters and one; with too few returns nobody is in."""
    moves = np.where(np.arange(60) % 2, 0.01, -0.01)[:, None] * np.array([1.0, 3.0])
    prices = panel(close=100 * np.cumprod(1 + moves, axis=0))
    weighting = InverseVolatility(lookback_sessions=20, least_sessions=20)
    found = split(weighting, [10, 50], "x", prices=prices, baskets={"x": ("A", "B")})
    assert found == [[0.0, 0.0], pytest.approx([0.75, 0.25])]


def test_total_returns_see_splits_and_dividends():
    """100 to 51 over a 2-for-1 split with a dividend of 1 a new share: (51 + 1) x 2 / 100 - 1 = 4 %."""
    from data.panel import Panel

    close = np.array([[100.0], [51.0]])
    one = Panel(np.arange(2).astype("datetime64[D]"), ("A",), close, close, np.array([[0.0], [1.0]]),
                np.array([[1.0], [2.0]]), close)  # fmt: skip
    assert returns(one)[1, 0] == pytest.approx(0.04)


def test_volatility_and_beta_agree_with_numpy():
    """On random returns with holes, over what both have."""
    random = np.random.default_rng(3)
    past, market = random.normal(0, 0.01, (50, 3)), random.normal(0, 0.01, 50)
    past[random.random((50, 3)) < 0.2] = np.nan
    for column in range(3):
        both = ~np.isnan(past[:, column])
        cov = np.cov(past[both, column], market[both])
        assert volatilities(past, 10)[column] == pytest.approx(np.nanstd(past[:, column], ddof=1))
        assert betas(past, market, 10)[column] == pytest.approx(cov[0, 1] / cov[1, 1])
    assert np.isnan(volatilities(past, 51)).all()
