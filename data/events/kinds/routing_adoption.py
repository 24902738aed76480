"""Companies that route work to cheaper models, cap their AI budgets or doubt their use; payloads are mostly words."""

from __future__ import annotations

from data.events.kinds.base import Kind, given, known_direction

__all__ = ["ROUTING_ADOPTION"]

DIRECTIONS = ("adoption", "adoption_remark", "usage_curb", "budget_overrun", "negative_roi", "cost_down", "reversal")

ROUTING_ADOPTION = Kind("routing_adoption", (given("asset"), known_direction(DIRECTIONS)))
