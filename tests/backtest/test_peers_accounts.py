"""Bugs of other simulators in cash, commission and fills: each as a test of ours, named after how it should be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from differences import CAPITAL, NAN, column, ours
from markets import write

from backtest import Account, Costs

GAP = {"close": column(100.0, 100.0, 52.0), "open": column(100.0, 100.0, 50.0)}


@pytest.mark.parametrize("lot", [0.0, 1.0])
@pytest.mark.parametrize("weight", [0.5, -0.5])
def test_a_commission_above_all_cash_ends_without_an_order(weight, lot):
    """Bt 215: shares were taken off one by one until the outlay would fit, and it never did; ours is told once."""
    walk = ours(column(10.0, 10.0), column(weight, NAN), costs=Costs(commission_min=2_000), account=Account(lot=lot))
    assert (walk.status, walk.equity.tolist(), walk.shares[:, 0].tolist()) == ("ok", [CAPITAL] * 2, [0.0] * 2)
    assert walk.trades.select("shares", "reason").rows() == [(0.0, "scaled")]


def test_cash_set_aside_stays_aside():
    """Bt 215: a way to keep cash was asked for; weights of 90 % leave 10 %, less the commission of what was bought."""
    walk = ours(np.full((1, 2), 10.0), [[0.5, 0.4]], costs=Costs(commission_bps=15))
    assert walk.shares[0].tolist() == pytest.approx([50.0, 40.0])
    assert walk.cash[0] == pytest.approx(100.0 - 900.0 * 0.0015)


def test_all_capital_moves_to_another_asset_with_a_commission_on_both_sides():
    """Bt 247: 15 bps a share of value stopped the run for want of cash, and was a rebate on sales (q x p < 0).

    All in: x (1 + c) = 1,000. Then sold for x (1 - c), and all of it put into the other: y (1 + c) = x (1 - c).
    """
    walk = ours(np.full((2, 2), 10.0), [[1.0, NAN], [0.0, 1.0]], costs=Costs(commission_bps=15))
    assert walk.equity.tolist() == pytest.approx([1_000 / 1.0015, 1_000 / 1.0015 * 0.9985 / 1.0015], rel=1e-12)
    assert walk.cash.tolist() == pytest.approx([0.0, 0.0], abs=1e-9)
    assert (walk.trades["commission"] > 0.0).all()


@pytest.mark.parametrize(("fill", "price"), [("open", 50.0), ("close", 52.0)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_fill_is_at_a_price_of_another_session(fill, price, sign):
    """backtesting.py 521: from 100 to 50 over night, and the exit was filled at 90; nobody traded there that day."""
    walk = ours(**GAP, weights=column(0.5 * sign, NAN, 0.0), account=Account(fill=fill))
    assert walk.trades.select("shares", "price").rows() == [(5.0 * sign, 100.0), (-5.0 * sign, price)]
    assert walk.equity[2] == pytest.approx(1_000.0 + 5.0 * sign * (price - 100.0))


def test_splits_are_always_applied_and_dividends_on_the_ex_date():
    """LEAN 2541: whether a split or a dividend reached the holdings hung on a mode; here on the actions given alone.

    Two for one at 20 makes 50 shares 100 at 10; then each earns a dividend of 1 as its price falls by it.
    """
    bought, split, dividend = column(1.0, NAN, NAN), column(1.0, 2.0, 1.0), column(0.0, 0.0, 1.0)
    raw = ours(column(20.0, 10.0, 9.0), bought, split=split, dividend=dividend)
    adjusted = ours(column(10.0, 10.0, 9.0), bought, dividend=dividend)
    assert raw.shares[:, 0].tolist() == [50.0, 100.0, 100.0]
    assert raw.cash.tolist() == adjusted.cash.tolist() == [0.0, 0.0, 100.0]
    assert raw.equity.tolist() == adjusted.equity.tolist() == [1_000.0] * 3


def test_proceeds_of_a_short_are_cash_and_earn_its_rate():
    """Cvxportfolio 107: the account paid the cash rate on what it had sold short, unsaid; here it earns it.

    100 days at 3.65 % on 2,000 of cash are 20; the fee of 1.825 % a year on 1,000 borrowed is 5.
    """
    costs = Costs(cash_bps_per_year=365, borrow_bps_per_year=182.5)
    walk = ours(column(10.0, 10.0), column(-1.0, NAN), costs=costs, days=np.array([0.0, 100.0]))
    assert (walk.interest[1], walk.borrow[1]) == pytest.approx((20.0, 5.0))
    assert walk.equity[1] == pytest.approx(1_015.0)


def test_a_benchmark_earns_its_dividends(small, tmp_path):
    """FinRL 1434: a benchmark without dividends was beaten by 1.92 % a year; 2 % paid in one session stay in ours."""
    day, paid = small.sessions[100], pl.col("asset") == "MKT"
    amount = pl.when(paid & (pl.col("session") == day)).then(0.02 * pl.col("close")).otherwise(0.0)
    part = write(tmp_path, small.prices.with_columns(dividend=amount), pl.read_csv(small.folder / "events.csv"))
    source = {"source": "files", "path": "prices.parquet", "adjustment": "split"}
    with_it, without = (each.run(prices=source, signals=[]).daily["benchmark"].to_numpy() for each in (part, small))
    at = small.run(prices=source, signals=[]).daily["session"].to_list().index(day)
    ratio = with_it / without
    assert ratio[:at].tolist() == [1.0] * at
    assert ratio[at] == pytest.approx(1.02, rel=1e-6)
    assert ratio[-1] == pytest.approx(1.02, rel=1e-3)
