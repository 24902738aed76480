"""Events on the screen: how many came through and why not, those that made and cost the most, and what trading cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl
from rich.cells import cell_len
from rich.text import Text

from backtest.cli.console import clean
from backtest.cli.words import cut, filled, fitting, wrapped
from backtest.kernels.books import COSTS
from backtest.tearsheet.format import number
from backtest.tearsheet.messages import say, understood
from data.events.funnel import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtest.result import Result

__all__ = ["cost_line", "event_lines"]

HANG = 8


def event_lines(result: Result, width: int, most: int = 2) -> Iterator[Text]:
    """Give the funnel with its largest loss, then so many events with the largest gains and losses."""
    stages = zip(STAGES, result.funnel.counts, strict=True)
    yield wrapped(" > ".join(f"{say(stage)} {count:,}" for stage, count in stages), width, 2,
                  label=filled(say("events"), HANG))  # fmt: skip
    losses = sorted(result.funnel.losses, key=lambda loss: (-loss.count, loss.stage, loss.reason))
    if losses:
        others = f"{len(losses) - 1:,}"
        more = say(" (and {count} other reasons)", count=others) if len(losses) > 1 else ""
        lost = say("not {stage}", stage=say(losses[0].stage))
        largest = f"{losses[0].count:,} {lost}: {understood(losses[0].reason)}"
        yield Text(" " * HANG + cut(largest, width - HANG - cell_len(more)) + more, "dim")
    yield from _ends(result, width, most)


def _ends(result: Result, width: int, most: int) -> Iterator[Text]:
    """Give the events that gained and lost the most; nobody stands among both."""
    if not result.events.height:
        return
    known = result.events.with_columns(pl.col("pnl").fill_nan(None)).filter(pl.col("pnl").is_not_null())
    for label, rows, style in (
        ("best", known.filter(pl.col("pnl") > 0).sort("pnl", "event_id", descending=[True, False]), "cyan"),
        ("worst", known.filter(pl.col("pnl") < 0).sort("pnl", "event_id"), "yellow"),
    ):
        ends = rows.head(most).select("pnl", "session", "asset", "kind", "event_id").rows()
        for at, (pnl, *told) in enumerate(ends):
            amount = f"{number(pnl, 0, plus=True):>11}"
            room = width - HANG - len(amount) - 2
            yield Text.assemble(
                filled(say(label) if not at else "", HANG), (amount, style), "  ",
                fitting([clean(one) for one in told if one is not None], room),
            )  # fmt: skip


def cost_line(result: Result, width: int) -> Text:
    """Give the costs by kind, in account currency; kinds that cost nothing are left out."""
    there = [kind for kind in COSTS if kind in result.daily.columns]
    sums = {kind: math.fsum(one or 0.0 for one in result.daily[kind].to_list()) for kind in there}
    kinds = ", ".join(f"{say(kind.replace('_', ' '))} {amount:,.0f}" for kind, amount in sums.items() if amount)
    whole = f"{math.fsum(sums.values()):,.0f}"
    return wrapped(f"{whole}: {kinds}" if kinds else say("none"), width, 2, label=filled(say("costs"), HANG))
