"""Lines of a screen: foreign text made harmless, wrapped or cut to a width in terminal cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from backtest.cli.console import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cut", "filled", "fitting", "wrapped"]

MORE = " ..."
GLUE = "\N{NO-BREAK SPACE}"


def cut(text: object, width: int) -> str:
    """Shorten a text to so many cells, saying so with three dots."""
    line = " ".join(clean(text).split())
    if cell_len(line) <= width:
        return line
    return set_cell_size(line, max(width - len(MORE), 0)).rstrip() + MORE if width > len(MORE) else line[:width]


def filled(text: str, width: int, *, right: bool = False) -> str:
    """Pad a text with spaces to so many cells; a longer one is left as it is."""
    room = " " * max(width - cell_len(text), 0)
    return room + text if right else text + room


def fitting(parts: Sequence[str], width: int, between: str = "  ") -> str:
    """Join the parts as long as they fit; the first is cut where it alone is too long."""
    line = cut(parts[0], width) if parts else ""
    for part in parts[1:]:
        longer = f"{line}{between}{part}"
        if cell_len(longer) > width:
            break
        line = longer
    return line


def wrapped(text: object, width: int, most: int = 1, style: str = "", *, label: str = "") -> Text:
    """Break a text between words into at most so many lines beside a label, the rest cut; a number keeps its %."""
    room, lines = width - cell_len(label), [""]
    for word in re.sub(r"(?<=\d)\s+%", f"{GLUE}%", clean(text)).replace("\n", " ").split(" "):
        one = cut(word, room) if GLUE not in word else word
        if not lines[-1]:
            lines[-1] = one
        elif cell_len(lines[-1]) + 1 + cell_len(one) <= room:
            lines[-1] += f" {one}"
        else:
            lines.append(one)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room)]
    return Text((label + f"\n{' ' * cell_len(label)}".join(lines)).replace(GLUE, " "), style)
