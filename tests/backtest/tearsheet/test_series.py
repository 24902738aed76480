"""Growth, drawdown and returns by period, by hand arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from backtest.tearsheet.returns import month_table, partial_periods
from backtest.tearsheet.series import drawdown, period_returns, series
from tests.backtest import samples

DAYS = [date(2019, 12, 30), date(2019, 12, 31), date(2020, 1, 2), date(2020, 2, 3)]


def test_drawdown_counts_the_start_as_a_high() -> None:
    """A first session below 1 is already under water."""
    assert drawdown([0.9, 1.2, 0.6, 1.2]) == pytest.approx([-0.1, 0.0, -0.5, 0.0])


def test_months_and_years_chain_from_the_capital() -> None:
    """1 to 1.1 in December, to 0.55 in January, to 1.1 in February; the year 2020 is flat."""
    growth = [1.05, 1.1, 0.55, 1.1]
    months = {"2019-12": 0.1, "2020-01": -0.5, "2020-02": 1.0}
    assert period_returns(DAYS, growth, 7) == pytest.approx(months)
    assert period_returns(DAYS, growth, 4) == pytest.approx({"2019": 0.1, "2020": 0.0})


def test_no_return_is_given_from_a_lost_equity() -> None:
    """Once equity is gone, later periods are undefined."""
    found = period_returns(DAYS, [1.0, 1.0, -0.1, -0.1], 7)
    assert (found["2020-01"], found["2020-02"]) == (pytest.approx(-1.1), None)


@pytest.mark.parametrize(
    ("first", "last", "partial"),
    [
        (date(2024, 1, 2), date(2024, 3, 28), set()),
        (date(2024, 1, 3), date(2024, 3, 28), {"2024-01"}),
        (date(2024, 1, 2), date(2024, 3, 27), {"2024-03"}),
    ],
)
def test_a_month_is_partial_when_the_exchange_had_other_sessions_in_it(
    first: date, last: date, partial: set[str]
) -> None:
    """2024-01-02 was the first session of its month, 2024-03-28 (before Good Friday) the last of its."""
    assert partial_periods([first, last], "XNYS", 7) == partial


def test_the_heat_map_has_no_cell_outside_the_run() -> None:
    """A run from 2019-01-02 over 30 sessions has January and a partial February, then nothing."""
    result = samples.sample(sessions=30, events=0)
    row = month_table(result, series(result)).rows[0]
    assert [bool(cell.text) for cell in row] == [True, True, True, *[False] * 10, True]
    assert row[2].text.endswith("*")
