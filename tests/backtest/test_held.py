"""What was held by basket: by hand, and against the journal of orders and the prices of a run."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from backtest.held import exposure, parted
from tests.backtest import samples

DAYS = np.array(["2024-01-02", "2024-01-03", "2024-01-03"], dtype="datetime64[D]")


def test_an_asset_of_two_baskets_belongs_to_that_of_the_base_mix() -> None:
    """The basket `all` stands first in the config, but the mix is made of the others."""
    baskets = {"all": ["NVDA", "GOOGL", "SPY"], "semis": ["NVDA"], "clouds": ["GOOGL"]}
    config = samples.config(
        baskets=baskets, signals=[], portfolio={"base": {"semis": 0.5, "clouds": 0.5}}, benchmark=None
    )
    assert parted(config) == {"NVDA": "semis", "GOOGL": "clouds", "SPY": "all"}


def _held(shares: list[list[float]], equity: list[float]) -> pl.DataFrame:
    panel = SimpleNamespace(sessions=DAYS, assets=("NVDA", "AMD", "SPY"))
    market = SimpleNamespace(mark=np.array([[10.0, 20.0, 40.0], [5.0, 5.0, 5.0], [1.0, 2.0, 4.0]]).T)
    stage = SimpleNamespace(panel=panel, first=0, market=market)
    walked = SimpleNamespace(shares=np.array(shares), equity=np.array(equity))
    return exposure(stage, walked, {"NVDA": "semis", "AMD": "semis"})


def test_longs_and_shorts_of_a_basket_stand_apart_and_the_last_row_of_a_day_counts() -> None:
    """3 x 40 long and 4 x 5 short over 200; 10 x 4 in no basket; the middle row is an earlier fill of that day."""
    found = _held([[1, 0, 0], [9, 9, 9], [3, -4, 10]], [100, 1, 200])
    assert found.rows() == [
        (date(2024, 1, 2), "semis", 0.1, 0.0), (date(2024, 1, 3), "semis", 0.6, -0.1),
        (date(2024, 1, 2), "", 0.0, 0.0), (date(2024, 1, 3), "", 0.2, 0.0),
    ]  # fmt: skip


def test_without_equity_there_is_no_share_and_a_basket_never_held_has_no_row() -> None:
    """After ruin the share is null, not infinite."""
    found = _held([[1, 0, 0], [0, 0, 0], [0, 0, 0]], [100, 0, -5])
    assert found.rows() == [(date(2024, 1, 2), "semis", 0.1, 0.0), (date(2024, 1, 3), "semis", None, None)]


def test_nothing_held_is_an_empty_frame_with_its_columns() -> None:
    """So that a stored run says that nothing was held, not that nobody looked."""
    assert _held([[0, 0, 0]] * 3, [100, 100, 100]).columns == ["session", "basket", "long", "short"]


def test_exposure_is_the_journal_of_orders_at_the_prices_of_the_close(small) -> None:
    """Twin: shares summed order by order, times the close, over equity; and all parts with cash make one."""
    result = small.run()
    prices = small.prices.pivot(on="asset", index="session", values="close").sort("session")
    shares = dict.fromkeys(prices.columns[1:], 0.0)
    orders = result.trades.partition_by("session", as_dict=True)
    equity = dict(result.daily.select("session", "equity").iter_rows())
    found = {(s, b): long + short for s, b, long, short in result.exposure.iter_rows()}
    for row in prices.filter(pl.col("session").is_in(result.daily["session"].to_list())).iter_rows(named=True):
        session = row["session"]
        for order in orders.get((session,), pl.DataFrame()).iter_rows(named=True):
            shares[order["asset"]] += order["shares"]
        for basket, assets in result.config.baskets.items():
            value = sum(shares[asset] * row[asset] for asset in assets) / equity[session]
            assert found[session, basket] == pytest.approx(value, abs=1e-9)
    total = result.exposure.group_by("session").agg((pl.col("long") + pl.col("short")).sum().alias("held"))
    whole = result.daily.join(total, on="session").select((pl.col("held") + pl.col("cash") / pl.col("equity")) - 1.0)
    assert whole.to_series().abs().max() < 1e-9
