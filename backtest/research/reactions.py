"""How what a signal moves reacted to its training events: paths of abnormal returns, and whether they drift at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.events import chosen
from backtest.plan import context
from signals.past import returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from signals import EventDriven
    from signals.base import Event
    from signals.impulses import Impulses

__all__ = ["Lab", "Reactions", "chance", "reactions"]

FLIPS = 999


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """What a fit may look at."""

    config: Config
    inputs: Inputs
    events: Sequence[Event]


@dataclass(frozen=True, slots=True, eq=False)
class Reactions:
    """Reactions to training events.

    Attributes
    ----------
    paths
        Cumulative abnormal return after 1, 2, ..., H sessions, the sign turned so that the view gains when it rises,
        shape (E, H), complete.
    clusters
        Cluster of each event, shape (E,): events whose fills lie in one stretch of H sessions share returns.
    pulls
        What each session of the training adds to the mean of the paths' ends, shape (T,); they add up to it.

    """

    paths: NDArray[np.float64]
    clusters: NDArray[np.int64]
    pulls: NDArray[np.float64]


class _Move(NamedTuple):
    """One event's holding: session of the fill, abnormal returns less the usual in its window (H,) and always (T,)."""

    session: int
    window: NDArray[np.float64]
    always: NDArray[np.float64]


def reactions(lab: Lab, signal: EventDriven, until: date, horizon: int) -> Reactions:
    """Give the abnormal returns of what each training event moves, per unit of size.

    From the event's fill to its session's close, then from close to close; abnormal is over the mean of all basket
    assets, and over what the same holding makes in the mean session of the training. A training event has its whole
    horizon in sessions up to ``until``.
    """
    stop = int(np.searchsorted(lab.inputs.panel.sessions, np.datetime64(until), side="right"))
    moves = list(_moves(lab, signal, stop, horizon))
    count, length = len(moves), max(stop - lab.inputs.first, 0)
    pulls = np.zeros(length)
    for move in moves:
        at = move.session - lab.inputs.first
        pulls[at : at + horizon] += move.window
        pulls -= move.always * (horizon / length)
    return Reactions(
        np.array([np.cumsum(move.window) for move in moves]).reshape(-1, horizon),
        np.array([move.session // horizon for move in moves], dtype=np.int64),
        pulls / max(count, 1),
    )


def chance(found: Reactions, *, seed: int, flips: int = FLIPS) -> float:
    """Give how often no drift at all ends as far from 0: (1 + as far) / (flips + 1), two-sided.

    Without a drift a session's abnormal returns are as likely to have the other sign. One sign is drawn per session for
    whatever is held in it, so events that overlap or share an evening stay together, and so does what their own mean
    return takes off (a wild bootstrap, Wu 1986, with the signs of Davidson and Flachaire 2008).
    """
    signs = np.random.default_rng(seed).integers(0, 2, (flips, len(found.pulls))) * 2.0 - 1.0
    drawn = np.einsum("bt,t->b", signs, found.pulls)
    end = abs(float(np.cumsum(found.pulls)[-1]))
    return (1 + int((np.abs(drawn) >= end).sum())) / (flips + 1)


def _moves(lab: Lab, signal: EventDriven, stop: int, horizon: int) -> Iterator[_Move]:
    training = [event for event in chosen(lab.inputs, [signal], lab.events) if event.session <= stop - horizon]
    sessions = np.array([event.session for event in training], dtype=np.int64)
    given = context(lab.config, lab.inputs, training, np.unique(sessions))
    impulses = signal.impulses(given)
    first, later = _abnormal(lab)
    for k, event in enumerate(impulses.event.tolist()):
        held, weight = _held(impulses, k, int(np.searchsorted(given.decisions, sessions[event])))
        at, sign = int(sessions[event]), float(np.sign(impulses.size[k]))
        fill = (first[at, held] * weight).sum()
        always = (later[lab.inputs.first : stop, held] * weight).sum(axis=1)
        after = (later[at + 1 : at + horizon, held] * weight).sum(axis=1)
        usual = _usual(always)
        window = sign * (np.append(fill, after) - usual)
        if len(held) and not np.isnan(window).any():
            yield _Move(at, window, np.nan_to_num(sign * (always - usual)))


def _usual(moves: NDArray[np.float64]) -> float:
    """Give the mean of the known session returns, NaN without any: what is moved drifts by it at any time.

    In it is what all the other events do on average; without it their drifts would count as this one's.
    """
    known = moves[~np.isnan(moves)]
    return float(np.cumsum(known)[-1] / len(known)) if len(known) else np.nan


def _held(impulses: Impulses, k: int, decision: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the assets that an impulse holds at a decision, and their weights."""
    row = impulses.loading[k]
    own = slice(impulses.loadings.first[row], impulses.loadings.first[row + 1])
    weight = impulses.loadings.weight[decision, own]
    return impulses.loadings.asset[own][weight != 0.0], weight[weight != 0.0]


def _abnormal(lab: Lab) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give abnormal returns from a session's fill to its close, and from the close before, each of shape (T, N)."""
    panel = lab.inputs.panel
    named = {asset for members in lab.config.baskets.values() for asset in members}
    columns = np.array([at for at, asset in enumerate(panel.assets) if asset in named], dtype=np.int64)
    fill = panel.open if lab.inputs.fill == "open" else panel.close
    found = []
    for moves in (panel.close / fill - 1.0, returns(panel)):
        known = ~np.isnan(moves[:, columns])
        whole = np.cumsum(np.where(known, moves[:, columns], 0.0), axis=1)[:, -1:]
        count = known.sum(axis=1, keepdims=True)
        found.append(moves - np.divide(whole, count, out=np.full(whole.shape, np.nan), where=count > 0))
    return found[0], found[1]
