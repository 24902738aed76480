"""Prices from the store: which vintage answers a question, and the checked frame of several of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.calendar import load, weekdays
from data.errors import Finding, InputError, MissingDataError
from data.hashing import frame_hash
from data.prices import quality, vintages
from data.prices.examined import sift
from data.prices.source import Prices
from data.schema import PRICES, check, conform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from data.calendar import Calendar
    from data.prices.series import Issue
    from data.prices.settings import PriceYahoo
    from data.prices.vintages import Vintage

__all__ = ["LABEL", "SOURCE", "answers", "assemble", "covering", "doubts", "joined", "misfit"]

SOURCE = "yfinance"
LABEL = "Yahoo Finance"
KEY = ("session", "asset")
NO_HINT = "set `calendar:` to its exchange, or name it under `exchanges:`"
EXCHANGES = {
    "America/New_York": "XNYS",
    "America/Toronto": "XTSE",
    "Asia/Hong_Kong": "XHKG",
    "Asia/Seoul": "XKRX",
    "Asia/Taipei": "XTAI",
    "Asia/Tokyo": "XTKS",
    "Europe/Amsterdam": "XAMS",
    "Europe/Berlin": "XETR",
    "Europe/London": "XLON",
    "Europe/Paris": "XPAR",
}


def covering(stored: Sequence[Vintage], settings: PriceYahoo, asset: str) -> Vintage | None:
    """Give the newest vintage of an asset that was asked for the whole period, None when there is none."""
    return next(
        (
            one
            for one in reversed(stored)
            if (one.source, one.asset) == (SOURCE, asset) and _covers(one, settings.start, settings.end)
        ),
        None,
    )


def answers(settings: PriceYahoo, folder: Path, assets: Sequence[str]) -> list[Vintage]:
    """Give the newest vintage of each asset that was asked for the whole period, ascending by name.

    Raises
    ------
    MissingDataError
        With every asset that has none.

    """
    known, _ = vintages.listed(folder)
    wanted = sorted(set(assets))
    found = {asset: covering(known, settings, asset) for asset in wanted}
    hint = "run `backtest data fetch` with a connection"
    missing = [
        Finding(str(folder), "asset", asset, f"is not stored for {settings.start} to {settings.end or 'now'}", hint)
        for asset, one in found.items()
        if one is None
    ]
    if missing:
        raise MissingDataError(f"{LABEL}: {len(missing)} of {len(wanted)} assets are not stored", missing)
    return [one for one in found.values() if one is not None]


def _covers(one: Vintage, start: date, end: date | None) -> bool:
    """Say whether a vintage answers for a period: the same question does, a wider one as far as it was over then."""
    asked = date.fromisoformat(one.about["end"]) if one.about["end"] else None
    if date.fromisoformat(one.about["start"]) > start:
        return False
    if asked == end:
        return True
    over = date.fromisoformat(one.at[:10]) - timedelta(days=1)
    return end is not None and end <= (over if asked is None else min(over, asked))


def misfit(asset: str, zone: str, calendar: Calendar) -> Finding | None:
    """Say that an asset trades on a clock other than the calendar's, if it does."""
    if zone == calendar.zone.key:
        return None
    known = EXCHANGES.get(zone)
    hint = f"set calendar: {known}, or name it under `exchanges: {{{known}: [...]}}`" if known else NO_HINT
    problem = f"trades in {zone}, the calendar {calendar.name} is of {calendar.zone.key}"
    return Finding(LABEL, "asset", asset, problem, hint)


def assemble(
    settings: PriceYahoo,
    folder: Path,
    chosen: Sequence[Vintage],
    calendar: Calendar,
    units: Mapping[str, str] | None = None,
) -> Prices:
    """Read the chosen vintages, check them together and give their prices.

    Splits are in these prices already, so the frame has none; dividends are beside them, to be paid in cash.

    Raises
    ------
    MissingDataError, InputError
        When an object is lost or damaged, assets are quoted in several currencies or trade on other exchanges, or the
        prices cannot be right.

    """
    label = settings.name or LABEL
    _agree(chosen, calendar, label, units)
    frame = _between(joined(folder, chosen), settings.start, settings.end)
    issues = quality.examine(frame, calendar, "split", where=label, allow_gaps=settings.allow_gaps)
    kept, doubts_of_all = sift(frame, issues, label)
    ready = conform(kept.with_columns(pl.lit(None, pl.Float64).alias("split")), PRICES).sort(KEY)
    return Prices(
        frame=check(ready, PRICES, label),
        adjustment="split",
        label=label,
        simulated=False,
        disclosure=(_disclosure(chosen),),
        findings=(*vintages.listed(folder)[1], *_notes(chosen)),
        content_hash=frame_hash(ready, KEY),
        quality=doubts_of_all,
    )


def doubts(folder: Path, stored: Sequence[Vintage]) -> list[Issue]:
    """Examine the newest vintage of every asset on its own, on the sessions of its exchange where that is known."""
    newest = {one.asset: one for one in stored if one.source == SOURCE}
    found: list[Issue] = []
    for asset, one in sorted(newest.items()):
        calendar = _calendar_of(asset, one.about["zone"])
        if calendar is not None:
            at = np.datetime64(datetime.fromisoformat(one.at).astimezone(UTC).replace(tzinfo=None), "us")
            frame = joined(folder, [one])
            found += quality.examine(frame, calendar, "split", where=f"{asset} {one.name}", at=at)
    return found


def _calendar_of(asset: str, zone: str) -> Calendar | None:
    """Give the calendar of an asset by its zone; Yahoo's rates of exchange have names that end in ``=X``."""
    if asset.endswith("=X"):
        return weekdays(zone)
    name = EXCHANGES.get(zone)
    return None if name is None else load(name)


def joined(folder: Path, chosen: Iterable[Vintage]) -> pl.DataFrame:
    """Read the histories of several assets as one frame, splits included."""
    frames = [vintages.history(folder, one).with_columns(pl.lit(one.asset).alias("asset")) for one in chosen]
    return conform(pl.concat(frames), PRICES).sort(KEY)


def _between(frame: pl.DataFrame, start: date, end: date | None) -> pl.DataFrame:
    return frame.filter(pl.col("session") >= start, True if end is None else pl.col("session") <= end)


def _agree(chosen: Sequence[Vintage], calendar: Calendar, label: str, units: Mapping[str, str] | None = None) -> None:
    found = [wrong for one in chosen if (wrong := misfit(one.asset, one.about["zone"], calendar))]
    found += _one_currency(chosen, label) if units is None else _as_said(chosen, label, units)
    if found:
        raise InputError(f"{label}: the assets do not go together", found)


def _one_currency(chosen: Sequence[Vintage], label: str) -> list[Finding]:
    names = sorted({one.about["currency"] for one in chosen})
    problem = "is one of several currencies; an account has one, and nothing is converted"
    hint = "name them under `currencies:` with their rates, or use the assets' listings in one of them"
    return [Finding(label, "currency", name, problem, hint) for name in names] if len(names) > 1 else []


def _as_said(chosen: Sequence[Vintage], label: str, units: Mapping[str, str]) -> list[Finding]:
    """List assets that are quoted in something else than the config says."""
    hint = "correct `currencies.of`, or the pair under `currencies.rates`"
    return [
        Finding(label, "asset", one.asset, f"is quoted in {one.about['currency']}, not in {units[one.asset]}", hint)
        for one in chosen
        if one.asset in units and one.about["currency"] != units[one.asset]
    ]


def _disclosure(chosen: Sequence[Vintage]) -> str:
    days = sorted({one.at[:10] for one in chosen})
    span = days[0] if len(days) == 1 else f"between {days[0]} and {days[-1]}"
    unit = chosen[0].about["currency"]
    return f"Prices of Yahoo Finance in {unit} as fetched {span}: split-adjusted by then, dividends in cash, unaudited."


def _notes(chosen: Sequence[Vintage]) -> list[Finding]:
    return [Finding(f"{LABEL} {day} {one.asset}", "", "", text) for one in chosen for day, text in one.notes]
