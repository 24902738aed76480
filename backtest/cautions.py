"""What a config leaves out or the data cut short without stopping the run: sentences for the first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.counts import many
from data.prices.settings import PriceFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtest.config.model import Config
    from backtest.inputs import Inputs

__all__ = ["cautions"]

TRADING = ("commission_bps", "commission_per_share", "commission_min", "half_spread_bps", "slippage_bps", "impact")
MOST_MISSING = 5
MOST_NAMED = 3


def cautions(config: Config, inputs: Inputs) -> Iterator[str]:
    """Say what a reader of the result would not expect, each in one sentence."""
    yield from _cut(config, inputs)
    yield from _costless(config)
    yield from _without_dividends(config, inputs)
    yield from _shared(config)


def _cut(config: Config, inputs: Inputs) -> Iterator[str]:
    """Say where the prices make the run shorter than its period, by more than five sessions at one end."""
    sessions, period = inputs.panel.sessions, config.period
    first, last, calendar = sessions[inputs.first], sessions[-1], inputs.measured_on
    if period.start and len(calendar.between(np.datetime64(period.start), first)) - 1 > MOST_MISSING:
        yield f"The run begins {first}, the config asks for {period.start}: its prices begin {sessions[0]}."
    if period.end and len(calendar.between(last, np.datetime64(period.end))) - 1 > MOST_MISSING:
        yield f"The run ends {last}, the config asks for {period.end}: its prices end there."


def _costless(config: Config) -> Iterator[str]:
    if not any(getattr(config.costs, name) for name in TRADING):
        yield (
            "No costs are charged for trading: commission, spread, slippage and impact are all 0, so what is called "
            "net of costs is before them."
        )


def _without_dividends(config: Config, inputs: Inputs) -> Iterator[str]:
    """Say when files list no dividend that their prices would need; Yahoo's answers always say what was paid."""
    prices = inputs.prices
    if not isinstance(config.prices, PriceFiles) or prices.adjustment == "total":
        return
    paid = prices.frame.filter(pl.col("asset").is_in(config.assets) & (pl.col("dividend") > 0))
    if paid.is_empty():
        yield (
            f"The prices are {prices.adjustment} and list no dividend: what was paid is missing from the returns of "
            "run, base and benchmark."
        )


def _shared(config: Config) -> Iterator[str]:
    """Name the assets that stand twice in the base mix, or on both sides of one signal."""
    together = [tuple(config.portfolio.base), *(tuple(signal.baskets.values()) for signal in config.signals)]
    found: dict[str, set[str]] = {}
    for names in together:
        for asset in config.assets:
            inside = {name for name in names if asset in config.baskets[name]}
            if len(inside) > 1:
                found.setdefault(asset, set()).update(inside)
    if found:
        shared = [f"{asset} ({', '.join(sorted(names))})" for asset, names in found.items()]
        named = ", ".join(shared[:MOST_NAMED] + ["..."] * (len(shared) > MOST_NAMED))
        yield (
            f"{many(len(shared), 'asset')} in several baskets: {named}; each is held for every one of its baskets, and "
            "a rotation between them buys and sells it."
        )
