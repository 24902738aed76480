"""Read what a config names: prices, events, calendar; and lay them on the sessions of the run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from backtest import mixing
from backtest.config.paths import resolve
from backtest.sources import places, read_prices
from backtest.staging import LEAST, MOST
from data.calendar import joint
from data.calendar import load as load_calendar
from data.counts import many
from data.errors import Finding, InputError, MissingDataError, RunError
from data.events import curated
from data.events import files as event_files
from data.events.settings import CuratedEvents, EventFiles
from data.panel import Panel, panel
from data.prices import simulated
from data.timing import Fill, tradable_index

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from data.calendar import Calendar
    from data.events.source import Events
    from data.mixed import Mixed
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
    delistings
        (session, asset) of the panel, to the return over the last price.
    tradable
        Per event, index of its first tradable session in the panel; -1 before the panel, T or more after it.
    mixed
        Prices of several exchanges or currencies, whose panel has a row per fill instant; None when there is one.

    """

    calendar: Calendar
    prices: Prices
    events: Events
    panel: Panel
    first: int
    tradable: NDArray[np.int64]
    fill: Fill
    delistings: dict[tuple[int, int], float]
    mixed: Mixed | None = None

    @property
    def known_at(self) -> NDArray[np.datetime64]:
        """Give the UTC instants at which the events were known, datetime64[us], shape (event,)."""
        known: NDArray[np.datetime64] = self.events.frame["known_at"].dt.replace_time_zone(None).to_numpy()
        return known.astype("datetime64[us]")

    @property
    def measured_on(self) -> Calendar:
        """Give the calendar of the run's days: with several exchanges, the days on which any of them trades."""
        return self.calendar if self.mixed is None else joint(self.mixed.axis.calendars)

    def exchange_of_row(self, row: int) -> Calendar:
        """Give the exchange whose orders fill in a row of the panel."""
        if self.mixed is None:
            return self.calendar
        on = self.mixed.axis
        return next((each for each, rows in zip(on.calendars, on.fills, strict=True) if row in rows), self.calendar)


def read(config: Config, folder: Path) -> tuple[Calendar, Prices, Events]:
    """Load the sources that the config names."""
    calendar = load_calendar(config.calendar)
    if config.prices.source == "simulated":
        prices, made = simulated.market(config.prices, calendar)
        return calendar, prices, _events(config, folder, calendar) or made
    events = _events(config, folder, calendar)
    assert events is not None  # noqa: S101 - the config's validator keeps simulated events with their market
    return calendar, read_prices(config, folder), events


def _some_valid(events: Events) -> Events:
    """Refuse a source of which no row is valid; single rows are set aside and counted."""
    if events.read and not events.frame.height:
        rows = events.rejected.select("where", "event_id", "detail").iter_rows()
        findings = [Finding(where, "event_id", event_id or "", detail) for where, event_id, detail in rows]
        raise InputError(f"{events.label}: none of {events.read} rows is a valid event", findings)
    return events


def _events(config: Config, folder: Path, calendar: Calendar) -> Events | None:
    """Load the events that the config names; None when they come with the simulated market."""
    settings = config.events
    elsewhere = places(config)
    if isinstance(settings, EventFiles):
        return _some_valid(event_files.load(settings, resolve(settings.path, folder), calendar, places=elsewhere))
    return curated.load(settings, calendar, places=elsewhere) if isinstance(settings, CuratedEvents) else None


def lay_out(config: Config, calendar: Calendar, prices: Prices, events: Events) -> Inputs:
    """Lay prices and events on the sessions of the run.

    Raises
    ------
    RunError
        When assets have no prices, the period holds fewer than two sessions, or the fills have no prices.

    """
    _check_assets(config, prices.frame)
    _check_share_counts(config, prices)
    if config.is_mixed:
        return _lay_out_mixed(config, calendar, prices, events)
    days = prices.frame["session"].to_numpy().astype("datetime64[D]")
    end = None if config.period.end is None else np.datetime64(config.period.end)
    last = days.max() if end is None else min(days.max(), end)
    sessions = calendar.between(days.min(), last)
    if len(sessions) == 0:
        raise RunError(f"the period holds no session: prices run from {days.min()} to {days.max()}, the run to {end}")
    laid = panel(prices.frame, sessions, config.assets)
    first = _first(config, sessions)
    _check_benchmark(config, laid, first)
    if config.account.fill == "open" and np.isnan(laid.open).all():
        raise RunError("account.fill is open, but the prices have no opens; map the `open` column or set fill: close")
    _check_size(laid)
    tradable = _tradable(config, calendar, events, sessions)
    return Inputs(calendar, prices, events, laid, first, tradable, config.account.fill, _delistings(config, laid))


def _lay_out_mixed(config: Config, calendar: Calendar, prices: Prices, events: Events) -> Inputs:
    """Lay the prices of several exchanges and currencies on one axis; its rows stand for the sessions."""
    laid = mixing.lay_out(config, prices.frame)
    first = mixing.first_row(config, laid)
    mixing.check(config, laid, first)
    _check_size(laid.panel)
    gone, nothing = mixing.delistings(config, laid), np.zeros(0, dtype=np.int64)
    bare = Inputs(calendar, prices, events, laid.panel, first, nothing, config.account.fill, gone, laid)
    return replace(bare, tradable=mixing.first_rows(laid, bare.known_at, bare.fill, first))


def _check_assets(config: Config, frame: pl.DataFrame) -> None:
    missing = sorted(set(config.assets) - set(frame["asset"].unique().to_list()))
    if missing:
        raise MissingDataError(f"no prices for {', '.join(missing)}; take them out of the baskets or add their prices")


def _check_size(laid: Panel) -> None:
    """Refuse prices in account currency with which the shares of an order would be no finite number."""
    found = []
    for name, values in (("open", laid.open), ("close", laid.close)):
        bad = ~(np.isnan(values) | ((values >= LEAST) & (values <= MOST)))
        for column in np.flatnonzero(bad.any(axis=0)):
            rows = np.flatnonzero(bad[:, column])
            where = f"{laid.assets[column]} {laid.sessions[rows[0]]}"
            problem = f"lies outside {LEAST:g} to {MOST:g} in account currency, in {len(rows)} sessions, this the first"
            found.append(Finding(where, name, f"{values[rows[0], column]:g}", problem, "correct the price or its rate"))
    if found:
        raise InputError("prices are too large or too small to be counted with", found)


def _check_benchmark(config: Config, laid: Panel, first: int) -> None:
    """Refuse a benchmark with gaps: a session without its price would count as a return of zero."""
    if config.benchmark is None:
        return
    gaps = np.flatnonzero(np.isnan(laid.close[first:, laid.column(config.benchmark)]))
    if len(gaps):
        raise RunError(
            f"benchmark {config.benchmark} has no close in {many(len(gaps), 'session')} of the run, first "
            f"{laid.sessions[first + gaps[0]]}; its return would count as 0: choose another, or shorten the period",
        )


def _check_share_counts(config: Config, prices: Prices) -> None:
    """Refuse settings that count shares or volumes on prices whose shares were never traded."""
    if prices.simulated:
        return
    counted = {
        "costs.commission_per_share": config.costs.commission_per_share,
        "account.lot": config.account.lot,
    }
    traded = {"costs.impact": config.costs.impact, "account.participation_cap": config.account.participation_cap}
    for setting, value in counted.items():
        if value > 0 and prices.adjustment != "raw":
            raise RunError(
                f"{setting} needs raw prices: {prices.adjustment}-adjusted share counts were never traded; leave it "
                "out, or use prices with adjustment: raw",
            )
    for setting, value in traded.items():
        if value > 0 and prices.adjustment == "total":
            raise RunError(
                f"{setting} compares shares with volumes, and total-return prices have no such shares; leave it out, "
                "or use prices with adjustment: split or raw",
            )


def _delistings(config: Config, panel: Panel) -> dict[tuple[int, int], float]:
    found = config.prices.delistings if config.prices.source == "files" else {}
    places = {
        (int(np.searchsorted(panel.sessions, np.datetime64(each.session))), panel.column(asset)): each.loss
        for asset, each in found.items()
        if asset in panel.assets
    }
    return {place: loss for place, loss in places.items() if place[0] < len(panel.sessions)}


def _first(config: Config, sessions: NDArray[np.datetime64]) -> int:
    """Give the run's first session: the period's start, and never the first priced one, which is history."""
    start = config.period.start
    first = 1 if start is None else max(1, int(np.searchsorted(sessions, np.datetime64(start))))
    if first + 2 > len(sessions):
        raise RunError(
            f"the period holds fewer than two sessions: prices run from {sessions[0]} to {sessions[-1]}, "
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
