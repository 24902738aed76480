"""A small market on three exchanges in three currencies, written to CSV files, and the config that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import yaml

from backtest.config.reader import load as load_config
from backtest.engine import run
from data.calendar import load, weekdays

if TYPE_CHECKING:
    from pathlib import Path

PLACES = {"AAA": "XNYS", "BBB": "XNYS", "CCC.KS": "XKRX", "DDD.KS": "XKRX", "EEE.L": "XLON"}
RATES = {"KRW=X": 1350.0, "GBPUSD=X": 1.25}
FIRST, LAST = np.datetime64("2025-01-02"), np.datetime64("2025-07-31")

SETTINGS = {
    "name": "three-exchanges",
    "calendar": "XNYS",
    "exchanges": {"XKRX": ["CCC.KS", "DDD.KS"], "XLON": ["EEE.L"]},
    "currencies": {
        "account": "USD",
        "of": {"CCC.KS": "KRW", "DDD.KS": "KRW", "EEE.L": "GBp"},
        "rates": {"KRW=X": {"base": "USD", "quote": "KRW"}, "GBPUSD=X": {"base": "GBP", "quote": "USD"}},
    },
    "prices": {"source": "files", "path": "prices.csv", "adjustment": "raw"},
    "events": {"source": "files", "path": "events.csv", "columns": {"session_flag": "flag"}},
    "baskets": {"west": ["AAA", "BBB", "EEE.L"], "east": ["CCC.KS", "DDD.KS"]},
    "signals": [
        {
            "kind": "rotation", "name": "shift", "from": "west", "to": "east",
            "triggers": [{"kind": "routing_adoption", "size": 0.15}],
            "decay": {"kind": "exponential", "half_life_sessions": 8}, "cap": 0.4,
        }
    ],
    "portfolio": {"base": {"west": 0.5, "east": 0.45}, "rebalance_every_sessions": 7},
    "costs": {"commission_bps": 1, "half_spread_bps": 2, "slippage_bps": 1, "cash_bps_per_year": 200},
    "benchmark": "AAA",
    # What a run is set against is asked for where it is meant; elsewhere it would only take time.
    "evidence": {"placebo_draws": 0, "shifts": [], "study": False, "hindsight": False},
}  # fmt: skip


def prices(seed: int = 3) -> pl.DataFrame:
    """Make walks of prices on each asset's own sessions, with dividends, a split and a gap, and of the rates."""
    random = np.random.default_rng(seed)
    frames = [_asset(random, asset, load(place).between(FIRST, LAST)) for asset, place in PLACES.items()]
    days = weekdays("Europe/London").between(FIRST - 7, LAST)
    frames += [_rate(random, asset, level, days) for asset, level in RATES.items()]
    gap = (pl.col("asset") == "DDD.KS") & pl.col("session").is_between(pl.date(2025, 4, 7), pl.date(2025, 4, 9))
    return pl.concat(frames, how="diagonal").filter(~gap)


def _asset(random: np.random.Generator, asset: str, days: np.ndarray) -> pl.DataFrame:
    level = {"K": 70_000.0, "L": 900.0}.get(asset[4:5], 100.0)
    close = level * np.exp(np.cumsum(random.normal(0.0, 0.02, len(days))))
    open_ = close * np.exp(random.normal(0.0, 0.01, len(days)))
    dividend, split = np.zeros(len(days)), np.ones(len(days))
    dividend[30 + len(asset)] = 0.01 * level
    if asset == "CCC.KS":
        split[60], close[60:], open_[60:] = 2.0, close[60:] / 2.0, open_[60:] / 2.0
    columns = {"open": open_, "close": close, "volume": random.uniform(1e5, 2e5, len(days)).round()}
    return pl.DataFrame(
        {"session": days, "asset": asset, **columns, "dividend": dividend, "split": split}
    ).with_columns(pl.col("session").cast(pl.Date), pl.lit(asset).alias("asset"))


def _rate(random: np.random.Generator, asset: str, level: float, days: np.ndarray) -> pl.DataFrame:
    close = level * np.exp(np.cumsum(random.normal(0.0, 0.004, len(days))))
    return pl.DataFrame({"session": days, "asset": asset, "close": close}).with_columns(pl.col("session").cast(pl.Date))


def events() -> pl.DataFrame:
    """Give events at instants that are the day in one place and the night in another."""
    stamps = [
        "2025-02-03T09:00:00+09:00", "2025-02-20T16:05:00-05:00", "2025-03-11T10:30:00-04:00",
        "2025-04-02T07:00:00+01:00", "2025-05-06T13:00:00+09:00", "2025-06-18T12:00:00+01:00",
    ]  # fmt: skip
    count = len(stamps)
    return pl.DataFrame(
        {
            "event_id": [f"e{at}" for at in range(count)],
            "kind": ["routing_adoption"] * count,
            "asset": ["AAA", "BBB", "CCC.KS", "EEE.L", "DDD.KS", "AAA"],
            "announced_at": stamps,
            "flag": ["unknown"] * count,
            "value": [1.0] * count,
            "unit": ["ratio"] * count,
            "source": ["made"] * count,
        },
    )


def write(folder: Path, frame: pl.DataFrame, happened: pl.DataFrame | None = None, **changes: object) -> Path:
    """Write prices, events and the config; give the path of the config."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_csv(folder / "prices.csv")
    (events() if happened is None else happened).write_csv(folder / "events.csv")
    path = folder / "research.yaml"
    path.write_text(yaml.safe_dump({**SETTINGS, **changes}, sort_keys=False))
    return path


def run_file(path: Path):
    """Run a config file."""
    loaded = load_config(path)
    return run(loaded.config, loaded.folder)
