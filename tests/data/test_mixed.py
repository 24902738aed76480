"""Prices of two exchanges and two currencies by hand: what each row fills at, is marked at, and each exchange sees."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from data.axis import axis
from data.calendar import load, weekdays
from data.currencies import Currencies
from data.mixed import Money, mixed, seen_from
from data.rates import quotes

NAN = np.nan
DAYS = [date(2026, 2, day) for day in (2, 3, 4)]
SEOUL = {"open": [990.0, 2000.0, 3000.0], "close": [1000.0, 2200.0, 3300.0], "dividend": [0.0, 20.0, 0.0]}
YORK = {"open": [49.0, 51.0, 53.0], "close": [50.0, 52.0, 54.0], "dividend": [0.0, 0.0, 0.0]}
WON = [1000.0, 1100.0, 1200.0]


def frame(**changed):
    """Give three days of one share in won, one in dollars, and the rate."""
    one, other = ({**columns, **changed.get(name, {})} for name, columns in (("SEOUL", SEOUL), ("YORK", YORK)))
    made = [
        pl.DataFrame({"session": DAYS, "asset": ["S"] * 3, **one}),
        pl.DataFrame({"session": DAYS, "asset": ["Y"] * 3, **other}),
        pl.DataFrame({"session": DAYS, "asset": ["KRW=X"] * 3, "close": changed.get("rate", WON)}),
    ]
    return pl.concat(made, how="diagonal")


def laid(fill="open", names=("XKRX", "XNYS"), money=None, **changed):
    """Lay them out; the first two rows, of the session before, are empty."""
    settings = money or Currencies(of={"S": "KRW"}, rates={"KRW=X": {"base": "USD", "quote": "KRW"}})
    on = axis([load(name) for name in names], fill, np.datetime64(DAYS[0]), np.datetime64(DAYS[-1]))
    rows = frame(**changed)
    rates = {"KRW=X": quotes(rows, "KRW=X", weekdays("Europe/London"))}
    return mixed(rows, on, [["S"], ["Y"]], fill, Money(settings, rates))


def test_orders_fill_at_the_rate_of_the_day_before():
    """2,000 won on Tuesday at Monday's 1,000 won a dollar are 2 dollars; on Monday no rate is known."""
    found = laid()
    np.testing.assert_allclose(found.panel.open[2:, 0], [NAN, NAN, 2.0, NAN, 3000 / 1100, NAN])
    np.testing.assert_allclose(found.panel.open[2:, 1], [NAN, 49.0, NAN, 51.0, NAN, 53.0])


def test_marks_take_the_last_rate_of_the_day_once_it_is_known():
    """Seoul's close is marked at yesterday's rate until London's day is over: the last row of the day has today's."""
    found = laid()
    expected = [NAN, 1000 / 1000, 2200 / 1000, 2200 / 1100, 3300 / 1100, 3300 / 1200]
    np.testing.assert_allclose(found.panel.close[2:, 0], expected)
    np.testing.assert_allclose(found.panel.close[2:, 1], [NAN, 50.0, NAN, 52.0, NAN, 54.0])


def test_a_dividend_is_worth_the_rate_before_its_ex_date():
    """20 won on Tuesday at Monday's 1,000."""
    np.testing.assert_allclose(laid().panel.dividend[2:, 0], [0, 0, 0.02, 0, 0, 0])


def test_a_close_that_is_due_and_absent_is_missing_and_a_foreign_row_is_not():
    """Only Tuesday's row of Seoul lacks a price; the mark stays at Monday's won."""
    found = laid(SEOUL={"open": [990.0, None, 3000.0], "close": [1000.0, None, 3300.0]})
    assert found.missing[2:].astype(int).tolist() == [[0, 0], [0, 0], [1, 0], [0, 0], [0, 0], [0, 0]]
    np.testing.assert_allclose(found.mark[2:, 0], [1000, 1000, 1000, 1000, 3300, 3300])


def test_pence_are_hundredths():
    """1,000 pence at 2 dollars a pound are 20 dollars."""
    money = Currencies(of={"S": "GBp"}, rates={"KRW=X": {"base": "GBP", "quote": "USD"}})
    found = laid(money=money, rate=[2.0, 2.0, 2.0])
    np.testing.assert_allclose(found.panel.close[3, 0], 20.0, rtol=1e-15)


def test_an_open_session_is_marked_at_its_open_until_its_close_is_known():
    """London fills at 08:00, New York at 14:30, London closes at 16:30; New York is not sized on London's close."""
    found = laid(names=("XLON", "XNYS"), money=Currencies())
    np.testing.assert_allclose(found.panel.close[2:, 0], [990, 1000, 2000, 2200, 3000, 3300])
    assert found.due[2:, 0].astype(int).tolist() == [0, 1, 0, 1, 0, 1]


def test_each_exchange_sees_what_was_known_before_its_next_fill():
    """Before Wednesday's open Seoul knows New York's Tuesday; before Tuesday's open New York knows Seoul's Tuesday."""
    found = laid(money=Currencies())
    np.testing.assert_allclose(seen_from(found, 0).close[1:], [[1000, 50], [2200, 52], [3300, 54]])
    np.testing.assert_allclose(seen_from(found, 1).close[1:], [[2200, 50], [3300, 52], [3300, 54]])
    np.testing.assert_allclose(seen_from(found, 1).dividend[1:, 0], [20, 0, 0])


def test_at_a_holiday_the_other_exchange_shows_its_last_close():
    """Without Seoul's Tuesday, a price that should be there is absent; that is no holiday, and seen as absent."""
    found = laid(money=Currencies(), SEOUL={"open": [990.0, None, 3000.0], "close": [1000.0, None, 3300.0]})
    np.testing.assert_allclose(seen_from(found, 1).close[:, 0], [1000, NAN, 3300, 3300])


def test_alone_on_its_exchange_an_asset_is_seen_as_it_is():
    """With one exchange the view is its own panel (law 37)."""
    on = axis([load("XKRX")], "open", np.datetime64(DAYS[0]), np.datetime64(DAYS[-1]))
    found = mixed(frame(), on, [["S"]], "open", Money(None, {}))
    seen = seen_from(found, 0)
    for name in ("open", "close", "dividend", "split", "volume"):
        np.testing.assert_array_equal(getattr(seen, name), getattr(found.own[0], name))
