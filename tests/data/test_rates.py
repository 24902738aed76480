"""Rates as they were known, and the exact split of a gain."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import weekdays
from data.currencies import Way
from data.rates import known, parts, quotes

LONDON = weekdays("Europe/London")
DAYS = [date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 5)]
FRAME = pl.DataFrame({"session": DAYS, "asset": ["KRW=X"] * 3, "close": [1300.0, 1400.0, 1600.0]})
WON = Way(1, (("KRW=X", False),))


def at(instant, day, way=WON, frame=FRAME):
    rates = {name: quotes(frame, name, LONDON) for name, _ in way.steps}
    return float(known(rates, way, np.array([np.datetime64(instant)]), np.array([np.datetime64(day)]))[0])


@pytest.mark.parametrize(
    ("instant", "day", "won"),
    [
        ("2026-02-04T00:00", "2026-02-04", 1400.0),  # Seoul opens just after London's day is over
        ("2026-02-03T23:59:59.999999", "2026-02-03", 1300.0),  # at the very end it is not yet known
        ("2026-02-03T21:00", "2026-02-03", 1300.0),
        ("2026-02-05T14:30", "2026-02-05", 1400.0),  # a day without a rate keeps the one before
        ("2026-02-09T14:30", "2026-02-05", 1600.0),
        ("2026-02-09T14:30", "2026-02-04", 1400.0),  # known, but of a later day than the row
        ("2026-02-12T14:30", "2026-02-12", 1600.0),  # seven days old
    ],
)
def test_the_last_close_known_before_an_instant_counts(instant, day, won):
    """The rate of a day is known when the day ends in London, the same rule as for an event with a date only."""
    assert at(instant, day) == 1.0 / won


@pytest.mark.parametrize(("instant", "day"), [("2026-02-02T14:30", "2026-02-02"), ("2026-02-13T14:30", "2026-02-13")])
def test_no_rate_or_one_older_than_seven_days_is_none(instant, day):
    """Nothing stands in for it, least of all 1."""
    assert np.isnan(at(instant, day))


def test_in_summer_the_day_of_a_rate_ends_an_hour_earlier_by_utc():
    """Midnight in London is 23:00 UTC."""
    frame = FRAME.with_columns(pl.col("session").dt.offset_by("5mo"))
    assert at("2026-07-03T23:00", "2026-07-03", frame=frame) == 1.0 / 1400.0
    assert at("2026-07-03T22:59", "2026-07-03", frame=frame) == 1.0 / 1300.0


def test_pence_and_a_way_over_a_third_currency():
    """100 pence x 1.25 dollars / (1.25 dollars a euro) = 1 euro."""
    both = pl.DataFrame(
        {"session": [date(2026, 2, 2)] * 2, "asset": ["GBPUSD=X", "EURUSD=X"], "close": [1.25, 1.25]},
    )
    way = Way(100, (("GBPUSD=X", True), ("EURUSD=X", False)))
    assert at("2026-02-03T08:00", "2026-02-03", way, both) == pytest.approx(0.01, rel=1e-15)


exact = st.fractions(min_value=Fraction(1, 1000), max_value=10_000, max_denominator=10_000)


@given(price=st.tuples(exact, exact), rate=st.tuples(exact, exact))
def test_asset_currency_and_cross_part_make_the_gain_exactly(price, rate):
    """Later price x rate less the earlier = dp r + p dr + dp dr, without remainder (law 45)."""
    assert sum(parts(price, rate)) == price[1] * rate[1] - price[0] * rate[0]


def test_the_parts_by_hand():
    """100 to 110 and 2 to 3: 10 x 2, 100 x 1 and 10 x 1 make 330 - 200."""
    assert parts((100, 110), (2, 3)) == (20, 100, 10)
    assert parts((100, 110), (2, 2)) == (20, 0, 0)
    assert parts((100, 100), (2, 3)) == (0, 100, 0)
