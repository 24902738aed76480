"""Fetching: what Yahoo answers is stored as it came, and what it does not answer is named; nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import requests
from offline_yahoo import served

from data import calendar
from data.clocks import skew
from data.errors import InputError, MissingDataError
from data.prices import vintages
from data.prices.fetching import failed
from data.prices.settings import PriceYahoo
from data.prices.yahoo import fetch, load
from data.prices.yahoo_library import dated_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.fetching import Line

NEW_YORK = calendar.load()
THREE = {"2024-01-02": 10.0, "2024-01-03": 11.0, "2024-01-04": 12.0}
HTML = (200, b"<!DOCTYPE html><title>Before you continue</title>")
LIMITED = (429, b"Too Many Requests")


def test_prices_come_as_sent_with_dividends_and_without_splits(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """The close has the split in it, so the frame has none; the stored history keeps it as information."""
    paid, split = {"2024-01-03": {"amount": 0.5}}, {"2024-01-04": 2.0}
    yahoo.answers["A"] = answer("A", THREE, dividends=paid, splits=split)

    prices = load(settings, store, ["A"], NEW_YORK, line=line())

    assert prices.adjustment == "split"
    assert prices.frame.select("session", "asset", "close", "volume", "dividend", "split").rows() == [
        (date(2024, 1, 2), "A", 10.0, 1000.0, None, None),
        (date(2024, 1, 3), "A", 11.0, 1000.0, 0.5, None),
        (date(2024, 1, 4), "A", 12.0, 1000.0, None, None),
    ]
    (one,) = vintages.listed(store)[0]
    assert vintages.history(store, one)["split"].to_list() == [None, None, 2.0]
    assert {key: one.about[key] for key in ("currency", "zone", "repair", "adjustment")} == {
        "currency": "USD",
        "zone": "America/New_York",
        "repair": "off",
        "adjustment": "split",
    }


def test_what_is_stored_is_read_without_the_network_and_gives_the_same(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """The second load asks nothing, also for fewer sessions, and offline."""
    yahoo.answers["A"] = answer("A", THREE)
    first = load(settings, store, ["A"], NEW_YORK, line=line())
    asked = len(yahoo.charts)

    second = load(settings, store, ["A"], NEW_YORK, offline=True)
    shorter = load(settings.model_copy(update={"start": date(2024, 1, 3)}), store, ["A"], NEW_YORK, offline=True)

    assert second.content_hash == first.content_hash
    assert second.findings == first.findings
    assert shorter.frame["close"].to_list() == [11.0, 12.0]
    assert len(yahoo.charts) == asked


def test_offline_names_everything_that_is_not_stored(settings: PriceYahoo, store: Path) -> None:
    """Exit code 3, and no store is made."""
    with pytest.raises(MissingDataError, match=r"2 of 2 assets are not stored") as caught:
        load(settings, store, ["B", "A"], NEW_YORK, offline=True)
    assert [finding.value for finding in caught.value.findings] == ["A", "B"]
    assert not store.exists()


def test_a_part_of_the_assets_is_kept_and_the_rest_is_named(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """One comes, one is unknown, one is empty: the order is by name, whatever was asked first."""
    yahoo.answers |= {"C": answer("C", THREE), "B": answer("B", {})}

    fetched = fetch(settings, store, ["C", "NOPE", "B"], NEW_YORK, line=line())

    assert [(one.asset, one.problem is None) for one in fetched] == [("B", False), ("C", True), ("NOPE", False)]
    assert [one.asset for one in vintages.listed(store)[0]] == ["C"]
    with pytest.raises(MissingDataError, match=r"2 of 3 assets could not be fetched; the other is stored"):
        failed(fetched, 3)


def test_an_unknown_asset_is_not_called_delisted_and_not_asked_for_again(
    yahoo: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Yahoo's 404 says that it has no data, no more."""
    (one,) = fetch(settings, store, ["NOPE"], NEW_YORK, line=line())

    assert one.problem is not None
    assert "unknown to Yahoo" in one.problem.problem
    assert "delisted" not in str(one.problem)
    assert yahoo.pauses == []


def test_too_many_requests_are_waited_out(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Two refusals, each of two requests, then the answer: two pauses, the second longer, neither the bare power."""
    yahoo.answers["A"] = [LIMITED] * 4 + [answer("A", THREE)]

    (one,) = fetch(settings, store, ["A"], NEW_YORK, line=line())

    assert one.vintage is not None
    assert len(yahoo.pauses) == 2
    assert 2.0 < yahoo.pauses[0] < 4.0 < yahoo.pauses[1] < 8.0


def test_after_a_lasting_refusal_the_rest_is_not_tried(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """What came before stays; the refused one and the rest are named."""
    yahoo.answers |= {"A": answer("A", THREE), "B": LIMITED, "C": answer("C", THREE)}

    fetched = fetch(settings, store, ["A", "B", "C"], NEW_YORK, line=line())

    problems = [one.problem and one.problem.problem for one in fetched]
    assert problems[0] is None
    assert "429" in str(problems[1])
    assert "was not tried" in str(problems[2])
    assert "C" not in yahoo.charts
    assert len(yahoo.pauses) == 3


def test_nothing_is_printed_whatever_happens(
    yahoo: Any,
    answer: Any,
    line: Callable[..., Line],
    settings: PriceYahoo,
    store: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The library logs errors to stderr and pandas warns ten times an answer; users see our findings instead."""
    yahoo.answers |= {"A": answer("A", THREE), "B": HTML, "C": LIMITED}

    fetch(settings, store, ["A", "B", "C", "NOPE"], NEW_YORK, line=line())

    assert capfd.readouterr() == ("", "")


def test_without_a_connection_the_rest_is_not_tried(
    yahoo: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """One asset's four attempts are enough."""
    yahoo.answers["A"] = requests.exceptions.ConnectionError("no route")

    _, second = fetch(settings, store, ["A", "B"], NEW_YORK, line=line())

    assert second.problem is not None
    assert second.problem.problem == "was not tried: there is no connection to Yahoo"
    assert "B" not in yahoo.charts


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (HTML, "a consent, login or error page"),
        ((200, b'{"chart": {"result": [{"meta"'), "something else than data"),
        (requests.exceptions.ConnectionError("no route"), "could not be fetched: ConnectionError"),
        (
            requests.exceptions.ConnectionError("Failed to perform, curl: (6) no host. See https://curl.se first."),
            "could not be fetched: ConnectionError: curl: (6) no host",
        ),
        (requests.exceptions.ReadTimeout("slow"), "could not be fetched: ReadTimeout"),
        ((500, b"{}"), "could not be fetched"),
    ],
)
def test_a_bad_answer_is_asked_again_and_then_named(
    yahoo: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path, bad: Any, said: str
) -> None:
    """A page with status 200, a torn answer, no network, a slow server, a broken one."""
    yahoo.answers["A"] = bad

    (one,) = fetch(settings, store, ["A"], NEW_YORK, line=line())

    assert one.problem is not None
    assert said in one.problem.problem
    assert len(yahoo.pauses) == 3
    assert not store.exists()


def test_a_bad_answer_that_mends_itself_is_no_problem(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Yfinance remembers answers about the past in memory; a bad one must not be remembered."""
    yahoo.answers["A"] = [answer("A", THREE), HTML, answer("A", THREE)]

    (one,) = fetch(settings, store, ["A"], NEW_YORK, line=line())

    assert one.problem is None


def test_an_answer_about_another_asset_is_refused(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Threads and aliases have mixed assets up before."""
    yahoo.answers["A"] = answer("A", THREE, named="B")

    (one,) = fetch(settings, store, ["A"], NEW_YORK, line=line())

    assert one.problem is not None
    assert "was answered with 'B'" in one.problem.problem


def test_rows_without_a_price_stay_gaps_and_unknown_volume_is_unknown(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Nothing is filled; yfinance's 0 for an unknown volume is not believed."""
    yahoo.answers["A"] = answer("A", {**THREE, "2024-01-03": None}, volume=[5, None, 0])

    prices = load(settings, store, ["A"], NEW_YORK, line=line())

    assert prices.frame["close"].to_list() == [10.0, None, 12.0]
    assert prices.frame["volume"].to_list() == [5.0, None, None]
    assert set(prices.quality["field"]) == {"close", "volume"}


def test_the_session_that_is_still_open_is_left_out_and_said(
    yahoo: Any, answer: Any, line: Callable[..., Line], store: Path
) -> None:
    """At 16:10 New York Yahoo's last row may still move; at 16:40 it is the close."""
    yahoo.answers["A"] = answer("A", THREE)
    asked = PriceYahoo(start=date(2024, 1, 2))

    early = load(asked, store / "early", ["A"], NEW_YORK, line=line("2024-01-04T16:10:00-05:00"))
    late = load(asked, store / "late", ["A"], NEW_YORK, line=line("2024-01-04T16:40:00-05:00"))

    assert early.frame["close"].to_list() == [10.0, 11.0]
    assert any("2024-01-04" in finding.where and "had not closed" in finding.problem for finding in early.findings)
    assert late.frame["close"].to_list() == [10.0, 11.0, 12.0]


def test_rows_on_holidays_are_left_out_in_the_open(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """15 January 2024 is a holiday."""
    yahoo.answers["A"] = answer("A", {"2024-01-12": 10.0, "2024-01-15": 10.5, "2024-01-16": 11.0})

    prices = load(settings, store, ["A"], NEW_YORK, line=line())

    assert prices.frame["close"].to_list() == [10.0, 11.0]
    assert any("2024-01-15" in one.where and "is no session" in one.problem for one in prices.findings)


def test_lost_days_are_reported_as_gaps(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """A partial answer: two sessions are missing between the rows."""
    yahoo.answers["A"] = answer("A", {"2024-01-02": 10.0, "2024-01-05": 11.0})

    prices = load(settings, store, ["A"], NEW_YORK, line=line())

    assert ["2 sessions before it missing" in problem for problem in prices.quality["problem"]] == [True]


@pytest.mark.parametrize("sent", [{"2024-01-02": 10.0, "2024-01-03": -11.0}, {"2024-01-02": 10.0, "2024-01-03": 0.0}])
def test_impossible_prices_are_stored_as_sent_but_refused(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path, sent: Any
) -> None:
    """Yahoo has sent negative prices; a run on them is not possible."""
    yahoo.answers["A"] = answer("A", sent)
    with pytest.raises(InputError, match=r"2024-01-03 A\): close = .*is not positive"):
        load(settings, store, ["A"], NEW_YORK, line=line())
    assert len(vintages.listed(store)[0]) == 1


def test_a_dividend_in_another_currency_is_refused(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Yfinance drops the remark, we do not."""
    yahoo.answers["A"] = answer("A", THREE, dividends={"2024-01-03": {"amount": 500.0, "currency": "KRW"}})

    (one,) = fetch(settings, store, ["A"], NEW_YORK, line=line())

    assert one.problem is not None
    assert "pays dividends in KRW but is quoted in USD" in one.problem.problem


def test_a_changed_history_is_a_new_vintage_and_loads_use_the_newest(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Fetched twice: the old one stays; fetched a third time without a change, nothing is added."""
    yahoo.answers["A"] = answer("A", THREE)
    first = fetch(settings, store, ["A"], NEW_YORK, line=line())[0]
    yahoo.answers["A"] = answer("A", {**THREE, "2024-01-03": 11.5})
    second = fetch(settings, store, ["A"], NEW_YORK, line=line("2024-02-02T12:00:00+00:00"))[0]
    third = fetch(settings, store, ["A"], NEW_YORK, line=line("2024-02-03T12:00:00+00:00"))[0]

    assert (first.is_changed, second.is_changed, third.is_changed) == (True, True, False)
    assert second.before == first.vintage
    assert [vintages.history(store, one)["close"][1] for one in vintages.listed(store)[0]] == [11.0, 11.5]
    assert load(settings, store, ["A"], NEW_YORK, offline=True).frame["close"][1] == 11.5


@pytest.mark.parametrize(
    ("asset", "exchange", "zone", "currency"),
    [
        ("005930.KS", "XKRX", "Asia/Seoul", "KRW"),
        ("000660.KS", "XKRX", "Asia/Seoul", "KRW"),
        ("2330.TW", "XTAI", "Asia/Taipei", "TWD"),
    ],
)
def test_asian_assets_come_in_their_own_sessions_and_currency(
    yahoo: Any,
    answer: Any,
    line: Callable[..., Line],
    settings: PriceYahoo,
    store: Path,
    asset: str,
    exchange: str,
    zone: str,
    currency: str,
) -> None:
    """The first session is the second of January on their clock, though still the first of January in UTC."""
    closes = {"2024-01-02": 79600.0, "2024-01-03": 77000.0}
    yahoo.answers[asset] = answer(asset, closes, zone=zone, currency=currency, hour=9)

    prices = load(settings, store, [asset], calendar.load(exchange), line=line())

    assert prices.frame["session"].to_list() == [date(2024, 1, 2), date(2024, 1, 3)]
    assert prices.frame["close"].to_list() == [79600.0, 77000.0]
    assert vintages.listed(store)[0][0].about["currency"] == currency


def test_an_asset_of_another_exchange_is_refused_with_its_calendar(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Samsung's sessions are not New York's."""
    yahoo.answers["005930.KS"] = answer("005930.KS", THREE, zone="Asia/Seoul", currency="KRW", hour=9)

    (one,) = fetch(settings, store, ["005930.KS"], NEW_YORK, line=line())

    assert one.problem is not None
    assert "trades in Asia/Seoul" in one.problem.problem
    assert one.problem.hint == "set calendar: XKRX, or name it under `exchanges: {XKRX: [...]}`"


def test_currencies_are_not_mixed(
    yahoo: Any, answer: Any, line: Callable[..., Line], settings: PriceYahoo, store: Path
) -> None:
    """Pounds and dollars in one account would be added up as if they were one."""
    yahoo.answers |= {"A": answer("A", THREE), "B": answer("B", THREE, currency="GBP")}
    with pytest.raises(InputError, match=r"currency = 'GBP'.*nothing is converted"):
        load(settings, store, ["A", "B"], NEW_YORK, line=line())


class Dated(requests.Session):
    """A session whose last answer was sent at an instant that the test says."""

    told = "Thu, 04 Jan 2024 19:00:00 GMT"


def _told_at_two(yahoo: Any) -> Dated:
    session = Dated()
    session.mount("https://", yahoo)
    return session


def test_a_wrong_clock_is_told_once_and_yahoos_is_used(
    yahoo: Any, answer: Any, line: Callable[..., Line], store: Path
) -> None:
    """Ours says ten in the evening, Yahoo's two in the afternoon: the session of the day is still open."""
    yahoo.answers |= {"A": answer("A", THREE), "B": answer("B", THREE)}
    told: list[str] = []
    way = replace(line("2024-01-04T22:00:00-05:00"), opens=partial(_told_at_two, yahoo), tell=told.append)

    fetched = fetch(PriceYahoo(start=date(2024, 1, 2)), store, ["A", "B"], NEW_YORK, line=way)

    said = "the clock of this machine is 28800 s ahead of the vendor's, which is used"
    assert told == [f"Yahoo Finance: {said}: set it right"]
    for one in fetched:
        assert one.vintage is not None
        assert (one.vintage.last, one.vintage.at) == ("2024-01-03", "2024-01-04T19:00:00+00:00")
        assert ("2024-01-04", said) in one.vintage.notes


def test_the_session_of_our_own_remembers_when_it_was_answered(yahoo: Any) -> None:
    """The header of a local server, which is of this second."""
    with served(yahoo) as address:
        session = dated_session()
        session.get(f"{address}/v8/finance/chart/A")
        session.close()

    ahead = skew(session.told, datetime.now(UTC))
    assert ahead is not None
    assert abs(ahead) < 60.0
