"""A bar on stderr for work that takes more than a second, where somebody watches; gone when the work is done.

Results of a library are its return values; rich, which the command line's bars are drawn with, stays there (ADR 4).
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["bar", "counted", "untold", "watched"]

WIDTH = 30  # characters
PATIENCE, EVERY = 1.0, 0.1  # seconds before anything is shown, and between two looks


@contextmanager
def bar(
    noun: str, total: int | None, *, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int], None]]:
    """Give a function to be told how many of ``total`` (None: nobody knows) are done."""
    out = out or sys.stderr
    started = shown = clock()

    def say(done: int) -> None:
        nonlocal shown
        now = clock()
        if now - started >= PATIENCE and now - shown >= EVERY:
            shown = now
            out.write(f"\r\x1b[K{_line(noun, done, total, now - started)}")
            out.flush()

    try:
        yield say if out.isatty() else _nothing
    finally:
        if shown > started:
            out.write("\r\x1b[K")
            out.flush()


def _line(noun: str, done: int, total: int | None, seconds: float) -> str:
    if not total:
        return f"{done:,} {noun}, {seconds:.0f} s"
    filled, left = WIDTH * done // total, seconds * (total - done) / done if done else float("nan")
    return f"[{'#' * filled:.<{WIDTH}}] {done:,} of {total:,} {noun}, {left:.0f} s left"


def _nothing(done: int) -> None:
    """Nobody watches."""


def watched(
    progress: bool | Callable[[int], None],  # noqa: FBT001 - as it was given
    noun: str,
    total: int | None,
) -> AbstractContextManager[Callable[[int], None]]:
    """Give what is told how many are done: the function given, a bar, or nobody."""
    if callable(progress):
        return nullcontext(progress)
    return bar(noun, total) if progress else nullcontext(untold)


def counted(done: int, say: Callable[[int], None]) -> Callable[[int], None]:
    """Add up counts, from so many on."""

    def more(count: int) -> None:
        nonlocal done
        done += count
        if count:
            say(done)

    return more


def untold(done: int) -> None:
    """Nobody asked."""
