"""Does the Sharpe ratio differ from that of the untilted mix: the tests of Ledoit and Wolf (2008)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from backtest.inference.difference import bootstrapped, hac
from backtest.metrics.moments import Z95
from backtest.metrics.series import series_of
from backtest.metrics.skill import gone
from backtest.result import Metric
from data.errors import RunError

if TYPE_CHECKING:
    import polars as pl

    from backtest.config.model import Config
    from data.calendar import Calendar

__all__ = ["versus"]

COUNT = 499  # resamples
P = "it says how rare the difference is by chance, it estimates nothing"


def versus(config: Config, calendar: Calendar, daily: pl.DataFrame) -> tuple[Metric, ...]:
    """Give the net Sharpe ratio less the untilted mix's, and the p-values that they are equal."""
    convention = (
        "Sharpe ratio less that of the untilted mix, both net over the risk-free rate, a year; 95 % interval: 1.96 "
        "standard errors robust to correlation over time (Ledoit and Wolf 2008, Parzen window, Andrews' bandwidth)"
    )
    found = Metric("sharpe_difference", "Sharpe ratio over that of the untilted mix", None, "ratio",
                   convention=convention)  # fmt: skip
    how = f"studentised circular block bootstrap, {COUNT} resamples, blocks of automatic length (Ledoit and Wolf 2008)"
    test = Metric("sharpe_difference_p", "Sharpe ratio equal to that of the untilted mix: p", None, "ratio",
                  convention=f"two-sided; {how}")  # fmt: skip
    own, base = (series_of(config, calendar, daily, name) for name in ("equity", "base"))
    assert own is not None and base is not None  # noqa: S101, PT018 - both columns are always filled
    count = min(len(own.returns), len(base.returns))
    first, second = own.excess[:count], base.excess[:count]
    if count and not abs(first - second).max() > 0.0:
        return gone(found, "the run is its untilted mix"), gone(test, "the run is its untilted mix")
    try:
        told, drawn = hac(first, second), bootstrapped(first, second, seed=config.seed, count=COUNT)
    except RunError as error:
        return gone(found, error.message), gone(test, error.message)
    root = math.sqrt(own.per_year)
    value, reach = told.value * root, Z95 * told.error * root
    return (
        Metric(found.name, found.label, value, "ratio", value - reach, value + reach, convention),
        Metric(
            test.name,
            test.label,
            drawn.p,
            "ratio",
            convention=f"{test.convention}; normal tails: {told.p:.3g}; no interval: {P}",
        ),
    )
