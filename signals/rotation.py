"""Rotation: events move weight from one basket to another, by a stated size that fades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from data.settings import Label, Name
from signals.driven import EventDriven, Push, Trigger, apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from signals.base import Context, Event
    from signals.impulses import Impulses, Row

__all__ = ["Rotation", "Trigger"]


class Rotation(EventDriven):
    """A rotation from one basket to another; overlapping events add up and net, bounded by ``cap``."""

    kind: Literal["rotation"] = "rotation"
    name: Label = "rotation"
    source: Name = Field(alias="from", description="Basket that gives weight up.")
    to: Name = Field(description="Basket that receives it.")
    triggers: tuple[Trigger, ...] = Field(min_length=1, description="The first trigger that matches an event counts.")
    neutral_to: Literal["dollar", "beta"] = Field(
        default="dollar",
        description="Whether the two sides match in money, or in past beta; then the rest is cash.",
    )
    beta_sessions: int = Field(default=252, ge=20, le=2520, description="Sessions before a decision that give betas.")

    @model_validator(mode="after")
    def _two_baskets(self) -> Rotation:
        apart(self.source, self.to)
        return self

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        return {"from": self.source, "to": self.to}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds of its triggers."""
        return tuple(sorted({trigger.kind for trigger in self.triggers}))

    def selects(self, event: Event) -> bool:
        """Say whether a trigger matches."""
        return any(trigger.matches(event) for trigger in self.triggers)

    def size(self, event: Event) -> float:
        """Give what the first trigger that matches moves, 0 when none does."""
        return next((trigger.moves(event) for trigger in self.triggers if trigger.matches(event)), 0.0)

    def unmatched(self, events: Sequence[Event]) -> Iterator[str]:
        """Name the triggers that match no event."""
        for at, trigger in enumerate(self.triggers):
            if not any(trigger.matches(event) for event in events):
                yield f"trigger {at} ({trigger.kind}) matches no event"

    def impulses(self, context: Context) -> Impulses:
        """Give one impulse per event, along +1 of the receiving basket and -1 of the giving one.

        A basket is split over its members listed at the decision; while one has none, nothing moves.
        """
        from signals.loadings import Rows

        rows = Rows(context)
        row = rows.mix("rotation", lambda: self._loading(context))
        return self.gathered(rows, (Push(at, row, self.size(event), 0) for at, event in enumerate(context.events)))

    def _loading(self, context: Context) -> Row:
        from signals.loadings import against

        to, source = context.split(self.to), context.split(self.source)
        return against(to, source, self._ratio(context, to, source) if self.neutral_to == "beta" else None)

    def _ratio(self, context: Context, to: Row, source: Row) -> NDArray[np.float64]:
        """Give what of the giving basket has the beta of the receiving one, shape (D,); nothing where it has none."""
        import numpy as np

        from signals.loadings import past_betas

        beta = past_betas(context, self.beta_sessions)
        sides = [np.cumsum(weights * beta[:, columns], axis=1)[:, -1] for columns, weights in (to, source)]
        return np.divide(sides[0], sides[1], out=np.zeros(len(beta)), where=sides[1] > 0.0)
