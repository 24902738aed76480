"""Numbers to finished strings: everything the page shows, decided and rounded before the template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.tearsheet import figures
from backtest.tearsheet.beside import ALONE
from backtest.tearsheet.cards import cards
from backtest.tearsheet.event_table import event_table
from backtest.tearsheet.events import losses_table, ranked
from backtest.tearsheet.format import DASH, display, metric_interval, metric_value, number, unit
from backtest.tearsheet.kinds import kind_table
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.redacted import redacted
from backtest.tearsheet.reproduce import inputs, prices_said
from backtest.tearsheet.returns import month_table, year_table
from backtest.tearsheet.sections import appendix, sections
from backtest.tearsheet.sections.base import View
from backtest.tearsheet.sections.study import event_cars
from backtest.tearsheet.series import series
from backtest.tearsheet.time_figures import time_figures
from backtest.tearsheet.verdict import split, verdict
from backtest.tearsheet.whole import MetricRow, Sheet

if TYPE_CHECKING:
    from datetime import date

    from backtest.result import Metric, Result
    from backtest.tearsheet.beside import Beside

__all__ = ["sheet"]

MOST_WARNINGS = 20
MOST_ASSETS = 12


def sheet(result: Result, *, beside: Beside = ALONE, redact: bool = False) -> Sheet:
    """Make the sheet of a result; ``redact`` leaves out what tells the positions."""
    view = View(result, series(result), ranked(result), beside)
    whole = _whole(view, marked=not redact)
    return redacted(whole) if redact else whole


def _whole(view: View, *, marked: bool) -> Sheet:
    result, found, events = view.result, view.found, view.events
    judged, said = split(verdict(result)) if result.judgement else ("", verdict(result))
    return Sheet(
        title=display(result.config.name, 80),
        thesis=display(result.config.thesis, 2_000),
        facts=_facts(result, found.sessions),
        simulated=result.provenance.simulated,
        disclosure=tuple(display(understood(sentence), 400) for sentence in result.provenance.disclosure),
        verdict=said,
        judged=judged,
        tone=result.judgement.code if result.judgement else "",
        warnings=_warnings(result),
        cards=cards(view),
        sessions=tuple(found.sessions),
        time_figures=tuple(time_figures(result, found, events, marked=marked)),
        funnel=figures.funnel_figure(result),
        losses=losses_table(result),
        event_figure=figures.event_figure(events),
        no_event_figure=say("No event was traded, so there is no P&L by event."),
        kinds=kind_table(result, events),
        events=event_table(events, *event_cars(view)),
        months=month_table(result, found),
        year_figure=figures.year_figure(result, found),
        years=year_table(result, found),
        sections=sections(view),
        appendix=appendix(view),
        metrics=tuple(_metric_row(metric) for metric in result.metrics),
        inputs=inputs(result),
    )


def _facts(result: Result, sessions: list[date]) -> tuple[tuple[str, str], ...]:
    config, provenance = result.config, result.provenance
    baskets = [(f"{say('Basket')} {display(name, 64)}", _members(assets)) for name, assets in config.baskets.items()]
    count = say("{count} sessions", count=number(len(sessions), 0))
    return (
        (say("Period"), f"{sessions[0]} {say('to')} {sessions[-1]}, {count} ({config.calendar})"),
        *baskets,
        (say("Benchmark"), display(config.benchmark, 32) or say("none")),
        (say("Prices"), prices_said(provenance, 120)),
        (say("Events"), display(understood(provenance.events_label), 120)),
        (
            say("Capital"),
            say("{amount} account currency, fills at the {fill}", amount=number(config.account.capital, 0),
                fill=say(config.account.fill)),
        ),
    )  # fmt: skip


def _members(assets: tuple[str, ...]) -> str:
    shown = ", ".join(display(asset, 32) for asset in assets[:MOST_ASSETS])
    hidden = len(assets) - MOST_ASSETS
    return shown if hidden <= 0 else say("{shown} and {count} more", shown=shown, count=hidden)


def _warnings(result: Result) -> tuple[str, ...]:
    shown = tuple(display(understood(sentence), 400) for sentence in result.warnings[:MOST_WARNINGS])
    hidden = len(result.warnings) - len(shown)
    return (*shown, say("{count} more warnings in metrics.json", count=hidden)) if hidden else shown


def _reason(metric: Metric) -> str:
    return display(understood(metric.reason), 300) or say("undefined")


def _metric_row(metric: Metric) -> MetricRow:
    value = display(metric_value(metric), 120)
    return MetricRow(
        display(metric.name, 60),
        display(understood(metric.label), 80),
        value,
        metric_interval(metric) or DASH,
        display(unit(metric), 40),
        display(understood(metric.convention), 1_000),
        _reason(metric) if value == DASH else "",
        repr(float(metric.value)) if isinstance(metric.value, int | float) else "",
        "" if metric.lower is None or metric.upper is None else f"{metric.lower!r} {metric.upper!r}",
        say("no interval is made for this number"),
    )
