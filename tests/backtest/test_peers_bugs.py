"""Bugs that other simulators had, or have: each as a test of ours, named after how it should be."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from backtest import Account, Batch, Costs, Targets, frames, simulate, simulate_many, walks
from backtest.kernels import prepare
from backtest.trust.lots import gains
from data.panel import Panel

NAN = np.nan


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


def run(close, weights, **settings):
    """Simulate 1,000 of capital."""
    return simulate(np.array(close, dtype=np.float64), np.array(weights, dtype=np.float64), capital=1_000.0, **settings)


def targets(dense):
    """Give dense weights, rows of NaN for none, as sparse ones."""
    rows, assets = np.flatnonzero(~np.isnan(dense[:, 0])), dense.shape[1]
    named = np.tile(np.arange(assets), len(rows))
    return Targets(rows, assets * np.arange(len(rows) + 1), named, named * 0, dense[rows].ravel())


def lots(close, walk, method="fifo", split=None):
    """Match the lots of a walk without dividends."""
    ones = np.ones(close.shape)
    market = prepare.market(close, close, ones * 0.0, ones if split is None else split, np.zeros(len(close)))
    return gains(market, walk, method)


def test_a_short_is_bounded_by_equity():
    """Vectorbt 440, 737, D13: 100 of cash sold short without a bound; ours stops at max_gross."""
    walk = run(column(10.0, 10.0), column(-50.0, NAN))
    assert walk.shares[0, 0] == -100.0
    assert walk.trades["reason"].to_list() == ["scaled"]


def test_negative_equity_does_not_trade_on():
    """Vectorbt 187: equity of -50 later reads +80; ours closes all and stays where it is."""
    walk = run(column(10.0, 25.0, 5.0), column(-1.0, NAN, 1.0))
    assert (walk.status, walk.stopped, walk.equity.tolist()) == ("ruin", 1, [1_000.0, -500.0, -500.0])


def test_a_short_is_covered_without_cash():
    """Vectorbt 82: with cash of 0 a cover is refused; ours goes through, the shortfall is debt."""
    close = np.array([[10.0, 10.0], [10.0, 10.0], [19.0, 10.0]])
    walk = run(close, [[-0.5, 0.5], [NAN, 1.0], [0.0, NAN]], account=Account(max_gross=2.0))
    assert walk.shares[2, 0] == 0.0
    assert walk.cash[2] == pytest.approx(1_000.0 + 500.0 - 950.0 - 1_000.0)


def test_every_order_is_sized_on_the_same_equity():
    """Vectorbt 713, D08: percentages of what cash is left, by column order, gave 3.33, 3.33, 3.14; ours are equal."""
    walk = run(np.full((1, 3), 10.0), np.full((1, 3), 1.0 / 3.0), costs=Costs(commission_bps=200))
    assert np.ptp(walk.shares[0]) <= 1e-12
    assert walk.cash[0] == pytest.approx(0.0, abs=1e-9)


def test_a_target_reverses_a_position_in_one_order():
    """Vectorbt 697, 131: percent could not reverse; from +50 % to -50 % is one order of all the capital."""
    walk = run(column(10.0, 10.0), column(0.5, -0.5))
    assert walk.shares[:, 0].tolist() == [50.0, -50.0]
    assert walk.trades["shares"].to_list() == [50.0, -100.0]


def test_an_asset_that_ends_keeps_its_last_mark():
    """Vectorbt 81, 83: a delisted column made all equity NaN (and is now filled backwards from later prices)."""
    close = np.array([[NAN, 10.0], [20.0, 10.0], [NAN, 10.0]])
    walk = run(close, [[NAN, 0.5], [0.5, NAN], [NAN, NAN]])
    assert walk.equity.tolist() == [1_000.0, 1_000.0, 1_000.0]
    assert walk.shares[0].tolist() == [0.0, 50.0]


def test_a_sale_worth_less_than_its_fee_still_closes():
    """Vectorbt S18: proceeds below the fee left a position stuck for ever; ours pays the fee and is rid of it."""
    walk = run(column(10.0, 0.001), column(0.5, 0.0), costs=Costs(commission_min=3.0))
    assert walk.shares[1, 0] == 0.0
    assert walk.cash[1] == pytest.approx(1_000.0 - 500.0 - 3.0 + 0.05 - 3.0)


def test_lots_are_counted_in_decimals():
    """Vectorbt D02, PR 533: 0.3 // 0.1 is 2; three tenths are three lots of a tenth."""
    walk = run(column(1.0), column(0.0003), account=Account(lot=0.1))
    assert walk.shares[0, 0] == pytest.approx(0.3, abs=1e-15)


def test_a_target_in_the_first_session_trades_in_it():
    """Vectorbt 229: order functions skipped the first bar."""
    assert run(column(10.0, 10.0), column(1.0, NAN)).shares[0, 0] == 100.0


def test_target_weights_of_zero_close():
    """Vectorbt 31, 32: a target of zero was taken for no target."""
    assert run(column(10.0, 10.0), column(1.0, 0.0)).shares[:, 0].tolist() == [100.0, 0.0]


def test_nothing_is_read_before_it_is_written():
    """Vectorbt 858, 860: callbacks saw records nobody had written; ours ends where the journal ends."""
    walk = run(column(10.0, 10.0), column(NAN, 0.5))
    assert len(walk.label) == len(walk.order) == walk.trades.height == 1
    assert np.isfinite(walk.order).all()


@pytest.mark.parametrize(("weight", "price", "gross"), [(-1.0, 15.0, 3.0), (-0.5, 20.0, 2.0)])
def test_the_exposure_of_a_short_follows_its_price(weight, price, gross):
    """Vectorbt D05: debt frozen at the entry, exposure too low; 1,500 owed on 500 are 3, and 100 on 50 are 2."""
    close = column(10.0, price)
    days = np.datetime64("2025-03-03") + np.arange(2)
    panel = Panel(days, ("A",), close, close, close * 0.0, np.ones((2, 1)), np.full((2, 1), 1e6))
    costs, account = Costs(), Account(capital=1_000.0, fill="close")
    stage = walks.stage(panel, 0, costs, account, {})
    one = Targets(*(np.array(x) for x in ([0], [0, 1], [0], [0])), np.array([weight]))
    walk = walks.walk(stage, one, costs, account)
    assert frames.daily(stage, walk, walk, None)["gross"].to_list() == [-weight, gross]
    assert run(close, column(weight, NAN)).equity[1] == 1_000.0 + weight * 100.0 * (price - 10.0)


def test_every_row_of_a_summary_is_its_scenario_alone():
    """Vectorbt 681, 664: figures of many columns were the mean over them; a row is its own scenario's, by hand too."""
    rng = np.random.default_rng(5)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.03, (40, 3)), axis=0))
    dense = [np.where(rng.random((40, 1)) < 0.3, rng.dirichlet(np.ones(3), 40) * 0.9, NAN) for _ in range(40)]
    costs, scenarios = Costs(commission_bps=10, slippage_bps=5), [targets(each) for each in dense]
    many = simulate_many(close, Batch.of(scenarios), capital=1_000.0, costs=costs).summary
    assert many["equity"].n_unique() == many["mean"].n_unique() == many["max_drawdown"].n_unique() == 40
    for s, weights in enumerate(dense):
        row, alone = many.row(s, named=True), run(close, weights, costs=costs)
        assert simulate_many(close, Batch.of([scenarios[s]]), capital=1_000.0, costs=costs).summary.equals(many[s])
        path = np.r_[1_000.0, alone.equity]
        change = path[1:] / path[:-1] - 1.0
        fall = (path / np.maximum.accumulate(path) - 1.0).min()
        expected = (alone.equity[-1], change.mean(), change.std(ddof=1), fall, alone.trades["commission"].sum())
        names = ("equity", "mean", "deviation", "max_drawdown", "commission")
        assert tuple(row[name] for name in names) == pytest.approx(expected, rel=1e-9, abs=1e-15)
        assert row["orders"] == alone.trades.height


def test_a_fill_of_nothing_costs_nothing():
    """Vectorbt D03: fills of 0 shares paid the fixed fee; with all cash spent the second order buys 0 and pays 0."""
    walk = run(np.full((2, 2), 10.0), [[1.0, NAN], [NAN, 0.5]], costs=Costs(commission_min=3.0))
    assert walk.trades.select("shares", "commission", "reason").rows() == [
        (pytest.approx(99.7), 3.0, "scaled"), (0.0, 0.0, "scaled"),
    ]  # fmt: skip
    assert walk.equity.tolist() == pytest.approx([997.0, 997.0], rel=1e-14)
    assert walk.cash[1] == walk.cash[0]


@pytest.mark.parametrize("left", [0.5, 0.25, 0.0078125])
def test_half_a_share_of_a_billion_is_neither_lost_nor_made(left):
    """Vectorbt D01: what is within 5e-10 of nothing was set to nothing, its value kept or made; ours is to the bit."""
    walk = simulate(np.ones((3, 1)), column(1.0, left / 1e9, 0.0), capital=1e9)
    assert walk.shares[:, 0].tolist() == [1e9, left, 0.0]
    assert walk.cash.tolist() == [0.0, 1e9 - left, 1e9]
    assert walk.equity.tolist() == [1e9, 1e9, 1e9]


def test_a_series_that_grows_alike_every_session_has_no_sharpe():
    """Vectorbt 714, quantstats: sums of squares cancel to a deviation of nothing, and a ratio of 1e16."""
    close = column(*(100.0 * 1.001 ** np.arange(500)))
    targets = Targets(*(np.array(x) for x in ([0], [0, 1], [0], [0])), np.array([1.0]))
    many = simulate_many(close, Batch.of([targets]), open=close / 1.001)
    assert many.summary["mean"][0] == pytest.approx(0.001)
    assert np.isnan(many.sharpe(252.0)).all()


def test_the_deviation_does_not_depend_on_the_price_level():
    """Vectorbt 714: a rolling deviation of 9.15 at prices around 1e8; ours is of returns, at any level."""
    rng = np.random.default_rng(1)
    close = np.exp(np.cumsum(rng.normal(0.0, 0.01, (300, 1)), axis=0))
    targets = Targets(*(np.array(x) for x in ([0], [0, 1], [0], [0])), np.array([1.0]))
    low, high = (simulate_many(close * level, Batch.of([targets])).summary["deviation"][0] for level in (1e-6, 1e8))
    assert low == pytest.approx(high, rel=1e-9)


def test_an_unchanged_target_does_not_creep():
    """Bt PR 571, 82: whole shares crept from 5 to 7 to 8 as the same target was repeated; ours stay."""
    walk = run(np.full((3, 1), 60.0), np.full((3, 1), 0.33), account=Account(lot=1.0))
    assert walk.shares[:, 0].tolist() == [5.0, 5.0, 5.0]


def test_cash_is_never_below_zero_without_leverage():
    """Bt 131: fees came on top of an outlay of all the cash; ours are inside it."""
    walk = run(np.full((1, 2), 7.0), np.full((1, 2), 0.5), costs=Costs(commission_bps=50, commission_min=2.0))
    assert 0.0 <= walk.cash[0] < 1e-6


def test_splits_change_prices_and_shares_together():
    """LEAN 7894, qlib 396: shares were split and the price was not, or fills and marks had different factors."""
    walk = run(column(10.0, NAN, 5.0), column(1.0, NAN, NAN), split=column(1.0, 2.0, 1.0))
    assert walk.equity.tolist() == [1_000.0] * 3


def test_a_seven_for_one_split_leaves_whole_shares():
    """LEAN 5765: 100 / 0.1428572 truncated to 699; seven for one of 100 is 700, and rounding never takes a share."""
    settings = {"account": Account(lot=1.0), "split": column(1.0, 7.0)}
    assert run(column(7.0, 1.0), column(0.7, NAN), **settings).shares[:, 0].tolist() == [100.0, 700.0]
    rounded = run(column(7.0, 1.0), column(0.7, NAN), account=Account(lot=1.0), split=column(1.0, 1 / 0.1428572))
    assert rounded.equity[1] == pytest.approx(1_000.0, abs=1e-3)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_reverse_splits_and_shorts(sign):
    """Zipline 332, 207: reverse splits of shorts, and ratios upside down; one for ten leaves the value as it was."""
    walk = run(column(1.0, 10.0), column(sign, NAN), split=column(1.0, 0.1))
    assert walk.shares[1, 0] == pytest.approx(sign * 100.0)
    assert walk.equity[1] == pytest.approx(1_000.0)


def test_fractions_of_concurrent_splits_are_all_paid():
    """Zipline 1037: two splits on one day, and the cash of one fraction was lost."""
    close = np.array([[100.0, 50.0], [200.0 / 3.0, 100.0 / 3.0]])
    split = np.array([[1.0, 1.0], [1.5, 1.5]])
    walk = run(close, [[0.1, 0.05], [NAN, NAN]], split=split, account=Account(lot=1.0))
    assert walk.shares[1].tolist() == [1.0, 1.0]
    assert walk.equity[1] == pytest.approx(1_000.0)
    assert walk.trades["reason"].to_list()[-2:] == ["in_lieu", "in_lieu"]


def test_an_order_that_waits_through_a_split_is_sized_after_it():
    """Zipline 332, quantopian 1988: an open order of 9 became int(-0.09) = 0 and crashed weeks later."""
    walk = run(column(10.0, NAN, 100.0), column(NAN, 0.5, NAN), split=column(1.0, 1.0, 0.1))
    assert walk.shares[2, 0] == 5.0
    assert walk.trades["reason"].to_list() == ["waiting", "delayed"]


def test_a_fill_over_a_gap_takes_no_later_price():
    """Zipline PR 2074: filling forward used today's close; an order in a gap knows the last close alone."""
    one, two = (run(column(10.0, NAN, later), column(1.0, 0.5, NAN)) for later in (20.0, 5.0))
    assert one.equity[:2].tolist() == two.equity[:2].tolist() == [1_000.0, 1_000.0]


def test_profit_of_a_trade_knows_splits():
    """LEAN 5325: the same share count at the price after a split was booked as a gain of half; it is nothing."""
    close, split = column(10.0, 5.0), column(1.0, 2.0)
    (one,) = lots(close, run(close, column(-1.0, 0.0), split=split), split=split).closed
    assert (one.shares, one.entry, one.exit, one.gain) == (-200.0, 5.0, 5.0, 0.0)


def test_a_flip_realises_what_it_closes_and_no_more():
    """Nautilus 1083, zipline 783: a flip from long to short overstated the profit by what was opened anew."""
    close = column(10.0, 12.0, 12.0)
    result = lots(close, run(close, column(0.5, -0.5, NAN)))
    assert result.realised == (0.0, 100.0, 100.0)
    assert result.unrealised[-1] == 0.0


def test_opening_realises_nothing():
    """Nautilus 1769: adding to a position was given a realised profit."""
    close = column(10.0, 12.0)
    result = lots(close, run(close, column(0.5, 0.9)), "average")
    assert result.closed == ()
    assert result.realised == (0.0, 0.0)


def test_profits_of_trades_have_the_sign_of_the_return():
    """backtesting.py 1289: a return of +11 % beside five losing trades; trades and equity are one sum."""
    close = column(10.0, 11.0, 10.5, 12.0)
    walk = run(close, column(1.0, 0.0, 1.0, 0.0))
    assert sum(one.gain for one in lots(close, walk).closed) == pytest.approx(walk.equity[-1] - 1_000.0)


def test_the_last_session_is_marked():
    """backtesting.py 304: with trades at the close the last bar repeated the equity before it."""
    assert run(column(10.0, 11.0), column(1.0, NAN), account=Account(fill="close")).equity[1] == 1_100.0


def test_at_a_fixed_price_nothing_is_earned():
    """backtesting.py 1100: one buy and one sale at a price that never moved more than doubled the equity."""
    assert run(np.full((4, 1), 105.0), column(NAN, 1.0, 0.0, NAN)).equity.tolist() == [1_000.0] * 4


def test_a_negative_commission_is_refused():
    """backtesting.py 958, vectorbt: a rebate was counted as a cost, or taken as money from nothing."""
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Costs(commission_bps=-4)


def test_commission_is_charged_once():
    """backtesting.py 149, 839; ziplime PR 21: in the price and in cash, or in neither; 10 bps of 500 are 0.5."""
    walk = run(column(10.0), column(0.5), costs=Costs(commission_bps=10))
    assert (walk.trades["price"][0], 1_000.0 - walk.equity[0]) == (10.0, pytest.approx(0.5))


def test_one_missing_price_makes_no_ruin():
    """Cvxportfolio 110: one NaN return of NVDA was bankruptcy; a gap is a gap."""
    walk = run(column(10.0, NAN, 11.0), column(1.0, NAN, NAN))
    assert (walk.status, walk.equity.tolist()) == ("ok", [1_000.0, 1_000.0, 1_100.0])
