"""Float traps and closed forms: dust, extremes, empty panels; equity without costs is a product one can write down."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest import Account, Batch, Costs, Targets, simulate, simulate_many
from data.errors import RunError

NAN = np.nan
SEEDS = st.integers(0, 2**32 - 1)
NOTHING = Targets(*(np.zeros(0, np.int64), np.zeros(1, np.int64), *(np.zeros(0, np.int64),) * 2), np.zeros(0))


def market(rng, sessions=40, assets=4):
    return 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (sessions, assets)), axis=0))


def expected(close, weights, rows):
    """Give the product over holding periods of 1 + sum of w x (price relative - 1), at every session."""
    equity, start, path = 1.0, None, []
    for t in range(len(close)):
        now = equity if start is None else equity * (1.0 + math.fsum(weights[start] * (close[t] / close[start] - 1.0)))
        if t in rows:
            equity, start = now, t
        path.append(now)
    return np.array(path)


@given(SEEDS)
def test_zero_cost_equity_of_longs_and_shorts_is_a_product(seed):
    """Long and short, rebalanced at random: every session's equity is the closed form, to 1e-12."""
    rng = np.random.default_rng(seed)
    close = market(rng)
    rows = np.flatnonzero(rng.random(40) < 0.2)
    weights = np.full(close.shape, NAN)
    weights[rows] = rng.dirichlet(np.ones(4), len(rows)) * rng.choice([-1.0, 1.0], (len(rows), 4))
    walk = simulate(close, weights, capital=1.0, account=Account(max_gross=3.0))
    assert walk.equity == pytest.approx(expected(close, weights, set(rows.tolist())), rel=1e-12)


@given(SEEDS)
def test_cash_alone_compounds(seed):
    """Without positions equity is the capital times the product of 1 + rate x days / 365, to 1e-12."""
    rng = np.random.default_rng(seed)
    days = rng.integers(1, 5, 60).astype(np.float64)
    walk = simulate(np.ones((60, 1)), NOTHING, capital=7.0, costs=Costs(cash_bps_per_year=400), days=days)
    assert walk.equity == pytest.approx(7.0 * np.cumprod(1.0 + 0.04 * days / 365.0), rel=1e-12)


@given(SEEDS)
def test_buy_and_hold_with_dividends_is_a_sum(seed):
    """Half is bought and held: equity is the cash, the shares at the close, and the dividends so far, to 1e-12."""
    rng = np.random.default_rng(seed)
    close, paid = market(rng, assets=1), np.where(rng.random((40, 1)) < 0.1, 0.7, 0.0)
    weights = np.full(close.shape, NAN)
    weights[0] = 0.5
    shares = 50.0 / close[0, 0]
    held = np.cumsum(np.where(np.arange(40)[:, None] > 0, paid, 0.0)) * shares
    walk = simulate(close, weights, capital=100.0, dividend=paid)
    assert walk.equity == pytest.approx(50.0 + shares * close[:, 0] + held, rel=1e-12)


@given(st.floats(-15.0, 15.0), st.floats(-15.0, 15.0), st.floats(1e-12, 1.0))
def test_no_price_and_no_capital_overflows(price, capital, weight):
    """From 1e-15 to 1e15, both ways: the books are finite, and a round trip without costs is nothing."""
    close = np.full((3, 1), min(max(10.0**price, 1e-15), 1e15))
    cash = min(max(10.0**capital, 1e-15), 1e15)
    walk = simulate(close, np.array([[weight], [NAN], [0.0]]), capital=cash)
    assert walk.equity == pytest.approx(np.full(3, cash), rel=1e-12)
    assert walk.shares[2, 0] == 0.0


@pytest.mark.parametrize("capital", [0.0, -1.0, NAN, np.inf, 1e300])
def test_no_capital_is_refused(capital):
    """Less than nothing, nothing and no number are refused by name."""
    with pytest.raises(RunError, match="capital is"):
        simulate(np.ones((2, 1)), np.ones((2, 1)), capital=capital)


@pytest.mark.parametrize("price", [5e-324, 1e-200, 1e200])
def test_prices_beyond_reason_are_refused(price):
    """Shares bought at 5e-324 are no finite number: the cell is named, no NaN is passed on."""
    with pytest.raises(RunError, match=r"close\[1, 0\] is .*from 1e-15 to 1e\+15"):
        simulate(np.array([[1.0], [price]]), np.ones((2, 1)))


@given(st.integers(1, 30), st.floats(1e-9, 1e-6))
def test_dust_is_no_order(count, size):
    """Targets that differ by less than 1e-12 of equity make no order."""
    close = np.full((count + 1, 1), 3.0)
    weights = 0.5 + size * 1e-6 * (np.arange(count + 1) % 2)
    walk = simulate(close, weights[:, None])
    assert walk.trades.height == 1


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (1, 1), (1, 3), (3, 0), (4, 2)])
@pytest.mark.parametrize("price", [NAN, 10.0])
def test_the_smallest_panels_walk(shape, price):
    """No sessions, one session, no assets, no prices: equity is the capital, for targets and without any."""
    close = np.full(shape, price)
    for targets in (np.full(shape, 0.5 / max(shape[1], 1)), np.full(shape, NAN), NOTHING):
        walk = simulate(close, targets, capital=100.0)
        assert walk.equity.tolist() == pytest.approx([100.0] * shape[0])
        assert walk.status == "ok"


@pytest.mark.parametrize("shape", [(0, 2), (1, 2), (3, 0), (3, 2)])
def test_the_smallest_batches_walk(shape):
    """A scenario without targets has the capital, no drawdown and no Sharpe."""
    many = simulate_many(np.full(shape, NAN), Batch.of([NOTHING, NOTHING]), capital=100.0, paths=True)
    assert many.equity.shape == (2, shape[0])
    assert many.summary["equity"].to_list() == [100.0, 100.0]
    assert many.summary["max_drawdown"].to_list() == [0.0, 0.0]
    assert np.isnan(many.sharpe(252.0)).all()
