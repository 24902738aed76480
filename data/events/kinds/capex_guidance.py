"""What a company says it will spend: a range, a point or words, for a fiscal or calendar period, and how that moved.

A direction compares with the same definition and period only. ``redefined`` says that the yardstick changed (Microsoft,
2026-07-29: 190 became 175 when leases left the metric): it is neither a raise nor a cut, whatever the numbers do.
"""

from __future__ import annotations

import polars as pl

from data.events.kinds.base import (
    HAS_NUMBER,
    Kind,
    Rule,
    given,
    known_direction,
    money,
    period_read,
    plausible,
    positive,
)

__all__ = ["CAPEX_GUIDANCE", "COMPARED", "DIRECTIONS"]

# Directions that compare the numbers of the row with those of its prior.
COMPARED = ("raised", "raised_low_end", "raised_high_end", "narrowed", "cut", "reiterated")
WORDS_ONLY = ("qualitative_up", "qualitative_down")
DIRECTIONS = ("issued", *COMPARED, "redefined", *WORDS_ONLY)

LOW, HIGH = pl.coalesce("low", "value"), pl.coalesce("high", "value")
PRIOR_LOW, PRIOR_HIGH = pl.coalesce("prior_low", "prior"), pl.coalesce("prior_high", "prior")
CONTRADICTS = {
    "raised": (LOW <= PRIOR_LOW) & ((HIGH <= PRIOR_HIGH) | HIGH.is_null()),
    "raised_low_end": LOW <= PRIOR_LOW,
    "raised_high_end": HIGH <= PRIOR_HIGH,
    "narrowed": (HIGH - LOW) >= (PRIOR_HIGH - PRIOR_LOW),
    "cut": (LOW >= PRIOR_LOW) & ((HIGH >= PRIOR_HIGH) | HIGH.is_null()),
    "reiterated": (LOW != PRIOR_LOW) | (HIGH != PRIOR_HIGH),
}


def _contradiction(direction: str) -> Rule:
    return Rule(
        "warning",
        "direction contradicts numbers",
        "direction",
        (pl.col("direction") == direction) & CONTRADICTS[direction],
        "does not agree with the numbers and their prior",
        "the prior must be of the same definition and period, else leave it empty",
    )


CAPEX_GUIDANCE = Kind(
    "capex_guidance",
    (
        given("definition"),
        given("period"),
        given("direction"),
        period_read(),
        *money(),
        *positive(),
        *plausible(1e7, 2e12),
        known_direction(DIRECTIONS),
        Rule(
            "warning",
            "no number",
            "direction",
            pl.col("direction").is_in(("issued", *COMPARED, "redefined")) & ~HAS_NUMBER,
            "speaks of a number, but value, low and high are empty",
            "words only are qualitative_up or qualitative_down",
        ),
        *(_contradiction(direction) for direction in COMPARED),
    ),
)
