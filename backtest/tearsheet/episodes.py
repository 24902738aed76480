"""Drawdowns as episodes, and who caused a span of sessions: the attribution summed between two sessions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = ["Episode", "causes", "episodes"]


@dataclass(frozen=True, slots=True)
class Episode:
    """A fall below a peak; indices of sessions, ``peak`` -1 is the start, ``recovery`` None is not yet."""

    depth: float
    peak: int
    trough: int
    recovery: int | None


def episodes(growth: Sequence[float | None], most: int = 5) -> list[Episode]:
    """Give the deepest episodes, deepest first; one lasts from a peak to the session that reaches it again."""
    found: list[Episode] = []
    high, peak, low, trough = 1.0, -1, 1.0, -1
    for i, value in enumerate(growth):
        if value is None:
            continue
        if value >= high:
            if low < high:
                found.append(Episode(low / high - 1.0, peak, trough, i))
            high, peak, low, trough = value, i, value, i
        elif value < low:
            low, trough = value, i
    if low < high:
        found.append(Episode(low / high - 1.0, peak, trough, None))
    return sorted(found, key=lambda one: (one.depth, one.peak))[:most]


def causes(attribution: pl.DataFrame, after: date | None, until: date) -> list[tuple[str, float]]:
    """Give (part, P&L) of the sessions after ``after`` (None: from the first) up to ``until``, largest losses first."""
    window = attribution.filter(pl.col("session") <= until)
    if after is not None:
        window = window.filter(pl.col("session") > after)
    parts: dict[str, list[float]] = {}
    for name, pnl in window.select("event_id", "pnl").iter_rows():
        parts.setdefault(name, []).append(pnl)
    return sorted(((name, math.fsum(values)) for name, values in parts.items()), key=lambda pair: (pair[1], pair[0]))
