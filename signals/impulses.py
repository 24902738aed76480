"""Events as impulses: what each moves, by how much, and how long; the one function from impulses to scores.

An impulse is (event, loading, size): in the event's session it begins to move ``size`` of equity along its loading, a
vector over assets that may change from decision to decision, and fades by age in sessions. Sizes and loadings do not
depend on when events are dated, so that moving an event means giving another session and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from signals.base import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["REASONS", "Endings", "Impulses", "Loadings", "Row", "endings", "moved", "scored"]

Row = tuple["NDArray[np.int64]", "NDArray[np.float64]"]
REASONS = ("faded", "next event", "end of run", "cooldown")
FADED, NEXT, OPEN, COOLED = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Loadings:
    """Vectors over assets per decision, by the columns that are ever named, less a funding that all of them share.

    Attributes
    ----------
    first
        Loading k owns the columns first[k] to first[k + 1], shape (K + 1,).
    asset
        The asset of each column, ascending within a loading, shape (C,).
    weight
        Shape (D, C).
    funding_asset, funding_weight
        What every loading gives up, shapes (F,) and (D, F); F is 0 where cash pays.
    live
        Whether a loading, and the funding where there is one, hold anything at a decision; else nothing moves along
        it. Shape (K, D).

    """

    first: NDArray[np.int64]
    asset: NDArray[np.int64]
    weight: NDArray[np.float64]
    funding_asset: NDArray[np.int64]
    funding_weight: NDArray[np.float64]
    live: NDArray[np.bool_]

    @staticmethod
    def of(rows: Sequence[Row], decisions: int, funding: Row | None = None) -> Loadings:
        """Lay rows (assets, weights of shape (D, assets)) one after another."""
        none = np.zeros(0, dtype=np.int64)
        first = np.cumsum([0, *(len(asset) for asset, _ in rows)], dtype=np.int64)
        weight = np.concatenate([np.zeros((decisions, 0)), *(values for _, values in rows)], axis=1)
        live = np.array([values.any(axis=1) for _, values in rows], dtype=np.bool_).reshape(len(rows), decisions)
        asset = np.concatenate([none, *(asset for asset, _ in rows)])
        if funding is None:
            return Loadings(first, asset, weight, none, np.zeros((decisions, 0)), live)
        return Loadings(first, asset, weight, *funding, live & funding[1].any(axis=1))

    def __len__(self) -> int:
        """Give the number of loadings."""
        return len(self.first) - 1

    def dense(self, assets: int) -> NDArray[np.float64]:
        """Give all of them as one array, the funding taken off, shape (K, D, assets)."""
        out = np.zeros((len(self), len(self.weight), assets))
        for k in range(len(self)):
            own = slice(self.first[k], self.first[k + 1])
            out[k][:, self.asset[own]] = self.weight[:, own]
            out[k][:, self.funding_asset] -= self.funding_weight
            out[k][~self.live[k]] = 0.0
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Impulses:
    """What the events of one signal move.

    Attributes
    ----------
    event, loading, size
        Position of the event, row of ``loadings``, fraction of equity at age 0; shape (I,), ascending by event.
    group
        Events of one group end each other (``until_next``) and keep each other waiting (cooldown), shape (I,).
    loadings
        K loadings.
    cap
        Most of equity moved at a decision: the sum over loadings of |net|; all impulses then shrink by one factor.
    cooldown
        Sessions after an event during which further ones of its group are passed over.
    table
        Weight by age in sessions, 0 beyond its end, shape (ages,).
    until_next
        Whether an event ends in the session of the next one of its group.
    replaces
        With ``until_next``: of several events of a group in one session only the last counts; else they add up.

    """

    event: NDArray[np.int64]
    loading: NDArray[np.int64]
    size: NDArray[np.float64]
    group: NDArray[np.int64]
    loadings: Loadings
    cap: float
    cooldown: int
    table: NDArray[np.float64]
    until_next: bool
    replaces: bool = False

    def without(self, events: Sequence[int]) -> Impulses:
        """Give the impulses of all other events."""
        if not len(events):
            return self
        kept = ~np.isin(self.event, events)
        return replace(
            self, event=self.event[kept], loading=self.loading[kept], size=self.size[kept], group=self.group[kept]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """When the impulses of a run begin and end: sessions (``until`` is the first without them) and code of REASONS."""

    since: NDArray[np.int64]
    until: NDArray[np.int64]
    reason: NDArray[np.int64]


def scored(impulses: Impulses, sessions: NDArray[np.int64], decisions: NDArray[np.int64]) -> Scores:
    """Score the decisions, with the events tradable from the given sessions, shape (E,)."""
    decision, impulse, amount = moved(impulses, sessions, decisions)
    own = _along(impulses, decision, impulse, amount)
    if not len(impulses.loadings.funding_asset):
        return own
    paid = _paid(impulses, decision, impulse, amount)
    both = ((getattr(own, name), getattr(paid, name)) for name in ("decision", "asset", "event", "value"))
    return Scores(*(np.concatenate(pair) for pair in both))


def _along(
    impulses: Impulses, decision: NDArray[np.int64], impulse: NDArray[np.int64], amount: NDArray[np.float64]
) -> Scores:
    """Spread amounts over the assets of their loadings."""
    loadings = impulses.loadings
    row = impulses.loading[impulse]
    start = loadings.first[row]
    count = loadings.first[row + 1] - start
    at, event = np.repeat(decision, count), np.repeat(impulses.event[impulse], count)
    column = np.arange(len(at))
    column += np.repeat(start - (np.cumsum(count) - count), count)
    asset = loadings.asset[column]
    column += at * loadings.weight.shape[1]
    values = loadings.weight.ravel()[column]
    values *= np.repeat(amount, count)
    kept = values != 0.0
    return Scores(at, asset, event, values) if kept.all() else Scores(at[kept], asset[kept], event[kept], values[kept])


def _paid(
    impulses: Impulses, decision: NDArray[np.int64], impulse: NDArray[np.int64], amount: NDArray[np.float64]
) -> Scores:
    """Take what every event moves at a decision, over all its loadings, off the funding."""
    loadings, event = impulses.loadings, impulses.event[impulse]
    fresh = np.ones(len(decision), dtype=np.bool_)
    fresh[1:] = (decision[1:] != decision[:-1]) | (event[1:] != event[:-1])
    first = np.flatnonzero(fresh)
    whole = np.add.reduceat(amount, first) if len(first) else amount
    values = (-whole[:, None] * loadings.funding_weight[decision[first]]).ravel()
    width = len(loadings.funding_asset)
    at, asset, of = (
        np.repeat(decision[first], width),
        np.tile(loadings.funding_asset, len(first)),
        np.repeat(event[first], width),
    )
    kept = values != 0.0
    return Scores(at, asset, of, values) if kept.all() else Scores(at[kept], asset[kept], of[kept], values[kept])


def moved(
    impulses: Impulses, sessions: NDArray[np.int64], decisions: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give (decision, impulse, fraction of equity moved) of every live impulse, by decision, then impulse."""
    ends = endings(impulses, sessions, NEVER)
    first, last = np.searchsorted(decisions, ends.since), np.searchsorted(decisions, ends.until)
    count = np.maximum(last - first, 0)
    impulse = np.repeat(np.arange(len(count)), count)
    decision = np.arange(len(impulse)) - np.repeat(np.cumsum(count) - count, count) + first[impulse]
    order = np.argsort(decision, kind="stable")
    decision, impulse = decision[order], impulse[order]
    age = decisions[decision] - ends.since[impulse]
    amount = impulses.table[age] * impulses.size[impulse]
    amount = np.where(impulses.loadings.live[impulses.loading[impulse], decision], amount, 0.0)
    return decision, impulse, amount * _factor(impulses, decision, impulse, amount, len(decisions))[decision]


def _factor(
    impulses: Impulses,
    decision: NDArray[np.int64],
    impulse: NDArray[np.int64],
    amount: NDArray[np.float64],
    decisions: int,
) -> NDArray[np.float64]:
    """Give what the cap leaves of every impulse of a decision, shape (D,)."""
    kinds = max(len(impulses.loadings), 1)
    # Sums run in the order of the impulses: later events come last and change no bit of earlier decisions.
    cell = decision * kinds + impulses.loading[impulse]
    net = np.bincount(cell, amount, decisions * kinds).reshape(decisions, kinds)
    gross: NDArray[np.float64] = np.cumsum(np.abs(net), axis=1)[:, -1]
    return np.divide(impulses.cap, gross, out=np.ones(decisions), where=gross > impulses.cap)


NEVER = np.iinfo(np.int64).max // 4


def endings(impulses: Impulses, sessions: NDArray[np.int64], last: int) -> Endings:
    """Say from when to when every impulse lives, and why it ends; ``last`` is the last session of the run."""
    since = sessions[impulses.event]
    taken = _taken(impulses, since)
    until = np.where(taken, since + len(impulses.table), since)
    reason = np.where(taken, np.where(until > last, OPEN, FADED), COOLED)
    if impulses.until_next:
        following = _following(impulses, since, taken)
        ended = taken & (following < until)
        until = np.where(ended, following, until)
        reason = np.where(ended, np.where(following > last, OPEN, NEXT), reason)
    return Endings(since, until, reason.astype(np.int64))


def _taken(impulses: Impulses, since: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which impulses are taken: an event within the cooldown of the last taken one of its group is not."""
    taken = np.ones(len(since), dtype=np.bool_)
    if not impulses.cooldown:
        return taken
    last: dict[int, tuple[int, int]] = {}
    for at in np.lexsort((impulses.event, since)).tolist():
        group, event, session = int(impulses.group[at]), int(impulses.event[at]), int(since[at])
        before, of = last.get(group, (-NEVER, -1))
        taken[at] = event == of or session - before >= impulses.cooldown
        if taken[at]:
            last[group] = (session, event)
    return taken


def _following(impulses: Impulses, since: NDArray[np.int64], taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the session in which the next taken event of the same group begins, NEVER without one.

    With ``replaces`` events of one session follow each other, too.
    """
    if not len(since):
        return since
    first, places = int(since.min()), int(impulses.event.max()) + 1
    sessions = int(since.max()) - first + 1
    place = impulses.event if impulses.replaces else np.full(len(since), places - 1)
    key = (impulses.group * sessions + since - first) * places + place
    later = np.unique(key[taken])
    at = np.searchsorted(later, key, side="right")
    follower = np.append(later, -1)[at] // places
    same = (at < len(later)) & (follower // sessions == impulses.group)
    return np.where(same, follower % sessions + first, NEVER)
