"""Bars: horizontal ones with their label in the gutter, and upright groups side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.tearsheet.charts.axes import at, frame, value_axis
from backtest.tearsheet.charts.scales import drawable, linear
from backtest.tearsheet.charts.svg import Attributes, el, exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

__all__ = ["Bar", "Group", "bars", "groups"]

ROW = 21
THICK = 13
ROOM = 0.54
AXIS_HEIGHT = 22
WIDEST = 0.035
FEW_LABELS = 6
MANY_LABELS = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar: label, length, the number as text, what hovering tells, and more label where there is room."""

    label: str
    value: float
    text: str
    hint: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Upright bars of one label, as (role, value, hint)."""

    label: str
    bars: Sequence[tuple[str, float | None, str]]


def bars(rows: Sequence[Bar], description: str) -> Markup:
    """Draw horizontal bars from a common zero, blue to the right and orange to the left."""
    low, high = min([0.0, *(row.value for row in rows)]), max([0.0, *(row.value for row in rows)])
    span = (high - low) or 1.0
    low, high = low - span * ROOM * (low < 0), high + span * ROOM
    zero = (0.0 - low) / (high - low)
    drawn = [_bar(row, k, zero, (row.value - low) / (high - low)) for k, row in enumerate(rows)]
    axis = el("line", {"class": "zero", "x1": at(zero), "x2": at(zero), "y2": len(rows) * ROW})
    return frame(max(len(rows), 1) * ROW + 4, description, *drawn, axis)


def _bar(row: Bar, k: int, zero: float, end: float) -> Markup:
    middle = k * ROW + ROW / 2
    up = row.value >= 0
    box = {
        "class": "up" if up else "down",
        "x": at(min(zero, end)),
        "width": at(abs(end - zero)),
        "y": middle - THICK / 2,
        "height": THICK,
    }
    side: Attributes = {"x": at(end), "dx": 5 if up else -5, "y": middle + 4, "class": "value" if up else "value end"}
    more = [el("tspan", {"class": "wide"}, f" {row.more}")] if row.more else []
    return el(
        "g",
        {},
        el("title", {}, row.hint),
        el("text", {"x": -8, "y": middle + 4, "class": "end label"}, row.label, *more),
        el("rect", box),
        el("text", side | exact(row.value), row.text),
    )


def groups(columns: Sequence[Group], height: int, description: str) -> Markup:
    """Draw groups of upright bars in percent over their labels."""
    values = [value for column in columns for _, value, _ in column.bars if value is not None and drawable(value)]
    scale = linear(values, height, include=(0.0,), most=7)
    labelled = max(1, math.ceil(len(columns) / MANY_LABELS))
    every = labelled * max(1, math.ceil(len(columns) / labelled / FEW_LABELS))
    slot = 1 / len(columns)
    drawn = []
    for k, column in enumerate(columns):
        wide = min(slot * 0.8 / len(column.bars), WIDEST)
        left = (k + 0.5) * slot - wide * len(column.bars) / 2
        for j, (role, value, hint) in enumerate(column.bars):
            if value is None or not drawable(value):
                continue
            top, bottom = sorted((scale.y(value), scale.y(0.0)))
            box: Attributes = {
                "class": f"bar {role}",
                "x": at(left + j * wide),
                "width": at(wide * 0.86),
                "y": top,
                "height": max(bottom - top, 0.5),
            }
            drawn.append(el("rect", box | exact(value), el("title", {}, hint)))
        if k % labelled:
            continue
        kind = "mid" if k % every == 0 else "mid wide"
        drawn.append(el("text", {"x": at((k + 0.5) * slot), "y": height + 16, "class": kind}, column.label))
    return frame(height + AXIS_HEIGHT, description, value_axis(scale, in_percent=True), *drawn)
