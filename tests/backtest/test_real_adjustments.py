"""Raw, split-adjusted and total-return prices of real shares give the same equity; where not, by a known gap."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from real_prices import lean, vendor

from backtest import Costs, simulate

pytestmark = pytest.mark.shared

LEAN = ("aapl", "googl", "ibm", "qqq", "spy")
VENDOR = ("AMZN", "GOOGL", "MSFT", "MU", "NVDA", "ORCL", "TSLA", "TSM")
COMPLETE = date(2017, 1, 3)  # before it the list of dividends has holes
COSTS = Costs(commission_bps=5, half_spread_bps=2)
QUOTED = 7e-7  # relative; vendors' prices are single precision: what one step of adj_close / close may be off


@pytest.fixture(scope="module")
def raw(shared):
    return {asset: lean(shared / "reference" / "lean_raw", asset) for asset in LEAN}


def later(ratio):
    """Give the product of all ratios after each session."""
    return np.append(np.cumprod(ratio[::-1])[::-1][1:], 1.0)


def held(close, dividend, split=None):
    """Hold one asset with all capital, dividends reinvested at the close of their ex-date; equity over capital."""
    targets = np.where(dividend != 0.0, 1.0, np.nan)
    targets[0] = 1.0
    actions = {"dividend": dividend[:, None], "split": np.ones((len(close), 1)) if split is None else split[:, None]}
    return simulate(close[:, None], targets[:, None], capital=1.0, **actions).equity


def wide(raw, field, *, missing=np.nan):
    """Lay one field of all assets on their common sessions, shape (T, N)."""
    sessions = np.unique(np.concatenate([each.session for each in raw.values()]))
    table = np.full((len(sessions), len(raw)), missing)
    for at, each in enumerate(raw.values()):
        table[np.searchsorted(sessions, each.session), at] = getattr(each, field)
    return table


@pytest.mark.parametrize(
    ("asset", "ex_date", "amount"),
    [
        ("aapl", 20120809, 2.65), ("aapl", 20200807, 0.82), ("aapl", 20201106, 0.205), ("ibm", 20210209, 1.63),
    ],
)  # fmt: skip
def test_the_factor_files_hold_the_published_dividends(raw, asset, ex_date, amount):
    """What a price factor implies is what the company paid, to the rounding of seven decimals times the price."""
    one = raw[asset]
    assert one.dividend[one.session == ex_date][0] == pytest.approx(amount, abs=2e-7 * one.close.max())


def test_a_portfolio_on_raw_prices_is_the_one_on_split_adjusted_prices(raw):
    """Five shares over 23 years, monthly, open fills, costs and dividends: raw and split-adjusted agree (law 40).

    The adjusted prices are made from the same factors, so nothing but float64 stands between the two: 1e-9.
    """
    fields = {"close": wide(raw, "close"), "open": wide(raw, "open")}
    actions = {name: wide(raw, name, missing=absent) for name, absent in (("dividend", 0.0), ("split", 1.0))}
    targets = np.full(fields["close"].shape, np.nan)
    listed = ~np.isnan(fields["close"])
    targets[::21] = np.where(listed, 0.95 / listed.sum(axis=1, keepdims=True), np.nan)[::21]
    one = simulate(fields["close"], targets, open=fields["open"], costs=COSTS, **actions)
    basis = np.apply_along_axis(later, 0, actions["split"])
    adjusted = {name: values / basis for name, values in fields.items()}
    two = simulate(adjusted["close"], targets, open=adjusted["open"], costs=COSTS, dividend=actions["dividend"] / basis)
    assert one.status == "ok"
    assert np.allclose(one.equity, two.equity, rtol=1e-9, atol=0.0)
    assert one.dividend.sum() > 0.1 * 1_000_000.0


@pytest.mark.parametrize("asset", LEAN)
def test_whole_split_ratios_are_the_rounded_factors(raw, asset):
    """Splits by their whole ratios differ from the file's factors by what their seven decimals leave (law 40)."""
    one = raw[asset]
    ratio = np.rint(one.split)
    assert (ratio >= 1.0).all()
    none = np.zeros(len(one.session))
    by_events = held(one.close, none, ratio)
    by_factors = held(one.close * one.split_factor, none)
    off = 5e-8 / one.split_factor.min()
    assert np.allclose(by_events, by_factors, rtol=2.0 * off, atol=0.0)


@pytest.mark.parametrize("asset", LEAN)
def test_total_return_prices_are_raw_prices_with_dividends_reinvested(raw, asset):
    """Raw prices with splits and dividends reinvested equal total-return prices of factor 1 + d / close (law 42)."""
    one = raw[asset]
    basis = later(one.split)
    close, dividend = one.close / basis, one.dividend / basis
    total = close * np.cumprod(1.0 + dividend / close)
    for equity in (held(one.close, one.dividend, one.split), held(close, dividend)):
        assert np.allclose(equity, total / total[0], rtol=1e-9, atol=0.0)


def reinvested_before(close, dividend):
    """Give the gap to adjusted closes of factor 1 - d / close before: they reinvest at that close less the dividend.

    A vendor's return over an ex-date is C1 / (C0 - d), that of a holder who buys at the close (C1 + d) / C0.
    """
    before, dividend = np.append(np.nan, close[:-1]), np.append(0.0, dividend[1:])
    gap = close * before / ((before - dividend) * (close + dividend))
    return np.cumprod(np.where(dividend != 0.0, gap, 1.0))


@pytest.mark.parametrize("asset", LEAN)
def test_the_factor_files_reinvest_at_the_close_before(raw, asset):
    """LEAN's adjusted prices are our equity times the known gap, to float64: the dividends come from the factors."""
    one = raw[asset]
    equity = held(one.close, one.dividend, one.split)
    adjusted = one.close * one.price_factor * one.split_factor
    basis = later(one.split)
    gap = reinvested_before(one.close / basis, one.dividend / basis)
    assert np.allclose(equity * gap, adjusted / adjusted[0], rtol=1e-9, atol=0.0)


@pytest.mark.parametrize("asset", VENDOR)
def test_vendors_adjusted_closes_are_their_dividends_reinvested(shared, asset):
    """Listed dividends and splits give the vendor's adj_close, to single precision (laws 40 and 42)."""
    close, adjusted, dividend, split = vendor(shared / "prices", asset, COMPLETE)
    basis = later(split)
    equity = held(close, dividend)
    raw_equity = held(close * basis, dividend * basis, split)
    assert np.allclose(raw_equity, equity, rtol=1e-9, atol=0.0)
    gap = reinvested_before(close, dividend)
    steps = 2 + np.cumsum(dividend != 0.0)
    assert (np.abs(equity * gap / (adjusted / adjusted[0]) - 1.0) <= QUOTED * steps).all()


@pytest.mark.parametrize("asset", ["MSFT", "ORCL"])
def test_dividends_on_top_of_adjusted_closes_would_be_seen(shared, asset):
    """Counting dividends twice lifts ten years by more than a tenth: the check above can fail (law 43)."""
    close, adjusted, dividend, _ = vendor(shared / "prices", asset, COMPLETE)
    assert held(adjusted, dividend)[-1] > 1.05 * held(close, dividend)[-1]
