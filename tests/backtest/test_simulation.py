"""The public simulator for arrays, and the batch: one scenario or many, the same numbers."""

from __future__ import annotations

import doctest
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backtest
from backtest import Account, Batch, Costs, Targets, simulate, simulate_many, simulation
from backtest.kernels.parts import totals
from data.errors import RunError

COSTS = Costs(commission_bps=5, half_spread_bps=3, slippage_bps=2)


def panel(seed=1, sessions=120, assets=6):
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0, 0.02, (sessions, assets)), axis=0))
    return close, close * np.exp(rng.normal(0, 0.005, close.shape))


def random_targets(seed, sessions=120, assets=6, every=10):
    rng = np.random.default_rng(seed)
    session = np.arange(0, sessions, every, dtype=np.int64)
    weight = rng.dirichlet(np.ones(assets), len(session)).ravel() * 0.95
    asset = np.tile(np.arange(assets, dtype=np.int64), len(session))
    start = np.arange(0, len(asset) + 1, assets, dtype=np.int64)
    return Targets(session, start, asset, np.zeros(len(asset), dtype=np.int64), weight)


def test_the_docstring_examples_run():
    """What the page shows is what happens."""
    assert doctest.testmod(simulation).failed == 0


def test_public_names_are_there_and_sorted():
    """Every promised name can be imported from the package."""
    assert backtest.__all__ == sorted(backtest.__all__)
    assert all(getattr(backtest, name) for name in backtest.__all__)


def test_dense_and_sparse_targets_are_the_same_walk():
    """NaN cells leave alone; the rest are the sparse rows, bit for bit."""
    close, opens = panel()
    targets = random_targets(3)
    dense = np.full(close.shape, np.nan)
    dense[np.repeat(targets.session, 6), targets.asset] = targets.weight
    one, two = (simulate(close, each, open=opens, costs=COSTS) for each in (targets, dense))
    assert one.equity.tobytes() == two.equity.tobytes()
    assert one.trades.equals(two.trades)


def test_prices_by_column_do_not_compile_the_walk_again():
    """Arrays of a frame lie column by column in memory; another compilation would cost ten seconds."""
    close, opens = panel()
    rows = simulate(close, random_targets(3), open=opens).equity
    known = len(simulation.kernel.walk.loaded)
    columns = simulate(np.asfortranarray(close), random_targets(3), open=np.asfortranarray(opens)).equity
    assert columns.tobytes() == rows.tobytes()
    assert len(simulation.kernel.walk.loaded) == known


@given(st.integers(0, 2**32 - 1))
def test_zero_cost_equity_is_the_closed_form(seed):
    """Without costs equity is the product over holding periods of the weighted price relatives, to 1e-12."""
    close, _ = panel(seed, 60, 4)
    targets = random_targets(seed, 60, 4, 7)
    walk = simulate(close, targets, capital=1.0)
    equity, rows = 1.0, totals(targets.session, targets.start, targets.asset, targets.weight)
    for k, t in enumerate(rows.session):
        until = rows.session[k + 1] if k + 1 < len(rows.session) else 59
        weight = rows.weight[rows.start[k] : rows.start[k + 1]]
        equity *= 1.0 - math.fsum(weight) + math.fsum(weight * close[until] / close[t])
    assert walk.equity[-1] == pytest.approx(equity, rel=1e-12)


def test_each_row_of_a_batch_is_its_own_single_run():
    """The summary of a scenario is that of walking it alone, bit for bit (law 52)."""
    close, opens = panel()
    every = [random_targets(seed) for seed in range(40)]
    many = simulate_many(close, Batch.of(every), open=opens, costs=COSTS, paths=True)
    for at, targets in enumerate(every):
        alone = simulate(close, targets, open=opens, costs=COSTS)
        assert many.equity[at].tobytes() == alone.equity.tobytes()
        assert many.summary["orders"][at] == alone.trades.height
        assert many.summary["commission"][at] == pytest.approx(alone.costs["commission"].sum(), rel=1e-12)


def test_the_summary_is_the_textbook_of_the_path():
    """Mean, deviation and drawdown of the summary equal plain numpy on the path."""
    close, _ = panel(5)
    many = simulate_many(close, Batch.of([random_targets(9)]), costs=COSTS, paths=True)
    equity = many.equity[0]
    changes = np.diff(np.r_[1_000_000.0, equity]) / np.r_[1_000_000.0, equity[:-1]]
    path = np.r_[1_000_000.0, equity]
    row = many.summary.row(0, named=True)
    assert row["mean"] == pytest.approx(changes.mean(), rel=1e-12)
    assert row["deviation"] == pytest.approx(changes.std(ddof=1), rel=1e-10)
    assert row["max_drawdown"] == pytest.approx((path / np.maximum.accumulate(path) - 1.0).min(), rel=1e-12)
    assert many.sharpe(252.0)[0] == pytest.approx(changes.mean() / changes.std(ddof=1) * math.sqrt(252.0), rel=1e-9)


def test_threads_chunks_and_order_do_not_matter():
    """One thread, three threads and a stream of small batches give the same bytes."""
    close, opens = panel()
    every = [random_targets(seed) for seed in range(700)]
    batch = Batch.of(every)
    one = simulate_many(close, batch, open=opens, costs=COSTS, threads=1).summary
    three = simulate_many(close, batch, open=opens, costs=COSTS, threads=3).summary
    stream = (Batch.of(every[at : at + 50]) for at in range(0, 700, 50))
    streamed = simulate_many(close, stream, open=opens, costs=COSTS).summary
    assert one.equals(three)
    assert one.equals(streamed)


def test_costs_and_accounts_may_differ_by_scenario():
    """The same targets under dearer commissions end lower, each as if alone."""
    close, _ = panel()
    targets = random_targets(2)
    charged = [Costs(commission_bps=bps) for bps in (0, 10, 50)]
    many = simulate_many(close, Batch.of([targets] * 3), costs=charged, account=Account(capital=1e5))
    alone = [simulate(close, targets, costs=costs, capital=1e5).equity[-1] for costs in charged]
    assert many.summary["equity"].to_list() == alone == sorted(alone, reverse=True)


def test_progress_counts_scenarios():
    """A stream reports how many scenarios are done after each batch."""
    close, _ = panel()
    seen = []
    simulate_many(close, (Batch.of([random_targets(at)] * 2) for at in range(3)), progress=seen.append)
    assert seen == [2, 4, 6]


def test_no_scenarios_at_all_leave_an_empty_table():
    """An empty stream is an answer, not an error."""
    close, _ = panel()
    assert simulate_many(close, iter(())).summary.height == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"close": np.array([[1.0, 0.0]])}, r"close\[0, 1\] is 0\.0; prices are positive and finite"),
        ({"close": np.array([[1.0, np.inf]])}, r"close\[0, 1\] is inf"),
        ({"close": np.array([1.0, 2.0])}, "close has 1 dimensions, expected 2"),
        ({"targets": np.array([[0.5]])}, r"targets have shape \(1, 1\), expected \(1, 2\)"),
        ({"targets": np.array([[np.inf, 0.0]])}, "infinite weight"),
        ({"open": np.array([[1.0]])}, r"open has shape \(1, 1\), expected \(1, 2\)"),
        ({"costs": Costs(impact=0.1)}, "need volumes"),
    ],
)
def test_arrays_that_do_not_fit_are_named(change, said):
    """The message names the array, the cell and what was expected (vectorbt names no cell, issue 754)."""
    arguments = {"close": np.array([[1.0, 2.0]]), "targets": np.array([[0.5, 0.5]]), **change}
    with pytest.raises(RunError, match=said):
        simulate(arguments.pop("close"), arguments.pop("targets"), **arguments)


def test_impact_and_participation_take_averages_known_before():
    """Volume of the session itself and later changes nothing: averages end the session before."""
    close, _ = panel()
    volume = np.full(close.shape, 1_000.0)
    later = volume.copy()
    later[60:] = 1.0
    settings = {"costs": Costs(impact=0.5), "account": Account(participation_cap=0.5)}
    first, second = (simulate(close, random_targets(1), volume=each, **settings) for each in (volume, later))
    assert first.equity[:60].tobytes() == second.equity[:60].tobytes()
    assert first.trades.filter(pl.col("session") <= 60).equals(second.trades.filter(pl.col("session") <= 60))
    assert first.equity[-1] != second.equity[-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"costs": [Costs(), Costs(), Costs(borrow_bps_of={"A": 50})]}, "arrays have no names"),
        ({"costs": iter([])}, "no costs or no accounts"),
        ({"account": iter([])}, "no costs or no accounts"),
        ({"costs": [Costs(), Costs()]}, "2 costs or accounts for 3 scenarios"),
        ({"costs": [Costs()] * 2, "account": [Account()] * 3}, "2 costs and 3 accounts do not pair"),
        ({"costs": Costs(borrow_bps_of={"A": 50})}, "arrays have no names"),
    ],
)
def test_settings_that_belong_to_no_scenario_are_refused(change, said):
    """What one scenario asks for is never taken from another in silence."""
    close, _ = panel()
    with pytest.raises(RunError, match=said):
        simulate_many(close, Batch.of([random_targets(1)] * 3), **change)


FILLS, FEES = ("open", "close"), (0.0, 50.0, 300.0)
ASKED = st.tuples(st.sampled_from(FILLS), st.sampled_from(FEES), st.integers(0, 9), st.booleans())


@given(st.lists(ASKED, min_size=1, max_size=40), st.booleans())
def test_each_scenario_has_its_own_fill_and_borrow_fee(asked, together):
    """Whatever fills and fees stand beside each other, in one batch or a stream: each walks as it does alone."""
    close, opens = panel(sessions=30)
    targets = [random_targets(seed, sessions=30) for _, _, seed, _ in asked]
    for each, (_, _, _, short) in zip(targets, asked, strict=True):
        each.weight[:3] *= -1.0 if short else 1.0
    account = [Account(fill=fill, max_gross=2.0 if short else 1.0) for fill, _, _, short in asked]
    costs = [Costs(commission_bps=5, borrow_bps_per_year=fee) for _, fee, _, _ in asked]
    days = np.r_[0.0, np.ones(29)]
    batch = Batch.of(targets) if together else (Batch.of([each]) for each in targets)
    many = simulate_many(close, batch, open=opens, days=days, costs=costs, account=account, paths=True)
    for at, each in enumerate(targets):
        alone = simulate(close, each, open=opens, days=days, costs=costs[at], account=account[at])
        assert many.equity[at].tobytes() == alone.equity.tobytes()
        assert many.summary["orders"][at] == alone.trades.height
        assert many.summary["borrow"][at] == pytest.approx(alone.costs["borrow"].sum(), rel=1e-12)


def test_fills_and_fees_of_many_plain_scenarios_walk_abreast_too():
    """Two hundred of both fills and many fees, every seventh short: each as alone, whichever kernel walks it."""
    close, opens = panel(sessions=60)
    targets = [random_targets(seed, sessions=60) for seed in range(200)]
    for each in targets[::7]:
        each.weight[:4] *= -1.0
    account = [Account(fill=FILLS[seed % 3 > 0]) for seed in range(200)]
    costs = [Costs(commission_bps=5, borrow_bps_per_year=10.0 * seed) for seed in range(200)]
    given = {"open": opens, "days": np.r_[0.0, np.ones(59)]}
    many = simulate_many(close, Batch.of(targets), costs=costs, account=account, paths=True, **given)
    alone = [
        simulate(close, each, costs=charged, account=held, **given)
        for each, charged, held in zip(targets, costs, account, strict=True)
    ]
    assert many.equity.tobytes() == np.array([walk.equity for walk in alone]).tobytes()
    assert many.summary["borrow"].to_list() == pytest.approx([walk.costs["borrow"].sum() for walk in alone], rel=1e-12)
    assert (many.summary["borrow"] > 0.0).sum() == len(targets[7::7])  # the first pays a fee of 0


def test_without_opens_every_scenario_fills_at_the_close():
    """As in a single walk: both fills are then the same."""
    close, _ = panel()
    account = [Account(fill=fill) for fill in FILLS]
    many = simulate_many(close, Batch.of([random_targets(1)] * 2), account=account, paths=True)
    assert many.equity[0].tobytes() == many.equity[1].tobytes()


def test_both_fills_are_held_to_the_same_volumes():
    """Averages are of closes, whichever price orders fill at."""
    close, opens = panel()
    account = [Account(fill=fill, participation_cap=0.1) for fill in FILLS]
    given = {"open": opens, "volume": np.full(close.shape, 1e5)}
    many = simulate_many(close, Batch.of([random_targets(1)] * 2), account=account, paths=True, **given)
    for at, each in enumerate(account):
        alone = simulate(close, random_targets(1), account=each, **given)
        assert many.equity[at].tobytes() == alone.equity.tobytes()


def test_a_borrow_fee_of_an_array_stands_for_all_scenarios():
    """It is the panel's: what the costs say of borrowing is not asked, as in a single walk."""
    close, _ = panel()
    targets = random_targets(1)
    targets.weight[:] *= -1.0
    given = {"borrow": np.full(close.shape, 0.02), "days": np.ones(120)}
    costs = [Costs(borrow_bps_per_year=fee) for fee in FEES]
    many = simulate_many(close, Batch.of([targets] * 3), costs=costs, **given)
    assert many.summary["borrow"].n_unique() == 1
    assert many.summary["borrow"][0] == pytest.approx(
        simulate(close, targets, **given).costs["borrow"].sum(), rel=1e-12
    )


def test_a_row_that_cannot_be_walked_keeps_its_number_among_several_panels():
    """The message counts the rows of the batch as it was given."""
    close, opens = panel()
    late = Targets(np.array([5, 3]), np.array([0, 1, 2]), np.zeros(2, np.int64), np.zeros(2, np.int64), np.full(2, 0.5))
    account = [Account(fill=fill) for fill in FILLS]
    with pytest.raises(RunError, match="row 13 of the targets trades in session 3, the one before it in 5"):
        simulate_many(close, Batch.of([random_targets(1), late]), open=opens, account=account)


@pytest.mark.parametrize(("assets", "sessions", "said"), [(5, 120, "asset 0 to 5"), (6, 100, "session 0 to 110")])
def test_targets_outside_the_panel_are_refused(assets, sessions, said):
    """A position the panel does not have is named, not read from somewhere in memory."""
    close = panel()[0][:sessions, :assets]
    for call in (
        lambda: simulate(close, random_targets(1)),
        lambda: simulate_many(close, Batch.of([random_targets(1)])),
    ):
        with pytest.raises(RunError, match=f"targets name {said}, the panel has"):
            call()


def test_impact_of_one_scenario_is_its_own():
    """Only the second scenario asks for impact; it is priced from volumes, the first is not charged."""
    close, _ = panel()
    volume = np.full(close.shape, 1e6)
    charged = [Costs(), Costs(impact=0.5)]
    many = simulate_many(close, Batch.of([random_targets(2)] * 2), costs=charged, volume=volume)
    assert many.summary["impact"][0] == 0.0 < many.summary["impact"][1]
    alone = simulate(close, random_targets(2), costs=charged[1], volume=volume)
    assert many.summary["equity"][1] == alone.equity[-1]


def test_positions_in_other_whole_numbers_are_read_and_fractions_refused():
    """The walk reads int64; int32 is brought to it, 0.5 of a session is no session."""
    close, dense = np.full((3, 2), 10.0), np.array([[0.5, 0.25], [np.nan] * 2, [0.0, np.nan]])
    given = [np.array(each) for each in ([0, 2], [0, 2, 3], [0, 1, 0], [0, 0, 0])]
    weight = np.array([0.5, 0.25, 0.0])
    narrow = Targets(*(each.astype(np.int32) for each in given), weight.astype(np.float32))
    assert simulate(close, narrow).order.tobytes() == simulate(close, dense).order.tobytes()
    with pytest.raises(RunError, match="session of the targets holds float64"):
        simulate(close, Targets(given[0] + 0.5, *given[1:], weight))
