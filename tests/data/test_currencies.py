"""What assets are quoted in: ways to the account's currency, pence, and settings that cannot be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.currencies import Currencies, Way

WON, STERLING, EURO = (
    {"base": "USD", "quote": "KRW"},
    {"base": "GBP", "quote": "USD"},
    {"base": "EUR", "quote": "USD"},
)


def test_the_account_needs_no_rate():
    """What is not named is quoted in the account's currency."""
    money = Currencies(account="EUR")
    assert money.unit("SAP.DE") == "EUR"
    assert money.way("EUR") == Way(1, ())


def test_won_per_dollar_divides_and_dollars_per_pound_multiply():
    """1,350 won are a dollar; a pound is 1.25 dollars, and a hundred pence."""
    money = Currencies(of={"A": "KRW", "B": "GBp", "C": "GBX"}, rates={"KRW=X": WON, "GBPUSD=X": STERLING})
    assert money.way("KRW") == Way(1, (("KRW=X", False),))
    assert money.way("GBP") == Way(1, (("GBPUSD=X", True),))
    assert money.way("GBp") == money.way("GBX") == Way(100, (("GBPUSD=X", True),))


def test_a_third_currency_may_lie_between():
    """Won become dollars, dollars become euros."""
    money = Currencies(account="EUR", of={"A": "KRW"}, rates={"KRW=X": WON, "EURUSD=X": EURO})
    assert money.way("KRW") == Way(1, (("KRW=X", False), ("EURUSD=X", False)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"of": {"A": "KRW"}}, "no rate leads from KRW to USD"),
        ({"of": {"A": "KRW"}, "rates": {"E": EURO}}, "currencies there: EUR, USD"),
        ({"of": {"A": "won"}}, "pattern"),
        ({"account": "GBX"}, "a hundredth of GBP"),
        ({"rates": {"E": {"base": "EUR", "quote": "EUR"}}}, "between two currencies"),
        ({"rates": {"E": {"base": "GBX", "quote": "USD"}}}, "a hundredth of GBP"),
        ({"zone": "Europe/Nowhere"}, "is no time zone"),
        (
            {"rates": {"E": EURO, "K": WON, "X": {"base": "EUR", "quote": "KRW"}}},
            "`rates.X` is a second way between EUR and KRW",
        ),
        ({"rates": {"K": WON, "L": {"base": "KRW", "quote": "USD"}}}, "`rates.L` is a second way"),
    ],
)
def test_what_cannot_be_converted_one_way_is_refused(given, said):
    """No rate, two rates that could contradict each other, and names that are no currency."""
    with pytest.raises(ValidationError, match=said):
        Currencies.model_validate(given)
