"""`account.funding` as a setting: what sequential means in public, and what it refuses beside itself."""

from __future__ import annotations

import numpy as np
import pytest
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
