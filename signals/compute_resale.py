"""Compute resale: who sells spare compute gains, those who rent it out or make it lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from data.settings import Label, Name, Positive
from signals.driven import EventDriven, Push, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.base import Context, Event
    from signals.impulses import Impulses, Row
    from signals.loadings import Rows

__all__ = ["ComputeResale"]

SELLING = {"resale_plan": 1.0, "resale_hint": 0.5}


class ComputeResale(EventDriven):
    """Move weight to the seller, or to a basket, out of the baskets that oversupply hurts."""

    kind: Literal["compute_resale"] = "compute_resale"
    name: Label = "compute_resale"
    events: tuple[Name, ...] = Field(default=("compute_resale",), min_length=1, description="Kinds of event to read.")
    size: Size = Field(default=0.1, description="Fraction of equity moved at strength 1.")
    directions: dict[str, float] = Field(
        default=SELLING, description="Direction: strength, of events whose announcer is the seller."
    )
    oversupply: dict[str, float] = Field(
        default_factory=dict, description="Direction: strength, of news without a seller; then `to` receives."
    )
    against: Annotated[dict[Name, Positive], Field(min_length=1)] = Field(
        description="Basket: its part of what is given up, as neoclouds: 2, memory: 1."
    )
    to: Name | None = Field(default=None, description="Basket that receives instead of the seller; news of oversupply.")

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        return {f"against.{basket}": basket for basket in self.against} | ({"to": self.to} if self.to else {})

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds it listens to."""
        return self.events

    def selects(self, event: Event) -> bool:
        """Say whether kind and direction fit."""
        return event.kind in self.events and (
            event.direction in self.directions or (event.direction in self.oversupply and self.to is not None)
        )

    def impulses(self, context: Context) -> Impulses:
        """Give one impulse per event, along the receiver less the baskets that give."""
        from signals.loadings import Rows

        rows = Rows(context)
        return self.gathered(rows, self._pushes(context, rows))

    def _pushes(self, context: Context, rows: Rows) -> Iterator[Push]:
        for at, event in enumerate(context.events):
            if not self.selects(event):
                continue
            seller = event.asset if event.direction in self.directions else ""
            strength = self.directions.get(event.direction, self.oversupply.get(event.direction, 0.0))
            yield Push(at, self._row(context, rows, seller), self.size * strength, 0)

    def _row(self, context: Context, rows: Rows, seller: str) -> int | None:
        """Give the receiver less the givers; an unlisted giver leaves its part to the others."""
        import numpy as np

        if seller and seller not in rows.columns and self.to is None:
            return None

        def make() -> Row:
            from signals.loadings import against

            one = np.array([rows.columns[seller]] if seller in rows.columns else [], dtype=np.int64)
            own = (one, context.listed(one).astype(np.float64))
            return against(own if len(one) else context.split(str(self.to)), self._givers(context, seller))

        return rows.mix(("resale", seller if seller in rows.columns else ""), make)

    def _givers(self, context: Context, seller: str) -> Row:
        """Add the baskets by their parts, the seller left out, to a sum of 1 per decision."""
        import numpy as np

        whole = np.zeros((len(context.decisions), len(context.assets)))
        for basket, part in sorted(self.against.items()):
            columns, weights = context.split(basket)
            whole[:, columns] += part * weights
        if seller in context.assets:
            whole[:, context.assets.index(seller)] = 0.0
        columns = np.flatnonzero(whole.any(axis=0)).astype(np.int64)
        total = np.cumsum(whole[:, columns], axis=1)[:, -1:] if len(columns) else np.zeros((len(whole), 1))
        return columns, np.divide(whole[:, columns], total, out=np.zeros((len(whole), len(columns))), where=total > 0)
