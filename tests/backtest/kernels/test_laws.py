"""Laws of the walk, each in one sentence, on random markets and accounts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import oracle
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import PLAIN, SCALABLE, Case, cases, changed, near

from backtest import simulate
from backtest.trust.exact import replay


@given(cases(carry=False))
def test_cash_changes_by_fills_fees_and_dividends_alone(case):
    """Cash is the capital, less signed fills and fees, plus dividends, borrow and interest (law 2)."""
    book = case.walk()
    assume(book.stopped < 0)
    flow = np.zeros(len(book.cash))
    paid = book.order[:, 1] * np.nan_to_num(book.order[:, 3]) + book.order[:, 6] + book.order[:, 7]
    np.add.at(flow, book.label[:, 0], -paid)
    expected = case.account.capital + np.cumsum(flow + book.dividend + book.interest - book.borrow)
    assert near(book.cash, expected)
    largest = max(1.0, case.account.capital, np.abs(book.equity).max())  # what the roundings are of
    assert np.abs(book.cash - expected).max() <= 1e-13 * largest


@given(cases(**PLAIN))
def test_a_rebalance_costs_its_fees_and_nothing_else(case):
    """At the reference prices equity after the orders is V less all their costs, none for a fill of 0 (law 4)."""
    book = case.walk()
    before = np.zeros_like(book.shares)
    before[1:] = book.shares[:-1]
    last = len(book.equity) if book.stopped < 0 else book.stopped
    for t in range(last):
        mine = book.order[book.label[:, 0] == t]
        if len(mine):
            cash_before = case.account.capital if t == 0 else book.cash[t - 1]
            value = cash_before + np.dot(before[t], case.fill[t])
            after = book.cash[t] + np.dot(book.shares[t], case.fill[t])
            assert value - after == pytest.approx(mine[:, 4:8].sum(), abs=1e-12 * max(1.0, abs(value)))
            assert not mine[mine[:, 1] == 0.0, 4:8].any()


@given(cases(gaps=False, actions=False))
def test_no_fill_lifts_gross_exposure_above_its_limit(case):
    """After a session's fills gross exposure is within max_gross x equity, or was only reduced (law 6)."""
    book = case.walk()
    before = np.zeros_like(book.shares)
    before[1:] = book.shares[:-1]
    last = len(book.equity) if book.stopped < 0 else book.stopped
    for t in range(last):
        equity = book.cash[t] + np.dot(book.shares[t], case.fill[t])
        gross = np.abs(book.shares[t]) @ case.fill[t]
        added = (np.abs(book.shares[t]) > np.abs(before[t]) * (1 + 1e-12) + 1e-9).any()
        if added:
            assert gross <= case.account.max_gross * equity * (1 + 1e-9) + 1e-9


@given(cases())
def test_nothing_follows_ruin(case):
    """Once equity is gone all positions are closed and no order follows (law 7)."""
    book = case.walk()
    gone = np.flatnonzero(book.equity <= 0.0)
    assert book.stopped == (gone[0] if len(gone) else -1)
    if book.stopped >= 0:
        assert not book.shares[book.stopped :].any()
        assert (book.label[:, 0] <= book.stopped).all()
        assert len(set(book.equity[book.stopped :].tolist())) == 1


@given(cases(**PLAIN, wild=False))
def test_constant_prices_make_no_money(case):
    """Where no price moves equity is the capital less the costs, exactly as booked (law 8)."""
    still = np.repeat(case.close[:1], len(case.close), axis=0)
    book = changed(case, close=still, fill=still).walk()
    assert near(book.equity[-1], case.account.capital - book.order[:, 4:8].sum())


def repeated(case, **bounds):
    """Give the case's first targets asked for twice at prices that do not move; without a band unless one is named."""
    still, first = np.repeat(case.close[:1], 3, axis=0), case.rows[min(case.rows)]
    account, days = replace(case.account, **{"band": 0.0, **bounds}), np.array([0.0, 1.0, 1.0])
    return changed(case, close=still, fill=still, rows={0: first, 1: first}, account=account, days=days)


@given(cases(**PLAIN, wild=False, costs={}), st.sampled_from([0.0, 1.0, 0.1]))
def test_repeating_a_target_at_an_unchanged_price_trades_nothing(case, lot):
    """Without costs the same weights at the same prices order nothing; what did not fit or is no lot is 0 (law 12)."""
    assume(case.rows)
    book = repeated(case, lot=lot).walk()
    assume(not lot or "scaled" not in book.why)  # of lots scaled alike another one may fit at the second asking
    second = book.label[:, 0] == 1
    again = book.order[second]
    assert {why for why, late in zip(book.why, second, strict=True) if late} <= {"scaled", "lot"}
    assert not again[:, [1, 4, 5, 6, 7]].any()
    assert book.shares[0].tobytes() == book.shares[1].tobytes()
    assert book.cash[0] == book.cash[1]


@given(cases(**PLAIN, wild=False, max_gross=2.0))
def test_a_repeated_target_trades_what_the_costs_took(case):
    """After costs C a weight w asked for again trades -w x C, as V is less by C; a band above it, nothing (law 12)."""
    assume(case.rows)
    book = repeated(case).walk()
    assume("scaled" not in book.why)
    paid = book.order[book.label[:, 0] == 0, 4:].sum()
    weight, traded = np.zeros(case.close.shape[1]), np.zeros(case.close.shape[1])
    for i, parts in case.rows[min(case.rows)].items():
        weight[i] = sum(parts.values())
    again = book.label[:, 0] == 1
    np.add.at(traded, book.label[again, 1], book.order[again, 1] * book.order[again, 2])
    assert np.abs(traded + weight * paid).max() <= 2e-12 * case.account.capital

    banded = repeated(case, band=1.001 * np.abs(weight).max() * paid / (case.account.capital - paid)).walk()
    assert not paid or not banded.order[banded.label[:, 0] == 1][:, [1, 4, 5, 6, 7]].any()
    assert not paid or banded.cash[0] == banded.cash[1]


@given(cases(gaps=False, carry=False))
def test_a_target_of_zero_leaves_exactly_nothing(case):
    """Closing every asset in the last session ends with positions of exactly 0.0 (law 13)."""
    last = len(case.close) - 1
    account = replace(case.account, turnover_cap=0.0, participation_cap=0.0)
    volume = np.full(case.close.shape, 1e6)
    closing = {i: {0: 0.0} for i in range(case.close.shape[1])}
    book = replace(case, rows={**case.rows, last: closing}, account=account, volume=volume).walk()
    assert not book.shares[last].any()


def at_prices_times(case, k):
    """Give the case at k times the prices, its fee per share with them; volumes and lots are in shares, so by 1 / k."""
    costs = {**case.costs, "per_share": case.costs["per_share"] * k}
    account = replace(case.account, lot=case.account.lot / k)
    terms = {"costs": costs, "account": account, "volume": case.volume / k, "sigma": case.sigma}
    return replace(case, close=case.close * k, fill=case.fill * k, **terms)


def with_capital_times(case, k):
    """Give the case with k times the capital, the fee per order with it, and k times the shares in lots and volumes."""
    costs = {**case.costs, "minimum": case.costs["minimum"] * k}
    account = replace(case.account, capital=case.account.capital * k, lot=case.account.lot * k)
    return replace(case, costs=costs, account=account, volume=case.volume * k)


@given(cases(actions=False), st.integers(-20, 20))
def test_prices_times_two_leave_equity_bit_identical(case, power):
    """Prices times a power of two, shares by its inverse: not a bit of equity changes, whatever it costs (law 31)."""
    assert at_prices_times(case, 2.0**power).walk().equity.tobytes() == case.walk().equity.tobytes()


@given(cases(actions=False), st.integers(-20, 20))
def test_capital_times_two_scales_equity(case, power):
    """Capital and fixed fees times a power of two scale every equity by it, bit for bit (law 32)."""
    k = 2.0**power
    assert with_capital_times(case, k).walk().equity.tobytes() == (case.walk().equity * k).tobytes()


@given(cases(actions=False, bounds=False), st.floats(-4.0, 4.0))
def test_prices_and_capital_times_any_number_scale_equity(case, power):
    """Prices times any k leave equity, and capital and fixed fees times it scale equity, to 1e-12 (laws 31 and 32)."""
    k, equity = 10.0**power, case.walk().equity
    assert near(at_prices_times(case, k).walk().equity, equity, 1e-12)
    assert near(with_capital_times(case, k).walk().equity / k, equity, 1e-12)


@given(cases(**PLAIN))
def test_the_order_of_assets_does_not_matter(case):
    """Reversing the columns leaves equity as it was (law 33)."""
    last = case.close.shape[1] - 1
    rows = {t: {last - i: parts for i, parts in row.items()} for t, row in case.rows.items()}
    turned = changed(case, close=case.close[:, ::-1].copy(), fill=case.fill[:, ::-1].copy(), rows=rows)
    assert near(turned.walk().equity, changed(case).walk().equity)


@given(cases(gaps=False, actions=False, carry=False), st.booleans())
def test_an_asset_nobody_holds_changes_nothing(case, named):
    """A column without prices, one without a target and one with targets of 0 leave every bit as it was (law 37)."""
    shape, assets = (len(case.close), 1), case.close.shape[1]
    columns = [np.full(shape, np.nan), np.full(shape, 7.0), case.close[:, :1] * 3.0]
    close, fill = (np.hstack([each, *columns]) for each in (case.close, case.fill))
    volume, sigma = (np.hstack([each, *[np.ones(shape)] * 3]) for each in (case.volume, case.sigma))
    nothing = {assets: {0: 0.0}, assets + 2: {0: 0.0}}
    rows = {t: {**case.rows.get(t, {}), **nothing} for t in (range(len(close)) if named else case.rows)}
    more = changed(case, close=close, fill=fill, rows=rows, volume=volume, sigma=sigma).walk()
    alone = changed(case, volume=case.volume, sigma=case.sigma).walk()
    for name in ("equity", "cash", "label", "order"):
        assert getattr(more, name).tobytes() == getattr(alone, name).tobytes(), name
    assert more.shares[:, :assets].tobytes() == alone.shares.tobytes()
    assert not more.shares[:, assets:].any()


@given(cases(**PLAIN, costs=SCALABLE, wild=False))
def test_two_halves_are_the_whole(case):
    """An asset split into two identical columns of half the weight leaves equity as it was (law 36)."""
    assume(case.account.band == 0.0)
    close, fill = (np.hstack([each, each[:, :1]]) for each in (case.close, case.fill))
    extra = case.close.shape[1]
    rows = {
        t: {**row, **({0: {0: sum(row[0].values()) / 2}, extra: {0: sum(row[0].values()) / 2}} if 0 in row else {})}
        for t, row in case.rows.items()
    }
    assert near(changed(case, close=close, fill=fill, rows=rows).walk().equity, case.walk().equity)


@given(cases(gaps=False, carry=False, bounds=False, costs=SCALABLE))
def test_raw_prices_with_splits_are_split_adjusted_prices(case):
    """Raw prices with split events and prices on the last basis give equal equity (law 40)."""
    case = replace(case, dividend=np.zeros(case.close.shape), delistings={})
    basis = np.cumprod(case.split[::-1], axis=0)[::-1]
    later = np.vstack([basis[1:], np.ones((1, basis.shape[1]))])
    adjusted = changed(case, close=case.close / later, fill=case.fill / later)
    assert near(adjusted.walk().equity, case.walk().equity)


def fractions_paid(case, book, lot):
    """Give (session, asset) to the shares that splits leave over whole ones, and the last mark of each, by hand."""
    marks, paid = case.market().mark, {}
    for t, i in np.argwhere(case.split != 1.0):
        if t == 0:
            continue
        held = Fraction(float(book.shares[t - 1, i])) * Fraction(float(case.split[t, i]))
        count = held / Fraction(min(lot, 1.0))
        nearest = round(count)
        whole = nearest if abs(count - nearest) <= 1e-9 * max(1, abs(nearest)) else int(count)
        left = float(held - whole * Fraction(min(lot, 1.0)))
        if abs(left) > 1e-9:
            paid[int(t), int(i)] = (left, marks[t - 1, i] / case.split[t, i])
    return paid


@given(cases(gaps=False, carry=False, bounds=False), st.sampled_from([1.0, 100.0]), st.integers(0, 2**32 - 1))
def test_whole_shares_over_splits_pay_the_fraction_in_cash(case, lot, seed):
    """With whole shares a split leaves whole shares, and the fraction is cash at the last mark, once (law 40)."""
    rng = np.random.default_rng(seed)
    split = np.where(rng.random(case.close.shape) < 0.2, rng.choice([1.5, 0.5, 0.1, 7.0, 1.25], case.close.shape), 1.0)
    raw = {name: getattr(case, name) / np.cumprod(split, axis=0) for name in ("close", "fill", "dividend")}
    case = replace(case, **raw, split=split, account=replace(case.account, lot=lot), delistings={})
    book = case.walk()
    until = len(book.equity) if book.stopped < 0 else book.stopped + 1
    expected = {place: paid for place, paid in fractions_paid(case, book, lot).items() if place[0] < until}
    lines = [at for at, why in enumerate(book.why) if why == "in_lieu"]
    assert [tuple(place) for place in book.label[lines, :2].tolist()] == sorted(expected)
    assert np.array_equal(book.shares, np.rint(book.shares))
    for at, place in zip(lines, sorted(expected), strict=True):
        left, mark = expected[place]
        assert book.order[at] == pytest.approx([-left, -left, mark, mark, 0.0, 0.0, 0.0, 0.0], rel=1e-9, abs=1e-12)
    traded = {t for t, why in zip(book.label[:, 0].tolist(), book.why, strict=True) if why != "in_lieu"}
    quiet = [t for t in range(1, until) if t not in traded]
    before = np.vstack([np.zeros_like(book.shares[:1]), book.shares[:-1]])
    rounding = 1e-12 * max(1.0, np.abs(book.equity).max(), np.abs(book.cash).max())
    for t in quiet:
        cash = sum(left * mark for (session, _), (left, mark) in expected.items() if session == t)
        kept = before[t] * split[t] - [expected.get((t, i), (0.0, 0.0))[0] for i in range(split.shape[1])]
        assert book.cash[t] - book.cash[t - 1] == pytest.approx(cash + kept @ case.dividend[t], abs=rounding)


@given(cases(carry=False), st.floats(0.01, 1e12))
def test_without_targets_nothing_at_all_happens(case, capital):
    """Without a target equity and cash are the capital, bit for bit, and every sum is exactly 0 (law 11)."""
    book = replace(case, rows={}, account=replace(case.account, capital=capital)).walk()
    assert set(book.equity.tolist()) == set(book.cash.tolist()) == {capital}
    assert len(book.order) == 0
    assert not any(book.summary[name] for name in ("turnover", "commission", "impact", "orders", "max_drawdown"))


@given(st.floats(1e-3, 1e3), st.integers(2, 200), st.sampled_from([0.0, 0.1]))
def test_many_odd_buys_and_one_sale_leave_no_dust(price, count, lot):
    """However many odd purchases, a sale of all leaves exactly 0 shares (law 47)."""
    rows = {t: {0: {0: 0.9 * (t + 1) / count}} for t in range(count)} | {count: {0: {0: 0.0}}}
    close = np.full((count + 1, 1), price)
    book = Case(close, close, rows, {}, oracle.Account(lot=lot)).walk()
    assert book.shares[-1, 0] == 0.0
    assert book.equity[-1] == pytest.approx(10_000.0, rel=1e-12)


def test_very_many_buys_of_a_tenth_and_one_sale_leave_no_dust():
    """200,000 sessions buy 0.1 shares each and the last sells all: exactly 0 shares, and all the cash (law 47)."""
    count = 200_000
    weights = np.append(0.1 * np.arange(1, count + 1) * 0.3 / 1e6, 0.0)[:, None]
    walk = simulate(np.full((count + 1, 1), 0.3), weights, capital=1e6)
    assert len(walk.order) == count + 1
    assert np.abs(walk.order[:-1, 1] - 0.1).max() <= 1e-7
    assert walk.shares[-2, 0] == pytest.approx(2e4, rel=1e-9)
    assert (walk.shares[-1, 0], -walk.order[-1, 1]) == (0.0, walk.shares[-2, 0])
    assert walk.equity[-1] == walk.cash[-1] == pytest.approx(1e6, rel=1e-10)


@given(cases(carry=False), st.sampled_from([0.1, 0.3, 1.0, 100.0]))
def test_lots_are_exact_multiples_and_never_more_than_asked(case, lot):
    """Until a margin call scales them positions are multiples of the lot, and no order exceeds its request (law 48)."""
    account = replace(case.account, lot=lot)
    book = replace(case, split=np.ones(case.close.shape), account=account).walk()
    called = [t for (t, _, _), why in zip(book.label.tolist(), book.why, strict=True) if why == "margin"]
    counts = book.shares[: min(called, default=len(book.shares))] / lot
    assert np.allclose(counts, np.rint(counts), rtol=1e-9, atol=1e-6)
    before = np.vstack([np.zeros_like(book.shares[:1]), book.shares])
    for (t, i, _), why, (_, filled, reference, *_) in zip(book.label.tolist(), book.why, book.order, strict=True):
        if why == "filled" and book.value[t] > 0.0:
            asked = sum(case.rows[t][i].values()) * book.value[t] / reference - before[t, i]
            assert abs(filled) <= abs(asked) * (1.0 + 1e-9) + 1e-9 * lot


@given(cases(carry=False, bounds=False), st.floats(-6.0, 6.0), st.floats(0.0, 12.0))
def test_magnitudes_do_not_overflow(case, price, capital):
    """Prices from 1e-6 to 1e6 and capitals from 1 to 1e12 keep the books to 1e-9 (law 49)."""
    scale, account = 10.0**price / 50.0, replace(case.account, capital=10.0**capital)
    grown = replace(case, close=case.close * scale, fill=case.fill * scale, account=account)
    grown.dividend = case.dividend * scale
    book = grown.walk()
    assert np.isfinite(book.equity).all()
    assert replay(grown.market(), book, account.capital).worst <= 1e-9


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (3, 0), (5, 2)])
def test_empty_and_priceless_panels_walk(shape):
    """No sessions, one session, no assets, all NaN: equity is the capital."""
    close = np.full(shape, np.nan)
    rows = {0: {0: {0: 0.5}}} if shape[0] and shape[1] else {}
    assert Case(close, close, rows, SCALABLE).walk().equity.tolist() == [10_000.0] * shape[0]
