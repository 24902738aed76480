"""Law 45: the currency an account is kept in, and the way to it, change no equity; and a run of two days by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from backtest import walks
from backtest.costs import Account, Costs
from backtest.frames import daily
from backtest.simulation import Targets
from data.axis import axis
from data.calendar import load, weekdays
from data.currencies import Currencies
from data.mixed import Money, mixed
from data.rates import known, quotes

YORK, SEOUL, RATE_DAYS = load("XNYS"), load("XKRX"), weekdays("Europe/London")
FIRST, LAST = np.datetime64("2025-03-03"), np.datetime64("2025-03-20")
# One euro is 1.25 dollars in the first ring, and so on: rates of A per B, B per C, and A per C as their product.
PAIRS = {
    "AB": {"base": "BBB", "quote": "AAA"},
    "BC": {"base": "CCC", "quote": "BBB"},
    "AC": {"base": "CCC", "quote": "AAA"},
}
OF = {"a": "AAA", "b": "BBB", "c": "CCC"}

steps = st.lists(st.floats(-0.05, 0.05), min_size=60, max_size=60)
weights = st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3)


def market(moves):
    """Make three shares on the sessions of New York and three rates that agree with one another."""
    days, rated = YORK.between(FIRST, LAST), RATE_DAYS.between(FIRST - 4, LAST)
    walk = np.exp(np.cumsum(np.resize(moves, (len(rated), 5)), axis=0))
    rates = {"AB": 1.3 * walk[:, 0], "BC": 150.0 * walk[:, 1]}
    rates["AC"] = rates["AB"] * rates["BC"]
    frames = [pl.DataFrame({"session": rated, "asset": name, "close": close}) for name, close in rates.items()]
    for column, name in enumerate("abc"):
        close = 50.0 * (1 + column) * walk[: len(days), 2 + column % 3]
        frames.append(pl.DataFrame({"session": days, "asset": name, "open": close * 1.01, "close": close}))
    return pl.concat(frames, how="diagonal").with_columns(pl.col("session").cast(pl.Date))


def booked(frame, account, rates, mix, every=3, **terms):
    """Give the stage and the walk of an account that holds a mix, and its equity as worth at the start in AAA."""
    money = Currencies(
        account=account,
        of={asset: unit for asset, unit in OF.items() if unit != account},
        rates={name: PAIRS[name] for name in rates},
    )
    on = axis([YORK], "open", FIRST, LAST)
    read = {name: quotes(frame, name, RATE_DAYS) for name in PAIRS}
    laid = mixed(frame, on, [list("abc")], "open", Money(money, read))
    first, settings, costs = 2, Account(capital=worth(account, 1e6, read, on, 2), max_gross=1.0), Costs(**terms)
    stage = walks.stage(laid.panel, first, costs, settings, {}, mixed=laid)
    rows = np.arange(first, len(on.days), every)
    share = np.tile(np.array(mix) / sum(mix), len(rows))
    targets = Targets(
        rows,
        np.arange(0, len(share) + 1, 3),
        np.tile(np.arange(3), len(rows)),
        np.zeros(len(share), dtype=np.int64),
        share,
    )
    return stage, walks.walk(stage, targets, costs, settings), read


def worth(account, capital, read, on, row):
    """Give a capital in AAA in the account's currency, at the rates before the fills of a row."""
    return capital / per_unit(account, read, on.at[row : row + 1], on.days[row : row + 1])[0]


def per_unit(unit, read, before, days):
    """Give AAA per unit, by the pair of both."""
    if unit == "AAA":
        return np.ones(len(before))
    money = Currencies(account="AAA", of={"x": unit}, rates={"AB": PAIRS["AB"], "AC": PAIRS["AC"]})
    return known(read, money.way(unit), before, days)


@given(moves=steps, mix=weights)
@example(moves=[0.0, 1e-6] + [0.0] * 58, mix=[1.0, 1.0, 1.0])  # the buys are so small that V rounds a little less away
def test_an_account_in_another_currency_is_worth_the_same(moves, mix):
    """All invested and without fees, equity in AAA, BBB or CCC is one value at the rates of each row (law 45)."""
    frame = market(moves)
    stage, walked, read = booked(frame, "AAA", ["AB", "AC"], mix)
    on = stage.mixed.axis
    for account in ("BBB", "CCC"):
        _, other, _ = booked(frame, account, ["AB", "AC"], mix)
        there = other.equity * per_unit(account, read, on.until[2:], on.days[2:])
        np.testing.assert_allclose(there, walked.equity, rtol=1e-9)
        np.testing.assert_allclose(other.shares, walked.shares, rtol=1e-9)


@given(moves=steps, mix=weights, fee=st.floats(0.0, 50.0))
def test_the_way_over_a_third_currency_is_the_direct_one(moves, mix, fee):
    """CCC to AAA directly, or over BBB, gives the same account at rates that agree, fees included (law 45)."""
    frame = market(moves)
    direct = booked(frame, "AAA", ["AB", "AC"], mix, commission_bps=fee)[1]
    over = booked(frame, "AAA", ["AB", "BC"], mix, commission_bps=fee)[1]
    np.testing.assert_allclose(over.equity, direct.equity, rtol=1e-12)


@given(moves=steps, mix=weights, fee=st.floats(0.0, 50.0))
def test_the_gain_is_the_assets_the_currencies_and_both_together(moves, mix, fee):
    """Gains of assets, of currencies and of both together, less the fees, are every row's change of equity (law 45)."""
    frame = market(moves)
    stage, walked, _ = booked(frame, "BBB", ["AB", "BC"], mix, commission_bps=fee)
    table = daily(stage, walked, walked, None)
    gained = (table["asset_gain"] + table["currency_gain"] + table["cross_gain"] - table["commission"]).to_numpy()
    before = np.append(
        worth("BBB", 1e6, booked(frame, "BBB", ["AB", "BC"], mix)[2], stage.mixed.axis, 2), walked.equity
    )
    np.testing.assert_allclose(gained, np.diff(before), rtol=0, atol=1e-9 * before.max())


def test_two_exchanges_and_two_currencies_by_hand():
    """1,000 dollars: half in Seoul on Tuesday, half in New York that evening, marked as each price is known.

    Tuesday, 00:00 UTC: 500 dollars at Monday's 1,000 won and 2,000 won a share are 250 shares; they close at 2,200 won.
    14:30 UTC: V is 500 + 250 x 2.2 = 1,050, half of it 525, but 500 of cash are left: 500 / 50 = 10 shares. At the end
    of the day won stand at 1,100: 250 x 2,200 / 1,100 + 10 x 52 = 1,020.
    """
    days = [date(2026, 2, day) for day in (2, 3, 4)]
    made = {
        "KR": ([1900.0, 2000.0, 2200.0], [2000.0, 2200.0, 2400.0]),
        "US": ([49.0, 50.0, 52.0], [49.5, 52.0, 53.0]),
        "KRW=X": ([None] * 3, [1000.0, 1100.0, 1200.0]),
    }
    frame = pl.concat(
        [
            pl.DataFrame({"session": days, "asset": [name] * 3, "open": pl.Series(o, dtype=pl.Float64), "close": c})
            for name, (o, c) in made.items()
        ]
    )
    money = Currencies(of={"KR": "KRW"}, rates={"KRW=X": {"base": "USD", "quote": "KRW"}})
    on = axis([SEOUL, YORK], "open", np.datetime64(days[0]), np.datetime64(days[-1]))
    laid = mixed(frame, on, [["KR"], ["US"]], "open", Money(money, {"KRW=X": quotes(frame, "KRW=X", RATE_DAYS)}))
    stage = walks.stage(laid.panel, 4, Costs(), Account(capital=1000.0), {}, mixed=laid)
    half = Targets(*(np.array(x) for x in ([4, 5], [0, 1, 2], [0, 1], [0, 0])), np.array([0.5, 0.5]))
    walked = walks.walk(stage, half, Costs(), Account(capital=1000.0))
    np.testing.assert_allclose(walked.shares[1], [250.0, 10.0], rtol=1e-12)
    np.testing.assert_allclose(walked.equity[:2], [500 + 250 * 2.2, 250 * 2.0 + 520], rtol=1e-12)
    # Wednesday: 2,400 won at 1,100 while Seoul trades, at 1,200 when London's day is over.
    np.testing.assert_allclose(walked.equity[2:], [250 * 2400 / 1100 + 520, 500 + 530], rtol=1e-12)
    table = daily(stage, walked, walked, None)
    assert table["session"].to_list() == days[1:]
    # Tuesday: 200 won x 250 / 1,000 and 2 x 10; 2,200 won x 250 fall from 1/1,000 to 1/1,100, in two rows.
    np.testing.assert_allclose(table["asset_gain"][0], 200 * 250 / 1000 + 20, rtol=1e-12)
    np.testing.assert_allclose(table["currency_gain"][0], 2200 * 250 * (1 / 1100 - 1 / 1000), rtol=1e-12)
    np.testing.assert_allclose(table["cross_gain"][0], 0.0, atol=1e-12)


def test_cash_in_lieu_is_paid_in_the_accounts_currency():
    """LEAN 9782: 3 shares at 10 dollars of 0.90 euro, one for two: the half share is 9 euro, not 10; worth 1,027."""
    days = [date(2026, 2, day) for day in (2, 3, 4)]
    price = pl.Series([10.0, 10.0, 20.0])
    share = pl.DataFrame({"session": days, "asset": "US", "open": price, "close": price, "split": [1.0, 1.0, 0.5]})
    rate = pl.DataFrame({"session": days, "asset": "USDEUR=X", "close": [0.9] * 3})
    frame = pl.concat([share, rate], how="diagonal")
    money = Currencies(account="EUR", of={"US": "USD"}, rates={"USDEUR=X": {"base": "USD", "quote": "EUR"}})
    on = axis([YORK], "open", np.datetime64(days[0]), np.datetime64(days[-1]))
    laid = mixed(frame, on, [["US"]], "open", Money(money, {"USDEUR=X": quotes(frame, "USDEUR=X", RATE_DAYS)}))
    costs, account = Costs(), Account(capital=1027.0, lot=1.0)
    first = int(np.searchsorted(on.days, np.datetime64(days[1])))
    stage = walks.stage(laid.panel, first, costs, account, {}, mixed=laid)
    three = Targets(*(np.array(x) for x in ([first], [0, 1], [0], [0])), np.array([27.0 / 1027.0]))
    walked = walks.walk(stage, three, costs, account)
    np.testing.assert_allclose(walked.shares[[0, -1], 0], [3.0, 1.0])
    np.testing.assert_allclose([walked.cash[-1], walked.equity[-1]], [1009.0, 1027.0], rtol=1e-12)
