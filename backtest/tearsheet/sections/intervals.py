"""Intervals of the metrics by every method: BCa, percentile and studentised, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backtest.tearsheet.format import DASH, display, metric_interval, metric_value, number
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.sections.base import Block, Section
from backtest.tearsheet.tables import Cell, Column, Table, text

if TYPE_CHECKING:
    from backtest.result import Metric
    from backtest.tearsheet.sections.base import View

__all__ = ["section"]

METHODS = ("bca", "percentile", "studentised")
HELD = ("base_", "benchmark_")


def section(view: View) -> Section:
    """Make the section."""
    title, frame = say("Intervals by method"), view.result.intervals
    if not frame.height:
        return Section("intervals", title, absent=say("No intervals were made: too few sessions, or a ruined account."))
    known = {metric.name: metric for metric in view.result.metrics}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        if row["metric"] in known and not row["metric"].startswith(HELD):
            found.setdefault(row["metric"], {})[row["method"]] = row
    rows = tuple(_row(known[name], by) for name, by in found.items())
    columns = (
        Column(say("Metric")),
        Column(say("Value"), numeric=True),
        *(Column(say(label), numeric=True) for label in ("BCa", "percentile", "studentised")),
        Column(say("Sessions a block"), numeric=True),
    )
    note = say(
        "Block bootstrap, {count} resamples, blocks of automatic length (Politis and White); studentised in circular "
        "blocks, the others in stationary ones. Where sessions depend on each other all hold the truth somewhat less "
        "often than 95 %, the studentised one least so. Drawdowns are not smooth: percentile only, and rough. The rest "
        "in intervals.csv.",
        count=number(float(frame["resamples"][0]), 0),
    )
    return Section("intervals", title, (Block(table=Table(say("95 % intervals"), columns, rows, note)),))


def _row(metric: Metric, by: dict[str, dict[str, Any]]) -> tuple[Cell, ...]:
    blocks = ", ".join(dict.fromkeys(number(one["block_sessions"], 1) for one in by.values()))
    return (
        text(understood(display(metric.label, 120))),
        Cell(metric_value(metric), sort=repr(float(metric.value)) if isinstance(metric.value, int | float) else ""),
        *(_cell(metric, by.get(method)) for method in METHODS),
        text(blocks),
    )


def _cell(metric: Metric, row: dict[str, Any] | None) -> Cell:
    if row is None:
        return Cell(DASH, title=say("not smooth: percentile only"))
    if row["lower"] is None or row["upper"] is None:
        return Cell(DASH, title=understood(display(row["reason"], 200)))
    return Cell(metric_interval(replace(metric, lower=row["lower"], upper=row["upper"])))
