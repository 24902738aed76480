"""The prefix sums and the placebo table against the slow path, and against rows that should change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.study.estimation import estimate, measure
from backtest.study.fits import Frame
from backtest.study.placebo import bmp_of_draws, p_of_draws
from backtest.study.prefix import Series, car_and_scar, scar_table
from backtest.study.settings import Study

SETTINGS = Study(estimation_sessions=100, gap=5, windows=((-2, 3), (0, 0)), min_estimation_obs=50)
SESSIONS, ASSETS = 400, 7


@pytest.fixture(scope="module")
def market():
    rng = np.random.default_rng(3)
    m = rng.normal(0.0005, 0.01, SESSIONS)
    y = 0.3 + rng.uniform(0.5, 1.5, ASSETS) * m[:, None] + rng.standard_t(4, (SESSIONS, ASSETS)) * 0.02
    y[rng.random(y.shape) < 0.04] = np.nan
    return y, m


def slow(y, m, asset, session, window, clean=None):
    frame = Frame(y, y, y if clean is None else clean, m[:, None])
    fits = estimate(frame, asset, session, sessions=100, gap=5, span=(-2, 3), fewest=50)
    return measure(fits, window)


@pytest.mark.parametrize("window", SETTINGS.windows)
def test_prefix_sums_give_the_abnormal_returns_of_a_fit_per_event(market, window):
    """CAR and SCAR of 200 events, with missing returns and levels far from zero, to 1e-10."""
    y, m = market
    rng = np.random.default_rng(5)
    asset, session = rng.integers(0, ASSETS, 200), rng.integers(120, SESSIONS - 4, 200)
    found = car_and_scar(Series(y, m), asset, session, SETTINGS, window)
    wanted = slow(y, m, asset, session, window)
    np.testing.assert_allclose(found[:, 0], wanted.car, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], wanted.scar, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(found[:, 2], wanted.valid)


def test_the_order_of_events_changes_nothing(market):
    """Events of one session, repeated ones and ones at the ends included: each finds its own row again, to the bit."""
    y, m = market
    rng = np.random.default_rng(7)
    asset, session = rng.integers(0, ASSETS, 500), rng.integers(-40, SESSIONS + 40, 500)
    session[:100] = 250
    shuffled = rng.permutation(500)
    found = car_and_scar(Series(y, m), asset, session, SETTINGS, (-2, 3))
    other = car_and_scar(Series(y, m), asset[shuffled], session[shuffled], SETTINGS, (-2, 3))
    assert other.tobytes() == found[shuffled].tobytes()
    assert len(car_and_scar(Series(y, m), asset[:0], session[:0], SETTINGS, (-2, 3))) == 0


def test_sessions_without_a_market_leave_both_windows(market):
    """As a missing return does, and so does an infinite one."""
    y, m = market[0].copy(), market[1].copy()
    m[[0, 180, 230, 301]] = np.nan
    y[[190, 302], 2] = np.inf
    asset, session = np.arange(ASSETS), np.full(ASSETS, 300)
    found = car_and_scar(Series(y, m), asset, session, SETTINGS, (-2, 3))
    gaps = np.where(np.isnan(m)[:, None] | np.isinf(y), np.nan, y)
    wanted = slow(gaps, np.where(np.isnan(m), 0.0, m), asset, session, (-2, 3))
    np.testing.assert_allclose(found.T, [wanted.car, wanted.scar, wanted.valid], rtol=1e-10)


def test_masked_cells_leave_the_estimation_and_stay_in_the_event(market):
    """A mask takes rows out of the fit; the event window still has its returns."""
    y, m = market
    mask = np.random.default_rng(6).random(y.shape) < 0.2
    asset, session = np.arange(ASSETS), np.full(ASSETS, 300)
    found = car_and_scar(Series(y, m, mask), asset, session, SETTINGS, (0, 0))
    wanted = slow(y, m, asset, session, (0, 0), np.where(mask, np.nan, y))
    np.testing.assert_allclose(found[:, :2].T, [wanted.car, wanted.scar], rtol=1e-10)


def test_the_table_holds_the_scar_of_every_cell(market):
    """Each cell is the SCAR that an event there would have; cells without one are NaN, never zero."""
    y, m = market
    table = scar_table(Series(y, m), SETTINGS, (0, 0))
    wanted = slow(y, m, np.repeat(np.arange(ASSETS), SESSIONS), np.tile(np.arange(SESSIONS), ASSETS), (0, 0))
    np.testing.assert_allclose(table.ravel(), wanted.scar, rtol=1e-9, atol=1e-10)
    assert np.isnan(table[:, :57]).all()


def test_constant_returns_and_a_constant_market_have_no_scar():
    """No variance is NaN, not infinity, though the sums of other sessions are large."""
    rng = np.random.default_rng(1)
    y, m = rng.normal(0.0, 0.02, (SESSIONS, 2)), rng.normal(0.0, 0.01, SESSIONS)
    y[150:300, 0] = 0.001
    table = scar_table(Series(y, m), SETTINGS, (0, 0))
    assert np.isnan(table[0, 270])
    assert np.isfinite(table[1, 270])
    m[150:300] = 0.0
    assert np.isnan(scar_table(Series(y, m), SETTINGS, (0, 0))[1, 270])


def test_bmp_of_draws_is_the_formula_whatever_the_threads(market):
    """sqrt(n) mean / deviation of each draw's SCARs, missing ones left out; two threads give the same bytes."""
    y, m = market
    table = scar_table(Series(y, m), SETTINGS, (-2, 3))
    rng = np.random.default_rng(8)
    asset, session = rng.integers(0, ASSETS, (300, 30)), rng.integers(110, SESSIONS, (300, 30))
    sign = 2.0 * rng.integers(0, 2, (300, 30)) - 1.0
    found = bmp_of_draws(table, asset, session, sign)
    for draw in range(0, 300, 37):
        values = table[asset[draw], session[draw]] * sign[draw]
        values = values[~np.isnan(values)]
        wanted = np.sqrt(len(values)) * values.mean() / values.std(ddof=1)
        np.testing.assert_allclose(found[draw], [wanted, values.mean(), len(values)], rtol=1e-12)
    assert bmp_of_draws(table, asset, session, sign, threads=2).tobytes() == found.tobytes()
    halves = [bmp_of_draws(table, asset[part], session[part], sign[part]) for part in (slice(0, 150), slice(150, 300))]
    assert np.vstack(halves).tobytes() == found.tobytes()


def test_a_draw_outside_the_table_is_refused(market):
    """Compiled loops do not look; the door does."""
    y, m = market
    table = scar_table(Series(y, m), SETTINGS, (0, 0))
    with pytest.raises(IndexError, match="session"):
        bmp_of_draws(table, np.zeros((1, 2), dtype=np.int64), np.full((1, 2), SESSIONS))


def test_sessions_and_assets_outside_the_panel_are_nan_or_refused(market):
    """A session too near an end has no SCAR; an asset that is not there is an error."""
    y, m = market
    outside = np.array([-5, 0, 10, SESSIONS - 2, SESSIONS, SESSIONS + 400])
    found = car_and_scar(Series(y, m), np.zeros(6, dtype=np.int64), outside, SETTINGS, (-2, 3))
    assert np.isnan(found[:, :2]).all()
    with pytest.raises(IndexError, match="asset"):
        car_and_scar(Series(y, m), np.array([ASSETS]), np.array([200]), SETTINGS, (0, 0))


def test_p_of_draws_counts_the_actual_one():
    """Three of four draws at least as far, and the actual itself: 4 / 5."""
    assert p_of_draws(1.0, np.array([1.0, -2.0, 0.5, 3.0])) == 0.8
    assert np.isnan(p_of_draws(np.nan, np.array([1.0])))
