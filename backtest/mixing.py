"""Lay prices of several exchanges and currencies on one axis, and find where the run and its events begin there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.sources import groups
from data.axis import axis
from data.calendar import weekdays
from data.counts import many
from data.errors import Finding, InputError, RunError
from data.mixed import Money, mixed
from data.prices.settings import PriceFiles
from data.rates import quotes
from data.timing import NO_SESSION, Fill, tradable_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from data.mixed import Mixed

__all__ = ["check", "delistings", "first_row", "first_rows", "lay_out", "session_rows"]


def lay_out(config: Config, frame: pl.DataFrame) -> Mixed:
    """Lay the prices of all exchanges on the rows of the run, in account currency.

    Raises
    ------
    RunError
        When the period holds no session.

    """
    held = [(calendar, assets) for calendar, assets in groups(config) if assets != config.rates]
    days = frame.filter(pl.col("asset").is_in(config.assets))["session"].to_numpy().astype("datetime64[D]")
    end = config.period.end
    last = days.max() if end is None else min(days.max(), np.datetime64(end))
    on = axis([calendar for calendar, _ in held], config.account.fill, days.min(), last)
    if not len(on.days) or on.days[-1] < days.min():
        raise RunError(f"the period holds no session: prices run from {days.min()} to {days.max()}, the run to {end}")
    return mixed(frame, on, [assets for _, assets in held], config.account.fill, _money(config, frame))


def _money(config: Config, frame: pl.DataFrame) -> Money:
    if config.currencies is None:
        return Money(None, {})
    calendar = weekdays(config.currencies.zone)
    return Money(config.currencies, {asset: quotes(frame, asset, calendar) for asset in config.rates})


def first_row(config: Config, laid: Mixed) -> int:
    """Give the first row of the run: of the period's first day, and never of the first priced day, which is history.

    Raises
    ------
    RunError
        When fewer than two days are left.

    """
    days = laid.axis.days
    priced = np.flatnonzero((~np.isnan(laid.mark)).any(axis=1))
    begin = days[priced[0]] if len(priced) else days[-1]
    start = config.period.start
    first = int(np.searchsorted(days, begin, side="right"))
    first = first if start is None else max(first, int(np.searchsorted(days, np.datetime64(start))))
    if len(np.unique(days[first:])) < 2:
        raise RunError(
            f"the period holds fewer than two sessions: prices run from {begin} to {days[-1]}, "
            f"the run from {start} to {config.period.end or 'the end'}; one session of prices must come before the run",
        )
    return first


def check(config: Config, laid: Mixed, first: int) -> None:
    """Refuse what would be traded or marked on a guess.

    Raises
    ------
    InputError
        When a rate is not known where a price needs it, with the first day of each asset.
    RunError
        When the benchmark has gaps, or the fills have no prices.

    """
    found = list(_without_rate(config, laid, first))
    if found:
        raise InputError("prices that must be converted have no rate of exchange; nothing is assumed", found)
    if np.isnan(laid.fill).all():
        raise RunError("account.fill is open, but the prices have no opens; map the `open` column or set fill: close")
    if config.benchmark is not None:
        column = laid.panel.column(config.benchmark)
        before = np.isnan(laid.mark[first:, column]) & laid.due[first:, column]
        gaps = np.flatnonzero(laid.missing[first:, column] | before)
        if len(gaps):
            raise RunError(
                f"benchmark {config.benchmark} has no close in {many(len(gaps), 'session')} of the run, first "
                f"{laid.axis.days[first + gaps[0]]}; its return would count as 0: choose another, or shorten the "
                "period",
            )


def _without_rate(config: Config, laid: Mixed, first: int) -> Iterator[Finding]:
    lost = (np.isnan(laid.fill_rate) & ~np.isnan(laid.fill)) | (np.isnan(laid.mark_rate) & ~np.isnan(laid.mark))
    for column in np.flatnonzero(lost[first:].any(axis=0)):
        asset = laid.panel.assets[column]
        assert config.currencies is not None  # noqa: S101 - without currencies every rate is 1
        rates = ", ".join(name for name, _ in config.currencies.way(config.currencies.unit(asset)).steps)
        days = np.unique(laid.axis.days[first:][lost[first:, column]])
        problem = f"needs {rates} on {len(days)} days of the run, first {days[0]}, and has none of the 7 days before"
        hint = "add the rates of those days, or shorten the period"
        yield Finding(f"currencies.of.{asset}", "", config.currencies.unit(asset), problem, hint)


def session_rows(laid: Mixed, known_at: NDArray[np.datetime64], exchange: int, fill: Fill) -> NDArray[np.int64]:
    """Give the first session of an exchange on the axis that fills later than each instant; -1 before the axis."""
    on = laid.axis
    index = tradable_index(known_at, on.calendars[exchange], fill)
    return np.where(index == NO_SESSION, -1, np.maximum(index - on.start[exchange], -1)).astype(np.int64)


def first_rows(laid: Mixed, known_at: NDArray[np.datetime64], fill: Fill, first: int) -> NDArray[np.int64]:
    """Give the first row of the run in which any exchange can trade each event.

    Without one: the number of rows when it comes after the last, -1 when it lies before the run.
    """
    count = len(laid.axis.days)
    rows: NDArray[np.int64] = np.full(len(known_at), count, dtype=np.int64)
    before = np.zeros(len(known_at), dtype=np.bool_)
    for exchange, fills in enumerate(laid.axis.fills):
        at = session_rows(laid, known_at, exchange, fill)
        places = np.append(fills, count)[np.minimum(at, len(fills))]
        early = (at < 0) | (places < first)
        before |= early
        rows = np.where(early, rows, np.minimum(rows, places))
    return np.where(before & (rows == count), -1, rows)


def delistings(config: Config, laid: Mixed) -> dict[tuple[int, int], float]:
    """Give (row, asset) of each delisting, to the return over the last price: its session's row, or the next one."""
    found = config.prices.delistings if isinstance(config.prices, PriceFiles) else {}
    places = {}
    for asset, each in found.items():
        if asset in laid.panel.assets:
            column = laid.panel.column(asset)
            fills = laid.axis.fills[int(laid.exchange[column])]
            at = int(np.searchsorted(laid.axis.days[fills], np.datetime64(each.session)))
            if at < len(fills):
                places[int(fills[at]), column] = each.loss
    return places
