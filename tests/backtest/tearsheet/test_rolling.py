"""Rolling numbers against a plain loop with the statistics module; episodes of drawdown by hand."""

from __future__ import annotations

import math
import statistics
from datetime import date

import numpy as np
import polars as pl
import pytest

from backtest.tearsheet.episodes import Episode, causes, episodes
from backtest.tearsheet.rolling import rolling_beta, rolling_sharpe, rolling_volatility, session_returns


@pytest.fixture
def returns() -> list[float]:
    return np.random.default_rng(3).normal(0.0, 0.01, 12).tolist()


def test_the_warm_up_is_blank_and_full_windows_are_the_textbook_numbers(returns):
    """Five sessions of 12: four blanks, then mean / sd (ddof 1) x sqrt(250)."""
    values, risk = (f(np.array(returns), 250.0, 5) for f in (rolling_sharpe, rolling_volatility))
    assert (values[:4], risk[:4]) == ([None] * 4, [None] * 4)
    for end in range(5, 13):
        part = returns[end - 5 : end]
        spread = statistics.stdev(part)
        assert values[end - 1] == pytest.approx(statistics.fmean(part) / spread * math.sqrt(250))
        assert risk[end - 1] == pytest.approx(spread * math.sqrt(250))


def test_beta_is_the_slope_of_the_standard_library(returns):
    """Least squares over each window."""
    market = np.random.default_rng(4).normal(0.0, 0.01, 12).tolist()
    found = rolling_beta(np.array(returns), np.array(market), 5)
    for end in range(5, 13):
        slope = statistics.linear_regression(market[end - 5 : end], returns[end - 5 : end]).slope
        assert found[end - 1] == pytest.approx(slope)


def test_a_gap_and_a_still_series_are_undefined():
    """A NaN inside the window, a market that does not move, a run shorter than the window."""
    assert rolling_volatility(np.array([0.1, math.nan, 0.1, 0.2]), 250.0, 2) == [None, None, None, pytest.approx(1.118, abs=1e-3)]  # fmt: skip  # noqa: E501
    assert rolling_sharpe(np.zeros(3), 250.0, 2) == [None, None, None]
    assert rolling_beta(np.array([0.1, 0.2]), np.zeros(2), 2) == [None, None]


def test_session_returns_start_from_the_capital():
    """1 to 1.1, to 0.55, a gap on both sides of the unknown."""
    found = session_returns([1.1, 0.55, None, 1.0]).tolist()
    assert found[:2] == pytest.approx([0.1, -0.5])
    assert all(math.isnan(value) for value in found[2:])


def test_episodes_run_from_a_peak_to_its_recovery():
    """Below the start at once, recovered at 1.0; from 1.2 to 0.6 without recovery."""
    found = episodes([0.9, 1.0, 1.2, 0.6, 0.9])
    assert found == [Episode(pytest.approx(-0.5), 2, 3, None), Episode(pytest.approx(-0.1), -1, 0, 1)]


def test_a_rising_account_has_no_episode():
    """No fall, no row."""
    assert episodes([1.1, 1.1, 1.2, None]) == []


def test_causes_are_the_sessions_after_the_peak_up_to_the_trough():
    """The session of the peak itself counts as before; largest loss first."""
    rows = [(1, "a", 9.0), (2, "a", -5.0), (3, "a", -1.0), (3, "base", -2.0), (4, "a", 100.0)]
    frame = pl.DataFrame(
        {"session": [date(2024, 1, d) for d, _, _ in rows], "event_id": [n for _, n, _ in rows],
         "pnl": [p for _, _, p in rows]}
    )  # fmt: skip
    assert causes(frame, date(2024, 1, 1), date(2024, 1, 3)) == [("a", -6.0), ("base", -2.0)]
    assert causes(frame, None, date(2024, 1, 1)) == [("a", 9.0)]
