"""Random, a control: seeded tilts that know nothing, to see what luck looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from data.settings import Label, Name, Settings

if TYPE_CHECKING:
    from signals.base import Context, Event, Scores

__all__ = ["RandomTilt"]


class RandomTilt(Settings):
    """Tilt a basket's members at random, the sum of tilts being 0, and draw anew after so many sessions."""

    kind: Literal["random"] = "random"
    name: Label = "random"
    of: Name = Field(description="Basket whose members are tilted.")
    size: Annotated[float, Field(gt=0, le=1)] = Field(default=0.1, description="Fraction of equity on each side.")
    hold_sessions: Annotated[int, Field(ge=1, le=2520)] = Field(default=20, description="Sessions that a draw lasts.")
    seed: int = Field(default=0, ge=0, description="Another seed tilts other assets.")

    @property
    def baskets(self) -> dict[str, str]:
        """Give the basket it names."""
        return {"of": self.of}

    def selects(self, _event: Event) -> bool:
        """Respond to no event."""
        return False

    def scores(self, context: Context) -> Scores:
        """Give one draw per stretch of sessions, from a stream of its own: a longer run changes no earlier draw."""
        import numpy as np

        from signals.control import plain

        columns = context.members(self.of)
        listed = context.listed(columns)
        values = np.zeros(listed.shape)
        for at, decision in enumerate(context.decisions.tolist()):
            stream = np.random.default_rng([self.seed, decision // self.hold_sessions])
            drawn = np.where(listed[at], stream.standard_normal(len(columns)), 0.0)
            count = int(listed[at].sum())
            if count > 1:
                centred = np.where(listed[at], drawn - drawn.sum() / count, 0.0)
                values[at] = self.size * 2.0 * centred / np.abs(centred).sum()
        return plain(values, columns)
