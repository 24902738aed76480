"""What a command is doing, on stderr, where somebody watches: the step it is at, or a bar for work in equal pieces."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from backtest.cli.console import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["bar", "steps", "watched"]

Piece = TypeVar("Piece")


def watched(*, quiet: bool) -> bool:
    """Say whether anybody sees stderr."""
    return not quiet and sys.stderr.isatty()


def bar(pieces: Sequence[Piece], label: str, *, quiet: bool) -> Iterable[Piece]:
    """Give the pieces one by one and show how many are done and how long the rest may take."""
    if not watched(quiet=quiet):
        return pieces
    from rich.console import Console
    from rich.progress import track

    return track(pieces, description=label, console=Console(file=sys.stderr), transient=True)


@contextmanager
def steps(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Give a function that shows the step that is being done and for how long; it says nothing when nobody watches.

    The line is gone when the work is done, so that the screen keeps only the result.
    """
    if not watched(quiet=quiet):
        yield _silent
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as shown:
        task = shown.add_task("starting", total=None)
        yield lambda step: shown.update(task, description=clean(step))


def _silent(_: str) -> None:
    return
