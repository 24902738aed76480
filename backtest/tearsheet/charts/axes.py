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

__all__ = ["at", "canvas", "frame", "time_axis", "uprights", "value_axis"]

LABEL_DROP = 16
YEAR, EDGE = 4, 0.02
BROAD = 1000  # units across a canvas of level lines: about a pixel each, for ends blur over a whole unit


def at(place: float) -> str:
    """Give a horizontal place (0 to 1) as SVG text."""
    return f"{decimal(place * 100, 2)}%"


def frame(height: float, description: str, *pieces: Markup) -> Markup:
    """Put pieces into the outer element: as wide as its box, ``height`` pixels high, described for screen readers."""
    attributes: Attributes = {"role": "img", "aria-label": description, "width": "100%", "height": height}
    return el("svg", attributes, *pieces)


def canvas(kind: str, height: float, bounds: str, *shapes: Markup) -> Markup:
    """Give shapes a plane of their own units, stretched over the width and ``height`` pixels."""
    box: Attributes = {"viewBox": bounds, "preserveAspectRatio": "none", "width": "100%", "height": height}
    return el("svg", box | {"class": kind}, *shapes)


def value_axis(scale: Scale, *, in_percent: bool) -> Markup:
    """Draw a grid line and a label for every tick of a vertical scale."""
    shown = [tick * 100 for tick in scale.ticks] if in_percent else list(scale.ticks)
    places = decimals(shown)
    label = percent if in_percent else number
    zero = 1.0 if scale.is_log else 0.0
    lines = {"grid": [tick for tick in scale.ticks if tick != zero], "zero": [t for t in scale.ticks if t == zero]}
    rules = [
        el("path", {"class": kind, "d": "".join(f"M0 {decimal(scale.y(tick))}h{BROAD}" for tick in ticks)})
        for kind, ticks in lines.items()
        if ticks
    ]
    labels = [el("text", {"y": scale.y(tick), **exact(tick)}, label(tick, places)) for tick in scale.ticks]
    names = el("g", {"class": "end", "transform": "translate(-7 4)"}, *labels)
    return joined([canvas("rules", scale.height, f"0 0 {BROAD} {decimal(scale.height)}", *rules), names])


def uprights(places: Sequence[float], height: float) -> Markup:
    """Draw faint lines from top to bottom of a canvas that is ``height`` high, at places in its own units."""
    return el("path", {"class": "grid", "d": "".join(f"M{decimal(x)} 0v{decimal(height)}" for x in places)})


def time_axis(ticks: Sequence[Tick], count: int, height: float) -> Markup:
    """Draw a label for every tick of the time axis, below ``height``."""
    pieces = []
    for tick in ticks:
        kind = ("mid" if tick.narrow else "mid wide") + _side(tick, count)
        place = at(along(tick.index, count))
        pieces.append(el("text", {"x": place, "y": height + LABEL_DROP, "class": kind}, tick.label))
    return joined(pieces)


def _side(tick: Tick, count: int) -> str:
    """Keep a long label at either end within the width of the plot."""
    if count == 1 or len(tick.label) <= YEAR:
        return ""
    share = along(tick.index, count)
    return " first" if share < EDGE else " last" if share > 1 - EDGE else ""
