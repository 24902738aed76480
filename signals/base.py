"""What every signal takes and gives: dated events and past prices in, scores per decision, asset and event out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from data.panel import Panel
from signals.baskets import EQUAL
from signals.past import returns
from signals.shapes import NO_EVENT, Event, Fact, Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from signals.history import History
    from signals.weighting import Weighting

__all__ = ["NO_EVENT", "Context", "Event", "Fact", "Scores", "Signal"]

NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, eq=False)
class Context:
    """What a signal is given; prices only as they stood before a decision.

    Attributes
    ----------
    events
        Tradable events, ascending by session, then by event_id.
    decisions
        Indices into ``sessions`` at which targets are set, ascending, shape (D,).
    baskets
        Name to assets.
    weighting
        Name to how the basket is split over its members; equally when not named.
    delisted
        Asset to the index of the session in which it was delisted.
    history
        Series of the ledger, read as known at an event.
    sessions_per_year
        Mean number of sessions a year of the calendar that the sessions are of; NaN where nobody asks.

    """

    events: Sequence[Event]
    decisions: NDArray[np.int64]
    _panel: Panel
    baskets: Mapping[str, tuple[str, ...]]
    weighting: Mapping[str, Weighting] = field(default_factory=dict)
    delisted: Mapping[str, int] = field(default_factory=dict)
    history: History | None = None
    sessions_per_year: float = math.nan

    @property
    def assets(self) -> tuple[str, ...]:
        """Give the assets, ascending."""
        return self._panel.assets

    @property
    def sessions(self) -> NDArray[np.datetime64]:
        """Give the sessions of the panel; a calendar is known beforehand."""
        return self._panel.sessions

    def past(self, decision: int) -> Panel:
        """Give the prices before a session of the panel: its own row and later ones are not in it."""
        panel = self._panel
        cut = (panel.open, panel.close, panel.dividend, panel.split, panel.volume)
        return Panel(panel.sessions[:decision], panel.assets, *(_sealed(values[:decision]) for values in cut))

    def past_returns(self, decision: int, sessions: int) -> NDArray[np.float64]:
        """Give the total returns of the last so many sessions before a session, shape (up to sessions, N)."""
        first = max(decision - sessions, 1)
        return self._returns[first:decision]

    @cached_property
    def _returns(self) -> NDArray[np.float64]:
        """Give each session's total return from its own row and the one before."""
        return _sealed(returns(self._panel))

    @cached_property
    def listed_from(self) -> NDArray[np.int64]:
        """Give the first decision session before which an asset had a price, never: a far one; shape (N,)."""
        priced = ~np.isnan(self._panel.close)
        return np.where(priced.any(axis=0), priced.argmax(axis=0) + 1, NEVER).astype(np.int64)

    @cached_property
    def listed_to(self) -> NDArray[np.int64]:
        """Give the last decision session at which an asset was not known to be delisted, shape (N,)."""
        return np.array([self.delisted.get(asset, NEVER) for asset in self.assets], dtype=np.int64)

    def listed(self, columns: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
        """Say which assets had a price before each decision and were not delisted before it, shape (D, columns)."""
        at = slice(None) if columns is None else columns
        since, until = self.listed_from[at], self.listed_to[at]
        known: NDArray[np.bool_] = (self.decisions[:, None] >= since) & (self.decisions[:, None] <= until)
        return known

    def members(self, basket: str) -> NDArray[np.int64]:
        """Give the columns of a basket's assets that the panel has, ascending."""
        return np.flatnonzero(np.isin(np.array(self.assets), self.baskets[basket])).astype(np.int64)

    def split(self, basket: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give a basket's columns and its point-in-time weights, shape (D, members): of sum 1, or 0 if empty."""
        if basket not in self._splits:
            columns = self.members(basket)
            self._splits[basket] = (columns, self.weighting.get(basket, EQUAL).weights(self, columns))
        return self._splits[basket]

    @cached_property
    def _splits(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        return {}


def _sealed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    view = values[:]
    view.flags.writeable = False
    return view


class Signal(Protocol):
    """A frozen settings object that scores decisions."""

    @property
    def name(self) -> str:
        """Give the name under which the scores stand in reports."""
        ...

    @property
    def baskets(self) -> Mapping[str, str]:
        """Give the baskets it names, by the field that names them."""
        ...

    def selects(self, event: Event) -> bool:
        """Say whether this signal responds to the event at all."""
        ...

    def scores(self, context: Context) -> Scores:
        """Score every decision."""
        ...
