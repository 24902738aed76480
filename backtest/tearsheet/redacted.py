"""The sheet without what tells the positions: assets, weights, exposure, turnover, orders, events and the config."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from backtest.tearsheet.messages import say
from backtest.tearsheet.sections.base import Block
from backtest.tearsheet.tables import Table

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import Section
    from backtest.tearsheet.whole import Sheet

__all__ = ["redacted"]

FIGURES = ("exposure", "turnover")
METRICS = ("turnover", "exposure")
# Tables and figures of these sections name assets, events or trades.
SECTIONS = ("left", "study", "extremes", "coverage")
SWEPT = "robustness"


def redacted(whole: Sheet) -> Sheet:
    """Leave out what tells the positions, and say so in its place."""
    hidden = say("Left out on request: positions.")
    return replace(
        whole,
        facts=tuple(pair for pair in whole.facts if not pair[0].startswith(say("Basket"))),
        warnings=(),
        time_figures=tuple(figure for figure in whole.time_figures if figure.key not in FIGURES),
        event_figure=None,
        kinds=_emptied(whole.kinds, hidden),
        events=_emptied(whole.events, hidden),
        losses=_emptied(whole.losses, hidden),
        years=_without_last(whole.years),
        metrics=tuple(row for row in whole.metrics if row.name not in METRICS),
        sections=tuple(_section(part, hidden) for part in whole.sections),
        appendix=tuple(_section(part, hidden) for part in whole.appendix),
        inputs=replace(whole.inputs, config=hidden),
        no_event_figure=hidden,
    )


def _section(part: Section, hidden: str) -> Section:
    if part.key in SECTIONS:
        return replace(part, blocks=(), absent=hidden)
    if part.key == SWEPT and len(part.blocks) > 1:
        # What was swept are settings of the config; the numbers of the run itself stand first.
        return replace(part, blocks=(part.blocks[0], Block(note=hidden)))
    return part


def _without_last(table: Table) -> Table:
    """Leave out the last column, the turnover."""
    return replace(table, columns=table.columns[:-1], rows=tuple(row[:-1] for row in table.rows))


def _emptied(table: Table, hidden: str) -> Table:
    return Table(table.caption, table.columns, (), hidden, table.kind)
