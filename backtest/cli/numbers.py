"""A series as a line of blocks, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["spark"]

Ends = tuple[float, float]

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.-~=+*#"


def spark(values: Sequence[float | None], width: int, *, plain: bool = False, ends: Ends | None = None) -> str:
    """Draw a series in one line, each column the last value of its share, blank where that is unknown.

    ``ends`` are the values of the lowest and the highest block; the series' own when not given.
    """
    levels = ASCII_BLOCKS if plain else BLOCKS
    width = max(min(width, len(values)), 0)
    picked = [values[(column + 1) * len(values) // width - 1] for column in range(width)]
    known = [one for one in picked if one is not None]
    low, high = ends or (min(known, default=0.0), max(known, default=0.0))
    return "".join(" " if one is None else levels[_level(one, low, high, len(levels))] for one in picked)


def _level(value: float, low: float, high: float, count: int) -> int:
    """Give the block of a value; the lowest for a series that never moves."""
    return min(max(int((value - low) / (high - low) * count), 0), count - 1) if high > low else 0
