"""Numbers to finished strings: everything the page shows, decided and rounded before the template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from backtest.tearsheet import figures
from backtest.tearsheet.events import event_table, kind_table, losses_table, ranked
from backtest.tearsheet.format import DASH, SPACE, display, metric_interval, metric_value, number, unit
from backtest.tearsheet.reproduce import Inputs, inputs
from backtest.tearsheet.returns import month_table, year_table
from backtest.tearsheet.sections import sections
from backtest.tearsheet.sections.base import View
from backtest.tearsheet.series import series, total
from backtest.tearsheet.tables import Cell, Column, Table, as_total, counted, text
from backtest.tearsheet.time_figures import time_figures

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from backtest.result import Metric, Result
    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.sections.base import Section
    from backtest.tearsheet.series import Series

__all__ = ["Card", "MetricRow", "Sheet", "sheet"]

CARDS = ("cagr", "active_return", "sharpe", "max_drawdown", "volatility", "costs_per_year")
MOST_WARNINGS = 20
MOST_ASSETS = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A key number: value with unit, interval or reason, and the same number of the base and the benchmark."""

    label: str
    value: str
    unit: str
    below: str
    peers: str
    convention: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A line of the metrics table."""

    name: str
    label: str
    value: str
    interval: str
    unit: str
    convention: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page as text."""

    title: str
    thesis: str
    facts: tuple[tuple[str, str], ...]
    simulated: bool
    disclosure: tuple[str, ...]
    verdict: str
    warnings: tuple[str, ...]
    cards: tuple[Card, ...]
    sessions: tuple[date, ...]
    time_figures: tuple[Figure, ...]
    funnel: Figure
    losses: Table
    event_figure: Figure | None
    kinds: Table
    events: Table
    months: Table
    year_figure: Figure
    years: Table
    sections: tuple[Section, ...]
    costs: Table
    metrics: tuple[MetricRow, ...]
    inputs: Inputs


def sheet(result: Result, *, redact: bool = False) -> Sheet:
    """Make the sheet of a result; ``redact`` leaves out what tells the positions."""
    found = series(result)
    events = ranked(result)
    whole = _whole(result, found, events)
    return _redacted(whole) if redact else whole


def _redacted(whole: Sheet) -> Sheet:
    hidden = "Left out on request: positions."
    parts = [replace(part, blocks=(), absent=hidden) if part.key == "coverage" else part for part in whole.sections]
    return replace(
        whole,
        facts=tuple(pair for pair in whole.facts if not pair[0].startswith("Basket ")),
        time_figures=tuple(figure for figure in whole.time_figures if figure.key != "weights"),
        sections=tuple(parts),
        inputs=replace(whole.inputs, config=hidden),
    )


def _whole(result: Result, found: Series, events: pl.DataFrame) -> Sheet:
    return Sheet(
        title=display(result.config.name, 80),
        thesis=display(result.config.thesis, 2_000),
        facts=_facts(result, found.sessions),
        simulated=result.provenance.simulated,
        disclosure=tuple(display(sentence, 400) for sentence in result.provenance.disclosure),
        verdict=display(result.verdict, 600),
        warnings=_warnings(result),
        cards=_cards(result),
        sessions=tuple(found.sessions),
        time_figures=tuple(time_figures(result, found, events)),
        funnel=figures.funnel_figure(result),
        losses=losses_table(result),
        event_figure=figures.event_figure(events),
        kinds=kind_table(result, events),
        events=event_table(events),
        months=month_table(result, found),
        year_figure=figures.year_figure(result, found),
        years=year_table(result, found),
        sections=sections(View(result, found, events)),
        costs=_costs(result),
        metrics=tuple(_metric_row(metric) for metric in result.metrics),
        inputs=inputs(result),
    )


def _facts(result: Result, sessions: list[date]) -> tuple[tuple[str, str], ...]:
    config, provenance = result.config, result.provenance
    baskets = [(f"Basket {display(name, 64)}", _members(assets)) for name, assets in config.baskets.items()]
    count = "1 session" if len(sessions) == 1 else f"{number(len(sessions), 0)} sessions"
    return (
        ("Period", f"{sessions[0]} to {sessions[-1]}, {count} ({config.calendar})"),
        *baskets,
        ("Benchmark", display(config.benchmark, 32) or "none"),
        ("Prices", f"{display(provenance.prices_label, 120)}; adjustment: {display(provenance.adjustment, 40)}"),
        ("Events", display(provenance.events_label, 120)),
        ("Capital", f"{number(config.account.capital, 0)} account currency, fills at the {config.account.fill}"),
    )


def _members(assets: tuple[str, ...]) -> str:
    shown = ", ".join(display(asset, 32) for asset in assets[:MOST_ASSETS])
    return shown if len(assets) <= MOST_ASSETS else f"{shown} and {len(assets) - MOST_ASSETS} more"


def _warnings(result: Result) -> tuple[str, ...]:
    shown = tuple(display(sentence, 400) for sentence in result.warnings[:MOST_WARNINGS])
    hidden = len(result.warnings) - len(shown)
    return (*shown, f"{hidden} more warnings in manifest.json") if hidden else shown


def _cards(result: Result) -> tuple[Card, ...]:
    known = {metric.name: metric for metric in result.metrics}
    return tuple(_card(known[name], known) for name in CARDS if name in known)


def _card(metric: Metric, known: dict[str, Metric]) -> Card:
    value, interval = metric_value(metric), metric_interval(metric)
    below = f"95 %: {interval}" if interval else ""
    peers = [
        f"{label} {metric_value(known[f'{prefix}_{metric.name}'])}"
        for prefix, label in (("base", "base"), ("benchmark", "benchmark"))
        if f"{prefix}_{metric.name}" in known
    ]
    per = unit(metric)
    sign = f"{SPACE}%" if per.startswith("%") and value != DASH else ""
    return Card(
        display(metric.label, 60),
        display(value, 60) + sign,
        "" if value == DASH or per == "ratio" else per.removeprefix("%").strip(),
        _reason(metric) if value == DASH else below,
        ", ".join(peers),
        display(metric.convention, 600),
    )


def _reason(metric: Metric) -> str:
    return display(metric.reason, 300) or "undefined"


def _metric_row(metric: Metric) -> MetricRow:
    value = display(metric_value(metric), 120)
    return MetricRow(
        display(metric.name, 60),
        display(metric.label, 80),
        value,
        metric_interval(metric) or DASH,
        display(unit(metric), 40),
        display(metric.convention, 1_000),
        _reason(metric) if value == DASH else "",
    )


def _costs(result: Result) -> Table:
    kinds = ("half_spread", "slippage", "commission", "impact", "borrow")
    amounts = {kind: total(result.daily[kind]) for kind in kinds}
    everything = sum(amounts.values())
    rows = [_cost_row(kind.replace("_", " "), amounts[kind], everything) for kind in kinds]
    rows.append(tuple(as_total(cell) for cell in _cost_row("all costs", everything, everything)))
    for name, label in (("interest", "interest (received)"), ("dividend", "dividends (received)")):
        amount = total(result.daily[name])
        rows.append((text(label), counted(number(amount, 0), amount), text("")))
    return Table(
        "Costs and carry over the run",
        (Column("Kind"), Column("Account currency", numeric=True), Column("% of costs", numeric=True)),
        tuple(rows),
        "Costs are positive; interest paid on debit cash is negative.",
        kind="narrow",
    )


def _cost_row(label: str, amount: float, everything: float) -> tuple[Cell, ...]:
    share = amount / everything if everything else None
    return (
        text(label),
        counted(number(amount, 0), amount),
        counted(number(None if share is None else share * 100, 1), share),
    )
