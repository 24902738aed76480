"""What trials leave of a run's Sharpe ratios: one meaning for every name, a reason where there is nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from backtest.engine import tried
from backtest.inference.deflation import dsr, expected_maximum
from backtest.inference.haircut import haircut
from backtest.inference.sharpe import moments, psr
from backtest.metrics.luck import METHODS, Tried, deflated
from backtest.research.trials import active, excess
from backtest.sources import measured_on

PREFIXES = ("", "active_")


@pytest.fixture(scope="module")
def run(small):
    return small.run()


def told(run, tried=None):
    """Give the metrics of a run among so many trials, by name."""
    config = run.config
    return {one.name: one for one in deflated(config, measured_on(config), run.daily, tried or Tried())}


def test_a_single_trial_is_not_deflated(run):
    """DSR is the PSR, nothing is cut, no length is needed."""
    found, of = told(run), moments(excess(run))
    assert found["dsr"].value == psr(of)
    assert found["active_dsr"].value == psr(moments(active(run)))
    assert {found[f"{prefix}min_btl"].value for prefix in PREFIXES if found[f"{prefix}dsr"].value > 0.5} <= {0.0}


def test_the_variance_is_that_of_the_trials_where_it_is_above_chance(run):
    """Sharpe ratios .3 apart: SR0 = their deviation x E[max of 5]; of net returns and of active ones each its own."""
    tally = Tried(6, 5.0, (-0.3, 0.0, 0.3), (-0.6, 0.0, 0.6))
    found = told(run, tally)
    for prefix, series, variance in (("", excess(run), 0.09), ("active_", active(run), 0.36)):
        expected = psr(moments(series), math.sqrt(variance) * expected_maximum(5.0))
        assert found[f"{prefix}dsr"].value == pytest.approx(expected, rel=1e-12)


def test_trials_alike_are_held_to_chance(run):
    """Three equal Sharpe ratios: the variance is 1 / (n - 1)."""
    of = moments(excess(run))
    found = told(run, Tried(3, 3.0, (of.sharpe,) * 3, ()))
    assert found["dsr"].value == pytest.approx(dsr(of, 3.0, 1.0 / (of.count - 1)), rel=1e-12)


def rising(run, sign):
    """Give the run with equity that climbs, or falls, with noise."""
    steps = sign * 0.001 + np.random.default_rng(1).normal(0.0, 0.004, run.daily.height)
    equity = pl.Series("equity", run.config.account.capital * np.cumprod(1.0 + steps))
    return replace(run, daily=run.daily.with_columns(equity))


def test_a_haircut_is_that_of_harvey_and_liu(run):
    """Of the shown Sharpe ratio, for the trials counted, with the config's seed and the positive autocorrelation."""
    up = rising(run, 1.0)
    found, of = told(up, Tried(7, 5.0)), moments(excess(up))
    year = measured_on(run.config).sessions_per_year
    expected = haircut(of.sharpe * math.sqrt(year), of.count, year, 7, seed=run.config.seed,
                       autocorrelation=max(of.autocorrelation, 0.0))  # fmt: skip
    for suffix, (_, method) in METHODS.items():
        assert found[f"haircut_sharpe{suffix}"].value == expected[method].sharpe
    assert "among 7 tests" in found["haircut_sharpe"].convention


def test_the_backtest_length_by_hand(run):
    """(E[max of 5] / Sharpe ratio a year)^2."""
    up = rising(run, 1.0)
    annual = moments(excess(up)).sharpe * math.sqrt(measured_on(run.config).sessions_per_year)
    found = told(up, Tried(7, 5.0))["min_btl"]
    assert (found.value, found.unit) == (pytest.approx((expected_maximum(5.0) / annual) ** 2), "years")


def test_a_loss_is_not_cut_but_has_a_reason(run):
    """No haircut and no length of a Sharpe ratio below 0: None and why, never 0."""
    found = told(rising(run, -1.0), Tried(7, 5.0))
    for name in ("min_btl", *(f"haircut_sharpe{suffix}" for suffix in METHODS)):
        assert (found[name].value, found[name].reason) == (None, "the Sharpe ratio is not above 0")


def test_returns_that_do_not_vary_have_no_sharpe_ratio_to_judge(run):
    """Every number says so."""
    flat = pl.lit(run.config.account.capital)
    still = replace(run, daily=run.daily.with_columns(equity=flat, base=flat))
    found = told(still, Tried(7, 5.0))
    assert {one.reason for name, one in found.items() if not name.startswith("trials")} == {"the returns do not vary"}
    assert found["trials_best_sharpe"].reason == "no trial has a Sharpe ratio"


def test_no_two_numbers_share_a_name(run):
    """Labels of all metrics of a judged run differ, so net and active ones are told apart."""
    metrics = tried(run, Tried(3, 2.5)).metrics
    assert len({one.label for one in metrics}) == len({one.name for one in metrics}) == len(metrics)


def test_every_number_states_unit_and_convention(run):
    """Units are among those of results."""
    for one in told(run).values():
        assert one.unit in {"ratio", "years", "count"}
        assert one.convention
