"""The one sentence on top of every summary, by stated rules, and the warnings that stand beside it.

The first rule that applies decides; docs/verdict.md explains each.

| verdict                        | when                                                                                |
|--------------------------------|-------------------------------------------------------------------------------------|
| ruined                         | the account lost everything                                                         |
| none                           | the config has no signals                                                           |
| not informative                | no event traded; no interval; fewer than 10 events; or an edge of plausible size    |
|                                | could not have been found (power, known before the run)                             |
| refuted                        | the 95 % interval of the net active return lies below 0                             |
| supported                      | it lies above 0, and placebo p <= 0.05, and the deflated Sharpe ratio of the active |
|                                | returns over the trials counted >= 0.95 (each as far as it was made)                |
| not distinguishable from luck  | everything else                                                                     |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.result import Judgement
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from backtest.config.model import Config
    from backtest.evidence.types import Gathered
    from backtest.result import Metric
    from data.events.funnel import Funnel
    from data.prices.source import Prices

__all__ = ["judge", "sentence", "warnings"]

FEW_EVENTS = 10
MOST_P = 0.05
LEAST_DSR = 0.95
WORDS = {
    "supported": "Supported",
    "refuted": "Refuted",
    "luck": "Not distinguishable from luck",
    "uninformative": "Not informative",
}


def judge(config: Config, metrics: Sequence[Metric], counts: Funnel, evidence: Gathered | None = None) -> Judgement:
    """Judge a run by the rules above; evidence and metrics that were not made do not take part."""
    by_name = {metric.name: metric for metric in metrics}
    values = dict(_values(by_name, counts, evidence))
    total = by_name["total_return"].value
    if isinstance(total, float) and total <= -1.0:
        return Judgement("ruined", (), values)
    if not config.signals:
        return Judgement("none", (), values)
    blind = tuple(_blind(values, evidence))
    if blind:
        return Judgement("uninformative", blind, values)
    if values["upper"] < 0.0:
        return Judgement("refuted", (), values)
    doubts = tuple(_doubts(values))
    return Judgement("luck" if doubts else "supported", doubts, values)


def _values(by_name: dict[str, Metric], counts: Funnel, evidence: Gathered | None) -> Iterator[tuple[str, float]]:
    yield "events", float(counts.reached("traded"))
    active = by_name["active_return"]
    for name, value in (("edge", active.value), ("lower", active.lower), ("upper", active.upper)):
        if isinstance(value, float):
            yield name, value
    for name, metric in (("dsr", "active_dsr"), ("trials", "trials")):
        if metric in by_name and isinstance(found := by_name[metric].value, float):
            yield name, found
    placebo, power = (evidence.placebo, evidence.power) if evidence else (None, None)
    if placebo is not None and placebo.p_return is not None:
        yield "p_placebo", placebo.p_return
    if power is not None and power.minimum_drift is not None:
        yield "minimum_drift", power.minimum_drift


def _blind(values: dict[str, float], evidence: Gathered | None) -> Iterator[str]:
    """Say why the run could not tell anything, whatever its outcome."""
    if values["events"] == 0:
        yield "no_events"
    elif "lower" not in values or "upper" not in values:
        yield "no_interval"
    elif values["events"] < FEW_EVENTS:
        yield "few_events"
    elif evidence is not None and evidence.power is not None and not evidence.power.informative:
        yield "low_power"


def _doubts(values: dict[str, float]) -> Iterator[str]:
    """Say what keeps a run from being supported."""
    if not values["lower"] > 0.0:
        yield "interval"
    if values.get("p_placebo", 0.0) > MOST_P:
        yield "placebo"
    if values.get("dsr", 1.0) < LEAST_DSR:
        yield "trials"


def sentence(of: Judgement, metrics: Sequence[Metric] = ()) -> str:
    """Put a judgement into an English sentence; the metrics say why there is no interval."""
    if of.code == "ruined":
        return "Ruined: the account lost all its capital and was closed."
    if of.code == "none":
        return "Base mix alone: the config has no signals, so there is nothing to judge."
    if "no_events" in of.reasons:
        return "Not informative: no event was traded; the funnel says why."
    if "no_interval" in of.reasons:
        reason = next((metric.reason for metric in metrics if metric.name == "active_return"), "")
        return f"Not informative: {reason or 'the return over the untilted mix has no interval'}."
    return f"{WORDS[of.code]}{_why(of)}: {_edge(of.values)}."


def _why(of: Judgement) -> str:
    if "few_events" in of.reasons:
        return f", fewer than {FEW_EVENTS} events cannot tell skill from luck"
    if "low_power" in of.reasons:
        return f", only a gain of {_percent(of.values['minimum_drift'])} per event could have been found" if (
            "minimum_drift" in of.values) else ", nothing could have been found"  # fmt: skip
    return ""


def _edge(values: dict[str, float]) -> str:
    tests = [
        f"placebo p {values['p_placebo']:.4f}" if "p_placebo" in values else "",
        f"deflated Sharpe ratio of the difference {values['dsr']:.2f} over {_counted(values)}"
        if "dsr" in values
        else "",
    ]
    return (
        f"net of costs the tilts made {_percent(values['edge'])} a year against the untilted mix "
        f"(95 % interval {_percent(values['lower'])} to {_percent(values['upper'])}, "
        f"{many(round(values['events']), 'event')}"
        f"{''.join(f'; {test}' for test in tests if test)})"
    )


def _counted(values: dict[str, float]) -> str:
    return many(round(values.get("trials", 1.0)), "trial")


def _percent(value: float) -> str:
    return f"{value:+.2%}".replace("-", "\u2212").replace("%", " %")


def warnings(daily: pl.DataFrame, trades: pl.DataFrame, prices: Prices, margin_calls: int) -> tuple[str, ...]:
    """Give the sentences that must stand on the first screen."""
    found = []
    ruined = trades.filter(trades["reason"] == "ruin")
    if ruined.height:
        found.append(f"The account was ruined on {ruined['session'][0]} and closed.")
    if margin_calls:
        found.append(f"{many(margin_calls, 'session')} ended below the maintenance margin; positions were scaled down.")
    stale = int(daily["stale"].sum())
    if stale:
        held = many(stale, "asset-session was", "asset-sessions were")
        found.append(f"{held} held without a price and valued at the last mark.")
    waiting = trades.filter(trades["reason"] == "waiting").height
    if waiting:
        found.append(f"{many(waiting, 'order')} had no fill price and waited.")
    blind = trades.filter(trades["reason"] == "no_volume").height
    if blind:
        found.append(f"{many(blind, 'order')} waited because the volume behind impact or participation was unknown.")
    if prices.findings:
        found.append(f"{many(len(prices.findings), 'finding')} in the prices, first: {prices.findings[0]}")
    return tuple(found)
