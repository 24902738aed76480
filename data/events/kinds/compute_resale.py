"""Spare compute that comes to market, or the fear of it: plans, hints, new supply, cancelled leases."""

from __future__ import annotations

from data.events.kinds.base import Kind, given, known_direction

__all__ = ["COMPUTE_RESALE"]

DIRECTIONS = ("resale_plan", "resale_hint", "new_supply", "oversupply", "oversupply_fear", "denied")

COMPUTE_RESALE = Kind("compute_resale", (given("asset"), known_direction(DIRECTIONS)))
