"""Tables of finished text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backtest.tearsheet.format import DASH

__all__ = ["Cell", "Column", "Table", "as_total", "counted", "missing", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; numeric columns stand right-aligned; ``hint``, how its numbers are made, shows on hover.

    ``kind`` is a class of the heading alone: it sets the least width of the column.
    """

    label: str
    numeric: bool = False
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, the number it is sorted by, a text on hover, an http(s) address, a class, a share of colour.

    ``exact`` are the whole numbers behind a text that shows several, in their order.
    """

    text: str
    sort: str = ""
    title: str = ""
    href: str = ""
    kind: str = ""
    share: str = ""
    exact: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, columns, rows and a remark below."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    kind: str = ""

    @property
    def classes(self) -> str:
        """Give its class and where its columns of words stand: t with the column, u after one of numbers.

        Numbers are the rule: said once for the table, the thousand cells of a page need no class of their own.
        """
        numeric = [column.numeric for column in self.columns]
        words = [
            f"{'u' if k and numeric[k - 1] else 't'}{k + 1}" for k, is_number in enumerate(numeric) if not is_number
        ]
        return " ".join([*([self.kind] if self.kind else []), *(words if any(numeric) else ["words"])])


def text(value: str, title: str = "") -> Cell:
    """Make a cell of plain text."""
    return Cell(value, title=title)


def counted(shown: str, value: float | None, why: str = "") -> Cell:
    """Make a cell of a number, sortable by twelve digits of it; ``why`` there is none shows on hover."""
    return Cell(shown, title=why) if value is None else Cell(shown, sort=f"{value:.12g}")


def missing(why: str) -> Cell:
    """Make the cell of a number that is not there."""
    return Cell(DASH, title=why)


def as_total(cell: Cell) -> Cell:
    """Make the cell one of a row of totals."""
    return replace(cell, kind="total")
