"""Which stored history answers which question, and what is said beside its prices."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from data import calendar
from data.errors import InputError
from data.prices import stored, vintages
from data.prices.settings import PriceYahoo
from data.prices.yahoo import fetch, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THREE = {"2024-01-02": 10.0, "2024-01-03": 11.0, "2024-01-04": 12.0}


def days(start: int, end: int | None) -> PriceYahoo:
    """Give a question about January 2024."""
    return PriceYahoo(start=date(2024, 1, start), end=None if end is None else date(2024, 1, end))


@pytest.mark.parametrize(
    ("asked", "wanted", "answers"),
    [
        ((2, 31), (2, 31), True),
        ((2, 31), (5, 19), True),
        ((2, 31), (5, 20), False),
        ((5, 31), (2, 19), False),
        ((2, 19), (2, 20), False),
        ((2, 19), (2, None), False),
        ((2, None), (2, None), True),
        ((2, None), (5, None), True),
        ((2, None), (2, 19), True),
        ((2, None), (2, 20), False),
    ],
)
def test_a_history_answers_as_far_as_it_was_over_when_it_was_fetched(
    yahoo: Any, answer: Any, line: Callable[..., Any], store: Path, asked: Any, wanted: Any, answers: Any
) -> None:
    """Fetched on the 20th: the 19th was over; the same question is answered as it was then."""
    yahoo.answers["A"] = answer("A", THREE)
    fetch(days(*asked), store, ["A"], calendar.load(), line=line("2024-01-20T12:00:00+00:00"))

    found = stored.covering(vintages.listed(store)[0], days(*wanted), "A")

    assert (found is not None) == answers


def test_a_torn_manifest_is_reported_beside_the_prices(
    yahoo: Any, answer: Any, line: Callable[..., Any], settings: PriceYahoo, store: Path
) -> None:
    """The prices are those of the last whole line."""
    yahoo.answers["A"] = answer("A", THREE)
    whole = load(settings, store, ["A"], calendar.load(), line=line())
    with (store / "manifest.jsonl").open("ab") as manifest:
        manifest.write(b"0123 {")

    torn = load(settings, store, ["A"], calendar.load(), offline=True)

    assert torn.content_hash == whole.content_hash
    assert ["never finished" in finding.problem for finding in torn.findings] == [True]


def test_the_source_the_currency_and_the_day_of_the_fetch_are_disclosed(
    yahoo: Any, answer: Any, line: Callable[..., Any], settings: PriceYahoo, store: Path
) -> None:
    """One sentence beside every result."""
    yahoo.answers["A"] = answer("A", THREE, currency="GBp", zone="Europe/London", hour=8)

    prices = load(settings, store, ["A"], calendar.load("XLON"), line=line())

    assert prices.disclosure[0].startswith("Prices of Yahoo Finance in GBp as fetched 2024-02-01: split-adjusted")


def test_a_contradictory_row_is_set_aside_unless_it_carries_a_dividend(
    yahoo: Any, answer: Any, line: Callable[..., Any], settings: PriceYahoo, store: Path
) -> None:
    """Its close stands outside of high and low."""
    yahoo.answers["A"] = _with_high(answer("A", THREE), 1, 9.0)
    prices = load(settings, store, ["A"], calendar.load(), line=line())
    assert prices.frame["close"].to_list() == [10.0, 12.0]
    assert "is below the low" in prices.quality["problem"][0]

    yahoo.answers["B"] = _with_high(answer("B", THREE, dividends={"2024-01-03": {"amount": 0.1}}), 1, 9.0)
    with pytest.raises(InputError, match=r"2024-01-03 B\): high = '9': is below the low"):
        load(settings, store, ["B"], calendar.load(), line=line())


def _with_high(sent: tuple[int, bytes], at: int, high: float) -> tuple[int, bytes]:
    body = json.loads(sent[1])
    body["chart"]["result"][0]["indicators"]["quote"][0]["high"][at] = high
    return sent[0], json.dumps(body).encode()


def test_a_share_that_is_not_quoted_as_the_config_says_is_refused(
    yahoo: Any, answer: Any, line: Callable[..., Any], settings: PriceYahoo, store: Path
) -> None:
    """Pence taken for pounds would be a hundred times too much; several units are read when each is as said."""
    yahoo.answers["A.L"] = answer("A.L", THREE, currency="GBp", zone="Europe/London", hour=8)
    yahoo.answers["B.L"] = answer("B.L", THREE, currency="USD", zone="Europe/London", hour=8)
    london = calendar.load("XLON")
    found = load(settings, store, ["A.L", "B.L"], london, line=line(), units={"A.L": "GBp", "B.L": "USD"})
    assert found.frame["asset"].unique().sort().to_list() == ["A.L", "B.L"]

    with pytest.raises(InputError, match=r"asset = 'A.L': is quoted in GBp, not in GBP \(correct `currencies.of`"):
        load(settings, store, ["A.L", "B.L"], london, offline=True, units={"A.L": "GBP", "B.L": "USD"})
