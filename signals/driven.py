"""What all event-driven signals share: decay, cap, cooldown, and the way from impulses to scores."""

from __future__ import annotations

import math
from abc import abstractmethod
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field, model_validator

from data.settings import Asset, Label, Name, Settings
from signals.decay import LONGEST, Decay, Exponential
from signals.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from signals.base import Context, Event, Fact, Scores
    from signals.impulses import Impulses
    from signals.loadings import Rows

__all__ = ["Cooldown", "EventDriven", "Push", "Size", "Trigger", "apart", "strength_of"]

Size = Annotated[float, Field(ge=-1, le=1)]
Cooldown = Annotated[int, Field(ge=0, le=LONGEST)]


class Trigger(Settings):
    """Which events move how much of equity; a negative size moves the other way."""

    kind: Name = Field(description="Kind of event, as routing_adoption.")
    directions: tuple[str, ...] = Field(default=(), description="Only these directions; empty: all.")
    assets: tuple[Asset, ...] = Field(default=(), description="Only these announcers; empty: all.")
    when: Expression | None = Field(default=None, description="Only events of which this holds, as over_prior > 0.05.")
    size: Size = Field(description="Fraction of equity moved by one event of strength 1.")
    strength: Expression = Field(default="1", description="Strength of an event, as clip(over_prior / 0.1, 0, 2).")

    def matches(self, event: Event) -> bool:
        """Say whether the event is of this kind, direction and announcer, and meets the condition."""
        if (
            event.kind != self.kind
            or (self.directions and event.direction not in self.directions)
            or (self.assets and event.asset not in self.assets)
        ):
            return False
        if self.when is None:
            return True
        from signals.evaluate import holds

        return holds(self.when, event.names)

    def moves(self, event: Event) -> float:
        """Give size x strength; NaN where the strength is not known."""
        return self.size * strength_of(self.strength, event.names)


def strength_of(text: str, facts: Mapping[str, Fact]) -> float:
    """Give the value of an expression, without reading the facts when it is a plain 1."""
    if text == "1":
        return 1.0
    from signals.evaluate import value

    return value(text, facts)


def apart(source: str, to: str) -> None:
    """Refuse to move weight from a basket to itself."""
    if source == to:
        raise ValueError(f"from and to are the same basket {source!r}")


class Push(NamedTuple):
    """One impulse to be: position of the event, row of the loadings, fraction of equity, group."""

    event: int
    row: int | None
    size: float
    group: int


class EventDriven(Settings):
    """The settings that every event-driven signal has."""

    name: Label = "signal"
    decay: Decay = Field(default=Exponential.model_construct(half_life_sessions=20.0))
    cap: float = Field(default=0.25, gt=0, le=1, description="Most of equity that may be moved, net, either way.")
    cooldown_sessions: Cooldown = Field(
        default=0, description="Sessions after an event during which further ones are passed over."
    )
    fit_until: date | None = Field(
        default=None,
        description="Fit a half-life to the events and prices up to this day and draw it over the decay used.",
    )

    @model_validator(mode="after")
    def _fits_once(self) -> EventDriven:
        if self.fit_until is not None and self.decay.kind == "fitted":
            raise ValueError("fit_until compares a fit with the decay used, and here the fit is used: leave it out")
        return self

    @property
    @abstractmethod
    def baskets(self) -> Mapping[str, str]:
        """Give the baskets it names, by the field that names them."""

    @property
    def linked(self) -> Mapping[str, str]:
        """Give the single assets it trades, by the field that names them; each must be in a basket."""
        return {}

    @property
    @abstractmethod
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds of event it listens to."""

    @abstractmethod
    def selects(self, event: Event) -> bool:
        """Say whether it responds to the event."""

    @abstractmethod
    def impulses(self, context: Context) -> Impulses:
        """Give what its events move."""

    def scores(self, context: Context) -> Scores:
        """Score the decisions by the one function from impulses to scores."""
        import numpy as np

        from signals.impulses import scored

        sessions = np.array([event.session for event in context.events], dtype=np.int64)
        return scored(self.impulses(context), sessions, context.decisions)

    def unmatched(self, events: Sequence[Event]) -> Iterator[str]:
        """Say what it asks for that no event is."""
        if not any(self.selects(event) for event in events):
            yield f"no event of {', '.join(self.kinds)} is selected"

    def gathered(self, rows: Rows, pushes: Iterable[Push], *, replaces: bool = False) -> Impulses:
        """Make impulses of pushes, by event; those without a row, of size 0 or of unknown size move nothing.

        With ``replaces`` they still end the view before them.
        """
        import numpy as np

        from signals.decay import table
        from signals.impulses import Impulses

        sized = (push._replace(size=0.0 if math.isnan(push.size) else push.size) for push in pushes)
        kept = [push for push in sized if push.row is not None and (push.size or replaces)]
        event, row, size, group = zip(*kept, strict=True) if kept else ((), (), (), ())
        return Impulses(
            np.array(event, dtype=np.int64),
            np.array(row, dtype=np.int64),
            np.array(size, dtype=np.float64),
            np.array(group, dtype=np.int64),
            rows.loadings(),
            self.cap,
            self.cooldown_sessions,
            table(self.decay),
            self.decay.kind == "until_next",
            replaces,
        )
