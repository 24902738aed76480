"""Return models against least squares, hand arithmetic and the twin; what cannot be fitted gets a reason."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
import study_twin as twin

from backtest.study.estimation import estimate, measure
from backtest.study.factors import Factors, load_factors
from backtest.study.fits import Frame
from backtest.study.models import average, explained, matched
from data.errors import InputError, MissingDataError

SESSIONS = 300
RNG = np.random.default_rng(2)
M = RNG.normal(0.0, 0.01, SESSIONS)
F = np.column_stack([M, *(RNG.normal(0.0, 0.005, SESSIONS) for _ in range(5))])
RF = np.full(SESSIONS, 0.0001)
Y = 0.0002 + np.array([0.8, 1.2, 1.0]) * M[:, None] + RNG.normal(0.0, 0.02, (SESSIONS, 3))
NONE = np.zeros(Y.shape, dtype=np.bool_)


def frame(model, returns=Y, **given):
    matches = matched(returns, ("A", "B", "C"), {"ab": ("A", "B"), "abc": ("A", "B", "C")})
    known = {"market": M, "factors": Factors(F, RF), "matches": matches} | given
    return explained(model, returns, NONE, **known)


def fit(on, asset=0, session=280, fewest=100):
    return estimate(on, np.array([asset]), np.array([session]), sessions=250, gap=10, span=(-1, 5), fewest=fewest)


@pytest.mark.parametrize(
    ("model", "p"), [("mean", 1), ("market", 2), ("ff3", 4), ("carhart", 5), ("ff5", 6), ("ff5_mom", 7)]
)
def test_fitted_models_are_least_squares(model, p):
    """Abnormal returns, s^2 over M - p and the forecast variance equal numpy's and the twin's."""
    on = frame(model)
    fits = fit(on)
    rows = slice(280 - 1 - 10 - 250, 280 - 1 - 10)
    design = np.column_stack([np.ones(SESSIONS), on.x])
    slope, left, *_ = np.linalg.lstsq(design[rows], on.y[rows, 0], rcond=None)
    np.testing.assert_allclose(fits.ar[0], (on.y[:, 0] - design @ slope)[279:286], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(fits.s2, left[0] / (250 - p), rtol=1e-10)
    slow = twin.Fitted(on.y[:, 0], on.x, 280, range(19, 269), range(-1, 6))
    car, variance, _ = slow.window(0, 5)
    found = measure(fits, (0, 5))
    np.testing.assert_allclose([found.car[0], found.variance[0]], [car, variance], rtol=1e-10)


def test_factor_models_explain_the_excess_return_by_excess_factors():
    """The risk-free rate leaves both sides: a rate added to returns and to the file changes nothing."""
    more = np.linspace(0.0, 0.001, SESSIONS)
    plain = fit(frame("ff3"))
    lifted = fit(frame("ff3", Y + more[:, None], factors=Factors(F, RF + more)))
    np.testing.assert_allclose(lifted.ar, plain.ar, rtol=1e-9, atol=1e-15)


def test_market_adjusted_subtracts_the_market_and_estimates_nothing():
    """AR = R - Rm, s^2 about the differences' own mean, V = s^2 L, M - 1 degrees of freedom."""
    fits = fit(frame("market_adjusted"))
    np.testing.assert_allclose(fits.ar[0], (Y[:, 0] - M)[279:286], rtol=1e-14)
    np.testing.assert_allclose(fits.s2[0], (Y[:, 0] - M)[19:269].var(ddof=1), rtol=1e-12)
    np.testing.assert_allclose(measure(fits, (0, 5)).variance, 6.0 * fits.s2, rtol=1e-12)
    assert fits.freedom[0] == 249


def test_a_match_is_the_mean_of_the_other_members_of_shared_baskets():
    """A shares baskets with B and C; the match leaves A out."""
    on = frame("matched_basket")
    np.testing.assert_allclose(on.y[:, 0], Y[:, 0] - 0.5 * (Y[:, 1] + Y[:, 2]), rtol=1e-12, atol=1e-16)
    assert np.isnan(matched(Y, ("A", "B", "C"), {"ab": ("A", "B")})[:, 2]).all()


def test_scholes_williams_is_its_formula_over_the_inner_rows():
    """The slope is (b_-1 + b_0 + b_1) / (1 + 2 rho), a = mean(y) - b mean(Rm), rows 2 to M - 1."""
    fits = fit(frame("scholes_williams"))
    y, m = Y[19:269, 0], M[19:269]
    inner, now, before, after = y[1:-1], m[1:-1], m[:-2], m[2:]
    slopes = [np.cov(inner, x)[0, 1] / x.var(ddof=1) for x in (before, now, after)]
    beta = sum(slopes) / (1.0 + 2.0 * np.corrcoef(now, before)[0, 1])
    alpha = inner.mean() - beta * now.mean()
    np.testing.assert_allclose(fits.ar[0], (Y[:, 0] - alpha - beta * M)[279:286], rtol=1e-10)
    np.testing.assert_allclose(fits.s2[0], ((y - alpha - beta * m) ** 2).sum() / 248, rtol=1e-10)


def test_the_lead_of_scholes_williams_never_sees_the_gap():
    """Another market after the last estimation row changes no coefficient."""
    moved = M.copy()
    moved[269:279] += 0.05
    assert fit(frame("scholes_williams", market=moved)).s2[0] == fit(frame("scholes_williams")).s2[0]


def test_thin_trading_is_corrected():
    """An asset that follows the market one session late has an OLS slope near 0 and a Scholes-Williams slope near 1."""
    late = np.concatenate([[0.0], M[:-1]])[:, None] + RNG.normal(0.0, 1e-4, (SESSIONS, 1))
    mask = np.zeros(late.shape, dtype=np.bool_)
    given = {"market": M, "factors": None, "matches": late}
    ols, sw = (fit(explained(model, late, mask, **given)) for model in ("market", "scholes_williams"))
    slope = [(one.total[0] - one.ar[0])[1:] for one in (ols, sw)]
    assert abs(np.polyfit(M[280:286], slope[0], 1)[0]) < 0.2
    assert np.polyfit(M[280:286], slope[1], 1)[0] == pytest.approx(1.0, abs=0.2)


def test_constant_returns_and_too_few_returns_are_reasons():
    """Zero variance is NaN with a reason, as is an estimation window with fewer returns than asked for."""
    flat = np.full(Y.shape, 0.001)
    fits = fit(frame("market", flat))
    assert np.isnan(fits.s2[0])
    assert np.isnan(fits.ar).all()
    assert fits.reason == ("the returns do not vary in the estimation window",)
    sparse = Y.copy()
    sparse[30:269, 0] = np.nan
    assert fit(frame("market", sparse)).reason == ("fewer than 100 returns in the estimation window",)
    assert "do not vary independently" in fit(frame("market", market=np.zeros(SESSIONS))).reason[0]


def test_repeated_factors_cannot_be_told_apart():
    """Collinear regressors are a reason, not a number."""
    twice = F.copy()
    twice[:, 1] = 2.0 * twice[:, 0]
    assert "do not vary independently" in fit(frame("ff3", factors=Factors(twice, RF))).reason[0]


def test_scale_changes_no_standardised_return():
    """Returns in any unit give the same SCAR."""
    one = measure(fit(Frame(Y, Y, Y, M[:, None])), (0, 5)).scar
    other = measure(fit(Frame(100 * Y, 100 * Y, 100 * Y, 100 * M[:, None])), (0, 5)).scar
    np.testing.assert_allclose(other, one, rtol=1e-12)


def test_buy_and_hold_is_the_difference_of_two_products():
    """BHAR = prod(1 + R) - prod(1 + E[R])."""
    fits = fit(frame("market_adjusted"))
    wanted = np.prod(1 + Y[280:286, 0]) - np.prod(1 + M[280:286])
    np.testing.assert_allclose(measure(fits, (0, 5)).bhar, wanted, rtol=1e-12)


def test_an_average_is_over_what_is_known():
    """Missing members are left out, a session without any is NaN."""
    got = average(np.array([[0.1, np.nan], [np.nan, np.nan], [0.1, 0.3]]), [0, 1])
    np.testing.assert_allclose(got, [0.1, np.nan, 0.2])


def written(tmp_path, scale=1.0, **columns):
    rng = np.random.default_rng(1)
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(60)]
    made = {"date": days, **{name: rng.normal(0.0, 0.01, 60) * scale for name in ("mkt_rf", "smb", "hml", "rf")}}
    pl.DataFrame(made | columns).write_parquet(tmp_path / "f.parquet")
    return tmp_path / "f.parquet", np.array(days, dtype="datetime64[D]"), made


def test_factors_are_laid_on_sessions_as_fractions(tmp_path):
    """Percent is divided by a hundred; sessions without factors are NaN."""
    path, days, made = written(tmp_path, scale=100.0)
    got = load_factors(path, ("mkt_rf", "smb", "hml"), "percent", np.append(days[5:8], np.datetime64("2030-01-02")))
    np.testing.assert_allclose(got.columns(("mkt_rf",))[:3, 0], made["mkt_rf"][5:8] / 100.0)
    assert np.isnan(got.risk_free[3])


@pytest.mark.parametrize(("scale", "unit"), [(100.0, "fraction"), (1.0, "percent")])
def test_factors_in_the_wrong_unit_are_refused(tmp_path, scale, unit):
    """A market that moves 1 a day is percent, one that moves 0.0001 was divided once too often."""
    path, days, _ = written(tmp_path, scale=scale)
    with pytest.raises(InputError, match="not in the unit"):
        load_factors(path, ("mkt_rf",), unit, days)


def test_missing_and_broken_factor_files_are_sentences(tmp_path):
    """No file, no column, no parquet."""
    path, days, _ = written(tmp_path)
    with pytest.raises(MissingDataError, match="no factors at"):
        load_factors(tmp_path / "none.parquet", ("mkt_rf",), "fraction", days)
    with pytest.raises(InputError, match="has no column mom"):
        load_factors(path, ("mkt_rf", "mom"), "fraction", days)
    path.write_bytes(b"no parquet")
    with pytest.raises(InputError, match="no readable parquet"):
        load_factors(path, ("mkt_rf",), "fraction", days)


@pytest.mark.shared
def test_the_shared_factors_are_fractions(shared):
    """Six factors and the risk-free rate, read in place; as percent they are refused."""
    path, days = shared / "factors" / "ff5_mom_daily.parquet", np.array(["2020-03-16"], dtype="datetime64[D]")
    got = load_factors(path, ("mkt_rf", "mom"), "fraction", days)
    assert got.columns(("mkt_rf",))[0, 0] == pytest.approx(-0.12, abs=0.01)
    with pytest.raises(InputError, match="factor_unit"):
        load_factors(path, ("mkt_rf",), "percent", days)
