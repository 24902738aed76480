"""Routing adoption: every adoption raises an intensity by its materiality; it fades, and moves weight meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from data.settings import Asset, Label, Name
from signals.driven import EventDriven, Push, Size, apart, strength_of
from signals.expression import Expression

if TYPE_CHECKING:
    from signals.base import Context, Event
    from signals.impulses import Impulses

__all__ = ["MATERIALITY", "RoutingAdoption"]

MATERIALITY = {
    "adoption": 1.0, "cost_down": 1.0, "usage_curb": 0.75, "budget_overrun": 0.75, "negative_roi": 0.5,
    "adoption_remark": 0.5, "reversal": -1.0,
}  # fmt: skip


class RoutingAdoption(EventDriven):
    """Move weight by the intensity of adoption: the sum over events of materiality x decay."""

    kind: Literal["routing_adoption"] = "routing_adoption"
    name: Label = "routing_adoption"
    events: tuple[Name, ...] = Field(default=("routing_adoption",), min_length=1, description="Kinds of event to read.")
    source: Name = Field(alias="from", description="Basket that gives weight up.")
    to: Name = Field(description="Basket that receives it.")
    per_intensity: Size = Field(default=0.1, description="Fraction of equity moved at an intensity of 1.")
    materiality: dict[str, float] = Field(default=MATERIALITY, description="Direction: intensity of one such event.")
    otherwise: float = Field(default=0.5, description="Intensity of an event of any other direction or none.")
    weight_of: dict[Asset, float] = Field(default_factory=dict, description="Announcer: factor; 1 for the others.")
    weight: Expression = Field(default="1", description="Further factor, as clip(value / 100, 0, 1).")

    @model_validator(mode="after")
    def _two_baskets(self) -> RoutingAdoption:
        apart(self.source, self.to)
        return self

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        return {"from": self.source, "to": self.to}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds it listens to."""
        return self.events

    def selects(self, event: Event) -> bool:
        """Say whether the kind fits."""
        return event.kind in self.events

    def intensity(self, event: Event) -> float:
        """Give by how much an event raises the intensity."""
        own = self.materiality.get(event.direction, self.otherwise) * self.weight_of.get(event.asset, 1.0)
        return own * strength_of(self.weight, event.names)

    def impulses(self, context: Context) -> Impulses:
        """Give one impulse per event, from the giving to the receiving basket."""
        from signals.loadings import Rows, against

        rows = Rows(context)
        row = rows.mix("sides", lambda: against(context.split(self.to), context.split(self.source)))
        return self.gathered(
            rows,
            (
                Push(at, row, self.per_intensity * self.intensity(event), 0)
                for at, event in enumerate(context.events)
                if self.selects(event)
            ),
        )
