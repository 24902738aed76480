"""Sharpe inference against published and recomputed numbers."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.inference.deflation import dsr, dsr_of_maximum, expected_maximum, min_btl, spread_of_maximum
from backtest.inference.sharpe import Moments, min_trl, moments, posterior, psr, standard_error

TRACK = Moments(0.45569620253164556, 24, -2.448, 10.164)  # thirty-six over seventy-nine, printed in the paper of 2025


@pytest.fixture(scope="session")
def expected(shared):
    return json.loads((shared / "inference" / "expected_sharpe.json").read_text())


@pytest.mark.parametrize(
    ("of", "error", "probability", "length"),
    [
        (Moments(0.458, 24), 0.21917652206859875, 0.9816749190910771, 15.250806919432538),
        (Moments(0.458, 24, -2.448, 10.164), 0.33633273664502306, 0.913361083860933, 34.557505934856216),
        (Moments(0.7079, 134, -0.2250, 2.9570), 0.10276082308007262, 0.999999999997187, 8.58258833154216),
        (Moments(0.8183, 134, -1.4455, 7.0497), 0.15500654727884933, 0.9999999351013064, 13.9116319365825),
    ],
)
def test_the_published_form_of_2012(of, error, probability, length):
    """Standard error, PSR and minimum track record of Bailey and Lopez de Prado (2012)."""
    assert standard_error(of) == pytest.approx(error, rel=1e-13)
    assert psr(of) == pytest.approx(probability, rel=1e-13)
    assert min_trl(of) == pytest.approx(length, rel=1e-12)


def test_the_published_form_of_2025():
    """The variance at the threshold gives .987 where the one at the estimate gives .913."""
    assert standard_error(TRACK, variance_at="null") == pytest.approx(0.329, abs=5e-4)
    assert psr(TRACK, variance_at="null") == pytest.approx(0.987, abs=5e-4)
    assert psr(TRACK, 0.1, variance_at="null") == pytest.approx(0.939, abs=5e-4)
    assert min_trl(TRACK, variance_at="null") == pytest.approx(13.029, abs=5e-4)


def test_the_posterior_of_2025():
    """Type II error, planned and observed false discovery rates as printed."""
    found = posterior(TRACK, 0.5, 0.05)
    assert 1.0 - found.power == pytest.approx(0.315, abs=5e-4)
    assert (found.planned, found.observed) == pytest.approx((0.581, 0.306), abs=5e-4)


@pytest.mark.parametrize(
    ("r", "length", "power", "observed", "deflated"),
    [(0.0, 7.909, 0.758, 0.173, 0.416), (0.2, 11.863, 0.676, 0.361, 0.427)],
)
def test_the_example_with_autocorrelation(r, length, power, observed, deflated):
    """At 10 % and a prior of 10 %: track record, power and the deflated ratio of ten trials."""
    of = Moments(TRACK.sharpe, 24, -2.448, 10.164, r)
    assert min_trl(of, level=0.9, variance_at="null") == pytest.approx(length, abs=5e-4)
    found = posterior(of, 0.5, 0.1, alpha=0.1)
    assert found.power == pytest.approx(power, abs=5e-4)
    assert dsr_of_maximum(of, 10, 0.1) == pytest.approx(deflated, abs=5e-4)
    assert found.observed == pytest.approx(observed, abs=5e-4)


def test_the_error_of_correlated_returns():
    """A correlation of .2 widens the standard error from .329 to .379."""
    assert standard_error(Moments(TRACK.sharpe, 24, -2.448, 10.164, 0.2), variance_at="null") == pytest.approx(
        0.379, abs=5e-4
    )


def test_the_spread_of_a_maximum():
    """One normal has deviation 1; the larger of two sqrt(1 - 1/pi)."""
    assert spread_of_maximum(1) == pytest.approx(1.0, abs=1e-5)
    assert spread_of_maximum(2) == pytest.approx(math.sqrt(1.0 - 1.0 / math.pi), abs=1e-5)


@pytest.mark.parametrize(
    ("trials", "value"),
    [(10, 1.57459830134575), (45, 2.2356401777664052), (100, 2.5306028932016846), (1000, 3.255121513652723)],
)
def test_the_expected_maximum(trials, value):
    """Of so many normals; of a single one it is 0."""
    assert expected_maximum(trials) == pytest.approx(value, rel=1e-12)
    assert expected_maximum(1) == 0.0


@pytest.mark.parametrize(
    ("trials", "skewness", "kurtosis", "value"),
    [(100, -3.0, 10.0, 0.9003968344493903), (46, -3.0, 10.0, 0.9505017068755786), (88, 0.0, 3.0, 0.9504908166760139)],
)
def test_the_published_deflated_sharpe(trials, skewness, kurtosis, value):
    """2.5 a year over five years of 250 sessions: .9004, .9505 and .9505 (Bailey and Lopez de Prado 2014)."""
    of = Moments(2.5 / math.sqrt(250.0), 1250, skewness, kurtosis)
    assert dsr(of, trials, 0.5 / 250.0) == pytest.approx(value, rel=1e-12)


def test_the_threshold_and_the_year_of_the_published_case():
    """SR0 is .1132 a session; with 252 sessions a year the paper's .9004 would be .8997, so it uses 250."""
    assert math.sqrt(0.5 / 250.0) * expected_maximum(100) == pytest.approx(0.113172, abs=5e-7)
    other = Moments(2.5 / math.sqrt(252.0), 1250, -3.0, 10.0)
    assert dsr(other, 100, 0.5 / 252.0) == pytest.approx(0.8997, abs=5e-5)


def test_the_parts_of_the_deflated_ratio_of_2025():
    """Ten trials of variance .1: threshold .498, standard error .200; as if a single trial, .451."""
    threshold = math.sqrt(0.1) * expected_maximum(10)
    assert threshold == pytest.approx(0.498, abs=5e-4)
    error = standard_error(TRACK, threshold, variance_at="null") * spread_of_maximum(10)
    assert error == pytest.approx(0.200, abs=5e-4)
    assert psr(TRACK, threshold, variance_at="null") == pytest.approx(0.451, abs=5e-4)


@pytest.mark.parametrize(("trials", "years"), [(5, 1.4222804512564633), (7, 1.923143406664121),
    (10, 2.4793598106009216), (45, 4.998087004443404), (100, 6.403951003080737)])  # fmt: skip
def test_the_backtest_length(trials, years):
    """Forty-five trials need five years before a Sharpe ratio of 1 says anything; the bound 2 ln N lies above."""
    assert min_btl(trials, 1.0) == pytest.approx(years, rel=1e-12)
    assert years < 2.0 * math.log(trials)
    assert 2.0 * math.log(45) == pytest.approx(7.61, abs=5e-3)


@pytest.mark.shared
def test_the_published_vector(expected):
    """Fifty returns with asserted Sharpe ratio, error, PSR and track record."""
    case = expected["psr_from_returns"]
    of = moments(case["returns"])
    assert of.sharpe == pytest.approx(case["expected"]["sr"], rel=1e-12)
    assert standard_error(of) == pytest.approx(case["expected"]["sr_std"], rel=1e-12)
    assert psr(of, 0.05) == pytest.approx(case["expected"]["psr_bench_0p05"], rel=1e-12)
    assert min_trl(of, 0.05, 0.9) == pytest.approx(case["expected"]["minTRL_bench0p05_prob0p90"], rel=1e-10)


@pytest.mark.shared
def test_the_divisor_of_the_moments_shows(expected):
    """On those returns: .928943 with the moments' divisor n, .927964 with the unbiased ones of quantstats."""
    of = moments(expected["psr_from_returns"]["returns"])
    n = of.count
    skewness = of.skewness * math.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = 3.0 + ((n + 1) * (of.kurtosis - 3.0) + 6.0) * (n - 1) / ((n - 2) * (n - 3))
    assert psr(of) == pytest.approx(0.928943, abs=5e-7)
    assert psr(Moments(of.sharpe, n, skewness, kurtosis)) == pytest.approx(0.927964, abs=5e-7)


@pytest.mark.shared
def test_the_table_of_track_records(expected):
    """Every row, in years, at daily, weekly and monthly frequency."""
    for row in expected["minTRL_table"]["rows"]:
        root = math.sqrt(row["freq"])
        of = Moments(row["SR_annual"] / root, 2, row["g3"], row["g4"])
        assert min_trl(of, row["SR0_annual"] / root) / row["freq"] == pytest.approx(row["years"], rel=1e-9), row


def test_nothing_is_said_where_there_is_nothing_to_say():
    """No variation, no track record long enough, no inf."""
    assert math.isnan(moments(np.full(30, 0.01)).sharpe)
    assert math.isnan(min_trl(Moments(0.1, 100), 0.2))


@given(
    st.lists(st.floats(-0.2, 0.2), min_size=10, max_size=60).filter(lambda r: np.std(r) > 1e-6), st.floats(0.01, 100)
)
def test_scale_changes_nothing(r, scale):
    """Sharpe, shape and correlation do not see leverage."""
    one, other = moments(r), moments(np.array(r) * scale)
    for name in ("sharpe", "skewness", "kurtosis", "autocorrelation"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6, abs=1e-6)
