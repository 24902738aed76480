"""The one sentence on top of every summary, by stated rules, and the warnings that stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from backtest.config.model import Config
    from backtest.result import Metric
    from data.events.funnel import Funnel
    from data.prices.source import Prices

__all__ = ["verdict", "warnings"]

FEW_EVENTS = 10


def verdict(config: Config, metrics: Sequence[Metric], counts: Funnel) -> str:
    """Say what the run shows, from the return over the untilted mix and its 95 % interval.

    ``supported`` and ``refuted`` need an interval on one side of zero; fewer than ten traded events are never enough.
    """
    by_name = {metric.name: metric for metric in metrics}
    total, active = by_name["total_return"], by_name["active_return"]
    traded = counts.reached("traded")
    if isinstance(total.value, float) and total.value <= -1.0:
        return "Ruined: the account lost all its capital and was closed."
    if not config.signals:
        return "Base mix alone: the config has no signals, so there is nothing to judge."
    if traded == 0:
        return "Not informative: no event was traded; the funnel says why."
    if not isinstance(active.value, float) or active.lower is None or active.upper is None:
        return f"Not informative: {active.reason}."
    edge = (
        f"net of costs the tilts made {_percent(active.value)} a year against the untilted mix "
        f"(95 % interval {_percent(active.lower)} to {_percent(active.upper)}, {traded} events)"
    )
    return f"{_judgement(active.lower, active.upper, traded)}: {edge}."


def _judgement(lower: float, upper: float, traded: int) -> str:
    if traded < FEW_EVENTS:
        return f"Not informative, fewer than {FEW_EVENTS} events cannot tell skill from luck"
    if lower > 0.0:
        return "Supported by this test alone"
    return "Refuted" if upper < 0.0 else "Not distinguishable from luck"


def _percent(value: float) -> str:
    return f"{value:+.2%}".replace("-", "\u2212").replace("%", " %")


def warnings(daily: pl.DataFrame, trades: pl.DataFrame, prices: Prices, margin_calls: int) -> tuple[str, ...]:
    """Give the sentences that must stand on the first screen."""
    found = []
    ruined = trades.filter(trades["reason"] == "ruin")
    if ruined.height:
        found.append(f"The account was ruined on {ruined['session'][0]} and closed.")
    if margin_calls:
        found.append(f"{margin_calls} sessions ended below the maintenance margin; positions were scaled down.")
    stale = int(daily["stale"].sum())
    if stale:
        found.append(f"{stale} asset-sessions were held without a price and kept their last mark.")
    waiting = trades.filter(trades["reason"] == "waiting").height
    if waiting:
        found.append(f"{waiting} orders had no fill price and waited.")
    blind = trades.filter(trades["reason"] == "no_volume").height
    if blind:
        found.append(f"{blind} orders waited because the volume behind impact or participation was unknown.")
    if prices.findings:
        found.append(f"{len(prices.findings)} findings in the prices, first: {prices.findings[0]}")
    return tuple(found)
