"""Verbatim replies of Yahoo, read where they lie: published closes, splits that are in the price, small dividends."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from data import calendar
from data.prices import vintages
from data.prices.settings import PriceYahoo
from data.prices.yahoo import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.source import Prices

pytestmark = pytest.mark.shared
NAMES = ["AMZN", "CRWV", "GOOGL", "MSFT", "NVDA", "ORCL", "TSM"]
SETTINGS = PriceYahoo(start=date(2016, 7, 14), end=date(2026, 7, 13))


@pytest.fixture
def loaded(shared: Path, yahoo: Any, line: Callable[..., Any], store: Path) -> Callable[[list[str]], Prices]:
    """Give a function that loads assets from the replies."""

    def run(assets: list[str]) -> Prices:
        for asset in assets:
            yahoo.answers[asset] = (200, (shared / "reference" / "yahoo_v8" / f"{asset}.json").read_bytes())
        return load(SETTINGS, store, assets, calendar.load(), line=line("2026-07-14T12:00:00+00:00"))

    return run


def _row(prices: Prices, asset: str, day: str) -> dict[str, Any]:
    return prices.frame.row(
        by_predicate=(pl.col("asset") == asset) & (pl.col("session") == date.fromisoformat(day)), named=True
    )


def test_seven_assets_come_whole_and_nothing_in_them_is_wrong(loaded: Callable[[list[str]], Prices]) -> None:
    """2,512 sessions each, CRWV 323; only jumps are doubted."""
    prices = loaded(NAMES)

    assert dict(prices.frame["asset"].value_counts().iter_rows()) == {**dict.fromkeys(NAMES, 2512), "CRWV": 323}
    assert prices.findings == ()
    assert set(prices.quality["kind"]) == {"jump"}
    assert "ORCL" not in set(prices.quality["asset"])


@pytest.mark.parametrize(
    ("asset", "day", "close"),
    [
        ("AMZN", "2026-02-04", 232.99),
        ("AMZN", "2026-02-05", 222.69),
        ("AMZN", "2026-02-06", 210.32),
        ("NVDA", "2024-06-07", 120.888),
        ("NVDA", "2024-06-10", 121.79),
    ],
)
def test_published_closes(loaded: Callable[[list[str]], Prices], asset: str, day: str, close: float) -> None:
    """The check values of the data's notes."""
    assert _row(loaded([asset]), asset, day)["close"] == pytest.approx(close, abs=5e-4)


def test_the_splits_are_in_closes_and_dividends_already(loaded: Callable[[list[str]], Prices], store: Path) -> None:
    """NVDA paid 0.115 dollars in August 2016, before four for one and ten for one: 0.002875."""
    prices = loaded(["NVDA"])

    assert _row(prices, "NVDA", "2016-08-23")["dividend"] == 0.115 / 40
    assert prices.frame["split"].null_count() == prices.frame.height
    (one,) = vintages.listed(store)[0]
    splits = vintages.history(store, one).filter(pl.col("split").is_not_null()).select("session", "split").rows()
    assert splits == [(date(2021, 7, 20), 4.0), (date(2024, 6, 10), 10.0)]
