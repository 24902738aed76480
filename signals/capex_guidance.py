"""Capex guidance: a surprising guide moves announcer, suppliers and peers, each by a sign and size of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from data.settings import Asset, Label, Name
from signals.driven import EventDriven, Push, Size, strength_of
from signals.expression import Expression
from signals.reach import AsGiven, Reach, Sign, groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signals.base import Context, Event
    from signals.impulses import Impulses
    from signals.loadings import Rows

__all__ = ["DIRECTIONS", "CapexGuidance"]

# What a direction says when no number can be compared; a redefined or first guide says nothing.
DIRECTIONS = {
    "raised": 1.0, "raised_low_end": 0.5, "raised_high_end": 0.5, "qualitative_up": 0.5,
    "cut": -1.0, "qualitative_down": -0.5,
}  # fmt: skip


class CapexGuidance(EventDriven):
    """Move the announcer and those linked to it by how much a guide surprises."""

    kind: Literal["capex_guidance"] = "capex_guidance"
    name: Label = "capex_guidance"
    events: tuple[Literal["capex_guidance", "capex_actual"], ...] = Field(
        default=("capex_guidance",), min_length=1, description="Kinds of event to read."
    )
    assets: tuple[Asset, ...] = Field(default=(), description="Only these announcers; empty: all.")
    strength: Expression = Field(
        default="clip(otherwise(over_prior / 0.1, by_direction), -2, 2)",
        description="Strength of an event; by_direction is its direction's number in `directions`.",
    )
    directions: dict[str, float] = Field(default=DIRECTIONS, description="Direction: strength; others are 0.")
    announcer: Size = Field(default=0.0, description="Fraction of equity moved on the announcer at strength 1.")
    suppliers: Reach | None = Field(default=None, description="Who is paid what the announcer spends.")
    peers: Reach | None = Field(default=None, description="Who competes with the announcer.")
    sign: Sign = Field(
        default=AsGiven.model_construct(), description="A raise had both signs in reality; learnt ones need `given`."
    )
    neutral_to: Name | None = Field(default=None, description="Basket that gives what is moved; without it, cash.")

    @model_validator(mode="after")
    def _moves_something(self) -> CapexGuidance:
        if not any(size for size in self.reaches.values()):
            raise ValueError("announcer, suppliers and peers are all without a size, so nothing moves")
        return self

    @property
    def reaches(self) -> dict[str, float]:
        """Give the sizes by whom they move."""
        others = {"suppliers": self.suppliers, "peers": self.peers}
        return {"announcer": self.announcer} | {name: reach.size if reach else 0.0 for name, reach in others.items()}

    def resized(self, sizes: Mapping[str, float]) -> CapexGuidance:
        """Give the same signal with other sizes and given signs."""
        update: dict[str, object] = {"announcer": sizes["announcer"], "sign": AsGiven()}
        for name in ("suppliers", "peers"):
            reach: Reach | None = getattr(self, name)
            update[name] = reach and reach.model_copy(update={"size": sizes[name]})
        return self.model_copy(update=update)

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        named = {
            "suppliers.basket": self.suppliers and self.suppliers.basket,
            "peers.basket": self.peers and self.peers.basket,
            "neutral_to": self.neutral_to,
        }
        return {field: basket for field, basket in named.items() if basket}

    @property
    def linked(self) -> dict[str, str]:
        """Give the assets it names, by the field that names them."""
        suppliers = self.suppliers.named("suppliers") if self.suppliers else {}
        return suppliers | (self.peers.named("peers") if self.peers else {})

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds it listens to."""
        return self.events

    def selects(self, event: Event) -> bool:
        """Say whether kind and announcer fit."""
        return event.kind in self.events and (not self.assets or event.asset in self.assets)

    def strength_of(self, event: Event) -> float:
        """Give the strength, NaN where the facts do not say."""
        return strength_of(self.strength, event.names | {"by_direction": self.directions.get(event.direction, 0.0)})

    def impulses(self, context: Context) -> Impulses:
        """Give up to three impulses per event: on the announcer, its suppliers, its peers."""
        from signals.loadings import Rows

        rows = Rows(context, self.neutral_to)
        return self.gathered(rows, self._pushes(context, rows))

    def _pushes(self, context: Context, rows: Rows) -> Iterator[Push]:
        for at, (event, group) in enumerate(zip(context.events, groups(context.events), strict=True)):
            strength = self.strength_of(event) if self.selects(event) else 0.0
            if not strength or math.isnan(strength):
                continue
            if self.announcer:
                yield Push(at, rows.announcer(event.asset), self.announcer * strength, group)
            for reach in (self.suppliers, self.peers):
                if reach:
                    yield Push(at, reach.row(rows, event), reach.size * strength, group)
