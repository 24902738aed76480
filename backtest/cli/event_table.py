"""Rows of texts as aligned lines that no terminal obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.cli.console import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["amount", "table"]

WIDEST = 56
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"))


def table(header: Sequence[str], rows: Iterable[Sequence[object]], widest: int = WIDEST) -> list[str]:
    """Align the cells; each is one line, cut at the widest, the last column never."""
    texts = [tuple(header), *(_cells(row, widest) for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(header))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts]


def _cells(row: Sequence[object], widest: int) -> tuple[str, ...]:
    cells = [" ".join(clean("" if cell is None else cell).split()) for cell in row]
    return (*(cell if len(cell) <= widest else f"{cell[: widest - 3]}..." for cell in cells[:-1]), cells[-1])


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
