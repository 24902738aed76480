"""Charts over sessions: lines, steps, areas under water and sticks, all on the same time axis."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from backtest.tearsheet.charts.axes import at, frame, time_axis, value_axis
from backtest.tearsheet.charts.scales import along, decimate, drawable, linear, log, session_ticks
from backtest.tearsheet.charts.svg import Attributes, decimal, el, joined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from backtest.tearsheet.charts.scales import Scale

__all__ = ["Line", "TimeChart", "time_chart"]

BUCKETS = 600
# The plot's own units: 10,000 across, ten to a pixel down, so that whole numbers are fine enough.
WIDTH = 10_000
FINE = 10
# Below this height there is room for three labels only.
LOW = 100
AXIS_HEIGHT = 22


@dataclass(frozen=True, slots=True)
class Line:
    """A series over the sessions; ``role`` chooses colour and dash, None is a gap."""

    name: str
    role: str
    values: Sequence[float | None]
    shape: Literal["line", "area", "layer", "sticks"] = "line"


@dataclass(frozen=True, slots=True)
class TimeChart:
    """What one chart over sessions shows."""

    description: str
    sessions: Sequence[date]
    lines: Sequence[Line]
    height: int
    is_log: bool = False
    in_percent: bool = False
    include: tuple[float, ...] = ()
    strip: Markup | None = None
    strip_height: int = 0
    buckets: int = BUCKETS


def time_chart(chart: TimeChart) -> Markup:
    """Draw a chart over sessions with its axes, an optional strip of marks below the plot and a hidden crosshair."""
    count, low = len(chart.sessions), chart.height + chart.strip_height
    scale = _scale(chart)
    cross = el("line", {"class": "cross", "x1": 0, "x2": 0, "y1": 0, "y2": low})
    strip = el("g", {"transform": f"translate(0 {chart.height})"}, chart.strip) if chart.strip else el("g")
    return frame(
        low + AXIS_HEIGHT,
        chart.description,
        time_axis(session_ticks(chart.sessions), count, low),
        value_axis(scale, in_percent=chart.in_percent),
        joined(_drawn(line, scale, count, chart.buckets) for line in reversed(chart.lines)),
        strip,
        cross,
    )


def _scale(chart: TimeChart) -> Scale:
    values = [v for line in chart.lines for v in line.values if v is not None and drawable(v, positive=chart.is_log)]
    if chart.is_log:
        return log(values, chart.height, include=chart.include)
    return linear(values, chart.height, include=chart.include, most=5 if chart.height > LOW else 3)


def _drawn(line: Line, scale: Scale, count: int, buckets: int) -> Markup:
    kept = decimate(line.values, buckets, positive=scale.is_log)
    if len(kept) == 1:
        return _alone(line, kept[0], scale, count)
    runs = _runs(kept, line.values, positive=scale.is_log)
    paths = [_path(line, run, scale, count) for run in runs]
    box: Attributes = {
        "viewBox": f"0 0 {WIDTH} {decimal(scale.height * FINE)}",
        "preserveAspectRatio": "none",
        "width": "100%",
        "height": scale.height,
        "class": "plot",
    }
    return el("svg", box, *paths)


def _alone(line: Line, index: int, scale: Scale, count: int) -> Markup:
    """Draw the only value: a point, or a column where layers pile up."""
    y = scale.y(line.values[index] or 0.0)
    if line.shape == "layer":
        top, bottom = sorted((y, scale.y(0.0)))
        return el("rect", {"class": f"layer {line.role}", "x": "47%", "width": "6%", "y": top, "height": bottom - top})
    return el("circle", {"class": f"dot {line.role}", "cx": at(along(index, count)), "cy": y, "r": 4})


def _runs(kept: list[int], values: Sequence[float | None], *, positive: bool) -> list[list[int]]:
    """Split where a gap lies between two kept sessions."""
    gaps = [0]
    for value in values:
        gaps.append(gaps[-1] + (not drawable(value, positive=positive)))
    runs: list[list[int]] = []
    for i in kept:
        if runs and gaps[i] == gaps[runs[-1][-1]]:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _path(line: Line, run: list[int], scale: Scale, count: int) -> Markup:
    points = [(round(along(i, count) * WIDTH), round(scale.y(line.values[i] or 0.0) * FINE)) for i in run]
    zero = round((scale.height if scale.is_log else scale.y(0.0)) * FINE)
    if line.shape == "sticks":
        return el("path", {"class": f"stick {line.role}", "d": "".join(f"M{x} {zero}V{y}" for x, y in points)})
    trace = _strokes(points)
    # A lone point between gaps still shows: a stroke of no length has round ends.
    start = f"M{points[0][0]} {points[0][1]}" + (trace or "h0")
    closed = f"M{points[0][0]} {zero}V{points[0][1]}{trace}V{zero}Z"
    if line.shape == "layer":
        return el("path", {"class": f"layer {line.role}", "d": closed})
    drawn = el("path", {"class": f"line {line.role}", "d": start})
    if line.shape != "area":
        return drawn
    return joined([el("path", {"class": f"area {line.role}", "d": closed}), drawn])


def _strokes(points: Sequence[tuple[int, int]]) -> str:
    """Write straight strokes as differences, which are short."""
    moves = [f"{x - u} {y - v}" for (u, v), (x, y) in pairwise(points)]
    return "l" + " ".join(moves).replace(" -", "-") if moves else ""
