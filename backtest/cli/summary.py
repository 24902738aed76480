"""A finished run on one screen: what was found, how sure it is, what it cost, what was lost on the way."""

from __future__ import annotations

import math
import shutil
import sys
import textwrap
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtest.cli import numbers
from backtest.cli.console import clean, colored, unicode_ok
from data.events.funnel import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backtest.result import Metric, Result

__all__ = ["summary"]

MOST_METRICS = 13
MOST_WARNINGS = 3
MOST_LOSSES = 2
WIDEST_LABEL = 26
WIDEST = 100
COSTS = ("half_spread", "slippage", "commission", "impact", "borrow")


def summary(result: Result, folder: Path, width: int | None = None, tried: str = "") -> str:
    """Give the screen as text, coloured where stdout is a terminal.

    Parameters
    ----------
    result, folder
        The run and where it was written.
    width
        Columns; the terminal's when not given, 80 without a terminal.
    tried
        What the ledger of trials says, one line.

    """
    width = min(width or shutil.get_terminal_size((80, 24)).columns, WIDEST)
    plain = not unicode_ok(sys.stdout)
    screen = Console(
        file=StringIO(),
        width=width,
        force_terminal=colored(sys.stdout),
        color_system="standard" if colored(sys.stdout) else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with screen.capture() as captured:
        for line in _head(result, width):
            screen.print(line)
        screen.print(_metrics(result, plain=plain))
        for line in _tail(result, folder, width, tried, plain=plain):
            screen.print(line, overflow="fold")
    lines = [line.rstrip() for line in captured.get().rstrip().split("\n")]
    return "\n".join(lines)


def _head(result: Result, width: int) -> Iterator[Text]:
    sessions = result.daily["session"]
    yield Text(clean(result.run_id), "bold")
    span = f"{sessions[0]} to {sessions[-1]}, {len(sessions)} sessions" if len(sessions) else "no sessions"
    yield _lines(f"{result.provenance.prices_label}; {result.provenance.events_label}; {span}", width, 2)
    if result.provenance.simulated:
        said = " ".join(result.provenance.disclosure).removeprefix("Simulated prices: ")
        yield _lines(f"SIMULATED PRICES: {said}", width, 3, "bold yellow")
    yield _lines(result.verdict, width, 3, "bold")
    for warning in result.warnings[:MOST_WARNINGS]:
        yield _lines(f"! {warning}", width, 2, "yellow")
    if len(result.warnings) > MOST_WARNINGS:
        yield _lines(f"! and {len(result.warnings) - MOST_WARNINGS} more, see the tearsheet", width, 1, "yellow")


def _lines(text: str, width: int, most: int = 1, style: str = "") -> Text:
    """Wrap a text into at most so many lines, the rest cut with an ellipsis."""
    wrapped = textwrap.wrap(clean(text), width, max_lines=most, placeholder=" ...", subsequent_indent=_indent(text))
    return Text("\n".join(wrapped), style)


def _indent(text: str) -> str:
    return " " * (len(text) - len(text.lstrip("! ")))


def _metrics(result: Result, *, plain: bool) -> Table:
    dash = numbers.PLAIN_DASH if plain else numbers.DASH
    shown = [metric for metric in result.metrics if metric.unit not in {"date", "text"}][:MOST_METRICS]
    rows = [_row(metric, dash) for metric in shown]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("metric", no_wrap=True, overflow="ellipsis", min_width=min(widths[0], WIDEST_LABEL))
    table.add_column("value", justify="right", no_wrap=True, min_width=widths[1])
    table.add_column("95 % interval", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _row(metric: Metric, dash: str) -> tuple[str, str, str]:
    return clean(metric.label), clean(numbers.value(metric, dash)), clean(numbers.interval(metric))


def _tail(result: Result, folder: Path, width: int, tried: str, *, plain: bool) -> Iterator[Text]:
    equity = [one for one in result.daily["equity"].to_list() if one is not None and math.isfinite(one)]
    if equity:
        yield Text(f"equity  {numbers.spark(_logged(equity), width - 8, plain=plain)}")
    yield _lines(_costs(result), width)
    yield _lines(_funnel(result), width, 2)
    losses = sorted(result.funnel.losses, key=lambda loss: (-loss.count, loss.stage, loss.reason))
    for loss in losses[:MOST_LOSSES]:
        yield _lines(f"  {loss.count} not {loss.stage}: {loss.reason}", width)
    if tried:
        yield _lines(tried, width, 2)
    yield Text(f"tearsheet  {clean(folder / 'tearsheet.html')}", "bold")
    yield _lines("next: open the tearsheet; vary with --set account.fill=close", width)


def _costs(result: Result) -> str:
    there = [kind for kind in COSTS if kind in result.daily.columns]
    sums = [(kind, math.fsum(one or 0.0 for one in result.daily[kind].to_list())) for kind in there]
    return "costs   " + ", ".join(f"{kind.replace('_', ' ')} {amount:,.0f}" for kind, amount in sums)


def _logged(equity: list[float]) -> list[float]:
    """Give the logarithms, so that equal steps are equal growth; as it is where the account was ruined."""
    return [math.log(value) for value in equity] if min(equity, default=0.0) > 0.0 else equity


def _funnel(result: Result) -> str:
    return "events  " + " > ".join(
        f"{stage} {count:,}" for stage, count in zip(STAGES, result.funnel.counts, strict=True)
    )
