"""Metrics by hand and against the textbook line in plain Python."""

from __future__ import annotations

import json
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.metrics import moments

YEAR = 252.0
SERIES = st.lists(st.floats(-0.2, 0.2), min_size=20, max_size=60).filter(lambda r: statistics.stdev(r) > 1e-6)


def test_returns_start_at_the_capital():
    """The first session counts: 100 to 110 to 99 is +10 % and -10 %."""
    assert moments.returns(np.array([110.0, 99.0]), 100.0).tolist() == pytest.approx([0.1, -0.1])


@given(SERIES)
def test_sharpe_is_its_textbook_line(r):
    """Mean over standard deviation (n - 1), times the root of the sessions per year (law 50)."""
    expected = statistics.fmean(r) / statistics.stdev(r) * math.sqrt(YEAR)
    assert moments.ratio(np.array(r), YEAR).value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(SERIES)
def test_sortino_divides_by_the_losses_over_all_sessions(r):
    """The denominator is the root mean square of losses, gains counting as zero."""
    down = math.sqrt(statistics.fmean([min(x, 0.0) ** 2 for x in r]))
    got = moments.sortino(np.array(r), YEAR)
    assert (
        got.reason == "no session lost"
        if down == 0
        else got.value == pytest.approx(statistics.fmean(r) / down * math.sqrt(YEAR), rel=1e-9, abs=1e-9)
    )


def test_sharpe_error_of_a_zero_sharpe_by_hand():
    """At a Sharpe ratio of 0 the standard error is 1 / sqrt(n - 1), whatever the shape."""
    per_session = moments.ratio(np.array([0.01, -0.01] * 20), 1.0)
    assert per_session.value == pytest.approx(0.0, abs=1e-12)
    assert per_session.error == pytest.approx(1.0 / math.sqrt(39.0), rel=1e-9)


@pytest.mark.shared
def test_sharpe_error_of_the_published_vector(shared):
    """Fifty returns with published Sharpe ratio and standard error (Bailey and Lopez de Prado 2012)."""
    case = json.loads((shared / "inference" / "expected_sharpe.json").read_text())["psr_from_returns"]
    got = moments.ratio(np.array(case["returns"]), 1.0)
    assert got.value == pytest.approx(case["expected"]["sr"], rel=1e-12)
    assert got.error == pytest.approx(case["expected"]["sr_std"], rel=1e-12)


@pytest.mark.parametrize("r", [[0.001] * 30, [0.0] * 30])
def test_constant_returns_have_no_sharpe(r):
    """A series that does not vary gives a reason, never 1e16 (law 51)."""
    got = moments.ratio(np.array(r), YEAR)
    assert (got.value, got.reason) == (None, "the returns do not vary")


def test_too_few_sessions_give_a_reason():
    """Three sessions are no statistic."""
    assert moments.mean(np.array([0.1, 0.2, 0.3]), YEAR).reason == "3 sessions, at least 20 are needed"


def test_drawdown_by_hand():
    """100, 120, 90, 60, 130: the fall from 120 to 60 is a half, recovered at 130."""
    assert moments.drawdown(np.array([100.0, 120.0, 90.0, 60.0, 130.0]), 100.0) == (-0.5, 1, 3, 4)


def test_drawdown_counts_the_capital_as_first_peak():
    """A run that only loses falls from its capital and never recovers."""
    depth, peak, trough, recovery = moments.drawdown(np.array([90.0, 80.0]), 100.0)
    assert (depth, peak, trough, recovery) == (pytest.approx(-0.2), -1, 1, None)


def test_a_rising_run_has_no_drawdown():
    """No fall, and no recovery to wait for."""
    assert moments.drawdown(np.array([101.0, 102.0]), 100.0)[0] == 0.0


def test_regression_against_the_standard_library():
    """Slope and intercept equal statistics.linear_regression; the slope's error its textbook line."""
    rng = np.random.default_rng(1)
    x = rng.normal(0, 0.01, 60)
    y = 0.001 + 1.5 * x + rng.normal(0, 0.002, 60)
    beta, alpha = moments.regression(y, x, YEAR)
    slope, intercept = statistics.linear_regression(x.tolist(), y.tolist())
    assert beta.value == pytest.approx(slope, rel=1e-12)
    assert alpha.value == pytest.approx(intercept * YEAR, rel=1e-12)
    residuals = [b - intercept - slope * a for a, b in zip(x, y, strict=True)]
    error = math.sqrt(math.fsum(e * e for e in residuals) / 58 / math.fsum((a - x.mean()) ** 2 for a in x))
    assert beta.error == pytest.approx(error, rel=1e-9)


def test_wilson_interval_of_a_published_example():
    """Ten of twenty: 0.5 with 0.299 to 0.701 (Wilson 1927, the usual textbook figure)."""
    assert moments.share(10, 20) == pytest.approx((0.5, 0.2993, 0.7007), abs=5e-4)


def test_no_trials_have_no_share():
    """Nothing counted is nothing to divide by."""
    assert moments.share(0, 0) is None
