"""What every event asks for, one by one: loadings, notional, and what it would hold if it stood alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from signals.impulses import moved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.plan import Draft
    from signals.impulses import Impulses, Loadings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Asked", "alone", "asked", "held", "vector"]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What the events ask for in the session in which targets are first set with them, each of shape (U,).

    Attributes
    ----------
    event, row
        Position of the event and of the decision.
    size
        Fraction of equity.
    tilt
        Weights that a size of 1 moves, shape (U, N).

    """

    event: Ints
    row: Ints
    size: Floats
    tilt: Floats


def vector(loadings: Loadings, row: int, decision: int, assets: int) -> Floats:
    """Give one loading at one decision, the funding taken off, shape (N,); zeros where it is not live."""
    out = np.zeros(assets)
    if loadings.live[row, decision]:
        own = slice(loadings.first[row], loadings.first[row + 1])
        out[loadings.asset[own]] = loadings.weight[decision, own]
        np.subtract.at(out, loadings.funding_asset, loadings.funding_weight[decision])
    return out


def asked(draft: Draft) -> Asked:
    """Give every impulse of every event-driven signal that meets a decision, as if there were no other."""
    at, assets, since = draft.context.decisions, len(draft.context.assets), draft.sessions
    found = []
    for impulses in draft.impulses.values():
        for event, row, size in zip(
            impulses.event.tolist(), impulses.loading.tolist(), impulses.size.tolist(), strict=True
        ):
            decision = int(np.searchsorted(at, since[event]))
            if size and decision < len(at):
                found.append((event, decision, size, vector(impulses.loadings, row, decision, assets)))
    events, rows, sizes, tilts = zip(*found, strict=True) if found else ((), (), (), ())
    return Asked(
        np.array(events, dtype=np.int64),
        np.array(rows, dtype=np.int64),
        np.array(sizes, dtype=np.float64),
        np.array(tilts, dtype=np.float64).reshape(len(sizes), assets),
    )


def alone(draft: Draft, scale: Floats | None = None) -> Floats:
    """Give the sum over events of what each would hold alone, at every decision, shape (D, N).

    Decay as the signal has it; no cap, no cooldown, no end by a later event. ``scale``: factor of every event, (E,).
    """
    at, assets = draft.context.decisions, len(draft.context.assets)
    out = np.zeros((len(at), assets))
    for impulses in draft.impulses.values():
        scaled = impulses if scale is None else replace(impulses, size=impulses.size * scale[impulses.event])
        out += _spread(scaled, draft.sessions, at, assets)
    return out


def _spread(impulses: Impulses, sessions: Ints, at: Ints, assets: int) -> Floats:
    free = replace(impulses, cap=np.inf, cooldown=0, until_next=False)
    decision, impulse, amount = moved(free, sessions, at)
    loadings = impulses.loadings
    net = np.bincount(decision * max(len(loadings), 1) + impulses.loading[impulse], amount,
                      len(at) * max(len(loadings), 1)).reshape(len(at), -1)  # fmt: skip
    out = np.zeros((len(at), assets))
    for row in range(len(loadings)):
        for one in np.flatnonzero(net[:, row]).tolist():
            out[one] += net[one, row] * vector(loadings, row, one, assets)
    return out


def held(at_decisions: Floats, decisions: Ints, sessions: int) -> Floats:
    """Hold what is set at a decision until the next, shape (T, N); nothing before the first."""
    place = np.searchsorted(decisions, np.arange(sessions), side="right") - 1
    return np.where((place >= 0)[:, None], at_decisions[np.maximum(place, 0)], 0.0)
