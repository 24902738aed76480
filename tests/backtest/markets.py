"""A small simulated market written to files, and the config that runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from backtest.config.model import Config
from backtest.engine import run
from data.calendar import load
from data.prices.market import SimulatedMarket
from data.prices.simulated import market

if TYPE_CHECKING:
    from pathlib import Path

    from backtest.result import Result

SETTINGS = {
    "name": "small",
    "baskets": {"semis": ["SEM1", "SEM2", "SEM3"], "hyperscalers": ["HYP1", "HYP2"]},
    "signals": [
        {
            "kind": "rotation", "name": "thrift", "from": "semis", "to": "hyperscalers",
            "triggers": [{"kind": "routing_adoption", "size": 0.15}],
            "decay": {"kind": "exponential", "half_life_sessions": 8}, "cap": 0.4,
        }
    ],
    "portfolio": {"base": {"semis": 0.5, "hyperscalers": 0.5}},
    "costs": {"commission_bps": 1, "half_spread_bps": 2, "slippage_bps": 1},
    "benchmark": "MKT",
    # What a run is set against has tests of its own; here it would only take time.
    "evidence": {"placebo_draws": 0, "shifts": [], "study": False, "hindsight": False},
}  # fmt: skip


class Files:
    """A market on disk: prices.parquet and events.csv in one folder, and the config that reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prices = pl.read_parquet(folder / "prices.parquet")
        self.sessions = self.prices["session"].unique().sort().to_list()
        self.ran: dict[str, Result] = {}

    def config(self, **changes) -> Config:
        """Give the config, with top-level settings changed."""
        sources = {
            "prices": {"source": "files", "path": "prices.parquet", "adjustment": "total"},
            "events": {"source": "files", "path": "events.csv", "columns": {"session_flag": "flag"}},
        }
        return Config.model_validate({**SETTINGS, **sources, **changes})

    def run(self, **changes) -> Result:
        """Run the config in its folder, each set of changes once: the same config gives the same result."""
        key = json.dumps(changes, sort_keys=True)
        if key not in self.ran:
            self.ran[key] = self.anew(**changes)
        return self.ran[key]

    def anew(self, **changes) -> Result:
        """Run the config in its folder, whether it ran before or not."""
        return run(self.config(**changes), self.folder)


def write(folder: Path, prices: pl.DataFrame, events: pl.DataFrame) -> Files:
    """Write a market and give it back."""
    folder.mkdir(parents=True, exist_ok=True)
    prices.write_parquet(folder / "prices.parquet")
    events.write_csv(folder / "events.csv")
    return Files(folder)


def plain(events: pl.DataFrame) -> pl.DataFrame:
    """Write events as a person would: an instant, or a date with a flag, or a date."""
    parts = events["stated"].str.split(" ")
    return events.select("event_id", "kind", "asset", "value", "unit", "source").with_columns(
        announced_at=parts.list.get(0),
        flag=parts.list.get(1, null_on_oob=True).fill_null("unknown"),
    )


def small_market(folder: Path) -> Files:
    """Write 260 sessions of six assets with twenty events of each kind a year."""
    settings = SimulatedMarket(seed=11, sessions=260, sectors={"semis": 3, "hyperscalers": 2}, events_per_year=20)
    prices, events = market(settings, load("XNYS"))
    columns = ["session", "asset", "open", "high", "low", "close", "volume"]
    return write(folder, prices.frame.select(columns), plain(events.frame))
