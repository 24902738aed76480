"""The six numbers on top, each with its interval and the same number of the untilted base and the benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.metrics import moments
from backtest.tearsheet.format import DASH, SPACE, display, metric_interval, metric_value, number, unit
from backtest.tearsheet.messages import say, understood

if TYPE_CHECKING:
    from backtest.result import Metric
    from backtest.tearsheet.sections.base import View

__all__ = ["Card", "cards"]


@dataclass(frozen=True, slots=True)
class Card:
    """A key number: value with unit, interval or reason, and the same number of the base and the benchmark.

    ``exact`` is the whole number behind the text.
    """

    name: str
    label: str
    value: str
    unit: str
    below: str
    peers: str
    convention: str
    exact: str = ""


def cards(view: View) -> tuple[Card, ...]:
    """Make the cards: growth, Sharpe ratio, drawdown, placebo p, deflated Sharpe ratio, costs."""
    known = {metric.name: metric for metric in view.result.metrics}
    made = [_card(known[name], known) for name in ("cagr", "sharpe", "max_drawdown") if name in known]
    made += [_placebo(view), _deflated(known)]
    return (*made, *(_card(known[name], known) for name in ("costs_per_year",) if name in known))


def _card(metric: Metric, known: dict[str, Metric]) -> Card:
    value, interval = metric_value(metric), metric_interval(metric)
    peers = [
        f"{say(label)} {metric_value(known[f'{prefix}_{metric.name}'])}"
        for prefix, label in (("base", "base"), ("benchmark", "benchmark"))
        if f"{prefix}_{metric.name}" in known
    ]
    per = unit(metric)
    sign = f"{SPACE}%" if metric.unit.startswith("fraction") and value != DASH else ""
    reason = display(understood(metric.reason), 300) or say("undefined")
    return Card(
        metric.name,
        display(understood(metric.label), 60),
        display(value, 60) + sign,
        "" if value == DASH else _per(metric, per),
        reason if value == DASH else say("95 %: {interval}", interval=interval) if interval else "",
        ", ".join(peers),
        display(metric.convention, 600),
        repr(float(metric.value)) if isinstance(metric.value, int | float) else "",
    )


def _per(metric: Metric, per: str) -> str:
    """Give the unit beside a value whose sign of percent stands already."""
    if metric.unit == "fraction per year":
        return say("per year")
    return "" if metric.unit in {"fraction", "ratio"} else per


def _placebo(view: View) -> Card:
    label, evidence = say("Placebo p"), view.result.evidence
    found = evidence and evidence.placebo
    if not found or found.p_return is None:
        reason = (found and found.reason) or (evidence and evidence.remarks.get("placebo")) or "no placebo was run"
        return Card("placebo_p", label, DASH, "", display(understood(reason), 200), "", "")
    count = found.draws.height
    better = round(found.p_return * (count + 1)) - 1
    spread = None if found.exhaustive else moments.share(better, count)
    interval = f"{number(spread[1], 3)} {say('to')} {number(spread[2], 3)}" if spread else ""
    return Card(
        "placebo_p", label, number(found.p_return, 4), "",
        say("95 %: {interval}", interval=interval) if interval else say("every placebo was tried"),
        say("{better} of {count} at least as good", better=number(better, 0), count=number(count, 0)),
        say("(1 + placebos at least as good) / (placebos + 1), one-sided; Wilson interval of the draws"),
        repr(found.p_return),
    )  # fmt: skip


def _deflated(known: dict[str, Metric]) -> Card:
    label, found, trials = say("Deflated Sharpe (DSR)"), known.get("dsr"), known.get("trials")
    if found is None or not isinstance(found.value, float):
        reason = understood(found.reason) if found else say("trials are counted in a folder of runs")
        return Card("dsr", label, DASH, "", display(reason, 200), "", "")
    count = trials.value if trials and isinstance(trials.value, float) else 1.0
    many = say("1 trial") if count == 1 else say("{count} trials", count=number(count, 0))
    active = known.get("active_dsr")
    over = say("over the base {value}", value=metric_value(active)) if active and active.value is not None else ""
    return Card("dsr", label, metric_value(found), "", many, over, display(found.convention, 600), repr(found.value))
