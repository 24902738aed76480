"""Exact tests, the calendar-time portfolio, the wild bootstrap and the correlation, each against another way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from backtest.study import exact
from backtest.study.case import Case
from backtest.study.correlated import correlation
from backtest.study.estimation import estimate, measure
from backtest.study.fits import Frame
from backtest.study.ranks import ranked, residual_ranks
from backtest.study.statistics import every_test

RNG = np.random.default_rng(9)
T, A = 600, 40
M = RNG.normal(0.0, 0.01, T)
Y = M[:, None] + RNG.normal(0.0, 0.02, (T, A))


def case(asset, session, window=(0, 0), y=Y, cluster=None, draws=1_999):
    asset, session = np.asarray(asset), np.asarray(session)
    frame = Frame(y, y, y, M[:, None])
    fits = estimate(frame, asset, session, sessions=100, gap=5, span=(0, 4), fewest=50)
    codes = session if cluster is None else np.asarray(cluster)
    return Case(
        fits, measure(fits, window), window, frame, codes, residual_ranks(fits), ranked(fits.residual), draws=draws
    )


@pytest.mark.parametrize(("up", "trials", "chance"), [(7, 9, 0.5), (2, 20, 0.5), (0, 5, 0.5), (15, 29, 0.47)])
def test_the_exact_sign_test_is_twice_the_smaller_tail(up, trials, chance):
    """Against scipy's binomial."""
    stats = pytest.importorskip("scipy.stats")
    wanted = 2 * min(stats.binom.cdf(up, trials, chance), stats.binom.sf(up - 1, trials, chance))
    assert exact.binomial(up, trials, chance) == pytest.approx(min(1.0, wanted), rel=1e-12)


@pytest.mark.parametrize("count", [1, 5, 12, 25])
def test_the_exact_wilcoxon_test_is_scipys(count):
    """Signed ranks without ties."""
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(count).normal(0.3, 1.0, count)
    plus, ranks = exact.signed_ranks(values)
    assert exact.wilcoxon(plus, ranks) == pytest.approx(stats.wilcoxon(values, method="exact").pvalue, rel=1e-12)


def test_exact_wilcoxon_with_ties_counts_every_sign_pattern():
    """Tied ranks and a zero, by enumeration of all signs."""
    values = np.array([0.5, -0.5, 1.0, 2.0, 2.0, 0.0, -3.0])
    plus, ranks = exact.signed_ranks(values)
    sums = np.array([np.dot(signs, ranks) for signs in itertools.product((0, 1), repeat=len(ranks))])
    wanted = 2 * min((sums <= plus + 1e-9).mean(), (sums >= plus - 1e-9).mean())
    assert exact.wilcoxon(plus, ranks) == pytest.approx(min(1.0, wanted))


def test_midranks_are_scipys():
    """Ties share their mean rank; NaN is left out and stays NaN."""
    stats = pytest.importorskip("scipy.stats")
    values = np.round(RNG.normal(0.0, 1.0, (20, 30)), 1)
    values[RNG.random(values.shape) < 0.1] = np.nan
    got = ranked(values)
    for row, found in zip(values, got, strict=True):
        known = ~np.isnan(row)
        np.testing.assert_allclose(found[known], stats.rankdata(row[known]) / (known.sum() + 1) - 0.5)
        assert np.isnan(found[~known]).all()


def test_the_calendar_time_portfolio_counts_an_asset_once_a_session():
    """The intercept's t equals least squares over the sessions on which any asset is inside a window."""
    asset, session = np.array([0, 0, 1, 2, 3, 4, 5]), np.array([200, 202, 201, 300, 301, 302, 420])
    found = every_test(case(asset, session, (0, 4)))["calendar_time"]
    held = {}
    for a, s in zip(asset, session, strict=True):
        for day in range(s, s + 5):
            held.setdefault(day, set()).add(a)
    days = sorted(held)
    y = np.array([np.mean([Y[day, a] for a in held[day]]) for day in days])
    design = np.column_stack([np.ones(len(days)), M[days]])
    slope, left, *_ = np.linalg.lstsq(design, y, rcond=None)
    error = np.sqrt(left[0] / (len(days) - 2) * np.linalg.inv(design.T @ design)[0, 0])
    assert found.value == pytest.approx(slope[0] / error, rel=1e-9)
    assert found.freedom == len(days) - 2


def test_the_wild_bootstrap_flips_clusters_not_events():
    """Forty events on four dates, one common shock per date: forty would be certain, four dates are not."""
    y = Y.copy()
    dates = np.array([200, 300, 400, 500])
    for date, shock in zip(dates, (0.04, 0.05, 0.06, 0.01), strict=True):
        y[date] += shock
    session = np.repeat(dates, 10)
    found = every_test(case(np.arange(40), session, y=y))
    alone = every_test(case(np.arange(40), session, y=y, cluster=np.arange(40)))
    assert found["wild_bootstrap"].p > 0.01
    assert alone["wild_bootstrap"].p < 0.002
    assert abs(found["cross_sectional"].value) > 8.0


def test_the_wild_bootstrap_counts_every_sign_pattern_of_ten_clusters():
    """Its p is near the share of all 1,024 sign patterns with a studentised mean as far from zero."""
    one = case(np.arange(10), np.arange(200, 300, 10), draws=9_999)
    car = one.measured.car

    def t(values):
        return values.sum() / np.sqrt(((values - values.mean()) ** 2).sum())

    all_t = np.array([t(np.array(signs) * car) for signs in itertools.product((-1, 1), repeat=10)])
    wanted = (np.abs(all_t) >= abs(t(car)) - 1e-9).mean()
    assert every_test(one)["wild_bootstrap"].p == pytest.approx(wanted, abs=3 * np.sqrt(wanted / 9_999) + 1e-3)


def test_clustered_events_are_adjusted_and_independent_ones_are_not():
    """A common factor of correlation one half on one date is found; on dates apart there is nothing to adjust."""
    common = RNG.normal(0.0, 0.02, (T, 1))
    y = M[:, None] + common + RNG.normal(0.0, 0.02, (T, A))
    together = case(np.arange(A), np.full(A, 300), y=y)
    assert correlation(together.fits, 1) == pytest.approx(0.5, abs=0.1)
    found = every_test(together)
    assert abs(found["adjusted_bmp"].value) < 0.3 * abs(found["bmp"].value)
    apart = case(np.arange(A), np.arange(120, 120 + 10 * A, 10), y=y)
    assert correlation(apart.fits, 5) == 0.0
    found = every_test(apart)
    assert found["adjusted_bmp"].value == found["bmp"].value


def test_a_correlation_that_leaves_no_variance_is_a_reason():
    """Two events that always move against each other have no adjusted test."""
    y = Y.copy()
    y[:, 1] = 2.0 * M - y[:, 0]
    found = every_test(case([0, 1], [300, 300], y=y))
    assert np.isnan(found["adjusted_bmp"].value)
    assert "leaves no variance" in found["adjusted_bmp"].reason


def test_prices_that_stand_still_around_the_events_leave_reasons():
    """Nothing moves inside the windows, so the calendar-time portfolio has no variance to be judged by."""
    y = Y.copy()
    y[300:] = 0.0
    found = every_test(case([0, 1, 2], [310, 320, 330], (0, 4), y=y))
    assert np.isnan(found["calendar_time"].value)
    assert found["calendar_time"].reason.startswith("undefined")
