"""Costs a year of the account, of the untilted mix and of the benchmark: by hand, with their intervals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from backtest.metrics.intervals import with_intervals
from backtest.metrics.series import cost_shares
from backtest.metrics.summary import summary
from data import calendar
from tests.backtest import samples

XNYS = calendar.load("XNYS")


def _measured(daily: pl.DataFrame) -> dict:
    events = pl.DataFrame(schema={"status": pl.String, "pnl": pl.Float64})
    found, _ = with_intervals(samples.config(), XNYS, daily, summary(samples.config(), XNYS, daily, events))
    return {metric.name: metric for metric in found}


def _daily() -> pl.DataFrame:
    daily = samples.sample().daily
    steps = np.arange(daily.height)
    spent = {"base_costs": np.where(steps % 20 == 0, 50.0, 0.0), "benchmark_costs": np.where(steps == 0, 400.0, 0.0)}
    return daily.with_columns(**{name: pl.Series(values) for name, values in spent.items()})


def test_costs_are_a_share_of_the_equity_before_the_session() -> None:
    """Capital 1,000,000 before the first session, then 800,000; after ruin no session counts."""
    daily = pl.DataFrame({"base": [800_000.0, -5.0, -5.0], "base_costs": [1_000.0, 400.0, 7.0]})
    assert cost_shares(samples.config(), daily, "base").tolist() == [0.001, 0.0005]


def test_costs_that_were_not_kept_are_none() -> None:
    """A frame stored before they were kept, and a run without a benchmark."""
    daily = pl.DataFrame({"base": [1.0], "benchmark_costs": [None], "benchmark": [1.0]})
    assert cost_shares(samples.config(), daily, "base") is None
    assert cost_shares(samples.config(), daily, "benchmark") is None


def test_base_and_benchmark_have_costs_a_year_beside_those_of_the_account() -> None:
    """Twin: the sum of cost over equity before, session by session, per year of sessions."""
    daily = _daily()
    found = _measured(daily)
    for name, column, costs in (
        ("costs_per_year", "equity", ("half_spread", "slippage", "commission", "impact", "borrow")),
        ("base_costs_per_year", "base", ("base_costs",)),
        ("benchmark_costs_per_year", "benchmark", ("benchmark_costs",)),
    ):
        before, total = samples.CAPITAL, 0.0
        for row in daily.iter_rows(named=True):
            total += sum(row[kind] for kind in costs) / before
            before = row[column]
        assert found[name].value == pytest.approx(total / daily.height * XNYS.sessions_per_year, rel=1e-12)


def test_the_interval_of_costs_holds_the_value_and_says_how_it_was_made() -> None:
    """Trades come in lumps, so blocks; the costs of the account vary and are far from zero."""
    found = _measured(_daily())["costs_per_year"]
    assert 0.0 < found.lower < found.value < found.upper
    assert "stationary bootstrap" in found.convention
    assert (found.upper - found.lower) / found.value < 1.0


def test_costs_that_never_vary_have_no_interval() -> None:
    """Nothing to resample."""
    none = [pl.lit(0.0).alias(name) for name in ("half_spread", "slippage", "commission", "impact", "borrow")]
    found = _measured(_daily().with_columns(none))["costs_per_year"]
    assert (found.value, found.lower, found.upper) == (0.0, None, None)


def test_the_base_pays_what_its_own_walk_paid(small) -> None:
    """A config without signals is its base, so both pay the same; the benchmark, bought once, pays less."""
    found = {metric.name: metric.value for metric in small.run(signals=[]).metrics}
    assert found["base_costs_per_year"] == pytest.approx(found["costs_per_year"], rel=1e-9)
    assert 0.0 < found["benchmark_costs_per_year"] < found["base_costs_per_year"]
