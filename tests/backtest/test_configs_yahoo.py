"""The configs of the theses with Yahoo's prices: fetched through an offline Yahoo, stored, and run from the store.

The replies are made in memory from the prices of the other variant, so that the two must agree.
"""

from __future__ import annotations

import math
import shutil
from datetime import UTC, datetime

import polars as pl
import pytest
import thesis_runs
from offline_yahoo import Yahoo, reply, way

from backtest.config.reader import load
from backtest.engine import run
from backtest.sources import groups, read_prices
from data.prices import yahoo
from data.prices.fetching import failed
from tools.golden import WITHOUT, differences, measured

pytestmark = pytest.mark.shared
THESES = (
    "aggregate_capex_and_backlog", "capex_shock", "compute_resale", "regional_bets_and_power",
    "rotate_semis_to_hyperscalers",
)  # fmt: skip
NOW = datetime(2026, 8, 16, tzinfo=UTC)
SWITCH = "prices.source=yfinance"
NOISE = 4e-4  # what rounding leaves between close and adjusted close; the smallest dividend here is larger


def answered(frame: pl.DataFrame, start) -> Yahoo:
    """Give a Yahoo that answers every asset of a frame of prices from a day on."""
    offline = Yahoo()
    for (asset,), own in frame.filter(pl.col("session") >= start).sort("session").group_by("asset"):
        days = own["session"].cast(pl.String).to_list()
        cells = {name: own[name].to_list() for name in ("open", "high", "low", "volume")}
        paid = own.filter(pl.col("dividend") > 0).select(pl.col("session").cast(pl.String), "dividend").iter_rows()
        dividends = {day: {"amount": amount} for day, amount in paid}
        offline.answers[asset] = reply(
            asset, dict(zip(days, own["close"].to_list(), strict=True)), dividends=dividends, **cells
        )
    return offline


def fetched(name, place, frame):
    """Give a config on Yahoo's prices, as one ``--set`` makes it, with its store filled from a frame."""
    for file in (*thesis_runs.FOLDER.glob("*.csv"), thesis_runs.FOLDER / f"{name}.yaml"):
        shutil.copy(file, place)
    loaded = load(place / f"{name}.yaml", [SWITCH, *WITHOUT])
    prices = loaded.config.prices
    line = way(answered(frame, prices.start), NOW)
    for calendar, assets in groups(loaded.config):
        failed(yahoo.fetch(prices, place / prices.store, assets, calendar, line=line), len(assets))
    return loaded


def split_adjusted(path, assets) -> pl.DataFrame:
    """Give the prices as Yahoo quotes them: without dividends in them, each dividend on its ex-date beside them.

    The adjusted close falls short of the close by the factor 1 - dividend / close before it on every ex-date.
    """
    own = pl.read_parquet(path).rename({"date": "session", "symbol": "asset"}).filter(pl.col("asset").is_in(assets))
    before = pl.col("close").shift(1).over("asset", order_by="session")
    factor = (pl.col("adj_close") / pl.col("close")).alias("factor")
    grown = pl.col("factor") / pl.col("factor").shift(1).over("asset", order_by="session")
    dividend = pl.when(grown > 1.0 + NOISE).then(before * (1.0 - 1.0 / grown))
    return own.with_columns(factor).with_columns(dividend.alias("dividend"))


@pytest.fixture(scope="module", params=THESES)
def files(request, shared):
    """Give a config's name, and the config and its run on files."""
    return request.param, *thesis_runs.ran(request.param)


def test_the_same_prices_from_yahoo_give_the_same_result(files, tmp_path):
    """Equity, metrics, signals, events and what leaving out a company gives, to 1e-9; the label says whose they are."""
    name, loaded, expected = files
    through = fetched(name, tmp_path, read_prices(loaded.config, loaded.folder).frame)
    result = run(through.config, through.folder)
    assert list(differences(measured(expected), measured(result))) == []
    assert (result.provenance.prices_label, result.provenance.adjustment) == ("Yahoo Finance", "split")


@pytest.mark.full
def test_dividends_in_cash_give_what_reinvested_ones_give(files, shared, tmp_path):
    """As Yahoo really quotes: the same trades, dividends paid, equity within a thousandth of the other variant's.

    What is left is the rest of a dividend's own growth until the next rebalancing.
    """
    name, loaded, expected = files
    frame = split_adjusted(shared / "prices" / "universe.parquet", loaded.config.assets)
    through = fetched(name, tmp_path, frame)
    result = run(through.config, through.folder)
    assert result.daily["equity"][-1] == pytest.approx(expected.daily["equity"][-1], rel=1e-3)
    traded = (trades.select("session", "asset").sort("session", "asset") for trades in (result.trades, expected.trades))
    assert next(traded).equals(next(traded))
    assert result.daily["dividend"].sum() > 0.0
    assert expected.daily["dividend"].sum() == 0.0


@pytest.mark.parametrize("name", ["capex_shock", "compute_resale", "rotate_semis_to_hyperscalers"])
def test_one_set_reads_the_collection_of_events_as_it_was_made(shared, name):
    """Before curation: it runs, trades, and its books balance."""
    loaded = load(thesis_runs.FOLDER / f"{name}.yaml", ["events.source=files", *WITHOUT])
    result = run(loaded.config, loaded.folder)
    change = result.daily["equity"][-1] - loaded.config.account.capital
    assert "traded" in result.events["status"].to_list()
    assert math.fsum(result.attribution["pnl"]) == pytest.approx(change, abs=1e-9 * result.daily["equity"].max())
