"""Laws of fees and profit: what was charged, what was earned, by trade, by lot, by asset, adds up to the equity."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import oracle
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import Case, cases, near

from backtest.kernels.books import REASONS
from backtest.metrics.moments import returns
from backtest.trust.exact import replay
from backtest.trust.lots import gains

COSTLY = {
    "half_spread": 0.001, "slippage": 0.0005, "commission": 0.001, "per_share": 0.01, "minimum": 2.0, "impact": 0.3,
}  # fmt: skip
KINDS = ("half_spread", "slippage", "commission", "impact")


def change(book, capital):
    return np.diff(np.r_[capital, book.equity])


def held_before(case, book):
    """Give the shares held before each session's orders, splits done, shape (T, N)."""
    before = np.zeros_like(book.shares)
    before[1:] = book.shares[:-1]
    return before * case.split


def last_marks(case):
    """Give the mark before each session on that session's share basis, shape (T, N)."""
    marks = case.market().mark
    return np.vstack([np.zeros((1, marks.shape[1])), marks[:-1]]) / case.split


@given(cases(carry=False, costs=COSTLY))
def test_fees_are_the_gap_to_the_same_fills_without_fees(case):
    """Fees per trade add up to each fee column, and to the equity that the same fills at no cost would add (law 9)."""
    book = case.walk()
    free = SimpleNamespace(**{**vars(book), "order": book.order.copy()})
    priced = np.isfinite(book.order[:, 3]) & ~np.isin(book.why, ["delisted", "ruin"])
    free.order[priced, 3] = book.order[priced, 2]
    free.order[:, 4:] = 0.0
    without = replay(case.market(), free, case.account.capital).equity[-1]
    paid = book.order[:, 4:8].sum(axis=0)
    assert paid == pytest.approx([book.summary[kind] for kind in KINDS], rel=1e-9, abs=1e-9)
    assert near(float(without) - book.equity[-1], paid.sum(), 1e-9 * max(1.0, abs(book.equity).max()))


@given(st.integers(0, 2**32 - 1), st.sampled_from(["half_spread", "slippage", "commission", "per_share", "minimum"]))
def test_dearer_trading_never_pays(seed, kind):
    """The same shares at a higher fee, spread or slippage never end with more (law 10)."""
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0, 0.05, (20, 4)), axis=0))
    bought = rng.dirichlet(np.ones(4)) * rng.choice([-0.4, 0.4], 4)  # sized on the capital, closed whole later
    rows = {0: {i: {0: float(w)} for i, w in enumerate(bought)}}
    for i in range(4):
        rows.setdefault(int(rng.integers(1, 20)), {})[i] = {0: 0.0}
    base = {"half_spread": 0.001, "slippage": 0.001, "commission": 0.001, "per_share": 0.01, "minimum": 1.0}
    cheap, dear = (
        Case(close, close, rows, {**base, kind: base[kind] * k}).walk() for k in (1.0, rng.uniform(1.0, 3.0))
    )
    assert cheap.shares.tobytes() == dear.shares.tobytes()
    assert dear.equity[-1] <= cheap.equity[-1]


@given(cases(bounds=False), st.sampled_from([0.25, 1.0]))
def test_a_cover_is_always_filled(case, limit):
    """What reduces a position is filled whole, cash or no cash; the shortfall is debt that costs interest (law 14)."""
    book = replace(case, account=replace(case.account, max_gross=limit)).walk()
    before, last = held_before(case, book), len(book.cash) - 1
    for (t, i, code), (wanted, filled, *_) in zip(book.label.tolist(), book.order, strict=True):
        if REASONS[code] in {"filled", "delayed", "scaled"} and before[t, i] * wanted < 0:
            assert abs(filled) >= min(abs(wanted), abs(before[t, i])) * (1.0 - 1e-12)
    owing = np.flatnonzero(book.cash[: book.stopped if book.stopped >= 0 else last] < 0.0)
    assert (book.interest[owing + 1] < 0.0).all()


@given(cases())
def test_the_gains_of_assets_are_the_change_of_equity(case):
    """Price, dividend, borrow and fees by asset, with interest, make every session's change of equity (law 15)."""
    book = case.walk()
    marks, before, years = case.market().mark, held_before(case, book), case.days[:, None] / 365.0
    bought, fees = np.zeros(before.shape), np.zeros(before.shape)
    place = (book.label[:, 0], book.label[:, 1])
    np.add.at(bought, place, book.order[:, 1] * np.nan_to_num(book.order[:, 3]))
    np.add.at(fees, place, book.order[:, 6] + book.order[:, 7])
    kept = before.copy()  # what the ex-date and the borrow fee see: after fractions of lots are paid out
    in_lieu = [at for at, why in enumerate(book.why) if why == "in_lieu"]
    np.add.at(kept, (place[0][in_lieu], place[1][in_lieu]), book.order[in_lieu, 1])
    lost = np.zeros(before.shape, dtype=bool)
    for place_of in case.delistings:
        lost[place_of] = True
    borrow = np.where(kept < 0, -kept, 0.0) * last_marks(case) * case.costs["borrow"] * years * ~lost
    worth = book.shares * marks
    if book.stopped >= 0:  # the last orders are at the mark of the session they end
        worth[book.stopped :] = 0.0
    gain = worth - before * last_marks(case) - bought - fees + kept * case.dividend - borrow
    until = book.stopped + 1 if book.stopped >= 0 else len(gain)
    assert near((gain.sum(axis=1) + book.interest)[:until], change(book, case.account.capital)[:until])


@pytest.mark.parametrize("method", ["fifo", "lifo", "average"])
@given(case=cases())
def test_realised_and_unrealised_are_the_whole_profit(method, case):
    """For every way to match lots, realised plus unrealised plus carry less fees is the profit so far (law 16)."""
    book = case.walk()
    result = gains(case.market(), book, method)
    fees = np.zeros(len(book.equity))
    np.add.at(fees, book.label[:, 0], book.order[:, 6] + book.order[:, 7])
    carry = np.cumsum(book.dividend + book.interest - book.borrow - fees)
    assert near(np.add(result.realised, result.unrealised) + carry, book.equity - case.account.capital)


@given(cases(carry=False, costs={}))
def test_closed_trades_and_open_marks_are_the_profit(case):
    """Exit less entry of all closed trades plus what open ones gained is the profit but for dividends (law 18)."""
    book = case.walk()
    result = gains(case.market(), book, "fifo")
    trades = sum(one.shares * (one.exit - one.entry) for one in result.closed)
    assert near(trades + result.unrealised[-1] + book.dividend.sum(), book.equity[-1] - case.account.capital)
    assert all(one.opened <= one.closed for one in result.closed)


@given(cases())
def test_returns_multiply_to_the_total_return(case):
    """The product of 1 + r, the first session's against the capital, is the total return plus one (law 20)."""
    book = case.walk()
    assume(book.stopped < 0)
    product = np.prod(1.0 + returns(book.equity, case.account.capital))
    assert product == pytest.approx(book.equity[-1] / case.account.capital, rel=1e-12)


def test_lots_by_hand():
    """10 at 100 and 10 at 120, then 10 sold at 150: first in gains 500, last in 300, averaged 400; the rest is open."""
    close = np.array([[100.0], [120.0], [150.0]])
    account = oracle.Account(capital=10_000.0)
    rows = {0: {0: {0: 0.1}}, 1: {0: {0: 20 * 120.0 / 10_200.0}}, 2: {0: {0: 10 * 150.0 / 10_800.0}}}
    case = Case(close, close, rows, {}, account)
    book = case.walk()
    ends = {method: gains(case.market(), book, method) for method in ("fifo", "lifo", "average")}
    assert [round(one.realised[-1], 6) for one in ends.values()] == [500.0, 300.0, 400.0]
    assert [round(one.unrealised[-1], 6) for one in ends.values()] == [300.0, 500.0, 400.0]
    assert [(one.opened, one.closed) for one in ends["lifo"].closed] == [(1, 2)]
