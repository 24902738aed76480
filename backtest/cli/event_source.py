"""Which events a command looks at: the curated ones, a config's, or those of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.config.model import Config
    from data.calendar import Calendar
    from data.events.settings import EventFiles
    from data.events.source import Events
    from data.timing import Fill

__all__ = ["Columns", "Looked", "Target", "Zone", "look"]

CONFIGS = (".yaml", ".yml", ".toml")
CURATED = "curated"

Target = Annotated[str, typer.Argument(metavar="FILE|CONFIG", help="CSV, parquet, JSON, folder, config, or `curated`.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=COLUMN", help="Of a file: where a field stands, as asset=company."),
]
Zone = Annotated[str, typer.Option("--timezone", metavar="ZONE", help="Of a file: zone of instants without one.")]


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Events with the calendar and the fill that they are dated by, all exchanges on which they can be traded.

    And the assets that the config names; none without a config.
    """

    events: Events
    calendar: Calendar
    fill: Fill
    exchanges: tuple[Calendar, ...] = ()
    assets: frozenset[str] = frozenset()


def look(target: str, columns: Sequence[str] | None = None, zone: str = "") -> Looked:
    """Load the events of a target; a config brings its own mapping, calendar and fill."""
    from data.calendar import load as load_calendar
    from data.errors import ConfigError
    from data.events import curated, files
    from data.events.settings import CuratedEvents

    is_config = Path(target).suffix.lower() in CONFIGS
    if (is_config or target == CURATED) and (columns or zone):
        raise ConfigError(f"{target}: --column and --timezone are for files, not for a config or the curated events")
    if is_config:
        return _of_config(target)
    calendar = load_calendar("XNYS")
    if target == CURATED:
        return Looked(curated.load(CuratedEvents(), calendar), calendar, "open")
    settings = _settings(target, columns or (), zone)
    return Looked(files.load(settings, Path(target), calendar), calendar, "open")


def _settings(target: str, columns: Sequence[str], zone: str) -> EventFiles:
    from pydantic import ValidationError

    from data.errors import ConfigError, Finding
    from data.events.rows import FIELDS
    from data.events.settings import EventFiles

    pairs = [text.partition("=") for text in columns]
    wrong = [
        Finding(f"--column {field}{sign}{column}", "", "", "expected FIELD=COLUMN", f"fields: {', '.join(FIELDS)}")
        for field, sign, column in pairs
        if field not in FIELDS or not column
    ]
    if wrong:
        raise ConfigError("a column mapping cannot be read", wrong)
    mapping = {field: column for field, _, column in pairs}
    try:
        return EventFiles.model_validate({"path": target, "columns": mapping, "timezone": zone or None})
    except ValidationError as error:
        raise ConfigError(f"{target or 'FILE'}: {error.errors()[0]['msg']}") from error


def _of_config(target: str) -> Looked:
    from backtest.cli.event_names import named
    from backtest.config.reader import load
    from data.calendar import load as load_calendar

    loaded = load(target)
    calendar = load_calendar(loaded.config.calendar)
    exchanges = tuple(load_calendar(name) for name in loaded.config.listings) if loaded.config.exchanges else ()
    events = _events(loaded.config, loaded.folder, calendar)
    return Looked(events, calendar, loaded.config.account.fill, exchanges, named(loaded.config))


def _events(config: Config, folder: Path, calendar: Calendar) -> Events:
    from backtest.config.paths import resolve
    from backtest.sources import places
    from data.events import curated, files
    from data.events.settings import CuratedEvents, EventFiles
    from data.prices import simulated
    from data.prices.market import SimulatedMarket

    if isinstance(config.events, EventFiles):
        return files.load(config.events, resolve(config.events.path, folder), calendar, places=places(config))
    if isinstance(config.events, CuratedEvents):
        return curated.load(config.events, calendar, places=places(config))
    assert isinstance(config.prices, SimulatedMarket)  # noqa: S101 - the config's validator keeps the two together
    return simulated.market(config.prices, calendar)[1]
