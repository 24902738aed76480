"""Numbers as words for people: each with its unit, the undefined as a dash."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.result import Metric

__all__ = ["interval", "spark", "value"]

DASH = "\N{EN DASH}"
PLAIN_DASH = "-"
MINUS = "\N{MINUS SIGN}"
BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.-~=+*#"


def value(metric: Metric, dash: str = DASH) -> str:
    """Give a metric's value with its unit."""
    if metric.value is None:
        return dash
    return metric.value if isinstance(metric.value, str) else _number(metric.value, metric.unit)


def interval(metric: Metric) -> str:
    """Give the 95 % interval; for a metric without a value the reason."""
    if metric.value is None:
        return metric.reason
    if metric.lower is None or metric.upper is None:
        return ""
    low, _, _ = _number(metric.lower, metric.unit).partition(" ")
    return f"{low} to {_number(metric.upper, metric.unit)}"


def _number(number: float, unit: str) -> str:
    """Write a number with its unit and the minus sign of the verdict; streams that lack it get a hyphen."""
    return _hyphened(number, unit).replace("-", MINUS)


def _hyphened(number: float, unit: str) -> str:
    if not math.isfinite(number):
        return "not finite"
    per_year = "/year" if unit.endswith("per year") else ""
    if unit.startswith("fraction"):
        return f"{100 * number:.2f} %{per_year}"
    if unit.startswith("currency"):
        return f"{number:,.0f}{' ' + per_year if per_year else ''}"
    return f"{number:,.0f}" if unit == "count" else f"{number:.2f}"


def spark(values: Sequence[float], width: int, *, plain: bool = False) -> str:
    """Draw a series in one line, each column the last value of its share of the series."""
    levels = ASCII_BLOCKS if plain else BLOCKS
    width = min(width, len(values))
    picked = [values[(column + 1) * len(values) // width - 1] for column in range(width)]
    low, high = min(picked, default=0.0), max(picked, default=0.0)
    if high <= low:
        return levels[0] * width
    return "".join(levels[min(int((one - low) / (high - low) * len(levels)), len(levels) - 1)] for one in picked)
