"""Scenarios that walk abreast leave the bits that the walk leaves, whatever they trade and whichever of them is odd."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest import Account, Batch, Costs, simulate_many
from backtest.kernels.lanes import AHEAD, LANES
from data.errors import RunError


def drawn(seed, sessions, assets, count, *, common=False, whole=False, odd=False, spread=0.0):
    """Give a panel and so many scenarios of random rows: full or sparse, fully invested or not, some to be closed.

    Prices of different assets lie up to so many powers of ten apart from 100, to either side.
    """
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.03, (sessions, assets)), axis=0))
    close *= 10.0 ** (spread * np.random.default_rng(seed).uniform(-1.0, 1.0, assets))
    scenario, session, start, asset, weight = [0], [], [0], [], []
    shared = np.flatnonzero(rng.random(sessions) < 0.5)
    for _ in range(count):
        own = shared if common else np.flatnonzero(rng.random(sessions) < rng.random())
        for t in own:
            named = np.arange(assets) if whole else np.flatnonzero(rng.random(assets) < 0.7)
            share = rng.dirichlet(np.ones(len(named))) if len(named) else np.zeros(0)
            share = share * rng.choice([0.5, 0.95, 1.0]) * (rng.random(len(named)) < 0.8)
            if odd and rng.random() < 0.02:
                share = -share
            session.append(t)
            asset.extend(named)
            weight.extend(share)
            start.append(len(asset))
        scenario.append(len(session))
    whole_numbers = (np.array(values, dtype=np.int64) for values in (scenario, session, start, asset))
    return close, Batch(*whole_numbers, np.array(weight, dtype=np.float64))


def few(batch, first, last):
    """Give some scenarios of a batch, too few to walk abreast."""
    rows = slice(batch.scenario[first], batch.scenario[last])
    entries = slice(batch.start[rows.start], batch.start[rows.stop])
    return Batch(
        batch.scenario[first : last + 1] - rows.start,
        batch.session[rows],
        batch.start[rows.start : rows.stop + 1] - entries.start,
        batch.asset[entries],
        batch.weight[entries],
    )


def one_by_one(close, batch, **terms):
    """Walk a batch in parts that are too small to walk abreast."""
    parts = [few(batch, at, min(at + LANES - 1, len(batch))) for at in range(0, len(batch), LANES - 1)]
    return simulate_many(close, parts, paths=True, **terms)


bps = st.sampled_from([0.0, 0.0, 1.0, 10.0, 300.0])


@given(
    seed=st.integers(0, 2**32 - 1),
    sessions=st.integers(1, 30),
    assets=st.integers(1, 6) | st.integers(7, 40),
    count=st.integers(LANES, 2 * LANES + 5),
    common=st.booleans(),
    whole=st.booleans(),
    odd=st.booleans(),
    open_is_close=st.booleans(),
    charged=st.tuples(bps, bps, bps),
    limit=st.sampled_from([0.25, 0.6, 0.95, 1.0, 1.0]),
    spread=st.sampled_from([0.0, 6.0]),
    capital=st.sampled_from([1.0, 1e6, 1e12]),
)
def test_abreast_equals_one_by_one_to_the_bit(
    seed, sessions, assets, count, common, whole, odd, open_is_close, charged, limit, spread, capital
):
    """Summary and equity do not tell whether a scenario walked abreast, by itself, or was sent back."""
    close, batch = drawn(seed, sessions, assets, count, common=common, whole=whole, odd=odd, spread=spread)
    costs = dict(zip(("commission_bps", "half_spread_bps", "slippage_bps"), charged, strict=True))
    account = Account(capital=capital, max_gross=limit)
    terms = {"open": None if open_is_close else close * 1.01, "costs": Costs(**costs), "account": account}

    together, alone = simulate_many(close, batch, paths=True, **terms), one_by_one(close, batch, **terms)

    assert together.summary.equals(alone.summary, null_equal=True)
    assert np.array_equal(together.equity, alone.equity)


@pytest.mark.parametrize("seed", range(6))
def test_scenarios_that_trade_far_ahead_of_others_wait_for_them(seed):
    """Dense and sparse scenarios side by side, more rows than are traded ahead, leave the bits of each by itself."""
    close, batch = drawn(seed, 5 * AHEAD, 3, LANES + 4, odd=seed == 0)

    together, alone = simulate_many(close, batch, paths=True), one_by_one(close, batch)

    assert together.summary.equals(alone.summary, null_equal=True)
    assert np.array_equal(together.equity, alone.equity)


@pytest.mark.parametrize("between", [1, 3, AHEAD])
def test_scenarios_that_meet_part_and_meet_again(between):
    """Rows in sessions common to all, then as many in each one's own, then common again, leave the bits of each."""
    rng, count, assets, sessions = np.random.default_rng(between), LANES + 3, 4, 3 * AHEAD
    common = [np.arange(5), np.arange(sessions - 6, sessions)]
    own = [5 + np.sort(rng.choice(sessions - 12, between, replace=False)) for _ in range(count)]
    session = np.concatenate([np.concatenate([common[0], each, common[1]]) for each in own])
    rows, start = len(session) // count, np.arange(0, len(session) * assets + 1, assets)
    weight = rng.dirichlet(np.ones(assets), len(session)).ravel() * 0.99
    asset = np.tile(np.arange(assets), len(session))
    batch = Batch(np.arange(0, len(session) + 1, rows), session, start, asset, weight)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (sessions, assets)), axis=0))
    terms = {"costs": Costs(commission_bps=20), "capital": 1e5}

    together, alone = simulate_many(close, batch, paths=True, **terms), one_by_one(close, batch, **terms)

    assert together.summary.equals(alone.summary, null_equal=True)
    assert np.array_equal(together.equity, alone.equity)


def test_a_scenario_does_not_depend_on_its_neighbours():
    """The same scenario among others, at another place and in another lane, leaves the same bytes."""
    close, batch = drawn(7, 3 * AHEAD, 4, 2 * LANES)

    forth = simulate_many(close, batch).summary
    back = simulate_many(close, few(batch, 5, 5 + LANES)).summary

    assert forth[5 : 5 + LANES].equals(back, null_equal=True)


def test_scenarios_with_terms_of_their_own_walk_abreast_with_them():
    """Every lane pays its own costs from its own capital and keeps its own bound."""
    close, batch = drawn(3, 25, 4, LANES + 3)
    rng = np.random.default_rng(4)
    terms = {
        "costs": [Costs(commission_bps=float(bps)) for bps in rng.integers(0, 50, len(batch))],
        "account": [Account(capital=float(cash), max_gross=0.9) for cash in rng.integers(1e3, 1e6, len(batch))],
    }

    together = simulate_many(close, batch, **terms)
    each = [
        simulate_many(close, few(batch, s, s + 1), costs=terms["costs"][s], account=terms["account"][s])
        for s in range(len(batch))
    ]

    assert together.summary.equals(pl.concat([one.summary for one in each]), null_equal=True)


def test_the_number_of_threads_changes_nothing():
    """One thread and five leave the same bytes."""
    close, batch = drawn(5, 20, 3, 5 * LANES)

    one, five = (simulate_many(close, batch, threads=threads, paths=True) for threads in (1, 5))

    assert one.summary.equals(five.summary, null_equal=True)
    assert np.array_equal(one.equity, five.equity)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("asset", 9, "asset"), ("session", 99, "session"), ("weight", np.nan, "weight"), ("weight", np.inf, "weight")],
)
def test_a_target_outside_the_panel_is_refused(field, value, words):
    """A scenario that is odd enough to be sent back is looked at before the walk takes it."""
    close, batch = drawn(6, 20, 3, LANES, common=True, whole=True)
    getattr(batch, field)[-1] = value

    with pytest.raises(RunError, match=words):
        simulate_many(close, batch)


def test_sessions_out_of_order_are_refused():
    """Rows that go back in time would never trade; they are named instead."""
    close, batch = drawn(6, 20, 3, LANES, common=True, whole=True)
    batch.session[:2] = batch.session[:2][::-1].copy()

    with pytest.raises(RunError, match="sort them"):
        simulate_many(close, batch)


def test_two_rows_of_one_session_are_refused():
    """Which of the two would stand nobody can say, abreast no more than alone."""
    close, batch = drawn(6, 20, 3, LANES, common=True, whole=True)
    batch.session[1] = batch.session[0]

    with pytest.raises(RunError, match="sort them"):
        simulate_many(close, batch)
