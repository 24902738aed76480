"""One way to write an SVG element: every attribute and every text escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Attributes", "decimal", "el", "exact", "joined"]

Value = str | float
Attributes = dict[str, Value]


def decimal(value: float, places: int = 1) -> str:
    """Give a coordinate with at most so many decimals, a tenth of a pixel, and no trailing zeros."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def el(tag: str, attributes: Mapping[str, Value] | None = None, *children: str) -> Markup:
    """Write an element; children that are not markup already are escaped."""
    parts = [
        f' {name}="{escape(value if isinstance(value, str) else decimal(value))}"'
        for name, value in (attributes or {}).items()
    ]
    inner = "".join(str(escape(child)) for child in children)
    # Safe: tag and attribute names are ours, values and children were escaped above.
    return Markup(f"<{tag}{''.join(parts)}>{inner}</{tag}>" if inner else f"<{tag}{''.join(parts)}/>")  # noqa: S704


def exact(value: float) -> Attributes:
    """Give the attribute that carries the whole number behind a text or a shape."""
    return {"data-v": f"{value:.12g}"}


def joined(pieces: Iterable[Markup]) -> Markup:
    """Put pieces of markup together."""
    return Markup("").join(pieces)
