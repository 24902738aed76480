"""A histogram with one value marked, a waterfall, and a grid of coloured cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.tearsheet.charts.axes import at, canvas, frame, value_axis
from backtest.tearsheet.charts.scales import linear, nice_ticks
from backtest.tearsheet.charts.svg import Attributes, el, exact, joined
from backtest.tearsheet.format import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

__all__ = ["Step", "cells", "histogram", "waterfall"]

BINS = 40
AXIS_HEIGHT = 22
ROW, THICK = 22, 14
# Right of the bars stand their numbers, one under another.
ROOM = 0.5
SHADES = 5
CELL_HEIGHT = 9
LABELLED = 14
# The label of the marked value stands above the highest bar.
HEAD = 1.2


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of a waterfall from where the last one ended, ``value`` long; a ``whole`` one starts from zero."""

    label: str
    start: float
    end: float
    text: str
    hint: str
    value: float = 0.0
    whole: bool = False


def histogram(values: Sequence[float], actual: float, height: int, description: str, label: str) -> Markup:
    """Draw fractions as counts in equal bins, the bins from ``actual`` on in another colour, and ``actual`` itself."""
    low, high = min(*values, actual), max(*values, actual)
    span = (high - low) or 1.0
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int((value - low) / span * BINS))] += 1
    scale = linear([float(max(counts)) * HEAD], height, include=(0.0,), most=4)
    place = (actual - low) / span
    drawn = []
    for k, count in enumerate(counts):
        if count:
            y = scale.y(float(count))
            role = "b" if (k + 0.5) / BINS >= place else "c"
            box: Attributes = {"class": f"bar {role}", "x": at(k / BINS), "width": at(0.9 / BINS), "y": y,
                               "height": height - y}  # fmt: skip
            drawn.append(el("rect", box))
    ticks = joined(
        el(
            "text",
            {"x": at((tick - low) / span), "y": height + 16, "class": "mid", **exact(tick)},
            percent(tick, _places(span)),
        )
        for tick in nice_ticks(low, high, 5)
    )
    right = place > 0.5
    side: Attributes = {"x": at(place), "dx": -5 if right else 5, "y": 12, "class": "value end" if right else "value"}
    line = el("line", {"class": "actual", "x1": at(place), "x2": at(place), "y2": height})
    axis = value_axis(scale, in_percent=False)
    return frame(height + AXIS_HEIGHT, description, axis, ticks, *drawn, line, el("text", side | exact(actual), label))


def _places(span: float) -> int:
    return max(0, min(4, 1 - math.floor(math.log10(span * 100))))


def waterfall(steps: Sequence[Step], description: str) -> Markup:
    """Draw steps one under another, blue where they add and orange where they take away."""
    ends = [0.0, *(step.start for step in steps), *(step.end for step in steps)]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    high += span * ROOM
    drawn = [_step(step, k, low, high) for k, step in enumerate(steps)]
    zero = at(-low / (high - low))
    axis = el("line", {"class": "zero", "x1": zero, "x2": zero, "y2": len(steps) * ROW})
    return frame(len(steps) * ROW + 4, description, axis, *drawn)


def _step(step: Step, k: int, low: float, high: float) -> Markup:
    start, end = ((value - low) / (high - low) for value in (step.start, step.end))
    middle = k * ROW + ROW / 2
    up = step.end >= step.start
    box: Attributes = {
        "class": "bar a" if step.whole else "up" if up else "down", "x": at(min(start, end)),
        "width": at(abs(end - start)), "y": middle - THICK / 2, "height": THICK,
    }  # fmt: skip
    side: Attributes = {"x": "100%", "y": middle + 4, "class": "value end", **exact(step.value)}
    label = el("text", {"x": -8, "y": middle + 4, "class": "end label"}, step.label)
    return el("g", {}, el("title", {}, step.hint), label, el("rect", box), el("text", side, step.text))


def cells(
    rows: Sequence[tuple[str, Sequence[float | None]]], columns: Sequence[str], full: float, description: str
) -> Markup:
    """Draw values as shades of two colours, ``full`` and beyond the strongest; one path for every shade."""
    shades: dict[str, list[str]] = {}
    for y, (_, values) in enumerate(rows):
        for x, value in enumerate(values):
            if value is not None and math.isfinite(value) and value:
                step = min(SHADES, math.ceil(abs(value) / full * SHADES))
                shades.setdefault(f"{'up' if value > 0 else 'down'} s{step}", []).append(f"M{x} {y}h1")
    height = len(rows) * CELL_HEIGHT
    paths = [el("path", {"class": kind, "d": "".join(found)}) for kind, found in sorted(shades.items())]
    labels = [
        el("text", {"x": at((x + 0.5) / len(columns)), "y": height + 16, "class": "mid"}, label)
        for x, label in enumerate(columns)
        if label
    ]
    every = max(1, math.ceil(LABELLED / CELL_HEIGHT))
    names = [
        el("text", {"x": -6, "y": y * CELL_HEIGHT + 9, "class": "end tiny"}, name)
        for y, (name, _) in enumerate(rows)
        if y % every == 0
    ]
    # A cell is a stroke as wide as a row is high, so a row's middle stands at its whole number.
    plane = canvas("cells", height, f"0 -.5 {len(columns)} {len(rows)}", *paths)
    return frame(height + AXIS_HEIGHT, description, plane, *labels, *names)
