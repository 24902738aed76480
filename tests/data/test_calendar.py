"""The shipped table against exchange_calendars, known half days, and exchanges on request."""

from __future__ import annotations

import numpy as np
import pytest

from data.calendar import SHIPPED, joint, load, weekdays
from data.errors import RunError


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_table_is_what_exchange_calendars_says(name: str) -> None:
    """Sessions, opens and closes agree one by one; Tokyo's holidays are recorded from 1997 to 2027-11-23."""
    import exchange_calendars

    start, end = ("1997-01-01", "2027-11-23") if name == "XTKS" else ("1990-01-01", "2027-12-31")
    expected = exchange_calendars.get_calendar(name, start=start, end=end)
    shipped = load(name)

    assert np.array_equal(shipped.sessions, expected.sessions.to_numpy())
    for mine, theirs in ((shipped.open_at, expected.opens), (shipped.close_at, expected.closes)):
        assert np.array_equal(mine, theirs.dt.tz_convert(None).to_numpy())


def test_each_year_has_between_249_and_254_sessions() -> None:
    """2001 lost four days to the attacks (248); every other year is ordinary."""
    years, counts = np.unique(load("XNYS").sessions.astype("datetime64[Y]").astype(str), return_counts=True)
    by_year = dict(zip(years.tolist(), counts.tolist(), strict=True))

    assert by_year.pop("2001") == 248
    assert list(by_year) == [str(year) for year in range(1990, 2028) if year != 2001]
    assert all(249 <= count <= 254 for count in by_year.values())
    assert by_year["2024"] == 252


def test_sessions_per_year_is_the_mean_of_2000_to_2025() -> None:
    """Counted by hand from the yearly numbers of the exchange."""
    by_year = [252, 248, 252, 252, 252, 252, 251, 251, 253, 252, 252, 252, 250]
    by_year += [252, 252, 252, 252, 251, 251, 252, 253, 252, 251, 250, 252, 250]

    assert load("XNYS").sessions_per_year == pytest.approx(sum(by_year) / 26, abs=1e-12)


@pytest.mark.parametrize(
    ("day", "close"),
    [
        ("2024-07-03", "2024-07-03T17:00"),
        ("2024-11-29", "2024-11-29T18:00"),
        ("2024-12-24", "2024-12-24T18:00"),
        ("2024-12-23", "2024-12-23T21:00"),
        ("2024-07-05", "2024-07-05T20:00"),
    ],
)
def test_half_days_close_at_13_00_new_york(day: str, close: str) -> None:
    """13:00 is 17:00 UTC in summer and 18:00 in winter; full days close three hours later."""
    calendar = load("XNYS")

    assert calendar.close_at[calendar.index(np.datetime64(day))] == np.datetime64(close)


@pytest.mark.parametrize("day", ["2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09", "2026-02-07", "2025-07-04"])
def test_a_closed_day_is_no_session(day: str) -> None:
    """Storms, mourning, weekends and holidays have no index."""
    assert load("XNYS").index(np.datetime64(day)) == -1


def test_between_includes_both_ends_and_none_means_all() -> None:
    """The week of 2025-07-04, a Friday without trading."""
    calendar = load("XNYS")

    week = calendar.between(np.datetime64("2025-06-30"), np.datetime64("2025-07-07"))

    expected = ["2025-06-30", "2025-07-01", "2025-07-02", "2025-07-03", "2025-07-07"]
    assert week.astype(str).tolist() == expected
    assert len(calendar.between(None, None)) == len(calendar.sessions)


@pytest.mark.parametrize(
    ("name", "zone", "holiday"),
    [("XKRX", "Asia/Seoul", "2024-09-17"), ("XTKS", "Asia/Tokyo", "2024-01-02")],
)
def test_another_exchange_is_built_on_request(name: str, zone: str, holiday: str) -> None:
    """Also one whose holidays are recorded for fewer years than the tables span (Tokyo: from 1997)."""
    calendar = load(name)

    assert calendar.zone.key == zone
    assert len(calendar.sessions) > 2000
    assert (calendar.open_at < calendar.close_at).all()
    assert (calendar.close_at[:-1] < calendar.open_at[1:]).all()
    assert calendar.index(np.datetime64(holiday)) == -1


@pytest.mark.parametrize("name", ["XXXX", "XTAE"])
def test_an_exchange_that_cannot_be_had_is_named(name: str) -> None:
    """Unknown, or known and not to be built: one sentence with the name, no traceback of the library."""
    with pytest.raises(RunError, match=f"calendar '{name}'"):
        load(name)


def test_days_of_several_exchanges_are_the_days_of_any() -> None:
    """In the week of the 16th of February 2026 Seoul is closed to Wednesday and New York on Monday."""
    both = joint([load("XNYS"), load("XKRX")])
    first, last = np.datetime64("2026-02-13"), np.datetime64("2026-02-19")

    assert both.between(first, last).astype(str).tolist() == ["2026-02-13", "2026-02-17", "2026-02-18", "2026-02-19"]
    at = both.index(first)
    assert str(both.open_at[at]) == "2026-02-13T00:00:00.000000"
    assert str(both.close_at[at]) == "2026-02-13T21:00:00.000000"
    assert 255 < both.sessions_per_year < 261


def test_weekdays_end_when_the_day_does_in_their_zone() -> None:
    """London's days end at 23:00 UTC in summer and at 24:00 in winter, less a microsecond; Christmas is one of them."""
    days = weekdays("Europe/London")

    assert days.index(np.datetime64("2025-12-25")) >= 0
    assert days.index(np.datetime64("2026-02-07")) == -1
    ends = [str(days.close_at[days.index(np.datetime64(day))]) for day in ("2026-07-01", "2026-02-03")]
    assert ends == ["2026-07-01T22:59:59.999999", "2026-02-03T23:59:59.999999"]
