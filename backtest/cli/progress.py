"""A bar on stderr for work in equal pieces, where somebody watches."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["bar"]

Piece = TypeVar("Piece")


def bar(pieces: Sequence[Piece], label: str, *, quiet: bool) -> Iterable[Piece]:
    """Give the pieces one by one and show how many are done and how long the rest may take."""
    if quiet or not sys.stderr.isatty():
        return pieces
    from rich.console import Console
    from rich.progress import track

    return track(pieces, description=label, console=Console(file=sys.stderr), transient=True)
