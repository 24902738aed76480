"""A study on one screen: the two headline tests by kind, group and window, and why events were dropped."""

from __future__ import annotations

import shutil
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtest.cli.console import clean, colored
from backtest.tearsheet.sections.study import MODELS
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtest.study.study import StudyResult
    from data.prices.source import Prices

__all__ = ["screen"]

WIDEST = 110
MOST_REASONS = 6


def screen(name: str, result: StudyResult, prices: Prices, written: Sequence[str]) -> str:
    """Give the screen as text, coloured where stdout is a terminal."""
    console = Console(
        file=StringIO(),
        width=min(shutil.get_terminal_size((80, 24)).columns, WIDEST),
        force_terminal=colored(sys.stdout),
        color_system="standard" if colored(sys.stdout) else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as captured:
        for line in _head(name, result, prices):
            console.print(line)
        console.print(_table(result))
        for line in (*_dropped(result), *(Text(f"wrote {clean(path)}") for path in written)):
            console.print(line)
    return "\n".join(line.rstrip() for line in captured.get().rstrip().split("\n"))


def _head(name: str, result: StudyResult, prices: Prices) -> Iterator[Text]:
    settings = result.settings
    yield Text(f"event study of {clean(name)}", "bold")
    count = result.events["event_id"].n_unique()
    fitted = f"fitted on {many(settings.estimation_sessions, 'session')}, gap {settings.gap}"
    yield Text(f"{MODELS[settings.model]}, {fitted}; {many(count, 'event')}")
    if prices.simulated:
        yield Text(f"SIMULATED PRICES: {clean(' '.join(prices.disclosure))}", "bold yellow")
    yield Text("session 0: the first whose close can react; adjusted BMP and GRANK-T; p: two-sided, Holm over windows")


def _table(result: StudyResult) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("kind, group", no_wrap=True, overflow="ellipsis")
    for word, width in (("window", 7), ("n", 3), ("CAAR", 7), ("BMP", 5), ("p", 5), ("GRANK", 5), ("p", 5)):
        table.add_column(word, justify="right", no_wrap=True, min_width=width)
    kind, group = "", ""
    for row in _rows(result.tests):
        if row["kind"] != kind:
            kind, group = row["kind"], ""
            table.add_row(Text(clean("all kinds" if kind == "all" else kind), "bold"))
        shown = "" if row["group"] == group else f"  {row['group'].removeprefix('basket:')}"
        group = row["group"]
        table.add_row(*(Text(clean(cell)) for cell in (shown, *_cells(row))))
    return table


def _rows(tests: pl.DataFrame) -> list[dict[str, Any]]:
    """Put the two headline tests of a sample and window into one row."""
    headline = tests.filter((pl.col("split") == "all") & pl.col("headline") & (pl.col("n") > 0))
    values = ("statistic", "p_holm")
    keys = ["kind", "group", "window", "first", "last", "n", "caar"]
    bmp, rank = (headline.filter(pl.col("test") == test).select(*keys, *values) for test in ("adjusted_bmp", "grank_t"))
    return bmp.hstack(rank.select(pl.col(values).name.suffix("_rank"))).to_dicts()


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    pairs = (("statistic", "p_holm"), ("statistic_rank", "p_holm_rank"))
    tests = [cell for t, p in pairs for cell in (_number(row[t], "+.2f"), _number(row[p], ".3f"))]
    return (row["window"], f"{row['n']:,}", _number(row["caar"], "+.2%").replace("%", " %"), *tests)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _dropped(result: StudyResult) -> Iterator[Text]:
    """Count the events without numbers in any window once, by group and reason."""
    keys = ["group", "reason"]
    dropped = result.events.filter(pl.col("status") == "dropped")
    counted = (
        dropped.group_by(keys)
        .agg(events=pl.col("event_id").n_unique())
        .sort("events", *keys, descending=[True, False, False])
    )
    for row in counted.head(MOST_REASONS).to_dicts():
        line = f"dropped {row['events']} of {row['group'].removeprefix('basket:')}: {row['reason']}"
        yield Text(clean(line), overflow="ellipsis", no_wrap=True)
    if counted.height > MOST_REASONS:
        yield Text(f"and {many(counted.height - MOST_REASONS, 'more reason')}; --json lists every event with its own")
