"""Contracted revenue not yet earned: total, commercial, cloud backlog, next 12 months; each metric is its own fact."""

from __future__ import annotations

import polars as pl

from data.events.kinds.base import MOVED, Kind, Rule, given, known_direction, money, period_read, plausible, positive
from data.events.units import in_usd

__all__ = ["RPO"]

WHOLE = "rpo_total"
PARTS = ("rpo_commercial", "cloud_backlog", "rpo_next_12_months")
VALUE = in_usd(pl.col("value"))
OF_WHOLE = VALUE.filter(pl.col("metric").str.starts_with(WHOLE)).max().over("asset", "period")
IS_PART = pl.any_horizontal(pl.col("metric").str.starts_with(part) for part in PARTS)

RPO = Kind(
    "rpo",
    (
        given("value"),
        given("definition"),
        given("period"),
        period_read(),
        *money(),
        *positive(),
        *plausible(1e8, 5e12),
        known_direction(MOVED),
        Rule(
            "warning",
            "part above its whole",
            "value",
            IS_PART & (VALUE > OF_WHOLE),
            f"is a part of the backlog and above the {WHOLE} of the same company and period",
        ),
    ),
)
