"""Numbers, dates and foreign text as people read them; percent exists only from here on."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backtest.tearsheet.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.result import Metric

__all__ = [
    "DASH",
    "MINUS",
    "SPACE",
    "compact",
    "display",
    "link",
    "metric_interval",
    "metric_value",
    "number",
    "percent",
    "span",
    "unit",
]

MINUS = "\u2212"
DASH = "\u2013"
SPACE = "\u00a0"
ELLIPSIS = "\u2026"
REPLACED = "\ufffd"
SAFE_SCHEMES = ("http", "https")
LONGEST_LINK = 2_000

# unit of a metric: factor to what is shown, decimals, what the page calls it
UNITS = {
    "fraction": (100.0, 2, "%"),
    "fraction per year": (100.0, 2, "% per year"),
    "ratio": (1.0, 2, "ratio"),
    "currency": (1.0, 0, "currency"),
    "currency per year": (1.0, 0, "currency per year"),
    "count": (1.0, 0, "count"),
    "sessions": (1.0, 0, "sessions"),
    "years": (1.0, 1, "years"),
}
WHOLE_FROM = 1_000.0


def number(value: float | None, decimals: int, *, plus: bool = False) -> str:
    """Give a number with thousands separated and a true minus sign; an en dash when it is undefined."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{abs(value):,.{decimals}f}"
    if not text.strip("0,."):
        return text
    sign = MINUS if value < 0 else "+" if plus else ""
    return sign + text


def compact(value: float | None) -> str:
    """Give a quantity in few characters: billions and millions by their letters, no trailing zeros."""
    if value is None or not math.isfinite(value):
        return DASH
    for size, letters in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
        if abs(value) >= size:
            return f"{_bare(number(value / size, 2))}{SPACE}{letters}"
    return _bare(number(value, 2 if abs(value) >= 1 else 6))


def _bare(shown: str) -> str:
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def percent(fraction: float | None, decimals: int = 2, *, plus: bool = False) -> str:
    """Give a fraction in percent, with the sign %."""
    text = number(None if fraction is None else fraction * 100.0, decimals, plus=plus)
    return text if text == DASH else f"{text}{SPACE}%"


def span(*lines: Sequence[float | None]) -> str:
    """Give in words, in percent, between what the known values of all lines lie."""
    known = [value for values in lines for value in values if value is not None]
    if not known:
        return say("without values")
    return say("between {low} and {high}", low=percent(min(known), 1), high=percent(max(known), 1))


def unit(metric: Metric) -> str:
    """Give the unit in which the page shows a metric."""
    if metric.unit in {"date", "text"}:
        return ""
    return say(UNITS[metric.unit][2]) if metric.unit in UNITS else metric.unit


def metric_value(metric: Metric) -> str:
    """Give the value of a metric in the page's unit; an en dash when it is undefined."""
    if isinstance(metric.value, str):
        return metric.value
    return _scaled(metric, metric.value)


def metric_interval(metric: Metric) -> str:
    """Give the 95 % interval of a metric in the page's unit; empty when there is none."""
    if metric.lower is None or metric.upper is None:
        return ""
    return f"{_scaled(metric, metric.lower)} {say('to')} {_scaled(metric, metric.upper)}"


def _scaled(metric: Metric, value: float | None) -> str:
    if value is None:
        return DASH
    factor, decimals, _ = UNITS.get(metric.unit, (1.0, 4, ""))
    return number(value * factor, _decimals(metric, decimals))


def _decimals(metric: Metric, decimals: int) -> int:
    # One choice per metric, by its largest number, so that a value and its interval keep the same decimals.
    parts = [part for part in (metric.value, metric.lower, metric.upper) if isinstance(part, int | float)]
    finite = [part for part in parts if math.isfinite(part)]
    if metric.unit.startswith("currency") and all(abs(part) < WHOLE_FROM for part in finite):
        return 2
    if metric.unit in {"count", "sessions"} and any(part != int(part) for part in finite):
        return 1
    return decimals


def display(text: str | None, most: int = 200) -> str:
    """Give foreign text fit for a page: no control or direction-changing characters, shortened to ``most``."""
    shown = (text or "")[: most + 1]
    if not shown.isprintable():
        shown = "".join(_visible(character) for character in shown)
    return shown if len(shown) <= most else shown[: most - 1] + ELLIPSIS


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    return REPLACED if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} else character


def link(text: str | None) -> str:
    """Give the text when it is a plain http(s) address, else an empty string."""
    address = (text or "").strip()
    plain = address.isascii() and address.isprintable() and not set(address) & set(" \"'<>\\`")
    if not plain or len(address) > LONGEST_LINK:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in SAFE_SCHEMES and parts.hostname else ""
