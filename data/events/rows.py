"""The files of an event source as one frame of texts under our field names, a row per row read."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, cast, get_args

import polars as pl

from data.errors import Finding, InputError
from data.events.settings import EventField
from data.tables import read_text_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data.events.settings import EventFiles
    from data.tables import TextTable

__all__ = ["FIELDS", "ROW", "WHERE", "Rows", "read_rows"]

FIELDS: tuple[str, ...] = get_args(EventField)
REQUIRED = ("event_id", "kind", "announced_at")
AS_IS = ("note", "source")
ROW, WHERE = "row", "where"
# What others call our fields, for columns that would else be passed over without a word.
ALSO_CALLED = {"company": "asset", "session": "session_flag", "symbol": "asset", "ticker": "asset"}


class Rows(NamedTuple):
    """Rows of texts; doubts about the columns of their files: (where, reason, detail); lines that are no row."""

    frame: pl.DataFrame
    doubts: tuple[tuple[str, str, str], ...]
    lost: tuple[Finding, ...] = ()


def read_rows(settings: EventFiles, files: Sequence[Path], label: str) -> Rows:
    """Read every file: fields as stripped texts (null when empty or absent), ROW (position) and WHERE (for people).

    The fields are ours and the columns of one's own that the settings declare.

    Notes and sources are kept to the letter; ``label`` names the source in errors.

    Raises
    ------
    InputError
        With the faults of all files: their form, and columns that are required or mapped and not there.
    MissingDataError
        When a file cannot be opened.

    """
    parts: list[Rows] = []
    found: list[Finding] = []
    for file in files:
        try:
            parts.append(_read_file(settings, file))
        except InputError as error:
            found += error.findings
    if found:
        raise InputError(f"{label}: the events cannot be read", found)
    frame = pl.concat([part.frame for part in parts]).with_row_index(ROW)
    doubts = tuple(doubt for part in parts for doubt in part.doubts)
    return Rows(frame, doubts, tuple(one for part in parts for one in part.lost))


def _read_file(settings: EventFiles, file: Path) -> Rows:
    columns = {field: settings.columns.get(cast("EventField", field), field) for field in FIELDS}
    columns |= {name: name for name in settings.extra}
    table = read_text_table(file, only=set(columns.values()), go_on=True)
    missing = [
        _missing(file.name, field, column, table)
        for field, column in columns.items()
        if column not in table.found and (field in REQUIRED or field in settings.columns or field in settings.extra)
    ]
    if missing:
        raise InputError(f"{file.name}: {len(missing)} columns are missing", missing)
    fields = [
        _text(field, column) if column in table.found else pl.lit(None, pl.String).alias(field)
        for field, column in columns.items()
    ]
    where = pl.Series(WHERE, [f"{file.name} row {row}" for row in table.rows.tolist()], pl.String)
    return Rows(table.frame.select(fields).with_columns(where), _passed_over(file.name, columns, table), table.lost)


def _passed_over(name: str, columns: dict[str, str], table: TextTable) -> tuple[tuple[str, str, str], ...]:
    """Say which columns nobody reads although they are called like a field that the file lacks."""
    return tuple(
        (name, "column not read", f"column {column!r} is not read, and there is no `{field}`; {_remedy(field, column)}")
        for column in table.found
        if (field := ALSO_CALLED.get(column.lower())) and columns[field] not in table.found
    )


def _text(field: str, column: str) -> pl.Expr:
    text = pl.col(column) if field in AS_IS else pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text).alias(field)


def _missing(name: str, field: str, column: str, table: TextTable) -> Finding:
    near = get_close_matches(column, table.found, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    remedy = _remedy(field, "<column>") if field in FIELDS else "or take it out of `extra`"
    hint = f"{guess}columns found: {', '.join(table.found)}; {remedy}"
    return Finding(name, column, "", f"the column of `{field}` is missing", hint)


def _remedy(field: str, column: str) -> str:
    return f"map it as `columns: {{{field}: {column}}}`"
