"""Capex spent in a quarter, a year or a year to date, under one definition (cash or with leases, gross or net)."""

from __future__ import annotations

from data.events.kinds.base import MOVED, Kind, given, known_direction, money, period_read, plausible, positive

__all__ = ["CAPEX_ACTUAL"]

# A quarter of a small company is a few millions, the largest year so far about two hundred billions.
CAPEX_ACTUAL = Kind(
    "capex_actual",
    (
        given("value"),
        given("definition"),
        given("period"),
        period_read(),
        *money(),
        *positive(),
        *plausible(1e6, 1e12),
        known_direction(MOVED),
    ),
)
