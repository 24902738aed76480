"""What every reader of tables shares: a file as text, its decoding, and the shape of its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.errors import Finding, InputError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

__all__ = ["MOST_ROWS", "SHOWN", "TextTable", "broken", "decode"]

MOST_ROWS = 50_000_000
SHOWN = 60


class TextTable(NamedTuple):
    """A file as text.

    Attributes
    ----------
    frame
        Every column a String; an empty CSV field is "", a null of parquet or JSON is null; nothing is stripped.
    rows
        Row numbers for people, shape (row,): from 1; of a CSV the line in which the row starts, the header being 1; of
        NDJSON the line; of a JSON array the position of the object.
    found
        Names of all columns of the file, also of those that were not asked for.
    lost
        Lines of NDJSON that are no row, where the reader was told to go on without them.

    """

    frame: pl.DataFrame
    rows: NDArray[np.int64]
    found: tuple[str, ...]
    lost: tuple[Finding, ...] = ()


def broken(name: str, *findings: Finding) -> InputError:
    """Give the error of a file that cannot be used."""
    return InputError(f"{name}: cannot be used as it is", findings)


def decode(name: str, content: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises
    ------
    InputError
        When the bytes are not UTF-8, hold a NUL, or are empty.

    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8: byte {content[error.start]:#04x} at offset {error.start}"
        hint = "save the file as UTF-8; it looks like Latin-1, Windows-1252 or UTF-16"
        raise broken(name, Finding(f"{name} line {line}", "", "", problem, hint)) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problem = f"holds a NUL byte at offset {content.index(0)}"
        hint = "the file is damaged, or UTF-16: save it as UTF-8"
        raise broken(name, Finding(f"{name} line {line}", "", "", problem, hint))
    if not text.strip():
        raise broken(name, Finding(name, "", "", "is empty, rows are required"))
    return text
