"""The verdict in the language spoken: from its code and its numbers, not from the English sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backtest.tearsheet.format import display, number, percent
from backtest.tearsheet.messages import language, say, understood

if TYPE_CHECKING:
    from backtest.result import Judgement, Result

__all__ = ["split", "verdict"]

LONGEST_HEAD = 60

JUDGED = {
    "supported": "Supported",
    "refuted": "Refuted",
    "luck": "Not distinguishable from luck",
    "uninformative": "Not informative",
}


def split(said: str) -> tuple[str, str]:
    """Take the judgement, all up to the first colon or comma, from the rest; none where it would be long."""
    head = re.split(r"[:,]", said, maxsplit=1)[0]
    return (head, said[len(head) :]) if len(head) < min(len(said), LONGEST_HEAD) else ("", said)


def verdict(result: Result) -> str:
    """Give the sentence; the English one is the run's own, and stands for those without an edge to tell."""
    of = result.judgement
    if language() == "en" or of is None or of.code not in JUDGED or {"edge", "lower", "upper"} - of.values.keys():
        return display(understood(result.verdict), 600)
    return say("{judged}{why}: {edge}.", judged=say(JUDGED[of.code]), why=_why(of), edge=_edge(of.values))


def _why(of: Judgement) -> str:
    if "few_events" in of.reasons:
        return say(", too few events to tell skill from luck")
    if "low_power" not in of.reasons:
        return ""
    drift = of.values.get("minimum_drift")
    if drift is None:
        return say(", nothing could have been found")
    return say(", only a gain of {drift} per event could have been found", drift=percent(drift, plus=True))


def _edge(values: dict[str, float]) -> str:
    edge, low, high = (percent(values[name], plus=True) for name in ("edge", "lower", "upper"))
    said = say(
        "net of costs the tilts made {edge} a year against the untilted mix (95 % interval {low} to {high}, "
        "{count} events)",
        edge=edge, low=low, high=high, count=number(values.get("events"), 0),
    )  # fmt: skip
    if "p_placebo" in values:
        said += say("; placebo p {p}", p=number(values["p_placebo"], 4))
    if "dsr" in values:
        trials = number(values.get("trials", 1.0), 0)
        said += say(
            "; deflated Sharpe ratio of the difference {dsr} over trials: {trials}",
            dsr=number(values["dsr"], 2),
            trials=trials,
        )
    return said
