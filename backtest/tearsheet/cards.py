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

__all__ = ["Card", "Fact", "cards"]

INTERVAL = "95 %"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line below a key number: what, the text, and the whole numbers behind it."""

    label: str
    text: str
    exact: tuple[float, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A key number: value with unit, its interval and the same number of base and benchmark, or the reason.

    ``exact`` is the whole number behind the text.
    """

    name: str
    label: str
    value: str
    unit: str
    facts: tuple[Fact, ...]
    note: str
    convention: str
    exact: str = ""

    @property
    def below(self) -> str:
        """Give in a few words the interval, else the reason why there is no value, else the first fact."""
        first = self.facts[0] if self.facts else None
        if self.value == DASH or first is None:
            return self.note
        if first.label == INTERVAL:
            return f"{INTERVAL}: {first.text}" if first.exact else ""
        return f"{first.label} {first.text}"

    @property
    def peers(self) -> str:
        """Give in a few words the same number of base and benchmark, or what else stands beside the value."""
        others = self.facts if self.value == DASH else self.facts[1:]
        said = ", ".join(f"{fact.label} {fact.text}" for fact in others)
        return said or ("" if self.value == DASH or not self.facts else self.note)


def cards(view: View) -> tuple[Card, ...]:
    """Make the cards: growth, Sharpe ratio, drawdown, placebo p, deflated Sharpe ratio, costs."""
    known = {metric.name: metric for metric in view.result.metrics}
    made = [_card(known[name], known) for name in ("cagr", "sharpe", "max_drawdown") if name in known]
    made += [_placebo(view), _deflated(known)]
    return (*made, *(_card(known[name], known) for name in ("costs_per_year",) if name in known))


def _card(metric: Metric, known: dict[str, Metric]) -> Card:
    value = metric_value(metric)
    peers = [
        _fact(say(label), known[f"{prefix}_{metric.name}"])
        for prefix, label in (("base", "base"), ("benchmark", "benchmark"))
        if f"{prefix}_{metric.name}" in known
    ]
    sign = f"{SPACE}%" if metric.unit.startswith("fraction") and value != DASH else ""
    return Card(
        metric.name,
        display(understood(metric.label), 60),
        display(value, 60) + sign,
        "" if value == DASH else _per(metric, unit(metric)),
        (*([_interval(metric)] if value != DASH else []), *peers),
        (display(understood(metric.reason), 300) or say("undefined")) if value == DASH else "",
        display(understood(metric.convention), 600),
        repr(float(metric.value)) if isinstance(metric.value, int | float) else "",
    )


def _interval(metric: Metric) -> Fact:
    found = metric_interval(metric)
    if not found or metric.lower is None or metric.upper is None:
        return Fact(INTERVAL, DASH, why=say("no interval was made: the run is too short or nothing varies"))
    return Fact(INTERVAL, found, (metric.lower, metric.upper))


def _fact(label: str, metric: Metric) -> Fact:
    exact = (float(metric.value),) if isinstance(metric.value, int | float) else ()
    return Fact(label, metric_value(metric), exact, "" if exact else display(understood(metric.reason), 300))


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
        return Card("placebo_p", label, DASH, "", (), display(understood(reason), 200), "")
    count = found.draws.height
    better = round(found.p_return * (count + 1)) - 1
    spread = None if found.exhaustive else moments.share(better, count)
    facts = [Fact(INTERVAL, f"{number(spread[1], 3)} {say('to')} {number(spread[2], 3)}", spread[1:])] if spread else []
    said = say("{better} of {count} at least as good", better=number(better, 0), count=number(count, 0))
    return Card(
        "placebo_p", label, number(found.p_return, 4), "", tuple(facts),
        said if facts else f"{say('every placebo was tried')}; {said}",
        say("(1 + placebos at least as good) / (placebos + 1), one-sided; Wilson interval of the draws"),
        repr(found.p_return),
    )  # fmt: skip


def _deflated(known: dict[str, Metric]) -> Card:
    label, found, trials = say("Deflated Sharpe"), known.get("dsr"), known.get("trials")
    if found is None or not isinstance(found.value, float):
        reason = understood(found.reason) if found else say("trials are counted in a folder of runs")
        return Card("dsr", label, DASH, "", (), display(reason, 200), "")
    count = trials.value if trials and isinstance(trials.value, float) else 1.0
    active = known.get("active_dsr")
    facts = [Fact(say("trials"), number(count, 0), (count,))]
    facts += [_fact(say("over base"), active)] if active else []
    convinces = say("a probability, 0.95 convinces; the verdict takes that over base")
    note = convinces if active else say("DSR, a probability: 0.95 convinces")
    return Card("dsr", label, metric_value(found), "", tuple(facts), note,
                display(understood(found.convention), 600), repr(found.value))  # fmt: skip
