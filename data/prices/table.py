"""One price file as it lies on disk: found, opened from bytes that are read once, and named when it cannot be read."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from data.errors import Finding, InputError, MissingDataError
from data.tables import MOST_ROWS, read_csv, table_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ROW", "Part", "Table", "collect", "find", "naming", "open_table"]

# Name of the column of row numbers: a text file cannot hold it, for NUL bytes are refused.
ROW = "\0row"
SUFFIXES = (".csv", ".parquet")
MAGIC = b"PAR1"
READ_AGAIN = "delete it and fetch or export it again"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An open file: its name without the folders, its size in bytes, its rows with ROW, and its columns."""

    name: str
    size: int
    rows: pl.LazyFrame
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Typed rows of one file under our names, offences that forbid a run, and what a reader must know."""

    frame: pl.DataFrame
    errors: tuple[Finding, ...]
    notes: tuple[Finding, ...]


def find(path: Path) -> list[Path]:
    """List the price files at a path: the file itself, or those of the folder by name.

    Raises
    ------
    MissingDataError
        When there is none, with the nearest names.
    InputError
        When the file is of another kind.

    """
    files = table_files(path)
    if files[0].suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: is neither {' nor '.join(SUFFIXES)}, so it cannot hold prices")
    return files


def open_table(path: Path) -> Table:
    """Read a file's bytes once and open them; rows count as in the file (a CSV's header is row 1).

    polars opens a parquet path twice, so a file that is replaced meanwhile would be read torn.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror})") from error
    if path.suffix.lower() == ".csv":
        text = read_csv(path.name, data)
        rows = pl.DataFrame([pl.Series(ROW, text.rows, pl.UInt32), *text.frame.get_columns()])
        return Table(path.name, len(data), rows.lazy(), text.found)
    _check_magic(data, path.name)
    with naming(path.name, len(data)):
        scanned = pl.scan_parquet(io.BytesIO(data), row_index_name=ROW)
        names = scanned.collect_schema().names()
        height = scanned.select(pl.len()).collect().item()
    if height > MOST_ROWS:
        finding = Finding(path.name, "", "", f"has {height} rows, at most {MOST_ROWS} are read", "split it")
        raise InputError(str(finding), (finding,))
    numbered = scanned.with_columns(pl.col(ROW) + 1)
    return Table(path.name, len(data), numbered, tuple(name for name in names if name != ROW))


def collect(rows: pl.LazyFrame, table: Table) -> pl.DataFrame:
    """Read the rows of a query on a table."""
    with naming(table.name, table.size):
        return rows.collect()


def _check_magic(data: bytes, name: str) -> None:
    if len(data) > 2 * len(MAGIC) and data.startswith(MAGIC) and data.endswith(MAGIC):
        return
    looks = "a web page" if data.lstrip().startswith(b"<") else "torn, or never was one"
    finding = Finding(name, "", "", f"is no parquet file but {looks} ({len(data)} bytes)", READ_AGAIN)
    raise InputError(str(finding), (finding,))


@contextmanager
def naming(name: str, size: int) -> Iterator[None]:
    """Turn a failure of polars, panics included, into an error that names the file."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        finding = Finding(name, "", "", f"is damaged, cannot be read ({size} bytes): {reason}", READ_AGAIN)
        raise InputError(str(finding), (finding,)) from error
