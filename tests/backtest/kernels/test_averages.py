"""Average volume and volatility before each session: by hand, beside a slow twin, and the same on every share basis."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest import Account, Costs, simulate
from backtest.kernels.prepare import averages

NAN = np.nan
WITH_IMPACT = {"costs": Costs(impact=1.0)}
WITH_CAP = {"account": Account(participation_cap=0.05)}


def slow(close, volume, split):
    """Average with one loop per cell: volumes times the later splits, moves from close to close times the split."""
    volumes, sigmas = np.full(close.shape, NAN), np.full(close.shape, NAN)
    for t in range(22, len(close)):
        for i in range(close.shape[1]):
            before = range(t - 21, t)
            traded = [volume[s, i] * math.prod(split[s + 1 : t + 1, i].tolist()) for s in before]
            moves = [math.log(close[s, i] * split[s, i] / close[s - 1, i]) for s in before]
            if not any(map(math.isnan, moves)):
                volumes[t, i], sigmas[t, i] = sum(traded) / 21, statistics.stdev(moves)
    return volumes, sigmas


def market(seed, sessions=60, assets=1, often=0.03):
    """Give closes, volumes and splits as traded, then the first two on the basis of the last session."""
    rng = np.random.default_rng(seed)
    adjusted = 10.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, (sessions, assets)), axis=0))
    shares = rng.uniform(0.5e4, 2e4, adjusted.shape)
    split = np.where(rng.random(adjusted.shape) < often, rng.choice([0.1, 0.5, 1.5, 2.0, 10.0], adjusted.shape), 1.0)
    later = np.ones(adjusted.shape)
    later[:-1] = np.cumprod(split[:0:-1], axis=0)[::-1]
    return adjusted * later, shares / later, split, adjusted, shares


def test_a_split_inside_the_window_restates_volumes_and_is_no_return():
    """Ten for one: 100 old shares a session are 1,000 new ones, and 100 to 11 is a gain of a tenth."""
    close, volume, split = np.full((46, 1), 100.0), np.full((46, 1), 100.0), np.ones((46, 1))
    split[23], close[23:], volume[23:] = 10.0, 11.0, 1_300.0
    volumes, sigmas = averages(close, volume, split)
    assert np.isnan(volumes[:22]).all()
    assert np.isnan(sigmas[:22]).all()
    assert volumes[22, 0] == 100.0
    assert volumes[23, 0] == 1_000.0  # its own split is known before it opens
    assert volumes[24, 0] == pytest.approx((20 * 1_000 + 1_300) / 21, rel=1e-15)
    assert volumes[43, 0] == pytest.approx((1 * 1_000 + 20 * 1_300) / 21, rel=1e-15)
    assert volumes[44:, 0].tolist() == [1_300.0] * 2
    assert sigmas[22:24, 0].tolist() == [0.0, 0.0]
    # One return of log(1.1) and twenty of 0: their variance is log(1.1)^2 (1 - 1 / 21) / 20 = log(1.1)^2 / 21.
    np.testing.assert_allclose(sigmas[24:45, 0], math.log(1.1) / math.sqrt(21.0), rtol=1e-12)
    assert sigmas[45, 0] == pytest.approx(0.0, abs=1e-12)


def test_what_a_missing_price_or_volume_leaves_unknown():
    """A missing volume hides the averages that contain it, a missing close those of the two returns it ends."""
    close, volume, split = np.full((60, 2), 10.0), np.full((60, 2), 100.0), np.ones((60, 2))
    split[28] = 2.0
    volume[30, 0], close[30, 1] = NAN, NAN
    volumes, sigmas = averages(close, volume, split)
    assert np.flatnonzero(np.isnan(volumes[:, 0])).tolist() == [*range(22), *range(31, 52)]
    assert np.flatnonzero(np.isnan(sigmas[:, 0])).tolist() == [*range(22)]
    for found in (volumes[:, 1], sigmas[:, 1]):
        assert np.flatnonzero(np.isnan(found)).tolist() == [*range(22), *range(31, 53)]


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_averages_are_those_of_the_slow_twin(seed, gaps):
    """One loop per cell finds the same numbers, NaN where it does."""
    close, volume, split, _, _ = market(seed, sessions=50, assets=3, often=0.1)
    if gaps:
        rng = np.random.default_rng(seed)
        close, volume = (np.where(rng.random(close.shape) < 0.01, NAN, each) for each in (close, volume))
    for found, expected in zip(averages(close, volume, split), slow(close, volume, split), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
def test_splits_of_one_are_no_splits_at_all(order):
    """A table or a row of ones gives the very bits of no splits, however the arrays lie in memory."""
    close, volume, _, _, _ = market(3, assets=4)
    close, volume = (np.array(each, order=order) for each in (close, volume))
    plain = [each.tobytes() for each in averages(close, volume)]
    for ones in (np.ones(close.shape), np.ones((1, 4))):
        assert [each.tobytes() for each in averages(close, volume, ones)] == plain


@given(st.integers(0, 2**32 - 1), st.integers(1, 59))
def test_cut_data_leaves_the_averages_before_the_cut(seed, cut):
    """Averages know sessions before their own and its split: later rows, and splits, change no bit."""
    close, volume, split, _, _ = market(seed, assets=2, often=0.1)
    whole, part = averages(close, volume, split), averages(close[:cut], volume[:cut], split[:cut])
    assert [each[:cut].tobytes() for each in whole] == [each.tobytes() for each in part]
    close[cut - 1 :] *= 3.0
    volume[cut - 1 :] = 1.0
    poisoned = averages(close, volume, split)
    assert [each[:cut].tobytes() for each in poisoned] == [each.tobytes() for each in part]


def test_the_arguments_are_left_as_they_were():
    """Volumes are restated in a copy."""
    given_arrays = market(5, often=0.2)[:3]
    before = [each.tobytes() for each in given_arrays]
    averages(*given_arrays)
    assert [each.tobytes() for each in given_arrays] == before


@pytest.mark.parametrize("settings", [WITH_IMPACT, WITH_CAP, {**WITH_IMPACT, **WITH_CAP}])
def test_impact_and_the_cap_on_raw_prices_are_those_on_adjusted_ones(settings):
    """Ten for one in session 30: an order five sessions later costs, and fills, what it does on adjusted prices."""
    rng = np.random.default_rng(0)
    adjusted = 10.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, (60, 1)), axis=0))
    shares, split, targets = np.full((60, 1), 1e4), np.ones((60, 1)), np.full((60, 1), NAN)
    split[30], targets[35], targets[50] = 10.0, 0.5, 0.0
    raw, traded = adjusted.copy(), shares.copy()
    raw[:30] *= 10.0
    traded[:30] /= 10.0
    one = simulate(raw, targets, volume=traded, split=split, **settings)
    other = simulate(adjusted, targets, volume=shares, **settings)
    np.testing.assert_allclose(one.equity, other.equity, rtol=1e-9)
    assert one.trades["reason"].to_list() == other.trades["reason"].to_list()
    assert other.equity[-1] != simulate(adjusted, targets).equity[-1]


@given(st.integers(0, 2**32 - 1), st.sampled_from([WITH_IMPACT, WITH_CAP, {**WITH_IMPACT, **WITH_CAP}]))
def test_equity_does_not_depend_on_the_share_basis(seed, settings):
    """Raw prices with splits are split-adjusted prices, with impact and a participation cap too (law 40)."""
    raw, traded, split, adjusted, shares = market(seed, assets=3)
    rng = np.random.default_rng(seed)
    targets = np.where(rng.random((60, 1)) < 0.2, rng.dirichlet(np.ones(3), 60) * 0.9, NAN)
    one = simulate(raw, targets, volume=traded, split=split, capital=1e5, **settings)
    other = simulate(adjusted, targets, volume=shares, capital=1e5, **settings)
    np.testing.assert_allclose(one.equity, other.equity, rtol=1e-9)
