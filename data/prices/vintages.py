"""Price histories as they were fetched: a changed history is a new vintage beside the old one, never in its place."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from data.errors import Finding, InputError, ResearchError
from data.hashing import frame_hash
from data.schema import PRICES
from data.store import manifest, objects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["HISTORY", "Vintage", "check", "history", "listed", "newest", "save"]

MANIFEST = "manifest.jsonl"
# One asset's history: the PRICES columns without its name.
HISTORY = {name: column.dtype for name, column in PRICES.items() if name != "asset"}


@dataclass(frozen=True, slots=True)
class Vintage:
    """One asset's history as one fetch found it.

    Attributes
    ----------
    source, asset
        Where it came from, and its name there.
    object, content
        SHA-256 of the file and of the rows in it.
    rows, first, last
        Number of sessions, the first and the last as ISO days.
    at
        UTC instant of the fetch, ISO 8601.
    about
        What was asked and answered: start, end, currency, zone, adjustment, version of the library.
    notes
        What the fetch changed or left out, as pairs of an ISO day and a sentence.

    """

    source: str
    asset: str
    object: str
    content: str
    rows: int
    first: str
    last: str
    at: str
    about: Mapping[str, str]
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Give the short name by which people call it."""
        return self.object[:12]


def save(folder: Path, frame: pl.DataFrame, vintage: Mapping[str, Any]) -> tuple[Vintage, Vintage | None]:
    """Store a history; give its vintage and the newest one of the asset before it, the same when nothing changed.

    Parameters
    ----------
    folder
        The store.
    frame
        HISTORY columns, one row per session.
    vintage
        The fields source, asset, at, about and notes.

    Raises
    ------
    RunError
        When the disk refuses; everything stored before is untouched.

    """
    ready = frame.select(list(HISTORY)).sort("session")
    content = frame_hash(ready, ["session"])
    buffer = io.BytesIO()
    ready.write_parquet(buffer, compression="zstd", statistics=False)
    digest = objects.put(folder, buffer.getvalue())
    first, last = (str(ready["session"][at]) for at in (0, -1))
    new = Vintage(object=digest, content=content, rows=ready.height, first=first, last=last, **vintage)
    with manifest.writing(folder / MANIFEST) as writer:
        before = newest([_vintage(entry) for entry in writer.log.entries], new.source, new.asset)
        if before is not None and (before.content, before.about) == (content, new.about) and _is_whole(folder, before):
            return before, before
        writer.append({**asdict(new), "about": dict(new.about)})
    return new, before


def listed(folder: Path) -> tuple[list[Vintage], tuple[Finding, ...]]:
    """List all vintages in the order in which they were stored, and what of the manifest was left out."""
    log = manifest.read(folder / MANIFEST)
    return [_vintage(entry) for entry in log.entries], log.torn


def newest(vintages: list[Vintage], source: str, asset: str) -> Vintage | None:
    """Give the vintage of an asset that was stored last."""
    return next((one for one in reversed(vintages) if (one.source, one.asset) == (source, asset)), None)


def history(folder: Path, vintage: Vintage) -> pl.DataFrame:
    """Read the rows of a vintage, verified twice: the bytes of the file and the content of the rows.

    Raises
    ------
    MissingDataError, InputError
        When its object is lost or damaged.

    """
    content = objects.get(folder, vintage.object)
    frame = pl.read_parquet(io.BytesIO(content))
    if dict(frame.schema) != HISTORY or frame_hash(frame, ["session"]) != vintage.content:
        where = str(objects.path_of(folder, vintage.object))
        found = Finding(where, "", "", "does not hold the rows that the manifest promises", "fetch it again")
        raise InputError(str(found), (found,))
    return frame


def _is_whole(folder: Path, vintage: Vintage) -> bool:
    try:
        objects.get(folder, vintage.object)
    except ResearchError:
        return False
    return True


def check(folder: Path) -> tuple[int, list[Finding], list[Finding]]:
    """Verify every object of a store; give the number of vintages, the errors and the notes."""
    vintages, torn = listed(folder)
    errors: list[Finding] = []
    for one in {vintage.object: vintage for vintage in vintages}.values():
        try:
            history(folder, one)
        except ResearchError as error:
            errors += error.findings
    named = {vintage.object for vintage in vintages}
    unnamed = "is named by no line of the manifest: its writer was stopped; nothing reads it"
    notes = [
        Finding(str(objects.path_of(folder, digest)), "", "", unnamed)
        for digest in objects.stored(folder)
        if digest not in named
    ]
    unfinished = "was never finished: its writer was stopped; nothing reads it"
    notes += [
        Finding(str(path), "", "", unfinished, "delete it when nothing is being fetched")
        for path in objects.drafts(folder)
    ]
    return len(vintages), errors, [*torn, *notes]


def _vintage(entry: dict[str, Any]) -> Vintage:
    known = {field.name for field in fields(Vintage)}
    values = {name: value for name, value in entry.items() if name in known}
    notes = tuple((str(day), str(text)) for day, text in values.pop("notes", ()))
    date.fromisoformat(values["first"])
    return Vintage(**values, notes=notes)
