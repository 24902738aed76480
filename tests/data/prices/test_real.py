"""Real prices: published closes, real jumps and both kinds of file come through the loader unchanged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.source import Prices

pytestmark = pytest.mark.shared
NAMES = {"session": "date", "asset": "symbol"}
TEN = ["NVDA", "AVGO", "AMD", "MU", "TSM", "GOOGL", "AMZN", "MSFT", "META", "SPY"]


@pytest.fixture(scope="module")
def universe(shared: Path) -> Path:
    """Give the parquet file of 83 names."""
    return shared / "prices" / "universe.parquet"


def _close(prices: Prices, asset: str, day: str) -> float:
    row = prices.frame.filter((pl.col("asset") == asset) & (pl.col("session") == date.fromisoformat(day)))
    return float(row["close"].item())


@pytest.mark.parametrize(
    ("asset", "day", "close"),
    [
        ("AMZN", "2026-02-04", 232.99),
        ("AMZN", "2026-02-05", 222.69),
        ("AMZN", "2026-02-06", 210.32),
        ("NVDA", "2024-06-07", 120.888),
        ("NVDA", "2024-06-10", 121.79),
        ("AVGO", "2024-07-15", 171.42),
    ],
)
def test_published_closes_are_loaded(
    load_path: Callable[..., Prices], universe: Path, asset: str, day: str, close: float
) -> None:
    """The check values of the data's own notes."""
    assert _close(load_path(universe, [asset], columns=NAMES), asset, day) == pytest.approx(close, abs=5e-4)


def test_ten_names_load_whole_and_nothing_is_set_aside(load_path: Callable[..., Prices], universe: Path) -> None:
    """9 names of 4181 sessions, META from its first: no row of them contradicts itself."""
    prices = load_path(universe, TEN, columns=NAMES)
    counts = dict(prices.frame["asset"].value_counts().iter_rows())
    assert prices.findings == ()
    assert sorted(counts) == sorted(TEN)
    source = pl.read_parquet(universe, columns=["date", "symbol", "close"]).filter(pl.col("symbol").is_in(TEN))
    same = prices.frame.join(source, left_on=["session", "asset"], right_on=["date", "symbol"], suffix="_file")
    assert same.height == prices.frame.height == source.height
    assert (same["close"] == same["close_file"]).all()


@pytest.mark.parametrize(
    ("asset", "before", "after", "move"),
    [
        ("ORCL", "2025-09-09", "2025-09-10", 0.36),
        ("IBM", "2026-07-13", "2026-07-14", -0.25),
        ("AMZN", "2026-02-05", "2026-02-06", -0.0555),
    ],
)
def test_real_jumps_survive(
    load_path: Callable[..., Prices], universe: Path, asset: str, before: str, after: str, move: float
) -> None:
    """No filter takes a real move for an outlier."""
    prices = load_path(universe, [asset], columns=NAMES)
    assert _close(prices, asset, after) / _close(prices, asset, before) - 1 == pytest.approx(move, abs=0.005)


def test_a_persons_csv_export_has_the_rows_of_the_parquet(
    load_path: Callable[..., Prices], universe: Path, shared: Path
) -> None:
    """Thirteen names from 2023 on: the same numbers from both files, bit for bit."""
    export = load_path(shared / "prices" / "thirteen_2023_2026.csv", columns=NAMES)
    names = export.frame["asset"].unique().sort().to_list()
    whole = load_path(universe, names, columns=NAMES).frame.filter(pl.col("session") >= date(2023, 1, 3))
    assert len(names) == 13
    assert whole.equals(export.frame)


def test_total_return_prices_scale_open_and_keep_its_ratio_to_the_close(
    load_path: Callable[..., Prices], universe: Path
) -> None:
    """On adjusted closes, open over close stays what it was, and the growth of SPY exceeds its price growth."""
    plain = load_path(universe, ["SPY"], columns=NAMES)
    total = load_path(
        universe, ["SPY"], adjustment="total", columns={**NAMES, "close": "adj_close"}, basis_close="close"
    )
    ratio = plain.frame["open"] / plain.frame["close"] - total.frame["open"] / total.frame["close"]
    growth = [prices.frame["close"][-1] / prices.frame["close"][0] for prices in (plain, total)]
    assert ratio.abs().max() < 1e-12
    assert growth[1] > 1.2 * growth[0]


def test_a_row_on_a_holiday_is_refused(load_path: Callable[..., Prices], universe: Path) -> None:
    """The volatility index was quoted on Memorial Day 2026, which is no session of XNYS."""
    with pytest.raises(Exception, match=r"2026-05-25.*is no session of XNYS"):
        load_path(universe, ["^VIX"], columns=NAMES)
