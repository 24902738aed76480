"""`account.funding` as a setting: what sequential means in public, and what it refuses beside itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backtest import Account, Costs, simulate
from data.errors import RunError

PRICES = np.array([[100.0, 50.0]])


def test_scaled_or_in_turn():
    """60 and 40 % at 1 % commission: both buys shrink by one factor, or the larger alone bears the shortage."""
    weights, costs = np.array([[0.6, 0.4]]), Costs(commission_bps=100)
    scaled, turned = (
        simulate(PRICES, weights, capital=10_000.0, costs=costs, account=Account(funding=name)).shares[0]
        for name in ("scale", "sequential")
    )
    assert scaled == pytest.approx([60.0 / 1.01, 80.0 / 1.01], rel=1e-12)
    assert turned == pytest.approx([59.6 / 1.01, 80.0], rel=1e-12)


@pytest.mark.parametrize("bound", [{"lot": 1.0}, {"max_gross": 2.0}, {"turnover_cap": 0.1}, {"no_trade_band": 0.01}])
def test_sequential_stands_alone(bound):
    """It is vectorbt's rule and knows none of our bounds; the message names the one that was asked for."""
    with pytest.raises(ValidationError, match=f"leave out {next(iter(bound))}"):
        Account(funding="sequential", **bound)


def test_sequential_knows_no_impact():
    """A square root has no place in vectorbt's division of cash."""
    volume = np.full(PRICES.shape, 1e6)
    with pytest.raises(RunError, match=r"knows no costs\.impact"):
        simulate(PRICES, PRICES * 0, costs=Costs(impact=0.1), account=Account(funding="sequential"), volume=volume)


@given(st.integers(0, 2**32 - 1), st.floats(-9.0, -1.0))
def test_a_rebalance_without_costs_is_filled_whole_but_for_rounding(seed, size):
    """Fully invested, however small the trade: what is not bought is below 2e-12 of V, rounding and its dust."""
    rng = np.random.default_rng(seed)
    assets = int(rng.integers(2, 7))
    close = np.exp(rng.normal(3.0, 2.0, assets)) * np.exp(np.cumsum(rng.normal(0.0, 10.0**size, (12, assets)), axis=0))
    share = rng.dirichlet(np.ones(assets)) if rng.random() < 0.5 else np.ones(assets)
    weights = np.full(close.shape, np.nan)
    weights[::3] = share / share.sum()
    walk = simulate(close, weights)
    short = np.zeros(len(close))
    np.add.at(short, walk.label[:, 0], np.abs(walk.order[:, 0] - walk.order[:, 1]) * walk.order[:, 2])
    assert (short[::3] <= 2e-12 * walk.value[::3]).all()
