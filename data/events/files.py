"""Events from files: read as text, typed, checked row by row, de-duplicated; what is set aside is kept with its reason.

A row's faults are looked for in this order, and the first gives its reason: empty event_id or kind, times, numbers,
excluded confidence. Only rows without any of them are compared for repetitions: duplicate rows, an event_id used twice,
the same fact under another id, later in its group. So what is faulty is counted as such whatever the config excludes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from data.errors import ConfigError, Finding
from data.events.faults import Fault, fault
from data.events.groups import repeated
from data.events.numbers import read_numbers
from data.events.rows import ROW, WHERE, read_rows
from data.events.source import REJECTED, Events
from data.events.times import read_times
from data.hashing import frame_hash
from data.schema import EVENTS, check, conform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data.calendar import Calendar
    from data.events.settings import EventFiles

__all__ = ["load"]


def load(settings: EventFiles, path: Path, calendar: Calendar) -> Events:
    """Load the events of a file or a folder.

    Parameters
    ----------
    settings
        Mapping of columns, zone of the file, excluded confidences.
    path
        File or folder, resolved.
    calendar
        Exchange whose days the dates mean.

    Raises
    ------
    InputError
        When a file cannot be read at all; faults of single rows are set aside instead.
    MissingDataError
        When there is nothing to read.
    ConfigError
        When the declared zone does not exist.

    """
    _check_zone(settings.timezone)
    rows = read_rows(settings, path)
    times, time_faults = read_times(rows, calendar, settings.timezone)
    numbers, number_faults = read_numbers(rows)
    faults = [*_nameless(rows), *time_faults, *number_faults, *_excluded(rows, settings.exclude_confidence)]
    typed = _assemble(rows, times, numbers)
    sound = _without(typed, faults)
    copies = repeated(sound)
    frame = conform(_without(sound, copies), EVENTS).sort("known_at", "event_id")
    return Events(
        frame=check(frame, EVENTS, path.name),
        rejected=_rejected(rows, [*faults, *copies]),
        read=rows.height,
        label=path.name,
        content_hash=frame_hash(frame, ("event_id",)),
    )


def _check_zone(zone: str | None) -> None:
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        finding = Finding("events", "timezone", zone, "is no time zone, expected a name such as America/New_York")
        raise ConfigError("events: the declared time zone does not exist", [finding]) from error


def _nameless(rows: pl.DataFrame) -> list[Fault]:
    return [
        fault(row, f"empty {name}", (name, ""), "is empty, a value is required")
        for name in ("event_id", "kind")
        for row in rows.filter(pl.col(name).is_null())[ROW].to_list()
    ]


def _excluded(rows: pl.DataFrame, confidences: Sequence[str]) -> list[Fault]:
    confidence = pl.col("confidence").str.to_lowercase()
    out = rows.filter(confidence.is_in([name.strip().lower() for name in confidences]))
    hint = "change `exclude_confidence` to keep it"
    return [
        fault(row, f"confidence {text.lower()}", ("confidence", text), "is excluded by the settings", hint)
        for row, text in out.select(ROW, "confidence").iter_rows()
    ]


def _assemble(rows: pl.DataFrame, times: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    replaced = [*times.columns, *numbers.columns, "session_flag"]
    typed = pl.concat([rows.drop(replaced, strict=False), times, numbers], how="horizontal")
    return typed.with_columns(pl.coalesce("definition", "metric").alias("definition"))


def _without(frame: pl.DataFrame, faults: Sequence[Fault]) -> pl.DataFrame:
    out = pl.Series([found.row for found in faults], dtype=frame.schema[ROW])
    return frame.filter(~pl.col(ROW).is_in(out.implode()))


def _rejected(rows: pl.DataFrame, faults: Sequence[Fault]) -> pl.DataFrame:
    of_row: dict[int, list[Fault]] = {}
    for found in faults:
        of_row.setdefault(found.row, []).append(found)
    out = sorted(of_row)
    texts = rows[out] if out else rows.clear()
    columns = (
        texts[WHERE],
        texts["event_id"].fill_null(""),
        ["valid"] * len(out),
        [of_row[row][0].reason for row in out],
        ["; ".join(found.detail for found in of_row[row]) for row in out],
    )
    return pl.DataFrame(dict(zip(REJECTED, columns, strict=True)), schema=dict.fromkeys(REJECTED, pl.String))
