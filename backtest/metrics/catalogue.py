"""Every metric with its convention, without a run: measured on an account that does nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.metrics.luck import Tried, deflated
from backtest.metrics.summary import summary
from backtest.metrics.versus import versus

if TYPE_CHECKING:
    from backtest.result import Metric

__all__ = ["catalogue"]

SESSIONS = 30
FLAT = ("equity", "base", "benchmark")
NONE = ("turnover", "gross", "half_spread", "slippage", "commission", "impact", "borrow", "base_costs",
        "benchmark_costs")  # fmt: skip


@cache
def catalogue() -> tuple[Metric, ...]:
    """Give the metrics of an account of cash; only names, labels, units and conventions mean anything."""
    from backtest.config.model import Config
    from data.calendar import load

    config = Config.model_validate({
        "name": "none", "prices": {"source": "simulated"}, "events": {"source": "simulated"},
        "baskets": {"all": ["SEM1"]}, "portfolio": {"base": {"all": 0}}, "benchmark": "MKT",
    })  # fmt: skip
    calendar = load(config.calendar)
    sessions = calendar.sessions[-SESSIONS:]
    flat, none = np.full(SESSIONS, config.account.capital), np.zeros(SESSIONS)
    daily = pl.DataFrame({"session": sessions} | dict.fromkeys(FLAT, flat) | dict.fromkeys(NONE, none))
    events = pl.DataFrame(schema={"status": pl.String, "pnl": pl.Float64})
    found = (*summary(config, calendar, daily, events), *versus(config, calendar, daily))
    return *found, *deflated(config, calendar, daily, Tried())
