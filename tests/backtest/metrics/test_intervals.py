"""Every metric that is a function of sessions has its intervals: BCa, percentile, studentised; drawdowns one, rough."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from backtest.inference.bootstrap import Plan, Sample, interval
from backtest.metrics.intervals import INTERVALS, with_intervals
from backtest.sources import measured_on

# What needs none: dates, shares of events (Wilson), what is counted, and a length that one trial makes 0.
BESIDE = {"hit_rate", "sharpe_difference", "sharpe_difference_p", "trials", "trials_best_sharpe", "min_btl",
          "active_min_btl"}  # fmt: skip
PATHS = {"max_drawdown", "calmar", "base_max_drawdown", "benchmark_max_drawdown"}


@pytest.fixture(scope="module")
def run(small):
    return small.run()


def test_every_metric_of_a_run_has_its_intervals(run):
    """All three methods; of drawdowns the percentile alone, with a warning."""
    assert dict(run.intervals.schema) == INTERVALS
    by = {name[0]: rows for name, rows in run.intervals.group_by("metric")}
    numbers = {one.name for one in run.metrics if isinstance(one.value, float)} - BESIDE
    assert numbers == by.keys()
    for name, rows in by.items():
        if name in PATHS:
            assert rows["method"].to_list() == ["percentile"]
            assert "not smooth" in rows["warning"][0]
        else:
            assert rows["method"].to_list() == ["bca", "percentile", "studentised"], name


def test_what_is_shown_is_the_first(run):
    """The interval beside a metric is its BCa one (percentile of drawdowns), or the reason why there is none."""
    first = run.intervals.unique("metric", keep="first", maintain_order=True)
    shown = {one.name: one for one in run.metrics}
    for row in first.iter_rows(named=True):
        metric = shown[row["metric"]]
        assert (metric.lower, metric.upper, metric.value) == (row["lower"], row["upper"], row["value"])
        assert ("no interval: " + row["reason"] in metric.convention) == (row["lower"] is None)


def test_rows_are_those_of_the_bootstrap(run):
    """The Sharpe ratio's, method by method, from the same returns."""
    equity = run.daily["equity"].to_numpy()
    returns = equity / np.concatenate([[run.config.account.capital], equity[:-1]]) - 1.0
    sample = Sample(returns, measured_on(run.config).sessions_per_year, 1.0)
    for row in run.intervals.filter(pl.col("metric") == "sharpe").iter_rows(named=True):
        expected = interval("sharpe", sample, Plan(row["method"], 1_000, seed=run.config.seed))
        assert (row["lower"], row["upper"]) == (pytest.approx(expected.lower), pytest.approx(expected.upper))
        assert row["block_sessions"] == pytest.approx(expected.length)


def test_costs_lie_within_their_interval(run):
    """Of all costs, costs and turnover per year, and exposure: sums of sessions that are resampled."""
    for name in ("costs", "turnover", "costs_per_year", "exposure"):
        rows = run.intervals.filter((pl.col("metric") == name) & pl.col("lower").is_not_null())
        assert (rows["lower"] <= rows["value"]).all()
        assert (rows["value"] <= rows["upper"]).all()


def test_a_short_run_has_none(small):
    """Nineteen sessions are too few to resample; the frame is empty, the metrics as they were."""
    run = small.run()
    daily, calendar = run.daily.head(19), measured_on(run.config)
    metrics, frame = with_intervals(run.config, calendar, daily, run.metrics)
    assert (metrics, frame.height) == (run.metrics, 0)
