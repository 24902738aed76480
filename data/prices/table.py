"""One price file as it lies on disk: found, opened from bytes that are read once, and named when it cannot be read."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from data.errors import Finding, InputError, MissingDataError
from data.prices.text import ROW, read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Part", "Table", "collect", "find", "naming", "open_table"]

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

    """
    if path.is_dir():
        files = sorted(item for item in path.iterdir() if _is_table(item) and not item.name.startswith("."))
        if files:
            return files
        raise MissingDataError(f"{path}: the folder holds no price file ({' or '.join(SUFFIXES)})")
    if not path.is_file():
        raise MissingDataError(f"{path}: there is no such file{_nearest(path)}")
    if not _is_table(path):
        raise InputError(f"{path}: is neither {' nor '.join(SUFFIXES)}, so it cannot hold prices")
    return [path]


def _is_table(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in SUFFIXES


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f", nor the folder {path.parent}"
    near = get_close_matches(path.name, sorted(item.name for item in path.parent.iterdir()))
    return f"; nearest in its folder: {', '.join(near)}" if near else ""


def open_table(path: Path) -> Table:
    """Read a file's bytes once and open them; rows count as in the file (a CSV's header is row 1).

    polars opens a parquet path twice, so a file that is replaced meanwhile would be read torn.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingDataError(f"{path}: cannot be read ({error.strerror})") from error
    if path.suffix.lower() == ".csv":
        frame = read_csv(data, path.name)
        return Table(path.name, len(data), frame.lazy(), tuple(frame.columns[1:]))
    _check_magic(data, path.name)
    with naming(path.name, len(data)):
        rows = pl.scan_parquet(io.BytesIO(data), row_index_name=ROW)
        names = rows.collect_schema().names()
    return Table(path.name, len(data), rows.with_columns(pl.col(ROW) + 1), tuple(name for name in names if name != ROW))


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
