"""Does the Sharpe ratio differ from the untilted mix's: one difference, two tests, a reason where there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl
import pytest

from backtest.inference.difference import bootstrapped, hac
from backtest.metrics.moments import returns
from backtest.metrics.versus import COUNT, versus
from backtest.sources import measured_on


@pytest.fixture(scope="module")
def run(small):
    return small.run()


def test_the_difference_is_that_of_the_two_sharpe_ratios(run):
    """Value (divisor n), interval of 1.96 errors, and both p-values, from equity and mix alone."""
    calendar, capital = measured_on(run.config), run.config.account.capital
    own, base = (returns(run.daily[name].to_numpy(), capital) for name in ("equity", "base"))
    rate = (1.0 + run.config.risk_free_per_year) ** (1.0 / calendar.sessions_per_year) - 1.0
    told, drawn = hac(own - rate, base - rate), bootstrapped(own - rate, base - rate, seed=run.config.seed, count=COUNT)
    found, test = versus(run.config, calendar, run.daily)
    root = math.sqrt(calendar.sessions_per_year)
    assert found.value == pytest.approx(told.value * root, rel=1e-9)
    assert found.upper - found.lower == pytest.approx(2 * 1.959963984540054 * told.error * root, rel=1e-9)
    assert test.value == drawn.p
    assert {one.name: one for one in run.metrics}["sharpe_difference"].value == found.value


def test_a_run_that_is_its_mix_has_no_difference(run):
    """None and the reason, not 0 and a p-value."""
    same = replace(run, daily=run.daily.with_columns(base=pl.col("equity")))
    for metric in versus(run.config, measured_on(run.config), same.daily):
        assert (metric.value, metric.reason) == (None, "the run is its untilted mix")


def test_too_few_sessions_say_so(run):
    """The test's own sentence."""
    found, _ = versus(run.config, measured_on(run.config), run.daily.tail(10))
    assert found.value is None
    assert "at least 20" in found.reason
