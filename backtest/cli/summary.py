"""A finished run on one screen: what was found, how sure it is, what carried it, what it cost, where the page is."""

from __future__ import annotations

import shlex
import shutil
import sys
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from backtest.cli.console import clean, colored, unicode_ok
from backtest.cli.screen_events import cost_line, event_lines
from backtest.cli.screen_numbers import growth, number_lines
from backtest.cli.words import filled, fitting, wrapped
from backtest.tearsheet.messages import language, say, understood
from backtest.tearsheet.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from backtest.result import Result

__all__ = ["summary"]

MOST_WARNINGS = 3
GUTTER = 8
WIDEST = 100
STYLES = {"supported": "bold cyan", "refuted": "bold yellow", "ruined": "bold red"}


def summary(result: Result, folder: Path, width: int | None = None, tried: Sequence[tuple[str, str]] = ()) -> str:
    """Give the screen as text in the language spoken, coloured where stdout is a terminal.

    Parameters
    ----------
    result, folder
        The run and where it was written.
    width
        Columns; the terminal's when not given, 80 without a terminal.
    tried
        What the ledger of trials says, line by line, each with its label.

    """
    width = min(width or shutil.get_terminal_size((80, 24)).columns, WIDEST)
    screen = _screen(width)
    with screen.capture() as captured:
        for line in _lines(result, folder, width, tried):
            screen.print(line, soft_wrap=True)
    return "\n".join(line.rstrip() for line in captured.get().rstrip().split("\n"))


def _screen(width: int) -> Console:
    """Make a console that writes nowhere: what it shows is plain text with our styles, never markup."""
    return Console(
        file=StringIO(),
        width=width,
        force_terminal=colored(sys.stdout),
        color_system="standard" if colored(sys.stdout) else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _lines(result: Result, folder: Path, width: int, tried: Sequence[tuple[str, str]]) -> Iterator[Text]:
    plain = not unicode_ok(sys.stdout)
    yield from _head(result, width)
    yield from number_lines(result, width)
    yield from growth(result, width, plain=plain)
    yield from event_lines(result, width, most=1 if result.warnings else 2)
    yield cost_line(result, width)
    for label, text in tried:
        yield wrapped(text, width, 1, label=filled(label, GUTTER))
    yield from _page(folder)


def _head(result: Result, width: int) -> Iterator[Text]:
    code = "" if result.judgement is None else result.judgement.code
    sources = "; ".join(map(understood, (result.provenance.prices_label, result.provenance.events_label)))
    said = result.verdict if language() == "en" else verdict(result)
    yield wrapped(said, width, 4, STYLES.get(code, "bold"))
    if result.provenance.simulated:
        banner = f"{say('SIMULATED PRICES')}: "
        told = " ".join(map(understood, result.provenance.disclosure)).removeprefix("Simulated prices: ")
        yield wrapped(banner + told.removeprefix(banner), width, 2, "bold yellow")
    yield Text(fitting([clean(result.run_id), clean(sources)], width), "dim")
    yield from _warnings(result.warnings, width)


def _warnings(sentences: Sequence[str], width: int) -> Iterator[Text]:
    shown = sentences if len(sentences) <= MOST_WARNINGS else sentences[: MOST_WARNINGS - 1]
    spare = max(MOST_WARNINGS - len(sentences), 0)
    for at, sentence in enumerate(shown):
        yield wrapped(understood(sentence), width, 1 if at else 1 + spare, "yellow", label="! ")
    if len(sentences) > len(shown):
        more = say("{count} more, see the page", count=len(sentences) - len(shown))
        yield wrapped(more, width, 1, "yellow", label="! ")


def _page(folder: Path) -> Iterator[Text]:
    """Say where the page is; a path is never broken, so that it can be taken whole from a terminal."""
    yield Text.assemble(filled(say("page"), GUTTER), (clean(folder / "tearsheet.html"), "bold"))
    served = "" if str(folder.parent) == "runs" else f" --out {shlex.quote(clean(folder.parent))}"
    how = say("in a browser, or: {command}", command=f"backtest serve{served}")
    yield Text(filled(say("open it"), GUTTER) + how, "dim")
