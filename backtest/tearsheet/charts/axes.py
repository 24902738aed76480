"""Grid lines and labels: text keeps its size at every width because horizontal places are percentages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.tearsheet.charts.scales import along, decimals
from backtest.tearsheet.charts.svg import Attributes, decimal, el, exact, joined
from backtest.tearsheet.format import number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from backtest.tearsheet.charts.scales import Scale, Tick

__all__ = ["at", "frame", "time_axis", "value_axis"]

LABEL_DROP = 16
YEAR, EDGE = 4, 0.02


def at(place: float) -> str:
    """Give a horizontal place (0 to 1) as SVG text."""
    return f"{decimal(place * 100)}%"


def frame(height: float, description: str, *pieces: Markup) -> Markup:
    """Put pieces into the outer element: as wide as its box, ``height`` pixels high, described for screen readers."""
    attributes: Attributes = {"role": "img", "aria-label": description, "width": "100%", "height": height}
    return el("svg", attributes, el("title", {}, description), *pieces)


def value_axis(scale: Scale, *, in_percent: bool) -> Markup:
    """Draw a grid line and a label for every tick of a vertical scale."""
    shown = [tick * 100 for tick in scale.ticks] if in_percent else list(scale.ticks)
    places = decimals(shown)
    label = percent if in_percent else number
    pieces = []
    for tick in scale.ticks:
        y = scale.y(tick)
        kind = "zero" if tick == (1.0 if scale.is_log else 0.0) else "grid"
        pieces.append(el("line", {"class": kind, "x1": 0, "x2": "100%", "y1": y, "y2": y}))
        pieces.append(el("text", {"x": -7, "y": y + 4, "class": "end", **exact(tick)}, label(tick, places)))
    return joined(pieces)


def time_axis(ticks: Sequence[Tick], count: int, height: float) -> Markup:
    """Draw a faint line and a label for every tick of the time axis, below ``height``."""
    pieces = []
    for tick in ticks:
        x = at(along(tick.index, count))
        pieces.append(el("line", {"class": "grid", "x1": x, "x2": x, "y1": 0, "y2": height}))
        kind = ("mid" if tick.narrow else "mid wide") + _side(tick, count)
        pieces.append(el("text", {"x": x, "y": height + LABEL_DROP, "class": kind}, tick.label))
    return joined(pieces)


def _side(tick: Tick, count: int) -> str:
    """Keep a long label at either end within the width of the plot."""
    if count == 1 or len(tick.label) <= YEAR:
        return ""
    share = along(tick.index, count)
    return " first" if share < EDGE else " last" if share > 1 - EDGE else ""
