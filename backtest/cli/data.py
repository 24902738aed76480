"""``backtest data``: fetch prices into a store, list it, check it, and compare its vintages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli.options import Json  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.config.reader import Loaded
    from data.calendar import Calendar
    from data.errors import Finding
    from data.prices.series import Issue
    from data.prices.settings import PriceYahoo
    from data.prices.source import Prices
    from data.prices.vintages import Vintage

    Groups = list[tuple[Calendar, tuple[str, ...]]]

__all__ = ["group"]

group = typer.Typer(help="Fetch, list, check and compare stored prices.", rich_markup_mode=None, no_args_is_help=False)
MISSING = 3
CONFIGS = (".yaml", ".yml", ".toml")
DEFAULT_STORE = "prices-store"

Start = Annotated[datetime | None, typer.Option("--start", formats=["%Y-%m-%d"], metavar="DAY", help="First day.")]
End = Annotated[datetime | None, typer.Option("--end", formats=["%Y-%m-%d"], metavar="DAY", help="Last day.")]
Store = Annotated[str, typer.Option("--store", metavar="FOLDER", help="Folder of the store.")]
From = Annotated[str, typer.Option("--from", metavar="VINTAGE", help="Its first digits, as `data ls` shows them.")]
To = Annotated[str, typer.Option("--to", metavar="VINTAGE", help="The same of the later one.")]


@group.command()
def fetch(
    targets: Annotated[list[str], typer.Argument(metavar="CONFIG|ASSET...", help="A config, or names of assets.")],
    *,
    start: Start = None,
    end: End = None,
    calendar: Annotated[str, typer.Option("--calendar", metavar="CODE", help="Exchange of the assets.")] = "XNYS",
    store: Store = DEFAULT_STORE,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody; say what is not stored.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=16, help="The most processes that ask.")] = 4,
    as_json: Json = False,
) -> None:
    """Fetch prices of Yahoo Finance; a changed history is a new vintage beside the old one."""
    from backtest.cli import data_view
    from data.calendar import load
    from data.prices import stored

    if len(targets) == 1 and Path(targets[0]).suffix.lower() in CONFIGS:
        settings, folder, groups = _of_config(targets[0])
    else:
        settings, folder, groups = _question(start, end, store), Path(store), [(load(calendar), tuple(targets))]
    if offline:
        assets = [asset for _, named in groups for asset in named]
        data_view.show_stored(stored.answers(settings, folder, assets), as_json=as_json)
    else:
        _fetch(settings, folder, groups, workers=workers, as_json=as_json)


@group.command(name="ls")
def list_vintages(*, store: Store = DEFAULT_STORE, as_json: Json = False) -> None:
    """List every stored vintage; the newest of an asset is marked."""
    from backtest.cli import data_view
    from backtest.cli.console import note
    from data.prices import vintages

    listed, torn = vintages.listed(_existing(store))
    data_view.show_vintages(listed, as_json=as_json)
    for finding in torn:
        note(str(finding))


@group.command()
def check(
    config: Annotated[str | None, typer.Argument(metavar="CONFIG", help="Check the prices of this config.")] = None,
    *,
    store: Store = DEFAULT_STORE,
    as_json: Json = False,
) -> None:
    """Verify the store and its newest prices, or the prices of a config; exit 2 when something is wrong."""
    from backtest.cli import data_view
    from data.errors import InputError

    issues, notes, damage = _examined(config) if config else _verified(_existing(store))
    errors = [*damage, *(issue.finding for issue in issues if issue.severity == "error")]
    data_view.show_issues(issues, notes, damage, as_json=as_json)
    if errors and as_json:
        raise typer.Exit(InputError.exit_code)
    if errors:
        raise InputError("the prices cannot be used as they are", errors)


@group.command()
def diff(
    asset: Annotated[str, typer.Argument(metavar="ASSET")],
    *,
    since: From = "",
    to: To = "",
    store: Store = DEFAULT_STORE,
    as_json: Json = False,
) -> None:
    """Compare two vintages of an asset, the last two unless named."""
    from backtest.cli import data_view
    from data.prices import vintages
    from data.prices.differences import differences

    folder = _existing(store)
    old, new = _pair(asset, vintages.listed(folder)[0], since, to)
    changes = differences(vintages.history(folder, old), vintages.history(folder, new))
    data_view.show_changes(old, new, changes, as_json=as_json)


def _of_config(path: str) -> tuple[PriceYahoo, Path, Groups]:
    from backtest.config.reader import load
    from backtest.sources import groups
    from data.errors import RunError
    from data.prices.settings import PriceYahoo

    loaded = load(path, ())
    prices = loaded.config.prices
    if not isinstance(prices, PriceYahoo):
        raise RunError(f"{loaded.path_label}: prices.source is {prices.source}, only yfinance can be fetched")
    return prices, loaded.folder / prices.store, groups(loaded.config)


def _question(start: datetime | None, end: datetime | None, store: str) -> PriceYahoo:
    from data.errors import RunError
    from data.prices.settings import PriceYahoo

    if start is None:
        raise RunError("--start is missing: the first day to fetch, as --start 2019-01-02")
    if end is not None and start >= end:
        raise RunError(f"--start {start:%Y-%m-%d} is not before --end {end:%Y-%m-%d}")
    return PriceYahoo(start=start.date(), end=None if end is None else end.date(), store=store)


def _fetch(settings: PriceYahoo, folder: Path, groups: Groups, *, workers: int, as_json: bool) -> None:
    from backtest.cli import data_view
    from backtest.cli.console import note
    from backtest.cli.progress import steps
    from data.prices import fetching, yahoo

    listed = {asset: calendar for calendar, assets in groups for asset in assets}
    told: list[str] = []
    try:
        with steps(quiet=as_json) as say:
            line = fetching.Line(say=say, tell=told.append, workers=workers)
            fetched = yahoo.fetch_listed(settings, folder, listed, line=line)
    except fetching.Interrupted as stop:
        told.append("interrupted; what came is stored")
        fetched = stop.fetched
    for text in told:
        note(text)
    data_view.show_fetched(folder, fetched, as_json=as_json)
    if as_json and any(one.problem for one in fetched):
        raise typer.Exit(MISSING)
    fetching.failed(fetched, len(fetched))


def _existing(store: str) -> Path:
    from data.errors import MissingDataError

    folder = Path(store)
    if not folder.is_dir():
        raise MissingDataError(f"{store}: there is no store; fetch prices into it, or name it with --store")
    return folder


def _verified(folder: Path) -> tuple[list[Issue], list[Finding], list[Finding]]:
    from data.prices import stored, vintages

    _, damage, notes = vintages.check(folder)
    return ([] if damage else stored.doubts(folder, vintages.listed(folder)[0])), notes, damage


def _examined(config: str) -> tuple[list[Issue], list[Finding], list[Finding]]:
    """Examine the prices of a config; what its loader refuses is raised by it."""
    from backtest.config.reader import load
    from backtest.sources import groups
    from data.prices.examined import issues_of

    loaded = load(config, ())
    prices = _prices(loaded)
    issues = [issue for calendar, assets in groups(loaded.config) for issue in issues_of(_of(prices, assets), calendar)]
    return issues, list(prices.findings), []


def _of(prices: Prices, assets: Sequence[str]) -> Prices:
    """Give the rows of some assets, with their places in their files."""
    from dataclasses import replace

    if prices.simulated:
        return prices
    kept = prices.frame["asset"].is_in(assets)
    places = None if prices.places is None else prices.places.filter(kept)
    return replace(prices, frame=prices.frame.filter(kept), places=places)


def _prices(loaded: Loaded) -> Prices:
    from backtest.sources import read_prices
    from data.calendar import load
    from data.prices import simulated
    from data.prices.market import SimulatedMarket

    if isinstance(loaded.config.prices, SimulatedMarket):
        return simulated.market(loaded.config.prices, load(loaded.config.calendar))[0]
    return read_prices(loaded.config, loaded.folder, offline=True)


def _pair(asset: str, listed: Sequence[Vintage], since: str, to: str) -> tuple[Vintage, Vintage]:
    from data.errors import MissingDataError

    own = [one for one in listed if one.asset == asset]
    if not own:
        names = ", ".join(sorted({one.asset for one in listed})) or "none"
        raise MissingDataError(f"{asset} is not stored; stored: {names}")
    new = _named(own, to) if to else own[-1]
    before = own[: own.index(new)]
    if not since and not before:
        raise MissingDataError(f"{asset}: {new.name} is the first vintage, there is none to compare it with")
    return (_named(own, since) if since else before[-1]), new


def _named(own: Sequence[Vintage], digits: str) -> Vintage:
    from data.errors import MissingDataError

    found = [one for one in own if one.object.startswith(digits)]
    if len({one.object for one in found}) != 1:
        names = ", ".join(dict.fromkeys(one.name for one in own))
        raise MissingDataError(f"{digits} names {len(found)} vintages of {own[0].asset}; there are {names}")
    return found[-1]
