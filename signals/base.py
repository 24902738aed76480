"""What every signal takes and gives: dated events and past prices in, scores per session, asset and event out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from data.panel import Panel

__all__ = ["Context", "Event", "Scores", "Signal"]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """What a signal may read of an event."""

    event_id: str
    kind: str
    asset: str
    direction: str
    session: int


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What a signal is given.

    Attributes
    ----------
    events
        Tradable events, ascending by session, then by event_id.
    decisions
        Indices into ``panel.sessions`` at which targets are set, ascending, shape (D,).
    panel
        Prices; a signal may read rows before a decision, never the decision's own row or a later one.
    baskets
        Name to assets.

    """

    events: Sequence[Event]
    decisions: NDArray[np.int64]
    panel: Panel
    baskets: Mapping[str, tuple[str, ...]]

    def listed(self) -> NDArray[np.bool_]:
        """Say which assets had a price before each decision, shape (D, N)."""
        priced = np.maximum.accumulate(~np.isnan(self.panel.close), axis=0)
        before = np.vstack([np.zeros((1, priced.shape[1]), dtype=np.bool_), priced])
        known: NDArray[np.bool_] = before[self.decisions]
        return known


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Long scores in coded form, each array of shape (score,).

    Attributes
    ----------
    decision, asset, event
        Positions in ``Context.decisions``, ``Context.panel.assets`` and ``Context.events``.
    value
        Tilt of the target weight, a fraction of equity.

    """

    decision: NDArray[np.int64]
    asset: NDArray[np.int64]
    event: NDArray[np.int64]
    value: NDArray[np.float64]


class Signal(Protocol):
    """A frozen settings object that scores events."""

    @property
    def name(self) -> str:
        """Give the name under which the scores stand in reports."""
        ...

    def selects(self, event: Event) -> bool:
        """Say whether this signal responds to the event at all."""
        ...

    def scores(self, context: Context) -> Scores:
        """Score the selected events at every decision."""
        ...
