"""Charts over sessions: lines, steps, areas under water and sticks, all on the same time axis."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from backtest.tearsheet.charts.axes import at, canvas, frame, time_axis, uprights, value_axis
from backtest.tearsheet.charts.scales import along, decimate, drawable, linear, log, session_ticks
from backtest.tearsheet.charts.svg import el, joined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from backtest.tearsheet.charts.scales import Scale

    # The points of a stroke in the plot's units: (session, quarter of a pixel from the top).
    Trace = Sequence[tuple[int, int]]

__all__ = ["Line", "TimeChart", "time_chart"]

BUCKETS = 600
# The plot's own units are whole numbers: a session across, a quarter of a pixel down.
FINE = 4
# A browser draws a page in tiles and strokes a whole path for each that it touches: short paths paint sooner.
PIECE = 100
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
    scale, ticks = _scale(chart), session_ticks(chart.sessions)
    across = max(count - 1, 1)
    grid = uprights([along(tick.index, count) * across for tick in ticks], low * FINE)
    kept = [(line, decimate(line.values, chart.buckets, positive=chart.is_log)) for line in reversed(chart.lines)]
    drawn = joined(_drawn(line, indices, scale) for line, indices in kept if len(indices) > 1)
    alone = joined(_alone(line, indices[0], scale, count) for line, indices in kept if len(indices) == 1)
    cross = el("line", {"class": "cross", "y2": low})
    return frame(
        low + AXIS_HEIGHT,
        chart.description,
        value_axis(scale, in_percent=chart.in_percent),
        canvas("plot", low, f"0 0 {across} {low * FINE}", grid, drawn),
        alone,
        *([el("g", {"transform": f"translate(0 {chart.height})"}, chart.strip)] if chart.strip else []),
        time_axis(ticks, count, low),
        cross,
    )


def _scale(chart: TimeChart) -> Scale:
    values = [v for line in chart.lines for v in line.values if v is not None and drawable(v, positive=chart.is_log)]
    if chart.is_log:
        return log(values, chart.height, include=chart.include)
    return linear(values, chart.height, include=chart.include, most=5 if chart.height > LOW else 3)


def _drawn(line: Line, kept: list[int], scale: Scale) -> Markup:
    """Draw what is kept of a series, by runs without a gap; the stroke in pieces, each from the end of the last."""
    runs = _runs(kept, line.values, positive=scale.is_log)
    traces = [[(i, round(scale.y(line.values[i] or 0.0) * FINE)) for i in run] for run in runs]
    zero = round((scale.height if scale.is_log else scale.y(0.0)) * FINE)
    if line.shape == "sticks":
        return el("path", {"class": f"stick {line.role}", "d": "".join(_sticks(trace, zero) for trace in traces)})
    filled = {"area": ["area"], "layer": ["layer"], "line": []}[line.shape]
    shapes = [
        el("path", {"class": f"{kind} {line.role}", "d": _closed(trace, zero)}) for trace in traces for kind in filled
    ]
    if line.shape == "layer":
        return joined(shapes)
    pieces = (trace[k : k + PIECE + 1] for trace in traces for k in range(0, max(len(trace) - 1, 1), PIECE))
    # A lone point between gaps still shows: a stroke of no length has round ends.
    strokes = [el("path", {"d": _start(piece) + (_strokes(piece) or "h0")}) for piece in pieces]
    return joined([*shapes, el("g", {"class": f"line {line.role}"}, *strokes)])


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


def _start(trace: Trace) -> str:
    return f"M{trace[0][0]} {trace[0][1]}"


def _strokes(trace: Trace) -> str:
    """Write straight strokes as differences, which are short."""
    return _moves("l", [(x - u, y - v) for (u, v), (x, y) in pairwise(trace)])


def _closed(trace: Trace, zero: int) -> str:
    return f"M{trace[0][0]} {zero}V{trace[0][1]}{_strokes(trace)}V{zero}Z"


def _sticks(trace: Trace, zero: int) -> str:
    """Write sticks from ``zero`` to every value, each reached from the end of the last."""
    ends = [(trace[0][0], zero), *(point for point in trace if point[1] != zero)]
    return _start(ends) + "".join(
        _moves("m", [(x - u, zero - v)]) + f"v{y - zero}" for (u, v), (x, y) in pairwise(ends)
    )


def _moves(letter: str, differences: Sequence[tuple[int, int]]) -> str:
    return letter + " ".join(f"{x} {y}" for x, y in differences).replace(" -", "-") if differences else ""
