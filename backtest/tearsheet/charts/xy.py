"""Lines over a number instead of sessions: offsets around an event, shifts of its session, assets under management."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.tearsheet.charts.axes import at, canvas, frame, uprights, value_axis
from backtest.tearsheet.charts.scales import drawable, linear
from backtest.tearsheet.charts.svg import decimal, el, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from backtest.tearsheet.charts.scales import Scale

__all__ = ["Band", "Curve", "Plot", "plot"]

WIDTH, FINE = 1_000, 4
AXIS_HEIGHT = 22
LOW = 100
MARGIN = 0.03


@dataclass(frozen=True, slots=True)
class Curve:
    """A line by its role; None is a gap. ``dots`` puts a point on every value."""

    role: str
    values: Sequence[float | None]
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """An interval around a line."""

    role: str
    lower: Sequence[float | None]
    upper: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Plot:
    """What one chart over a number shows; ``ticks`` are (place on the axis, label), ``mark`` an upright line."""

    description: str
    x: Sequence[float]
    curves: Sequence[Curve]
    height: int
    ticks: Sequence[tuple[float, str]]
    band: Band | None = None
    in_percent: bool = False
    include: tuple[float, ...] = (0.0,)
    mark: float | None = None


def plot(of: Plot) -> Markup:
    """Draw the chart."""
    bounds = [*of.band.lower, *of.band.upper] if of.band else []
    values = [v for v in (*bounds, *(v for curve in of.curves for v in curve.values)) if v is not None and drawable(v)]
    scale = linear(values, of.height, include=of.include, most=5 if of.height > LOW else 3)
    height = of.height * FINE
    drawn = [uprights([_along(of, x) * WIDTH for x, _ in of.ticks], height)]
    drawn += [_band(of.band, of, scale)] if of.band else []
    drawn += [_line(curve, of, scale) for curve in of.curves]
    return frame(
        of.height + AXIS_HEIGHT,
        of.description,
        _ticks(of),
        value_axis(scale, in_percent=of.in_percent),
        *([_mark(of, of.mark)] if of.mark is not None else []),
        canvas("plot", of.height, f"0 0 {WIDTH} {height}", *drawn),
        joined(_dots(curve, of, scale) for curve in of.curves if curve.dots),
    )


def _along(of: Plot, x: float) -> float:
    low, high = min(of.x), max(of.x)
    return MARGIN + (1 - 2 * MARGIN) * (x - low) / (high - low) if high > low else 0.5


def _ticks(of: Plot) -> Markup:
    return joined(
        el("text", {"x": at(_along(of, x)), "y": of.height + 16, "class": "mid"}, label) for x, label in of.ticks
    )


def _mark(of: Plot, x: float) -> Markup:
    place = at(_along(of, x))
    return el("line", {"class": "zero", "x1": place, "x2": place, "y2": of.height})


def _points(of: Plot, values: Sequence[float | None], scale: Scale) -> list[str]:
    pairs = [(x, v) for x, v in zip(of.x, values, strict=True) if v is not None and drawable(v)]
    return [f"{round(_along(of, x) * WIDTH)} {round(scale.y(v) * FINE)}" for x, v in pairs]


def _line(curve: Curve, of: Plot, scale: Scale) -> Markup:
    points = _points(of, curve.values, scale)
    return el("path", {"class": f"line {curve.role}", "d": "M" + "L".join(points)}) if points else el("g")


def _band(band: Band, of: Plot, scale: Scale) -> Markup:
    around = [*_points(of, band.upper, scale), *reversed(_points(of, band.lower, scale))]
    return el("path", {"class": f"area {band.role}", "d": "M" + "L".join(around) + "Z"}) if around else el("g")


def _dots(curve: Curve, of: Plot, scale: Scale) -> Markup:
    pairs = [(x, v) for x, v in zip(of.x, curve.values, strict=True) if v is not None and drawable(v)]
    return joined(
        el("circle", {"class": f"dot {curve.role}", "cx": at(_along(of, x)), "cy": decimal(scale.y(v)), "r": 3.5})
        for x, v in pairs
    )
