"""Tables of finished text."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Cell", "Column", "Table", "as_total", "counted", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; numeric columns stand right-aligned."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, the number it is sorted by, a text on hover, an http(s) address, a class, a share of colour."""

    text: str
    sort: str = ""
    title: str = ""
    href: str = ""
    kind: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, columns, rows and a remark below."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    kind: str = ""


def text(value: str, title: str = "") -> Cell:
    """Make a cell of plain text."""
    return Cell(value, title=title)


def counted(shown: str, value: float | None) -> Cell:
    """Make a cell of a number, sortable by its full value."""
    return Cell(shown, sort="" if value is None else repr(float(value)))


def as_total(cell: Cell) -> Cell:
    """Make the cell one of a row of totals."""
    return replace(cell, kind="total")
