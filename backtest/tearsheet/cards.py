"""The six numbers on top, each with its interval and the same number of the untilted base and the benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.metrics import moments
from backtest.tearsheet.format import DASH, SPACE, display, metric_interval, metric_value, number, percent, unit
from backtest.tearsheet.messages import say, understood

if TYPE_CHECKING:
    from backtest.result import Metric
    from backtest.tearsheet.sections.base import View

__all__ = ["Card", "cards"]

DSR = ("dsr", "deflated_sharpe")


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
    made += [_placebo(view), _deflated(view, known)]
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


def _deflated(view: View, known: dict[str, Metric]) -> Card:
    label, tried = say("Deflated Sharpe (DSR)"), view.beside.tried
    named = next((known[name] for name in DSR if name in known and known[name].value is not None), None)
    if tried is None and named is not None:
        return _card(named, known)
    if tried is None:
        return Card("dsr", label, DASH, "", say("trials are counted in a folder of runs"), "", "")
    many = say("1 trial") if tried.trials == 1 else say("{count} trials", count=number(tried.trials, 0))
    worth = say("worth {effective}", effective=number(tried.effective, 1)) if tried.trials > 1 else ""
    convention = say("Probability that the true Sharpe ratio beats the best that luck shows in so many trials.")
    value = DASH if tried.deflated is None else percent(tried.deflated, 1)
    exact = "" if tried.deflated is None else repr(tried.deflated)
    return Card("dsr", label, value, "", many, worth, convention, exact)
