"""A page of many runs: one row each with its growth as a spark, its key numbers and a link to its tearsheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from backtest.tearsheet.charts.scales import along, decimate, drawable, log
from backtest.tearsheet.charts.svg import decimal, el
from backtest.tearsheet.format import DASH, display, metric_value, number
from backtest.tearsheet.messages import say, speaking, understood
from backtest.tearsheet.pages import Row, render_page
from backtest.tearsheet.series import series
from backtest.tearsheet.tables import Cell, Column, Table, counted, text
from backtest.tearsheet.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backtest.result import Metric, Result
    from backtest.tearsheet.series import Values

__all__ = ["Entry", "render_gallery", "spark"]

KEYS = ("cagr", "sharpe", "max_drawdown", "active_return", "costs_per_year")
WIDE, HIGH, BUCKETS = 160, 28, 60


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row needs of a run; the frames of hundreds are not kept."""

    name: str
    growth: Values
    period: str
    verdict: str
    prices: str
    metrics: dict[str, Metric]


def render_gallery(runs: Iterable[tuple[str, Result]], unread: Sequence[tuple[str, str]] = (), lang: str = "en") -> str:
    """Give the page; every row links to ``<folder>/tearsheet.html`` beside it.

    Parameters
    ----------
    runs
        Name of the folder and what is in it, in the order of the page; taken one by one.
    unread
        Name of each folder that could not be read, and why; looked at after the last run.
    lang
        ``en`` or ``ko``.

    """
    with speaking(lang):
        return _page([_entry(name, result) for name, result in runs], unread)


def _entry(name: str, result: Result) -> Entry:
    found = series(result)
    return Entry(
        name,
        found.strategy,
        f"{found.sessions[0]} {say('to')} {found.sessions[-1]}" if found.sessions else DASH,
        verdict(result),
        say("simulated") if result.provenance.simulated else display(result.provenance.prices_label, 60),
        {metric.name: metric for metric in result.metrics if metric.name in KEYS},
    )


def _page(runs: Sequence[Entry], unread: Sequence[tuple[str, str]]) -> str:
    labels = {metric.name: metric.label for run in runs for metric in run.metrics.values()}
    keys = [key for key in KEYS if key in labels]
    heads = (say("Run"), say("Growth, log"), say("Period"), say("Verdict"), say("Prices"))
    shown = tuple(Column(f"{understood(labels[key])}{_unit(runs, key)}", numeric=True) for key in keys)
    body = tuple(_row(run, keys) for run in runs)
    rows = [Row(table=Table(say("Runs"), (*map(Column, heads), *shown), body, kind="runs"), filterable=True)]
    if unread:
        rows.append(Row(table=_unread(unread)))
    lead = say("{count} finished runs.", count=number(len(runs), 0))
    return render_page(say("Runs"), lead, rows)


def _unread(unread: Sequence[tuple[str, str]]) -> Table:
    rows = tuple((text(display(name, 80)), text(display(why, 300))) for name, why in unread)
    return Table(say("Folders that could not be read"), (Column(say("Folder")), Column(say("Reason"))), rows)


def _unit(runs: Sequence[Entry], key: str) -> str:
    units = {run.metrics[key].unit for run in runs if key in run.metrics}
    return ", %" if all(unit.startswith("fraction") for unit in units) else ""


def _row(run: Entry, keys: Sequence[str]) -> tuple[Cell, ...]:
    numbers = []
    for key in keys:
        metric = run.metrics.get(key)
        value = metric.value if metric is not None and not isinstance(metric.value, str) else None
        numbers.append(counted(display(metric_value(metric), 40) if metric else DASH, value))
    return (
        Cell(display(run.name, 80), href=f"{quote(run.name, safe='')}/tearsheet.html"),
        Cell(spark(run.growth)),
        Cell(run.period, kind="nowrap"),
        Cell(run.verdict.partition(":")[0], title=run.verdict, kind="long"),
        text(run.prices),
        *numbers,
    )


def spark(growth: Values) -> Markup:
    """Draw growth on a logarithmic scale, small; nothing when it cannot be drawn."""
    kept = decimate(growth, BUCKETS, positive=True)
    if len(kept) < 2:
        return Markup("")
    scale = log([growth[i] or 1.0 for i in kept if drawable(growth[i], positive=True)], HIGH)
    points = " ".join(f"{decimal(along(i, len(growth)) * WIDE)},{decimal(scale.y(growth[i] or 1.0))}" for i in kept)
    line = el("polyline", {"class": "line a", "points": points})
    box: dict[str, str | float] = {"role": "img", "aria-label": say("growth"), "width": WIDE, "height": HIGH}
    return el("svg", box, line)
