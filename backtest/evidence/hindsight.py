"""Hindsight alpha: what the same run would have claimed on today's numbers, put at the instants of the first prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from backtest.evidence.types import Hindsight
from data.events.ledger import FACT_KEY
from data.hashing import frame_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtest.evidence.line import Line
    from data.events.source import Events

__all__ = ["hindsight", "latest"]

# What a later vintage may restate; the unit goes with its numbers. Instants and names stay those of the first print.
RESTATED = ("value", "low", "high", "qualifier", "prior", "prior_low", "prior_high", "expected", "unit", "direction")
KEYS = ("event_id", "known_at")


def hindsight(line: Line, rerun: Callable[[Events], Line]) -> Hindsight:
    """Run the line once more on the latest vintages and take the difference; nothing else ever reads them.

    Parameters
    ----------
    line
        The run.
    rerun
        Gives the line of the same config on other events.

    Notes
    -----
    Without a revision nothing is run and the alpha is exactly 0.

    """
    capital = line.config.account.capital
    honest = float(line.walked.equity[-1] / capital - 1.0)
    restated, changed = latest(line.inputs.events)
    if not changed:
        return Hindsight(honest, honest, 0.0, 0)
    claimed = float(rerun(restated).walked.equity[-1] / capital - 1.0)
    return Hindsight(honest, claimed, claimed - honest, changed)


def latest(events: Events) -> tuple[Events, int]:
    """Give the events with the latest vintage's numbers and direction at their own instants, and how many changed.

    Rows that name no period stay: nothing says that two of them speak of the same quantity.
    """
    ledger = events.ledger
    own = ledger.frame.select(*KEYS, *FACT_KEY, "fact").unique(
        ["event_id", *FACT_KEY], keep="first", maintain_order=True
    )
    today = ledger.latest_vintage().select("fact", *(pl.col(name).alias(f"latest_{name}") for name in RESTATED))
    facts = events.frame.join(
        own.drop("known_at"), on=["event_id", *FACT_KEY], how="left", nulls_equal=True, maintain_order="left"
    ).join(today, on="fact", how="left", maintain_order="left")
    known = pl.col("fact").is_not_null() & pl.col("period").is_not_null()
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"latest_{name}")) for name in RESTATED) & known
    changed = int(facts.select(differs.sum()).item())
    if not changed:
        return events, 0
    values = [pl.when(known).then(f"latest_{name}").otherwise(name).alias(name) for name in RESTATED]
    frame = facts.with_columns(values).select(events.frame.columns)
    label = f"{events.label}, LATEST VINTAGES: hindsight"
    return replace(events, frame=frame, vintages=None, label=label, content_hash=frame_hash(frame, KEYS)), changed
