"""The six numbers of the page's top beside base and benchmark, and growth drawn in lines of blocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from backtest.cli import numbers
from backtest.cli.words import cut, filled, fitting
from backtest.tearsheet.cards import cards
from backtest.tearsheet.format import DASH, metric_value, number
from backtest.tearsheet.messages import say
from backtest.tearsheet.sections.base import View
from backtest.tearsheet.series import series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtest.result import Metric, Result
    from backtest.tearsheet.cards import Card

__all__ = ["growth", "number_lines"]

# What the page calls them, short enough for sixty columns, with the unit that the page writes behind the number.
LABELS = {
    "cagr": "CAGR, net, %",
    "sharpe": "Sharpe ratio",
    "max_drawdown": "Max drawdown, %",
    "placebo_p": "Placebo p",
    "dsr": "Deflated Sharpe",
    "costs_per_year": "Costs, % a year",
}
LABEL, VALUE, INTERVAL, PEER = 16, 7, 20, 8
NARROWEST = LABEL + VALUE + INTERVAL + 2 * PEER
GUTTER, END = 8, 7
LOWEST = 1e-9


def number_lines(result: Result, width: int) -> Iterator[Text]:
    """Give the six numbers of the page with interval or reason, and the same of base and benchmark."""
    known = {metric.name: metric for metric in result.metrics}
    peers = _peers(result, known) if width >= NARROWEST else {}
    heads = "".join(filled(head, PEER, right=True) for head in peers.values())
    start = filled("", LABEL) + filled(say("run"), VALUE, right=True)
    yield Text((start + filled(f"  {say('95 % interval')}", INTERVAL) + heads).rstrip()[:width], "dim")
    for card in cards(View(result, series(result), result.events)):
        label = filled(say(LABELS[card.name]) if card.name in LABELS else cut(card.label, LABEL - 1), LABEL)
        shown = filled(card.value.removesuffix("%").rstrip(), VALUE, right=True)
        beside = _beside(card, [known.get(f"{peer}_{card.name}") for peer in peers], width - LABEL - VALUE - 2)
        yield Text.assemble(label, (shown, "bold"), "  ", beside)


def _peers(result: Result, known: dict[str, Metric]) -> dict[str, str]:
    heads = {"base": say("base"), "benchmark": cut(result.config.benchmark or "", PEER - 1)}
    return {peer: head for peer, head in heads.items() if head and f"{peer}_sharpe" in known}


def _beside(card: Card, peers: Sequence[Metric | None], width: int) -> str:
    """Give what stands right of a value: interval and peers in their columns, or a remark."""
    below = card.below.removeprefix("95 %: ")
    if card.value == DASH or not any(peers):
        known = card.peers if card.value != DASH or any(peer and peer.value is not None for peer in peers) else ""
        return fitting([part for part in (below, known) if part], width, "; ")
    shown = ("" if peer is None else metric_value(peer) for peer in peers)
    return filled(below, INTERVAL - 2) + "".join(filled(text, PEER, right=True) for text in shown)


def growth(result: Result, width: int, *, plain: bool) -> Iterator[Text]:
    """Draw growth of 1 of the run, the untilted base and the benchmark on one logarithmic scale, each with its end."""
    found = series(result)
    if not found.sessions:
        return
    name = cut(result.config.benchmark or "", GUTTER - 1)
    drawn = {say("run"): found.strategy, say("base"): found.base, name: found.benchmark or []}
    logs = {name: _logged(values) for name, values in drawn.items()}
    known = [one for values in logs.values() for one in values if one is not None]
    span = f"{found.sessions[0]} {say('to')} {found.sessions[-1]}"
    count = say("{count} sessions", count=number(len(found.sessions), 0))
    yield Text(fitting([say("growth of 1, log"), span, count], width, ", "), "dim")
    for name, values in logs.items():
        if values and known:
            line = numbers.spark(values, width - GUTTER - END - 1, plain=plain, ends=(min(known), max(known)))
            end = filled(
                number(next((one for one in reversed(drawn[name]) if one is not None), None), 2), END, right=True
            )
            yield Text.assemble(filled(name, GUTTER), (line, "cyan" if values is logs[say("run")] else "dim"), " ", end)


def _logged(values: Sequence[float | None]) -> list[float | None]:
    """Give the logarithms, so that equal steps are equal growth; None where nothing is left."""
    return [None if value is None or value < LOWEST else math.log(value) for value in values]
