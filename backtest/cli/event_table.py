"""Rows of texts as aligned lines that no terminal obeys."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from backtest.cli.console import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["amount", "table", "wrapped"]

WIDEST = 56
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"))
GAP = 2
# In a terminal: what is left of a column that has to shrink, and what the last one gets before others do.
NARROWEST, LAST = 10, 32


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], widest: int = WIDEST, spare: Sequence[str] = ()
) -> list[str]:
    """Align the cells; each is one line, cut at the widest, the last column never.

    A terminal that is too narrow gets the table without the spare columns, first things first, then with narrower
    ones, and the last column wrapped; a pipe gets all of it.
    """
    texts = [tuple(header), *(_cells(row, widest) for row in rows)]
    limit = _limit()
    return _aligned(texts) if limit is None else _fitted(texts, spare, limit)


def wrapped(text: str) -> list[str]:
    """Break a sentence between words where a terminal would break it anywhere; a pipe gets it whole."""
    limit = _limit()
    return [text] if limit is None else textwrap.wrap(text, limit, subsequent_indent=" " * GAP) or [""]


def _limit() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _widths(texts: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]


def _aligned(texts: Sequence[Sequence[str]]) -> list[str]:
    widths = _widths(texts)
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts]


def _fitted(texts: list[tuple[str, ...]], spare: Sequence[str], limit: int) -> list[str]:
    """Give the table in at most so many columns: rows stay rows, only their last cell may go on below."""
    for name in spare:
        if _needed(_widths(texts)) > limit and name in texts[0]:
            out = texts[0].index(name)
            texts = [(*row[:out], *row[out + 1 :]) for row in texts]
    widths = _widths(texts)
    while _needed(widths) > limit and max(widths[:-1]) > NARROWEST:
        widths[widths.index(max(widths[:-1]))] -= 1
    indent = sum(widths[:-1]) + GAP * (len(widths) - 1)
    return [line for row in texts for line in _wrapped(row, widths, indent, max(limit - indent, NARROWEST))]


def _needed(widths: Sequence[int]) -> int:
    return sum(widths[:-1]) + min(widths[-1], LAST) + GAP * (len(widths) - 1)


def _wrapped(row: Sequence[str], widths: Sequence[int], indent: int, room: int) -> list[str]:
    cut = [_shortened(cell, width).ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
    first, *rest = textwrap.wrap(row[-1], room) or [""]
    return [(" " * GAP).join([*cut, first]).rstrip(), *(" " * indent + line for line in rest)]


def _shortened(cell: str, width: int) -> str:
    """Cut out the middle: names begin alike and row numbers stand at the end."""
    tail = (width - 3) // 2
    return cell if len(cell) <= width else f"{cell[: width - 3 - tail]}...{cell[len(cell) - tail :]}"


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 3]}..."


def _cells(row: Sequence[object], widest: int) -> tuple[str, ...]:
    cells = [" ".join(clean("" if cell is None else cell).split()) for cell in row]
    return (*(_cut(cell, widest) for cell in cells[:-1]), cells[-1])


def amount(number: float | None, unit: str | None) -> str:
    """Give a number with its unit, dollars in the largest fitting thousand."""
    if number is None:
        return ""
    if unit == "USD":
        for scale, name in SCALES:
            if abs(number) >= scale:
                return (
                    f"{number / scale:,.4g} {name}" if abs(number) < 1000 * scale else f"{number / scale:,.0f} {name}"
                )
    return f"{number:,.6g}{f' {unit}' if unit and unit != 'text' else ''}"
