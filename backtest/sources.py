"""Read the prices that a config names: every exchange's assets on its own sessions, and the rates of exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.config.paths import resolve
from data.calendar import joint, weekdays
from data.calendar import load as load_calendar
from data.errors import Finding, InputError, MissingDataError
from data.hashing import frame_hash
from data.prices import files
from data.prices.examined import examined
from data.prices.settings import PriceFiles, PriceYahoo
from data.prices.source import Prices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from backtest.config.model import Config
    from data.calendar import Calendar

__all__ = ["groups", "measured_on", "places", "read_prices"]

KEY = ("session", "asset")


def groups(config: Config) -> list[tuple[Calendar, tuple[str, ...]]]:
    """Give the calendars with their assets, that of the rates last."""
    found = [(load_calendar(name), assets) for name, assets in config.listings.items()]
    if config.currencies and config.rates:
        found.append((weekdays(config.currencies.zone), config.rates))
    return found


def measured_on(config: Config) -> Calendar:
    """Give the calendar of a run's days: with several exchanges, the days on which any of them trades."""
    return (
        joint([load_calendar(name) for name in config.listings]) if config.is_mixed else load_calendar(config.calendar)
    )


def places(config: Config) -> dict[str, Calendar]:
    """Give the assets of other exchanges than the config's calendar, with theirs."""
    return {asset: load_calendar(name) for name, named in config.exchanges.items() for asset in named}


def read_prices(config: Config, folder: Path, *, offline: bool = False) -> Prices:
    """Load prices that were paid: from files, or from the store of Yahoo's answers.

    ``offline`` asks nobody and does not go over files a second time: it is for a look at the prices, not for a run.

    Raises
    ------
    MissingDataError, InputError
        With what is wrong in any of the groups, all at once.

    """
    load = _loader(config, folder, offline=offline)
    loaded: list[Prices] = []
    refused: list[InputError | MissingDataError] = []
    for calendar, assets in groups(config):
        try:
            loaded.append(load(assets, calendar))
        except (InputError, MissingDataError) as error:
            refused.append(error)
    if refused:
        raise _joined(refused)
    return _together(loaded)


def _loader(config: Config, folder: Path, *, offline: bool) -> Callable[[Sequence[str], Calendar], Prices]:
    source = config.prices
    if isinstance(source, PriceYahoo):
        from data.prices import yahoo

        store, units = folder / source.store, _units(config)
        return lambda assets, calendar: yahoo.load(source, store, assets, calendar, offline=offline, units=units)
    assert isinstance(source, PriceFiles)  # noqa: S101 - the third source is simulated, see inputs.read
    path = resolve(source.path, folder)
    if offline:
        return lambda assets, calendar: files.load(source, path, assets, calendar)
    return lambda assets, calendar: examined(files.load(source, path, assets, calendar), calendar)


def _units(config: Config) -> dict[str, str] | None:
    """Give what the config says that each asset is quoted in, None when it says nothing."""
    money = config.currencies
    if money is None:
        return None
    quoted = {asset: rate.quote for asset, rate in money.rates.items()}
    return {**{asset: money.unit(asset) for asset in config.assets}, **quoted}


def _joined(refused: Sequence[InputError | MissingDataError]) -> InputError | MissingDataError:
    if len(refused) == 1:
        return refused[0]
    kind = MissingDataError if all(isinstance(one, MissingDataError) for one in refused) else InputError
    found = [finding for one in refused for finding in one.findings or (Finding("prices", "", "", str(one)),)]
    return kind(f"the prices of {len(refused)} exchanges cannot be used", found)


def _together(loaded: Sequence[Prices]) -> Prices:
    if len(loaded) == 1:
        return loaded[0]
    frame = pl.concat([each.frame for each in loaded])
    order = frame.select(pl.struct(KEY).arg_sort()).to_series()
    listed = [each.quality for each in loaded if each.quality is not None]
    places = [each.places for each in loaded if each.places is not None and each.places.height == each.frame.height]
    return Prices(
        frame=frame[order],
        adjustment=loaded[0].adjustment,
        label=loaded[0].label,
        simulated=False,
        disclosure=tuple(dict.fromkeys(text for each in loaded for text in each.disclosure)),
        findings=tuple(dict.fromkeys(finding for each in loaded for finding in each.findings)),
        content_hash=frame_hash(frame, KEY),
        places=pl.concat(places)[order] if len(places) == len(loaded) else None,
        quality=pl.concat(listed) if listed else None,
    )
