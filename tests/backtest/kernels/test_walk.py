"""The walk: by hand, against its slow twin, and in decimal arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Case, cases

from backtest.trust.exact import replay


def one(close, rows, **changes):
    prices = np.array(close, dtype=float)
    prices = prices if prices.ndim == 2 else prices[:, None]
    fill = np.array(changes.pop("fill", close), dtype=float).reshape(prices.shape)
    account = oracle.Account(**changes.pop("account", {}))
    return Case(prices, fill, rows, changes.pop("costs", {}), account, **changes)


def test_half_in_one_asset_by_hand():
    """Half of 10,000 buys 50 shares at 100; at 110 the equity is 10,500."""
    book = one([100.0, 110.0], {0: {0: {0: 0.5}}}).walk()
    assert book.shares[:, 0].tolist() == [50.0, 50.0]
    assert book.cash.tolist() == [5_000.0, 5_000.0]
    assert book.equity.tolist() == [10_000.0, 10_500.0]


def test_costs_by_hand():
    """Buying 50 at 100 with 10 bps half spread, 5 bps slippage and 20 bps commission pays 5, 2.5 and 10.015."""
    costs = {"half_spread": 0.001, "slippage": 0.0005, "commission": 0.002}
    book = one([100.0], {0: {0: {0: 0.5}}}, costs=costs).walk()
    requested, filled, reference, price, spread, slippage, commission, _ = book.order[0]
    assert (requested, filled, reference, price) == (50.0, 50.0, 100.0, pytest.approx(100.15, abs=1e-12))
    assert (spread, slippage, commission) == pytest.approx((5.0, 2.5, 10.015), abs=1e-12)
    assert book.equity[0] == pytest.approx(10_000.0 - 17.515, abs=1e-9)


def test_orders_fill_at_the_open_and_are_marked_at_the_close():
    """A buy at an open of 100 that closes at 104 has gained 4 % by the evening."""
    book = one([104.0], {0: {0: {0: 1.0}}}, fill=[100.0]).walk()
    assert book.equity[0] == pytest.approx(10_400.0, abs=1e-9)


def test_all_buys_are_scaled_by_one_factor_when_costs_exceed_cash():
    """Two equal buys of all the capital at 1 % commission are both scaled by 1 / 1.01, cash ends at 0."""
    book = one([[100.0, 50.0]], {0: {0: {0: 0.5}, 1: {0: 0.5}}}, costs={"commission": 0.01}).walk()
    assert book.order[:, 1] == pytest.approx([50.0 / 1.01, 100.0 / 1.01], rel=1e-12)
    assert book.cash[0] == pytest.approx(0.0, abs=1e-9)
    assert book.cash[0] >= 0.0
    assert book.why == ["scaled", "scaled"]


def test_funded_in_turn_the_largest_buy_bears_the_shortage():
    """At 1 % commission 40 % is bought whole, 60 % with what is left: 5,960 / 1.01, and cash is exactly 0."""
    rows = {0: {0: {0: 0.6}, 1: {0: 0.4}}}
    book = one([[100.0, 50.0]], rows, costs={"commission": 0.01}, account={"sequential": True}).walk()
    assert book.label[:, 1].tolist() == [1, 0]
    assert book.order[:, 1] == pytest.approx([80.0, 59.6 / 1.01], rel=1e-12)
    assert (book.cash[0], book.why) == (0.0, ["filled", "scaled"])


def test_gross_exposure_is_bounded_shorts_included():
    """A short of six times equity is filled up to max_gross."""
    book = one([[100.0]], {0: {0: {0: -6.0}}}).walk()
    assert book.shares[0, 0] == -100.0


def test_an_order_without_a_price_waits_and_is_sized_when_it_can_trade():
    """A target set while the asset has no price fills at the next price, and both are logged."""
    book = one([np.nan, 200.0], {0: {0: {0: 0.5}}}).walk()
    assert book.shares[:, 0].tolist() == [0.0, 25.0]
    assert book.why == ["waiting", "delayed"]


def test_what_is_bought_before_its_first_close_is_marked_at_its_fill():
    """An open without a close in the first session: 100 shares at 100 are worth 10,000, not nothing."""
    book = one([np.nan, 110.0], {0: {0: {0: 1.0}}}, fill=[100.0, 105.0]).walk()
    assert book.equity.tolist() == [10_000.0, 11_000.0]


def test_a_split_changes_shares_and_never_value():
    """Two for one doubles the shares at half the price."""
    split = np.array([[1.0], [2.0]])
    book = one([100.0, 50.0], {0: {0: {0: 1.0}}}, split=split).walk()
    assert book.shares[:, 0].tolist() == [100.0, 200.0]
    assert book.equity.tolist() == [10_000.0, 10_000.0]


def test_a_dividend_credits_longs_and_debits_shorts():
    """One unit a share on 100 shares long, then on 100 short."""
    dividend = np.array([[0.0], [1.0]])
    long = one([100.0, 100.0], {0: {0: {0: 1.0}}}, dividend=dividend).walk()
    short = one([100.0, 100.0], {0: {0: {0: -1.0}}}, dividend=dividend).walk()
    assert (long.equity[1], short.equity[1]) == (10_100.0, 9_900.0)


def test_interest_and_borrow_run_over_calendar_days():
    """Three days of 3.65 % on 20,000 credit and of 7.3 % on 10,000 short: 6 earned and 6 paid."""
    costs = {"cash": 0.0365, "borrow": np.full((2, 1), 0.073)}
    book = one([100.0, 100.0], {0: {0: {0: -1.0}}}, costs=costs, days=np.array([0.0, 3.0])).walk()
    assert (book.interest[1], book.borrow[1]) == pytest.approx((6.0, 6.0), abs=1e-12)


def test_ruin_is_terminal():
    """A short that more than doubles loses everything; what follows trades no more (vectorbt issue 187)."""
    book = one([100.0, 250.0, 50.0], {0: {0: {0: -1.0}}, 2: {0: {0: 0.5}}}).walk()
    assert book.stopped == 1
    assert book.equity.tolist() == [10_000.0, -5_000.0, -5_000.0]
    assert book.why == ["filled", "ruin"]


def test_the_band_skips_small_orders_but_never_a_close():
    """Half a percent of equity is not worth a trade at a band of 1 %; closing the same position is."""
    rows = {0: {0: {0: 0.5}}, 1: {0: {0: 0.505}}, 2: {0: {0: 0.001}}, 3: {0: {0: 0.0}}}
    book = one([100.0] * 4, rows, account={"band": 0.01}).walk()
    assert book.why == ["filled", "band", "filled", "filled"]
    assert book.shares[3, 0] == 0.0


def test_whole_lots_are_multiples_never_more_than_asked():
    """3.7 lots of a tenth become 3.7, not 3.6: 0.37 / 0.1 in floating point is less (vectorbt's granularity bug)."""
    book = one([100.0], {0: {0: {0: 0.0037}}}, account={"lot": 0.1}).walk()
    assert book.shares[0, 0] == pytest.approx(0.3, abs=1e-12)
    exact = one([100.0], {0: {0: {0: 0.003}}}, account={"lot": 0.1}).walk()
    assert exact.shares[0, 0] == pytest.approx(0.3, abs=1e-12)


def test_a_split_of_whole_lots_pays_the_fraction_in_cash():
    """Three for two on 5 shares leaves 7 and half a share in cash."""
    split = np.array([[1.0], [1.5]])
    book = one([150.0, 100.0], {0: {0: {0: 0.075}}}, split=split, account={"lot": 1.0}).walk()
    assert book.shares[:, 0].tolist() == [5.0, 7.0]
    assert book.cash[1] == 10_000.0 - 750.0 + 50.0
    assert book.why == ["filled", "in_lieu"]


def test_an_order_below_a_lot_says_so():
    """Half a share asked for in whole shares is none, 57.9 are 57; both lines keep what was asked."""
    book = one([[100.0, 100.0]], {0: {0: {0: 0.005}, 1: {0: 0.579}}}, account={"lot": 1.0}).walk()
    assert book.why == ["lot", "filled"]
    assert book.order[:, 0].tolist() == pytest.approx([0.5, 57.9], abs=1e-12)
    assert book.order[:, 1].tolist() == [0.0, 57.0]


def test_lots_sold_in_turn_leave_no_crumb():
    """0.3 in lots of a tenth, sold at 0.1 a session: nothing is left after three, and no fourth order pays a fee."""
    account = {"participation_cap": 0.1, "lot": 0.1, "capital": 100.0}
    rows, volume = {0: {0: {0: 0.31}}, 3: {0: {0: 0.0}}}, np.full((7, 1), 1.0)
    book = one([100.0] * 7, rows, volume=volume, costs={"minimum": 0.01}, account=account).walk()
    assert book.shares[:, 0].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.2, 0.1, 0.0, 0.0])
    assert book.shares[5, 0] == 0.0
    assert len(book.order) == 6


def test_lots_never_round_up_what_rounding_does_not_explain():
    """Of 123,456,789.95 shares the last whole one is 123,456,789."""
    book = one([1.0], {0: {0: {0: 0.12345678995}}}, account={"lot": 1.0, "capital": 1e9}).walk()
    assert book.shares[0, 0] == 123_456_789.0


def test_a_target_without_equity_to_size_it_on_is_refused():
    """A short opens at more than all equity: V is -1,000, and the other asset's target falls away, saying so."""
    fill = [[100.0, 10.0], [210.0, 10.0]]
    book = one([[100.0, 10.0], [110.0, 10.0]], {0: {0: {0: -1.0}}, 1: {1: {0: 0.05}}}, fill=fill).walk()
    assert book.why == ["filled", "ruin"]


def test_a_waiting_target_of_a_delisted_asset_is_refused():
    """It never had a price, waits, and is dropped with its asset: the second line says so."""
    book = one([[np.nan]] * 3, {0: {0: {0: 0.5}}}, delistings={(1, 0): -0.3}).walk()
    assert book.why == ["waiting", "delisted"]


def test_what_is_left_of_the_turnover_cap_buys_whole_lots():
    """1.5 % of 10,000 a session is one lot of 100 and a half: the first asset has it, then the second."""
    rows = {0: {0: {0: 0.01}, 1: {0: 0.01}}}
    book = one([[100.0, 100.0]] * 3, rows, account={"lot": 1.0, "turnover_cap": 0.015}).walk()
    assert book.shares.tolist() == [[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
    assert book.why == ["filled", "turnover", "delayed"]


def test_what_the_turnover_cap_fills_whole_is_not_carried_over():
    """The first asset has its lot at once; at a price of 40 its 1.01 % would be two lots, and nobody asked again."""
    rows = {0: {0: {0: 0.0101}, 1: {0: 0.0101}}}
    book = one([[100.0, 100.0], [40.0, 100.0]], rows, account={"lot": 1.0, "turnover_cap": 0.015}).walk()
    assert book.shares.tolist() == [[1.0, 0.0], [1.0, 1.0]]
    assert book.label[:, :2].tolist() == [[0, 0], [0, 1], [1, 1]]


def test_orders_of_a_session_are_filled_by_asset_whichever_waited():
    """The second asset waits for a price, the first is asked for when it comes: 0 is filled before 1, as without it."""
    rows = {0: {1: {0: 0.4}}, 1: {0: {0: 0.4}}}
    book = one([[100.0, np.nan], [100.0, 100.0]], rows).walk()
    assert book.label[:, :2].tolist() == [[0, 1], [1, 0], [1, 1]]
    assert book.why == ["waiting", "filled", "delayed"]


def test_orders_left_by_the_turnover_cap_are_filled_by_asset():
    """A sale and, after it, a purchase are carried over; when the sold asset is wanted again, both are purchases."""
    rows = {0: {1: {0: 0.5}}, 1: {0: {0: 0.5}, 1: {0: 0.0}}, 2: {1: {0: 0.5}}}
    book = one([[100.0, 100.0]] * 3, rows, account={"turnover_cap": 0.5}).walk()
    assert book.label[:, :2].tolist() == [[0, 1], [1, 1], [1, 0], [2, 0], [2, 1]]
    assert book.order[:, 1].tolist() == [50.0, -25.0, 25.0, 25.0, 25.0]


def test_the_rest_of_an_order_is_carried_over_below_the_band():
    """20 of 21 shares are bought at the cap; the last is 1 % of equity, under a band of 2 %, and comes all the same."""
    account = {"participation_cap": 0.1, "band": 0.02}
    book = one([100.0] * 3, {0: {0: {0: 0.21}}}, volume=np.full((3, 1), 200.0), account=account).walk()
    assert book.shares[:, 0].tolist() == pytest.approx([20.0, 21.0, 21.0])


def test_a_large_order_is_carried_over_at_the_participation_cap():
    """A tenth of an average volume of 200 is 20 shares a session; 50 shares need three sessions."""
    book = one(
        [100.0] * 4, {0: {0: {0: 0.5}}}, volume=np.full((4, 1), 200.0), account={"participation_cap": 0.1}
    ).walk()
    assert book.shares[:, 0].tolist() == [20.0, 40.0, 50.0, 50.0]
    assert book.why == ["partial", "partial", "delayed"]


@pytest.mark.parametrize("lot", [0.0, 1.0])
def test_an_order_of_all_that_the_participation_cap_allows_is_filled_whole(lot):
    """0.29 x 100 is 28.999999999999996 in floats; 29 shares are no more than that, and nothing is carried over."""
    account = {"participation_cap": 0.29, "lot": lot}
    book = one([100.0, 50.0], {0: {0: {0: 0.29}}}, volume=np.full((2, 1), 100.0), account=account).walk()
    assert book.shares[:, 0].tolist() == [29.0, 29.0]
    assert book.why == ["filled"]


def test_unknown_volume_is_not_taken_for_infinite():
    """Where the volume is unknown a capped order waits."""
    volume = np.array([[np.nan], [1e6]])
    book = one([100.0] * 2, {0: {0: {0: 0.5}}}, volume=volume, account={"participation_cap": 0.1}).walk()
    assert book.shares[:, 0].tolist() == [0.0, 50.0]
    assert book.why == ["no_volume", "delayed"]


def test_impact_follows_the_square_root():
    """Half the average volume at a volatility of 2 % and a coefficient of 1: 0.02 x sqrt(0.5) of the notional."""
    book = one([100.0], {0: {0: {0: 0.5}}}, volume=np.full((1, 1), 100.0), costs={"impact": 1.0}).walk()
    assert book.order[0, 7] == pytest.approx(0.02 * 0.5**0.5 * 5_000.0, rel=1e-12)


def test_the_turnover_cap_spreads_a_rebalance():
    """At most 30 % of equity a session: half in one asset takes two sessions."""
    book = one([100.0] * 3, {0: {0: {0: 0.5}}}, account={"turnover_cap": 0.3}).walk()
    assert book.shares[:, 0].tolist() == pytest.approx([30.0, 50.0, 50.0])
    assert book.why == ["turnover", "delayed"]


def test_a_margin_call_scales_positions_down_in_the_next_session():
    """Twice levered at 100, at 60 the equity is 2,000 on 12,000: below a quarter, so exposure goes to 2 x 2,000."""
    book = one([100.0, 60.0, 60.0], {0: {0: {0: 2.0}}}, account={"max_gross": 2.0, "maintenance": 0.25}).walk()
    assert book.summary["margin_calls"] == 1
    assert book.shares[:, 0].tolist() == pytest.approx([200.0, 200.0, 4_000.0 / 60.0])
    assert book.why == ["filled", "margin"]


def test_sales_of_a_margin_call_stand_by_asset_among_the_others():
    """Twice levered in two assets that fall to 60; the second is sold whole by its own order, the first by the call."""
    rows, account = {0: {0: {0: 1.0}, 1: {0: 1.0}}, 2: {1: {0: 0.0}}}, {"max_gross": 2.0, "maintenance": 0.25}
    book = one([[100.0, 100.0], [60.0, 60.0], [60.0, 60.0]], rows, account=account).walk()
    assert book.label[2:, :2].tolist() == [[2, 0], [2, 1]]
    assert book.why[2:] == ["margin", "filled"]
    assert book.order[2:, 1] == pytest.approx([-200.0 / 3.0, -100.0])


def test_in_lieu_comes_before_delistings():
    """The first asset is delisted in the session in which a consolidation leaves half a share of the second."""
    rows, split = {0: {0: {0: 0.1}, 1: {0: 0.003}}}, np.array([[1.0, 1.0], [1.0, 0.5]])
    book = one([[10.0, 10.0]] * 2, rows, account={"lot": 1.0}, split=split, delistings={(1, 0): 0.0})
    assert book.walk().why == ["filled", "filled", "in_lieu", "delisted"]
    assert [order.reason for order in book.slow().orders] == book.walk().why


def test_a_margin_call_overrides_an_order_that_leaves_more():
    """6 x equity after a fall: a target that would hold on is cut to 2 x 2,000; one that leaves less stands."""
    account = {"max_gross": 2.0, "maintenance": 0.25}
    holds = one([100.0, 60.0, 60.0], {0: {0: {0: 2.0}}, 2: {0: {0: 7.0}}}, account=account).walk()
    less = one([100.0, 60.0, 60.0], {0: {0: {0: 2.0}}, 2: {0: {0: 1.0}}}, account=account).walk()
    assert (holds.shares[2, 0], holds.why[-1]) == (pytest.approx(4_000.0 / 60.0), "margin")
    assert (less.shares[2, 0], less.why[-1]) == (pytest.approx(2_000.0 / 60.0), "filled")


def test_a_margin_call_leaves_whole_lots():
    """4,000 at 60 are 66.7 shares: 66 are left."""
    account = {"max_gross": 2.0, "maintenance": 0.25, "lot": 1.0}
    assert one([100.0, 60.0, 60.0], {0: {0: {0: 2.0}}}, account=account).walk().shares[2, 0] == 66.0


def test_a_margin_call_makes_up_for_what_cannot_be_traded():
    """Equity 2,000 on 6,000 and 6,000: the one that has a price is sold whole, for the other alone is above 4,000."""
    account = {"max_gross": 2.0, "maintenance": 0.25}
    closes = [[100.0, 100.0], [60.0, 60.0], [60.0, np.nan]]
    book = one(closes, {0: {0: {0: 1.0}, 1: {0: 1.0}}}, account=account).walk()
    assert book.shares[2].tolist() == [0.0, 100.0]


def test_nothing_left_is_ruin():
    """All is sold for a cent a share and the least commission takes it: equity is 0, and the walk ends there."""
    rows = {0: {0: {0: 1.0}}, 1: {0: {0: 0.0}}, 3: {0: {0: 1.0}}}
    book = one([100.0, 0.01, 0.01, 0.01], rows, costs={"minimum": 5.0}, account={"capital": 1_000.0}).walk()
    assert (book.stopped, book.equity[1:].tolist()) == (1, [0.0, 0.0, 0.0])
    assert book.why == ["scaled", "filled"]


def test_a_delisted_asset_is_closed_at_its_stated_loss():
    """100 shares last marked at 100 and delisted at -30 % leave 7,000; a later target is refused and says so."""
    rows = {0: {0: {0: 1.0}}, 2: {0: {0: 0.5}}}
    book = one([100.0, np.nan, np.nan], rows, delistings={(1, 0): -0.3}).walk()
    assert book.equity.tolist() == [10_000.0, 7_000.0, 7_000.0]
    assert book.why == ["filled", "delisted", "delisted"]


def test_a_cover_is_never_refused_for_lack_of_cash():
    """A short that has eaten all cash is still closed, and the shortfall is debt (vectorbt cannot, issue 82)."""
    book = one([100.0, 190.0, 190.0], {0: {0: {0: -1.0}}, 2: {0: {0: 0.0}}}).walk()
    assert book.shares[2, 0] == 0.0
    assert book.equity[2] == pytest.approx(1_000.0)


def test_a_sale_makes_no_debt_for_a_minimum_commission():
    """All cash is spent; shares sold for 2.5 then pay all they bring, not a least commission of 5 (law 5)."""
    rows = {0: {0: {0: 0.9995}, 1: {0: 0.0005}}, 1: {1: {0: 0.0}}}
    book = one([[100.0, 100.0], [100.0, 50.0]], rows, costs={"minimum": 5.0}).walk()
    assert book.cash[0] == pytest.approx(0.0, abs=1e-9)
    assert (book.cash[1], book.shares[1, 1]) == (0.0, 0.0)
    assert book.order[2, 6] == pytest.approx(0.0005 * 9_990.0 / 100.0 * 50.0, rel=1e-9)
    assert book.why == ["scaled", "scaled", "filled"]


def test_what_other_sales_bring_pays_a_minimum_commission_whole():
    """The sale for 2.5 comes first among the targets; half of the other asset, sold with it, covers both fees."""
    rows = {0: {0: {0: 0.0005}, 1: {0: 0.9995}}, 1: {0: {0: 0.0}, 1: {0: 0.5}}}
    book = one([[100.0, 100.0], [50.0, 100.0]], rows, costs={"minimum": 5.0}).walk()
    assert book.label[2:, 1].tolist() == [1, 0]
    assert book.order[2:, 6].tolist() == [5.0, 5.0]


def test_no_minimum_commission_is_paid_for_a_purchase_of_nothing():
    """A fee of 5 takes all of 5: what could be bought then is less than rounding, and so neither is paid."""
    book = one([100.0, 100.0], {0: {0: {0: 0.5}}}, costs={"minimum": 5.0}, account={"capital": 5.0}).walk()
    assert (book.equity.tolist(), book.why) == ([5.0, 5.0], ["scaled"])
    assert book.order[0, 1:].tolist() == [0.0, 100.0, 100.0, 0.0, 0.0, 0.0, 0.0]


def test_a_sale_dearer_than_what_it_brings_is_the_last_of_the_sales_on_credit_too():
    """The same two sales where the account may borrow: nobody needs the proceeds, and the order is the same."""
    rows = {0: {0: {0: 0.0005}, 1: {0: 0.9}}, 1: {0: {0: 0.0}, 1: {0: 0.5}}}
    account = {"max_gross": 2.0}
    book = one([[100.0, 100.0], [50.0, 100.0]], rows, costs={"minimum": 5.0}, account=account).walk()
    assert book.label[2:, 1].tolist() == [1, 0]


def test_an_account_that_may_borrow_pays_a_minimum_commission_whole():
    """Of two purchases on credit one is sold for 2.5 again: 5 are due all the same."""
    rows = {0: {0: {0: 1.5}, 1: {0: 0.0005}}, 1: {1: {0: 0.0}}}
    closes = [[100.0, 100.0], [100.0, 50.0]]
    book = one(closes, rows, costs={"minimum": 5.0}, account={"max_gross": 2.0}).walk()
    assert book.cash.tolist() == pytest.approx([-5_015.0, -5_017.5], abs=1e-9)


def test_a_commission_on_shares_is_due_whole():
    """1.25 shares are all that 10 buy at 4 and 5; sold at 0.5 they bring 0.625 and cost 1.25, no longer 5."""
    rows, costs = {0: {0: {0: 1.0}}, 1: {0: {0: 0.0}}}, {"per_share": 1.0, "minimum": 5.0}
    book = one([4.0, 0.5], rows, costs=costs, account={"capital": 10.0}).walk()
    assert book.cash.tolist() == pytest.approx([0.0, -0.625], abs=1e-9)


def test_what_rounding_leaves_of_the_cash_buys_nothing():
    """An account is spent but for 4e-11 of 10,000, a rounding: too little to buy another asset."""
    rows = {0: {0: {0: 1.0}}, 1: {1: {0: 0.5}}}
    book = one([[3.0, 7.0], [3.0, 7.0]], rows, costs={"commission": 0.003}).walk()
    assert 0.0 < book.cash[0] < 1e-10
    assert book.shares[1, 1] == 0.0
    assert book.why == ["scaled", "scaled"]


def test_nothing_at_all_is_exactly_nothing():
    """Without targets equity is the capital."""
    book = one([[1.0, 2.0]] * 5, {}).walk()
    assert book.equity.tolist() == [10_000.0] * 5
    assert len(book.order) == 0


def test_no_assets_and_no_sessions_walk():
    """An empty panel is walked without a fuss."""
    empty = Case(np.empty((3, 0)), np.empty((3, 0)), {}, {})
    assert empty.walk().equity.tolist() == [10_000.0] * 3


def by_place(lines):
    """Sort order lines by session and asset: what stands behind each other there does so in both engines."""
    return sorted(lines, key=lambda line: line[:2])


def filled(book):
    """Give session and asset of every fill, in the order of the log."""
    return [(int(t), int(i)) for (t, i, _), line in zip(book.label, book.order, strict=True) if line[1]]


def assert_same(fast, slow):
    """Hold a walk to its twin: equity, cash, margin calls, ruin, every order, and the order of the fills."""
    scale = max(1.0, np.abs(slow.equity).max())
    assert np.allclose(fast.equity, slow.equity, rtol=0.0, atol=1e-9 * scale)
    assert np.allclose(fast.cash, slow.cash, rtol=0.0, atol=1e-9 * scale)
    assert fast.summary["margin_calls"] == slow.margin_calls
    assert fast.stopped == slow.stopped
    assert filled(fast) == [(order.session, order.asset) for order in slow.orders if order.filled]
    ours = by_place((int(t), int(i), why, *line) for (t, i, _), why, line in zip(fast.label, fast.why, fast.order))  # noqa: B905
    theirs = by_place(
        (
            order.session, order.asset, order.reason, order.requested, order.filled, order.reference, order.price,
            order.half_spread, order.slippage, order.commission, order.impact,
        )
        for order in slow.orders
    )  # fmt: skip
    assert [line[:3] for line in ours] == [line[:3] for line in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert np.allclose(mine[3:], other[3:], rtol=1e-7, atol=1e-7, equal_nan=True)


@given(cases())
def test_the_walk_equals_its_slow_twin(case):
    """Equity, cash, every order, the order of the fills and every margin call agree with plain Python."""
    assert_same(case.walk(), case.slow())


@given(cases(costs={"half_spread": 0.001, "minimum": 5.0}), st.sampled_from([60.0, 200.0]))
def test_an_account_of_a_few_minimum_commissions_equals_its_slow_twin(case, capital):
    """Where many a sale brings less than the minimum commission, all of that agrees, too."""
    small = replace(case, account=replace(case.account, capital=capital))
    assert_same(small.walk(), small.slow())


@given(cases(bounds=False, costs={"slippage": 0.0005, "commission": 0.01, "per_share": 0.01, "minimum": 5.0}))
def test_buys_funded_in_turn_equal_their_slow_twin(case):
    """With `funding: sequential` equity, cash and what every order filled agree with plain Python."""
    turned = replace(case, account=replace(case.account, sequential=True))
    fast, slow = turned.walk(), turned.slow()
    scale = 1e-9 * max(1.0, np.abs(slow.equity).max())
    assert np.allclose(fast.equity, slow.equity, rtol=0.0, atol=scale)
    assert np.allclose(fast.cash, slow.cash, rtol=0.0, atol=scale)
    ours = by_place((int(t), int(i), why, line[1]) for (t, i, _), why, line in zip(fast.label, fast.why, fast.order))  # noqa: B905
    theirs = by_place((order.session, order.asset, order.reason, order.filled) for order in slow.orders)
    assert [line[:3] for line in ours] == [line[:3] for line in theirs]
    assert np.allclose([line[3] for line in ours], [line[3] for line in theirs], rtol=1e-7, atol=1e-7)


@given(cases())
def test_the_journal_replayed_in_decimal_gives_the_same_books(case):
    """Cash and positions follow from the journal alone, to 1e-9 of equity (laws 1 to 3)."""
    assert replay(case.market(), case.walk(), case.account.capital).worst <= 1e-9


@given(cases(carry=False, max_gross=1.0, long_only=True))
def test_cash_never_falls_below_zero_without_leverage(case):
    """Without shorts and leverage cash stays at or above zero, exactly (law 5)."""
    assert (case.walk().cash >= 0.0).all()


@given(cases(actions=False, gaps=False))
def test_cutting_the_data_leaves_the_past_bit_identical(case):
    """Sessions after a cut cannot change a single bit before it (law 21)."""
    whole, cut = case.walk(), max(1, len(case.close) // 2)
    rows = {t: row for t, row in case.rows.items() if t < cut}
    costs = {**case.costs, "borrow": np.asarray(case.costs["borrow"])[:cut]}
    part = Case(
        case.close[:cut], case.fill[:cut], rows, costs, case.account, days=case.days[:cut], volume=case.volume[:cut],
        sigma=case.sigma[:cut],
    ).walk()  # fmt: skip
    assert part.equity.tobytes() == whole.equity[:cut].tobytes()
    assert part.shares.tobytes() == whole.shares[:cut].tobytes()
