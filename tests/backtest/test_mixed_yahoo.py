"""Yahoo's listings of two exchanges with their rate: fetched, held against the config, run from the store."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from offline_yahoo import Yahoo, reply, way

from backtest.config.model import Config
from backtest.engine import run
from backtest.sources import groups
from data.calendar import load, weekdays
from data.errors import InputError
from data.prices import yahoo
from data.prices.fetching import failed

FIRST, LAST = np.datetime64("2024-01-02"), np.datetime64("2024-01-31")
SETTINGS = {
    "name": "two-listings",
    "exchanges": {"XKRX": ["000660.KS"]},
    "currencies": {"of": {"000660.KS": "KRW"}, "rates": {"KRW=X": {"base": "USD", "quote": "KRW"}}},
    "prices": {"source": "yfinance", "start": "2024-01-02", "end": "2024-01-31", "store": "store"},
    "events": {"source": "curated"},
    "baskets": {"memory": ["MU", "000660.KS"]},
    "portfolio": {"base": {"memory": 1.0}},
    "account": {"fill": "close"},
}


def closes(days, level, step):
    return {str(day): level * (1 + step) ** at for at, day in enumerate(days)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with a store into which everything the config names was fetched."""
    place = tmp_path_factory.mktemp("yahoo")
    offline, config = Yahoo(), Config.model_validate(SETTINGS)
    offline.answers["MU"] = reply("MU", closes(load("XNYS").between(FIRST, LAST), 85.0, 0.01))
    seoul = {"currency": "KRW", "zone": "Asia/Seoul", "hour": 9.0, "exchange": "KSE"}
    offline.answers["000660.KS"] = reply(
        "000660.KS", closes(load("XKRX").between(FIRST, LAST), 140_000.0, 0.0), **seoul
    )
    london = {"currency": "KRW", "zone": "Europe/London", "hour": 0.0, "exchange": "CCY", "type": "CURRENCY"}
    rates = weekdays("Europe/London").between(FIRST, LAST)
    offline.answers["KRW=X"] = reply("KRW=X", closes(rates, 1300.0, 0.002), volume=[0] * len(rates), **london)
    line = way(offline, datetime(2024, 2, 10, tzinfo=UTC))
    for calendar, assets in groups(config):
        failed(yahoo.fetch(config.prices, place / "store", assets, calendar, line=line), len(assets))
    return place


def test_a_run_from_the_store_converts_what_yahoo_quotes_in_won(folder):
    """A share whose price in won stands still loses what the won loses."""
    daily = run(Config.model_validate(SETTINGS), folder).daily
    assert np.abs(daily["asset_gain"].to_numpy()).max() > 1000.0
    assert (daily["currency_gain"].to_numpy()[1:] < -500.0).all()
    assert np.abs(daily["cross_gain"].to_numpy()).max() < 1e-6


@pytest.mark.parametrize(
    ("currencies", "said"),
    [
        ({}, "'000660.KS': is quoted in KRW, not in USD"),
        ({"of": {"MU": "KRW", "000660.KS": "KRW"}, "rates": SETTINGS["currencies"]["rates"]}, "'MU': is quoted in USD"),
        (
            {"account": "EUR", "of": {"MU": "USD"}, "rates": {"KRW=X": {"base": "EUR", "quote": "USD"}}},
            "'KRW=X': is quoted in KRW, not in USD",
        ),
    ],
)
def test_what_yahoo_says_of_the_currency_is_held_against_the_config(folder, currencies, said):
    """Won taken for dollars, dollars for won, and a rate taken for another pair."""
    with pytest.raises(InputError, match=said):
        run(Config.model_validate({**SETTINGS, "currencies": currencies}), folder)


def test_without_currencies_two_exchanges_of_yahoo_are_refused():
    """Nothing would tell won from dollars."""
    with pytest.raises(ValueError, match="`exchanges` is set and `currencies` is not"):
        Config.model_validate({**SETTINGS, "currencies": None})
