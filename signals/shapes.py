"""Plain types that signals, baskets and the ledger's history share; they know of no one else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NO_EVENT", "Event", "Fact", "Listing", "Scores"]

Fact = float | str | None
NO_EVENT = -1  # a score that no event is behind: a control's


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """What a signal may read of an event.

    Attributes
    ----------
    session
        First session of the panel in which it can be traded.
    known_us
        Microseconds since 1970 UTC at which this vintage of it was known.
    facts
        Everything else its row states (value, low, high, prior, expected, unit, metric, definition, period, group_id,
        confidence, columns of one's own) and what follows from rows known by then (number, over_prior, over_expected,
        width, level, revision, over_quarter, over_year, acceleration: fractions).

    """

    event_id: str
    kind: str
    asset: str
    direction: str
    session: int
    known_us: int = 0
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, Fact]:
        """Give all that an expression may name."""
        own: dict[str, Fact] = {
            "event_id": self.event_id, "kind": self.kind, "asset": self.asset, "direction": self.direction,
        }  # fmt: skip
        return {**self.facts, **own}

    def number(self, name: str) -> float:
        """Give a fact as a number, NaN where there is none."""
        value = self.facts.get(name)
        return float(value) if isinstance(value, (int, float)) else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Long scores in coded form, each array of shape (score,).

    Attributes
    ----------
    decision, asset, event
        Positions in ``Context.decisions``, ``Context.assets`` and ``Context.events``; NO_EVENT where none is behind.
    value
        Tilt of the target weight, a fraction of equity.

    """

    decision: NDArray[np.int64]
    asset: NDArray[np.int64]
    event: NDArray[np.int64]
    value: NDArray[np.float64]


class Listing(Protocol):
    """What splitting a basket may look at: who is listed at each decision, and returns before it."""

    @property
    def assets(self) -> tuple[str, ...]:
        """Give the assets, ascending."""
        ...

    @property
    def decisions(self) -> NDArray[np.int64]:
        """Give the sessions at which targets are set, shape (D,)."""
        ...

    def listed(self, columns: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
        """Say which assets are listed at each decision, shape (D, columns)."""
        ...

    def past_returns(self, decision: int, sessions: int) -> NDArray[np.float64]:
        """Give the total returns of the last so many sessions before a session, shape (up to sessions, N)."""
        ...
