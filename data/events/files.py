"""Events from files: read as text, typed, checked row by row, de-duplicated; what is set aside is kept with its reason.

A row's faults are looked for in this order, and the first is its reason: empty event_id or kind, times, a name that was
another asset's, numbers, what its kind forbids, excluded confidence. Only rows without any of them are compared for
repetitions: duplicate rows, later vintages, an event_id used twice, the same fact under another id, later in its group.
So what is faulty is counted as such whatever the config excludes. What is only doubtful stays, with a remark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from data.errors import ConfigError, Finding
from data.events.doubts import doubtful_clocks, doubtful_days
from data.events.faults import Fault, fault
from data.events.groups import repeated
from data.events.kinds.judge import judge
from data.events.numbers import read_numbers
from data.events.rows import ROW, WHERE, Rows, read_rows
from data.events.source import REJECTED, REMARKS, Events
from data.events.times import read_times
from data.hashing import frame_hash
from data.renaming import renamed
from data.schema import EVENTS, Column, check, conform
from data.tables import READABLE, table_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from data.calendar import Calendar
    from data.events.settings import EventFiles, Extra

__all__ = ["assemble", "load"]


def load(
    settings: EventFiles, path: Path, calendar: Calendar, *, places: Mapping[str, Calendar] | None = None
) -> Events:
    """Load the events of a file or a folder.

    Parameters
    ----------
    settings
        Mapping of columns, zone of the file, excluded confidences.
    path
        File or folder, resolved.
    calendar
        Exchange whose days the dates mean.
    places
        Announcers of other exchanges, whose dates mean the days there.

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
    rows = read_rows(settings, table_files(path, READABLE), path.name)
    return assemble(settings, rows, calendar, path.name, places=places)


def assemble(
    settings: EventFiles,
    given: Rows,
    calendar: Calendar,
    label: str,
    *,
    places: Mapping[str, Calendar] | None = None,
) -> Events:
    """Type, check and de-duplicate rows of texts, as ``read_rows`` gives them."""
    rows = given.frame
    times, time_faults = read_times(rows, calendar, settings.timezone, places)
    numbers, number_faults = read_numbers(rows, [name for name, sort in settings.extra.items() if sort == "number"])
    typed, renaming_faults = _renamed(_typed(rows, times, numbers), settings, calendar)
    judged = judge(typed, settings.kinds)
    doubts = [*doubtful_days(rows, calendar, places), *doubtful_clocks(rows, times), *judged.warnings]
    excluded = _excluded(rows, settings.exclude_confidence)
    faults = [*_nameless(rows), *time_faults, *renaming_faults, *number_faults, *judged.errors, *excluded]
    sound = _without(typed, faults)
    repeats = repeated(sound, settings.group)
    lost = _lost(given.lost)
    schema = EVENTS | {name: _own(sort) for name, sort in settings.extra.items()}
    frame = conform(_without(sound, repeats.faults), schema).sort("known_at", "event_id")
    return Events(
        frame=check(frame, schema, label),
        rejected=pl.concat([_rejected(rows, [*faults, *repeats.faults]), lost]),
        read=rows.height + lost.height,
        label=label,
        content_hash=frame_hash(frame, ("event_id",)),
        vintages=conform(_without(sound, repeats.copies), schema).sort("known_at", "event_id"),
        remarks=_remarks(given, doubts, [*faults, *repeats.copies]),
    )


def _own(sort: Extra) -> Column:
    """Give the column of one's own: a number or a text, empty where the row does not say."""
    dtype = pl.Float64 if sort == "number" else pl.String
    return Column(dtype, "", "column of one's own", required=False, nullable=True)


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


def _typed(rows: pl.DataFrame, times: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    replaced = [*times.columns, *numbers.columns, "session_flag"]
    typed = pl.concat([rows.drop(replaced, strict=False), times, numbers], how="horizontal")
    return typed.with_columns(pl.coalesce("definition", "metric").alias("definition"))


def _renamed(typed: pl.DataFrame, settings: EventFiles, calendar: Calendar) -> tuple[pl.DataFrame, list[Fault]]:
    """Read each announcer as the asset that its name was on the exchange's day of the announcement."""
    if not settings.aliases:
        return typed, []
    day = pl.col("announced_at").dt.convert_time_zone(calendar.zone.key).dt.date()
    ours = typed.with_columns(renamed(settings.aliases, None, "asset", day).alias("asset"))
    lost = typed.filter(typed["asset"].is_not_null() & ours["asset"].is_null())
    problem = "was another asset on the day of the announcement, by the days of its alias"
    hint = "widen `aliases`, or name the asset as it was called then"
    faults = [
        fault(row, "name of another asset", ("asset", name), problem, hint)
        for row, name in lost.select(ROW, "asset").iter_rows()
    ]
    return ours, faults


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
        texts["kind"],
        texts["asset"],
        ["valid"] * len(out),
        [of_row[row][0].reason for row in out],
        ["; ".join(found.detail for found in of_row[row]) for row in out],
    )
    return pl.DataFrame(dict(zip(REJECTED, columns, strict=True)), schema=dict.fromkeys(REJECTED, pl.String))


def _lost(found: Sequence[Finding]) -> pl.DataFrame:
    """Give a rejected row for every line that is no row; nobody knows what half of one would have said."""
    of_line: dict[str, list[str]] = {}
    for one in found:
        of_line.setdefault(one.where, []).append(str(one._replace(where="")))
    told = [(where, "", None, None, "valid", "broken line", "; ".join(texts)) for where, texts in of_line.items()]
    return pl.DataFrame(told, schema=dict.fromkeys(REJECTED, pl.String), orient="row")


def _remarks(given: Rows, warnings: Sequence[Fault], gone: Sequence[Fault]) -> pl.DataFrame:
    """Give the doubts about columns, then the warnings about rows that are not set aside, in the order of the rows."""
    lost = {found.row for found in gone}
    kept = sorted((found for found in warnings if found.row not in lost), key=lambda found: found.row)
    texts = given.frame.select(WHERE, pl.col("event_id").fill_null(""))[[found.row for found in kept]].rows()
    told = [(where, "", reason, detail) for where, reason, detail in given.doubts]
    told += [(*text, found.reason, found.detail) for text, found in zip(texts, kept, strict=True)]
    return pl.DataFrame(told, schema=dict.fromkeys(REMARKS, pl.String), orient="row")
