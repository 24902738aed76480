"""Read what a config names: prices, events, calendar; and lay them on the sessions of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.config.paths import resolve
from data.calendar import load as load_calendar
from data.errors import RunError
from data.events import files as event_files
from data.events.settings import EventFiles
from data.panel import Panel, panel
from data.prices import files as price_files
from data.prices import simulated
from data.prices.settings import PriceFiles
from data.timing import Fill, tradable_index

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from data.calendar import Calendar
    from data.events.source import Events
    from data.prices.source import Prices

__all__ = ["Inputs", "lay_out", "read"]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Everything a run starts from.

    Attributes
    ----------
    panel
        Prices on every session from the first price to the last session of the run.
    first
        Index of the run's first session in the panel; sessions before it are known history.
    fill
        Price at which orders fill.
    tradable
        Per event, index of its first tradable session in the panel; -1 before the panel, T or more after it.

    """

    calendar: Calendar
    prices: Prices
    events: Events
    panel: Panel
    first: int
    tradable: NDArray[np.int64]
    fill: Fill


def read(config: Config, folder: Path) -> tuple[Calendar, Prices, Events]:
    """Load the sources that the config names."""
    calendar = load_calendar(config.calendar)
    if isinstance(config.prices, PriceFiles):
        path = resolve(config.prices.path, folder)
        prices = price_files.load(config.prices, path, config.assets, calendar)
        return calendar, prices, _file_events(config, folder, calendar)
    prices, events = simulated.market(config.prices, calendar)
    if isinstance(config.events, EventFiles):
        events = _file_events(config, folder, calendar)
    return calendar, prices, events


def _file_events(config: Config, folder: Path, calendar: Calendar) -> Events:
    settings = config.events
    assert isinstance(settings, EventFiles)  # noqa: S101 - the config's validator keeps simulated events with their market
    return event_files.load(settings, resolve(settings.path, folder), calendar)


def lay_out(config: Config, calendar: Calendar, prices: Prices, events: Events) -> Inputs:
    """Lay prices and events on the sessions of the run.

    Raises
    ------
    RunError
        When assets have no prices, the period holds fewer than two sessions, or the fills have no prices.

    """
    _check_assets(config, prices.frame)
    _check_share_counts(config, prices)
    days = prices.frame["session"].to_numpy().astype("datetime64[D]")
    end = None if config.period.end is None else np.datetime64(config.period.end)
    last = days.max() if end is None else min(days.max(), end)
    sessions = calendar.between(days.min(), last)
    laid = panel(prices.frame, sessions, config.assets)
    first = _first(config, sessions)
    if config.account.fill == "open" and np.isnan(laid.open).all():
        raise RunError("account.fill is open, but the prices have no opens; map the `open` column or set fill: close")
    tradable = _tradable(config, calendar, events, sessions)
    return Inputs(calendar, prices, events, laid, first, tradable, config.account.fill)


def _check_assets(config: Config, frame: pl.DataFrame) -> None:
    missing = sorted(set(config.assets) - set(frame["asset"].unique().to_list()))
    if missing:
        raise RunError(f"no prices for {', '.join(missing)}; take them out of the baskets or add their prices")


def _check_share_counts(config: Config, prices: Prices) -> None:
    if config.costs.commission_per_share > 0 and prices.adjustment != "raw" and not prices.simulated:
        raise RunError(
            f"costs.commission_per_share needs raw prices: {prices.adjustment}-adjusted share counts were "
            "never traded; use commission_bps, or prices with adjustment: raw",
        )


def _first(config: Config, sessions: NDArray[np.datetime64]) -> int:
    """Give the run's first session: the period's start, and never the first priced one, which is history."""
    start = config.period.start
    first = 1 if start is None else max(1, int(np.searchsorted(sessions, np.datetime64(start))))
    if first >= len(sessions):
        raise RunError(
            f"the period holds no session: prices run from {sessions[0]} to {sessions[-1]}, "
            f"the run from {start} to {config.period.end or 'the end'}; one session of prices must come before the run",
        )
    return first


def _tradable(
    config: Config, calendar: Calendar, events: Events, sessions: NDArray[np.datetime64]
) -> NDArray[np.int64]:
    known_at = events.frame["known_at"].dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
    index = tradable_index(known_at, calendar, config.account.fill)
    offset = int(np.searchsorted(calendar.sessions, sessions[0]))
    return np.where(index < 0, -1, np.maximum(index - offset, -1)).astype(np.int64)
