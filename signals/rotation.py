"""Rotation: events move weight from one basket to another, by a stated size that fades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from data.settings import Asset, Name, Settings
from signals.decay import Decay, Exponential

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from signals.base import Context, Event, Scores

__all__ = ["Rotation", "Trigger"]


class Trigger(Settings):
    """Which events move how much of equity; a negative size rotates the other way."""

    kind: Name = Field(description="Kind of event, as routing_adoption.")
    directions: tuple[str, ...] = Field(default=(), description="Only these directions; empty: all.")
    assets: tuple[Asset, ...] = Field(default=(), description="Only these announcers; empty: all.")
    size: float = Field(ge=-1, le=1, description="Fraction of equity moved from `from` to `to` by one event.")

    def matches(self, event: Event) -> bool:
        """Say whether the event is of this kind, direction and announcer."""
        return (
            event.kind == self.kind
            and (not self.directions or event.direction in self.directions)
            and (not self.assets or event.asset in self.assets)
        )


class Rotation(Settings):
    """A rotation from one basket to another; overlapping events add up and net, bounded by ``cap``."""

    kind: Literal["rotation"] = "rotation"
    name: Name = "rotation"
    source: Name = Field(alias="from", description="Basket that gives weight up.")
    to: Name = Field(description="Basket that receives it.")
    triggers: tuple[Trigger, ...] = Field(min_length=1, description="The first trigger that matches an event counts.")
    decay: Decay = Field(default=Exponential(half_life_sessions=20.0))
    cap: float = Field(default=0.25, gt=0, le=1, description="Most of equity that may be moved, net, either way.")

    @model_validator(mode="after")
    def _two_baskets(self) -> Rotation:
        if self.source == self.to:
            raise ValueError(f"from and to are the same basket {self.to!r}")
        return self

    def selects(self, event: Event) -> bool:
        """Say whether a trigger matches."""
        return any(trigger.matches(event) for trigger in self.triggers)

    def size(self, event: Event) -> float:
        """Give the size of the first trigger that matches, 0 when none does."""
        return next((trigger.size for trigger in self.triggers if trigger.matches(event)), 0.0)

    def scores(self, context: Context) -> Scores:
        """Give, per decision and live event, +size to the receiving basket's assets and -size to the giving one's.

        A basket is split equally over its members that had a price before the decision; the net amount moved is
        bounded by ``cap``, every live event being scaled by the same factor. While a basket has no listed member,
        nothing moves.
        """
        return _spread(self.moved(context), self._loadings(context))

    def moved(self, context: Context) -> NDArray[np.float64]:
        """Give the fraction of equity that each event moves at each decision, shape (D, E)."""
        import numpy as np

        sizes = np.array([self.size(event) for event in context.events])
        sessions = np.array([event.session for event in context.events], dtype=np.int64)
        moved = np.zeros((len(context.decisions), len(sessions)))
        chosen = np.flatnonzero(sizes)
        if len(chosen):
            age = context.decisions[:, None] - sessions[chosen]
            weights = self.decay.weights(np.maximum(age, 0), _to_next(sessions[chosen]))
            moved[:, chosen] = np.where(age >= 0, weights * sizes[chosen], 0.0)
        return _capped(moved, self.cap)

    def _loadings(self, context: Context) -> NDArray[np.float64]:
        import numpy as np

        listed = context.listed()
        sides = []
        for basket in (self.to, self.source):
            members = np.isin(np.array(context.panel.assets), context.baskets[basket])
            present = (listed & members).astype(np.float64)
            counts = present.sum(axis=1, keepdims=True)
            sides.append(np.divide(present, counts, out=np.zeros_like(present), where=counts > 0))
        both = np.all([side.any(axis=1) for side in sides], axis=0)
        return np.where(both[:, None], sides[0] - sides[1], 0.0)


def _to_next(sessions: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    following = np.searchsorted(sessions, sessions, side="right")
    far = np.iinfo(np.int64).max // 2
    later = np.append(sessions, far)[following]
    return later - sessions


def _capped(moved: NDArray[np.float64], cap: float) -> NDArray[np.float64]:
    import numpy as np

    # A running sum over events keeps the past bit-identical when later events are added: they add exact zeros.
    net = np.abs(np.cumsum(moved, axis=1)[:, -1:]) if moved.shape[1] else np.zeros((len(moved), 1))
    factor = np.divide(cap, net, out=np.ones_like(net), where=net > cap)
    return moved * factor


def _spread(moved: NDArray[np.float64], loadings: NDArray[np.float64]) -> Scores:
    import numpy as np

    from signals.base import Scores

    decision, event = np.nonzero(moved)
    pair, asset = np.nonzero(loadings[decision])
    values = moved[decision[pair], event[pair]] * loadings[decision[pair], asset]
    return Scores(decision[pair], asset.astype(np.int64), event[pair], values)
