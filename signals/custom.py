"""Custom: any kind of event, scored by a column of its file or by a small expression over its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from data.settings import Label, Name
from signals.driven import EventDriven, Push, Size, strength_of
from signals.expression import Expression
from signals.reach import groups

if TYPE_CHECKING:
    from signals.base import Context, Event
    from signals.impulses import Impulses

__all__ = ["Custom"]


class Custom(EventDriven):
    """Move the announcer, or a basket, by size x score."""

    kind: Literal["custom"] = "custom"
    name: Label = "custom"
    events: tuple[Name, ...] = Field(min_length=1, description="Kinds of event to read.")
    when: Expression | None = Field(default=None, description="Only events of which this holds, as value > 100.")
    score: Expression = Field(description="A column, or an expression over the event's facts, as value / prior - 1.")
    size: Size = Field(description="Fraction of equity moved at a score of 1.")
    on: Name | None = Field(default=None, description="Basket that is moved; without it the announcer.")
    neutral_to: Name | None = Field(default=None, description="Basket that gives what is moved; without it, cash.")

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        return {field: basket for field, basket in (("on", self.on), ("neutral_to", self.neutral_to)) if basket}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds it listens to."""
        return self.events

    def selects(self, event: Event) -> bool:
        """Say whether the kind fits and the condition holds."""
        if event.kind not in self.events:
            return False
        if self.when is None:
            return True
        from signals.evaluate import holds

        return holds(self.when, event.names)

    def impulses(self, context: Context) -> Impulses:
        """Give one impulse per event, on the announcer or the basket."""
        from signals.loadings import Rows

        rows = Rows(context, self.neutral_to)
        numbered = zip(context.events, groups(context.events), strict=True)
        return self.gathered(
            rows,
            (
                Push(
                    at,
                    rows.announcer(event.asset) if self.on is None else rows.basket(self.on),
                    self.size * strength_of(self.score, event.names),
                    group,
                )
                for at, (event, group) in enumerate(numbered)
                if self.selects(event)
            ),
        )
