"""Strict reading of CSV, parquet and JSON files as text, so that every fault is named with its file, row and value."""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.errors import Finding, MissingDataError
from data.json_tables import read_json, read_ndjson
from data.text_tables import MOST_ROWS, SHOWN, TextTable, broken, decode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["MOST_ROWS", "READABLE", "TextTable", "read_csv", "read_text_table", "table_files"]

SUFFIXES = (".csv", ".parquet")
NDJSON = (".ndjson", ".jsonl")
READABLE = (*SUFFIXES, ".json", *NDJSON)
OTHER_DELIMITERS = (";", "\t", "|")


def table_files(path: Path, endings: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """List the files to read: the file itself, or those of a folder that have one of the endings, by name.

    Raises
    ------
    MissingDataError
        When the path does not exist or the folder holds none.

    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if _is_table(file, endings))
        if not files:
            raise MissingDataError(f"{path}: the folder holds no {', '.join(endings[:-1])} or {endings[-1]} file")
        return files
    if not path.exists():
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        near = get_close_matches(path.name, [file.name for file in beside if _is_table(file, endings)])
        hint = f"; did you mean {', '.join(near)}?" if near else f" (searched from {Path.cwd()})"
        raise MissingDataError(f"{path}: no such file{hint}")
    return [path]


def _is_table(file: Path, endings: tuple[str, ...]) -> bool:
    return file.suffix.lower() in endings and file.is_file() and not file.name.startswith(".")


def read_text_table(path: Path, only: Collection[str] | None = None, *, go_on: bool = False) -> TextTable:
    """Read a CSV, parquet, JSON or NDJSON file as text; with ``only``, give just those of its columns.

    With ``go_on`` lines of NDJSON that are no row are listed in the table and stop nothing.

    Raises
    ------
    InputError
        With every fault of the file: not UTF-8, NUL bytes, a ragged row, an open quote, a repeated or absent header,
        no rows, a damaged parquet file, a column that is no text, number or time; or not JSON, to the letter.
    MissingDataError
        When the file cannot be opened.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read: {error.strerror}") from error
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_csv(path.name, content, only)
    if suffix == ".parquet":
        return _read_parquet(path.name, content, only)
    if suffix == ".json":
        return read_json(path.name, content, only)
    if suffix in NDJSON:
        return read_ndjson(path.name, content, only, go_on=go_on)
    raise broken(path.name, Finding(path.name, "", path.suffix, f"is none of {', '.join(READABLE)}"))


def read_csv(name: str, content: bytes, only: Collection[str] | None = None) -> TextTable:
    """Read the bytes of a CSV file as text; the faults are those of `read_text_table`."""
    header, records, rows = _records(name, decode(name, content))
    found = _header(name, header)
    if not records:
        raise broken(name, Finding(name, "", "", "has a header but no rows"))
    ragged = [
        Finding(
            f"{name} row {row}",
            "",
            ",".join(fields)[:SHOWN],
            f"has {len(fields)} fields, the header has {len(found)}",
            'put a field that contains a comma between quotes "',
        )
        for row, fields in zip(rows, records, strict=True)
        if len(fields) != len(found)
    ]
    if ragged:
        raise broken(name, *ragged)
    columns = zip(found, zip(*records, strict=True), strict=True)
    kept = {column: pl.Series(column, texts, pl.String) for column, texts in columns if only is None or column in only}
    return TextTable(pl.DataFrame(kept), np.array(rows, dtype=np.int64), found)


def _records(name: str, text: str) -> tuple[list[str], list[list[str]], list[int]]:
    header: list[str] = []
    records: list[list[str]] = []
    rows: list[int] = []
    start = 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    with _long_fields():
        try:
            for fields in reader:
                if not header:
                    header = fields if _is_filled(fields) else header
                elif _is_filled(fields):
                    records.append(fields)
                    rows.append(start)
                start = reader.line_num + 1
        except csv.Error as error:
            problem = f"has a quote that is opened and not closed, or text after a closing quote ({error})"
            hint = 'a quote inside a quoted field is written twice, as ""'
            raise broken(name, Finding(f"{name} row {start}", "", "", problem, hint)) from error
    return header, records, rows


def _is_filled(fields: list[str]) -> bool:
    return len(fields) > 1 or (len(fields) == 1 and bool(fields[0].strip()))


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let a field be as long as the file; the csv module's own limit is 128 kB."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _header(name: str, header: list[str]) -> tuple[str, ...]:
    found = tuple(column.strip() for column in header)
    where = f"{name} row 1"
    other = next((mark for mark in OTHER_DELIMITERS if len(found) == 1 and mark in found[0]), None)
    if other is not None:
        problem = f"has one column: the delimiter seems to be {other!r}, expected ','"
        raise broken(name, Finding(where, "", found[0][:SHOWN], problem, "save the file with commas"))
    repeated = sorted({column for column in found if found.count(column) > 1})
    if repeated:
        raise broken(name, *(Finding(where, column, "", "the column stands twice or more") for column in repeated))
    return found


def _read_parquet(name: str, content: bytes, only: Collection[str] | None) -> TextTable:
    try:
        height = pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()
        frame = pl.read_parquet(io.BytesIO(content)) if height <= MOST_ROWS else None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        digest = hashlib.sha256(content).hexdigest()[:16]
        problem = f"is no readable parquet file ({len(content)} bytes, sha256 {digest}...)"
        raise broken(name, Finding(name, "", "", problem, "delete it and fetch or write it again")) from error
    if frame is None:
        raise broken(name, Finding(name, "", "", f"has {height} rows, at most {MOST_ROWS} are read"))
    if frame.is_empty():
        raise broken(name, Finding(name, "", "", "has no rows"))
    kept = [column for column in frame.columns if only is None or column in only]
    texts, refused = _texts(name, frame.select(kept))
    if refused:
        raise broken(name, *refused)
    return TextTable(pl.DataFrame(texts), np.arange(1, frame.height + 1, dtype=np.int64), tuple(frame.columns))


def _texts(name: str, frame: pl.DataFrame) -> tuple[list[pl.Series], list[Finding]]:
    texts: list[pl.Series] = []
    refused: list[Finding] = []
    for column in frame.columns:
        dtype = frame.schema[column]
        if dtype.is_nested() or dtype in {pl.Binary, pl.Object, pl.Duration}:
            refused.append(Finding(name, column, "", f"dtype is {dtype}, expected text, numbers or times"))
        else:
            texts.append(frame[column].cast(pl.String))
    return texts, refused
