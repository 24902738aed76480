"""Strict CSV: bytes to a frame of texts that keeps the row numbers of the file, or every offence against the form.

polars pads short rows with nulls, renames repeated columns and names neither file nor row, so the form is checked here
and the values are typed afterwards.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from data.errors import Finding, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ROW", "read_csv"]

# Name of the column of row numbers: a text file cannot hold it, for NUL bytes are refused.
ROW = "\0row"
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
BOM = b"\xef\xbb\xbf"
MOST_EXCERPT = 60

Rows = list[tuple[int, list[str]]]


def read_csv(data: bytes, where: str) -> pl.DataFrame:
    """Read a comma-separated table: every column as text, and ROW, the line in which each row starts.

    Blank lines are skipped and counted, CRLF and a byte order mark are accepted; the header is row 1.

    Raises
    ------
    InputError
        With all offences against the form: encoding, NUL bytes, quotes, header, too many or too few fields.

    """
    rows = _records(_decode(data, where), where)
    header = [name.strip() for name in rows[0][1]] if rows else []
    found = _header_offences(header, where) or _ragged(rows, len(header), where)
    if found:
        raise InputError(f"{where}: not a well-formed CSV file, {len(found)} offences", found)
    columns = list(zip(*(fields for _, fields in rows[1:]), strict=True)) or [()] * len(header)
    texts = {name: pl.Series(name, column, dtype=pl.String) for name, column in zip(header, columns, strict=True)}
    return pl.DataFrame({ROW: pl.Series([row for row, _ in rows[1:]], dtype=pl.UInt32), **texts})


def _decode(data: bytes, where: str) -> str:
    if not data.strip():
        raise _refused(where, "", f"is empty ({len(data)} bytes)", "delete it or export it again")
    data = data.removeprefix(BOM)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _refused(where, "", "is encoded in UTF-16, expected UTF-8", "save it as CSV UTF-8")
    if b"\0" in data:
        row = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _refused(f"{where} row {row}", "", "holds a NUL byte, so it is not a text file", "export it again")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        byte = f"\\x{data[error.start]:02x}"
        problem = f"is not UTF-8 at byte {error.start} (probably Latin-1 or Windows-1252)"
        raise _refused(f"{where} row {row}", byte, problem, "save it as CSV UTF-8") from error


def _records(text: str, where: str) -> Rows:
    """Give (row, fields) of each line that is not blank."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, strict=True)
    rows: Rows = []
    start = 1
    try:
        for fields in reader:
            if fields and (len(fields) > 1 or fields[0].strip()):
                rows.append((start, fields))
            start = reader.line_num + 1
    except csv.Error as error:
        problem = "a quote that opens here is not closed" if _is_open(str(error)) else f"cannot be split: {error}"
        excerpt = "".join(_lines(text, start))[:MOST_EXCERPT]
        raise _refused(f"{where} row {start}", excerpt, problem, "close the quote, or remove it") from error
    return rows


def _is_open(message: str) -> bool:
    return "unexpected end" in message or "larger than field limit" in message


def _lines(text: str, row: int) -> Iterator[str]:
    yield from text.split("\n")[row - 1 : row]


def _header_offences(header: list[str], where: str) -> list[Finding]:
    if len(header) == 1:
        for delimiter, word in OTHER_DELIMITERS.items():
            if delimiter in header[0]:
                problem = f"fields are separated by {word}, expected commas"
                return [Finding(f"{where} row 1", "", header[0][:MOST_EXCERPT], problem, "save it with commas")]
    repeated = sorted({name for name in header if header.count(name) > 1})
    return [
        Finding(f"{where} row 1", name, "", f"column name stands {header.count(name)} times", "rename all but one")
        for name in repeated
    ]


def _ragged(rows: Rows, width: int, where: str) -> list[Finding]:
    return [
        Finding(
            f"{where} row {row}", "", ",".join(fields)[:MOST_EXCERPT], f"has {len(fields)} fields, expected {width}"
        )
        for row, fields in rows[1:]
        if len(fields) != width
    ]


def _refused(where: str, value: str, problem: str, hint: str) -> InputError:
    finding = Finding(where, "", value, problem, hint)
    return InputError(str(finding), (finding,))
