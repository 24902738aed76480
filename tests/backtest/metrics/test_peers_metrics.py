"""Bugs that other libraries had in their metrics: each as a test of ours, by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import polars as pl
import pytest

from backtest.metrics.summary import summary
from data import calendar
from tests.backtest import samples

XNYS = calendar.load("XNYS")


def _measured(equity: np.ndarray, **changes: object) -> dict[str, object]:
    """Measure an account of 1,000,000 that was worth this, beginning on 2 January 2019."""
    daily = samples.sample(sessions=len(equity), events=0, first=date(2019, 1, 2)).daily
    none = pl.DataFrame(schema={"status": pl.String, "pnl": pl.Float64})
    found = summary(samples.config(**changes), XNYS, daily.with_columns(equity=pl.Series(equity)), none)
    return {metric.name: metric.value for metric in found}


def test_the_risk_free_rate_has_the_unit_of_the_returns() -> None:
    """backtesting.py 904: a fraction was taken from percent, so that a rate of 2 % changed a Sharpe ratio by nothing.

    Returns of +1.2 % and -1 % in turn, 252 of them: mean 0.1 %, deviation 1.1 % x sqrt(252 / 251).
    """
    equity = samples.CAPITAL * np.cumprod(np.tile([1.012, 0.99], 126))
    rate = 1.02 ** (1.0 / XNYS.sessions_per_year) - 1.0
    expected = (0.001 - rate) / (0.011 * math.sqrt(252.0 / 251.0)) * math.sqrt(XNYS.sessions_per_year)
    assert _measured(equity, risk_free_per_year=0.02)["sharpe"] == pytest.approx(expected, rel=1e-9)


def test_growth_a_year_counts_days_by_days_and_no_session_twice() -> None:
    """backtesting.py 1346: calendar days over sessions a year, 2.9 years for two; and a return too many in the mean.

    From the close of 31 December 2018 to that of 2020 are 731 days and 505 sessions, and 21 % in all.
    """
    found = _measured(np.linspace(1.0, 1.21, 506)[1:] * samples.CAPITAL)
    assert found["total_return"] == pytest.approx(0.21)
    assert found["cagr"] == pytest.approx(1.21 ** (365.25 / 731) - 1.0, rel=1e-12)
