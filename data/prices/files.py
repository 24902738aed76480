"""Prices from parquet or CSV, long or wide, one file or a folder of them: checked, complete, and as declared."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from data.aliases import names_of
from data.errors import Finding, InputError, MissingDataError
from data.hashing import frame_hash
from data.prices import long, wide
from data.prices.columns import BASIS
from data.prices.long import FILE, LISTED_SPLIT
from data.prices.rows import collapse, emptied, offences, quarantine
from data.prices.source import Prices
from data.prices.table import ROW, Part, Table, find, naming, open_table
from data.renaming import renamed
from data.schema import PRICES, check, conform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from data.calendar import Calendar
    from data.prices.settings import PriceFiles

__all__ = ["load"]

KEY = ("session", "asset")
MOST_NEAR = 3

ABSENT = "has no prices in it"
OURS = "\0ours"


def load(settings: PriceFiles, path: Path, assets: Sequence[str] | None, calendar: Calendar) -> Prices:
    """Load the prices of the wanted assets, or of all when None.

    Parameters
    ----------
    settings
        What the files hold and how it is called there.
    path
        File or folder, resolved by the caller.
    assets
        Names to load; every one must be there.
    calendar
        Exchange whose sessions the rows must be.

    Returns
    -------
    Prices
        Sorted by session and asset; the findings list the rows that were collapsed or set aside.

    Raises
    ------
    MissingDataError
        When there is no file.
    InputError
        With all offences at once: file, row, column and value.

    """
    label = settings.name or path.resolve().name
    tables = _open(find(path), label)
    parts = _read(tables, settings, assets, label)
    frame, errors, notes = _checked(parts, calendar, halted=settings.halted)
    errors += _absent(parts, tables, settings, assets)
    errors += [] if errors or frame.height else [Finding(label, "", "", "holds no prices", "export it again")]
    _refuse(errors, label)
    ordered = frame.sort(KEY)
    ready = conform(_scaled(ordered), PRICES)
    return Prices(
        frame=check(ready, PRICES, label),
        adjustment=settings.adjustment,
        label=label,
        simulated=False,
        disclosure=(),
        findings=tuple(notes),
        content_hash=frame_hash(ready, KEY),
        places=ordered.select(FILE, ROW, LISTED_SPLIT),
        allow_gaps=settings.allow_gaps,
    )


def _open(files: Iterable[Path], label: str) -> list[Table]:
    """Open every file, or report all that cannot be."""
    tables: list[Table] = []
    found: list[Finding] = []
    for file in files:
        try:
            tables.append(open_table(file))
        except InputError as error:
            found += error.findings
    _refuse(found, label)
    return tables


def _read(tables: list[Table], settings: PriceFiles, assets: Sequence[str] | None, label: str) -> list[Part]:
    """Read every file, or report all columns that are missing."""
    layout = wide if settings.layout == "wide" else long
    parts: list[Part] = []
    found: list[Finding] = []
    for table in tables:
        try:
            with naming(table.name, table.size):
                wanted = None if assets is None else names_of(settings.aliases, assets)
                parts.append(_named(layout.read(table, settings, wanted), settings, assets))
        except InputError as error:
            found += error.findings
    _refuse(found or _drift(tables, parts), label)
    return parts


def _named(part: Part, settings: PriceFiles, assets: Sequence[str] | None) -> Part:
    """Read each name as the asset that it was on its day; rows of another asset are left out with a note."""
    if not settings.aliases:
        return part
    ours = renamed(settings.aliases, assets, "asset", pl.col("session"))
    frame = part.frame.with_columns(ours.alias(OURS))
    foreign = frame.filter(pl.col("asset").is_not_null() & pl.col(OURS).is_null())
    kept = frame.filter(pl.col("asset").is_null() | pl.col(OURS).is_not_null())
    days = foreign.group_by("asset").agg(pl.len(), pl.min("session").alias("first"), pl.max("session").alias("last"))
    notes = [
        Finding(part.frame[FILE][0], "asset", name, f"is another asset in {count} rows, {first} to {last}: left out")
        for name, count, first, last in days.sort("asset").rows()
    ]
    return Part(kept.with_columns(asset=OURS).drop(OURS), part.errors, (*part.notes, *notes))


def _drift(tables: list[Table], parts: list[Part]) -> list[Finding]:
    """List the fields that some files of a folder have and others lack: none may vanish half way through history."""
    first = {
        field: table.name
        for table, part in reversed([*zip(tables, parts, strict=True)])
        for field in part.frame.columns
    }
    return [
        Finding(table.name, field, "", f"column is absent but {name} has it", "files of one folder share their columns")
        for table, part in zip(tables, parts, strict=True)
        for field, name in first.items()
        if field not in part.frame.columns and field != LISTED_SPLIT
    ]


def _checked(
    parts: list[Part], calendar: Calendar, *, halted: bool
) -> tuple[pl.DataFrame, list[Finding], list[Finding]]:
    """Join the parts and check across their rows; give the rows that stay, the errors and the notes."""
    frame = pl.concat([_complete(part.frame) for part in parts])
    frame, halts = emptied(frame) if halted else (frame, [])
    errors = [finding for part in parts for finding in part.errors] + offences(frame, calendar)
    single, repeats = collapse(frame)
    kept, aside, lost = quarantine(single)
    notes = [finding for part in parts for finding in part.notes]
    return kept, errors + lost, notes + halts + repeats + aside


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    names = [*PRICES, FILE, ROW, LISTED_SPLIT, *({BASIS} & set(frame.columns))]
    absent = [pl.lit(None, dtype=pl.Float64).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(absent).select(names)


def _absent(
    parts: list[Part], tables: list[Table], settings: PriceFiles, assets: Sequence[str] | None
) -> list[Finding]:
    """List the wanted assets that no file has, with the nearest names."""
    present = {asset for part in parts for asset in part.frame["asset"].unique()}
    missing = sorted(set(assets or ()) - present)
    if not missing:
        return []
    layout = wide if settings.layout == "wide" else long
    known = {name for table in tables for name in layout.names(table, settings)}
    where = ", ".join(table.name for table in tables[:MOST_NEAR])
    return [Finding(where, "asset", asset, ABSENT, _near(asset, known)) for asset in missing]


def _near(asset: str, known: set[str]) -> str:
    upper = {name.upper(): name for name in sorted(known)}
    near = [upper[match] for match in get_close_matches(asset.upper(), list(upper), MOST_NEAR)]
    return f"nearest: {', '.join(near)}" if near else f"it has {len(known)} other assets"


def _scaled(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring open, high and low onto the basis of the close, where the file has them on another."""
    if BASIS not in frame.columns:
        return frame.drop(FILE, ROW, LISTED_SPLIT)
    factor = pl.col("close") / pl.col(BASIS)
    return frame.with_columns(pl.col("open", "high", "low") * factor).drop(BASIS, FILE, ROW, LISTED_SPLIT)


def _refuse(found: list[Finding], label: str) -> None:
    if found:
        offences_found = "1 offence" if len(found) == 1 else f"{len(found)} offences"
        absent_alone = all(finding.problem == ABSENT for finding in found)
        kind = MissingDataError if absent_alone else InputError
        raise kind(f"{label}: the prices cannot be used, {offences_found}", found)
