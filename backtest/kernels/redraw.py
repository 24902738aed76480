"""Target weights of a run whose events are moved: many draws of sessions, each to the weights it would have set.

The arithmetic and its order are those of ``signals.impulses`` and ``backtest.portfolio.targets``, which a run uses: per
decision every live impulse moves size x weight by age, shrunk by its signal's cap; the parts of (event, signal) are
added to what does not depend on events, in their order. A draw is one sweep over its sessions with a list of the
impulses that live, so it costs what lives, not what there is. Bounds are looked at by the caller.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.objects import entry, inner

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

LIVE, UNTIL, TAKEN_IN, TAKEN = range(4)  # rows of the working room of integers
LONG_AGO = np.iinfo(np.int64).min // 4


class Tilts(NamedTuple):
    """What the events of all signals move; D sessions of the run, J impulses, K loadings, S signals, G groups.

    event, signal, loading, group, size (J,): impulses, signal by signal, ascending by event. order (J,): impulses by
    event, then signal; rank (J,): its inverse. first (K + 1,): columns of each loading in asset (C,) and weight (D, C).
    live (D, K). own (S + 1,): loadings of each signal. funding (S + 1,): columns of each signal in paying (P,) and
    payment (D, P). cap, cooldown (S,). ends (S,): 0, 1 where an event ends with the next session of its group that has
    one, 2 where with the next event. ages (S + 1,): entries of each signal in table.
    """

    event: I
    signal: I
    loading: I
    group: I
    size: F
    order: I
    rank: I
    first: I
    asset: I
    weight: F
    live: B
    own: I
    funding: I
    paying: I
    payment: F
    cap: F
    cooldown: I
    ends: I
    ages: I
    table: F


class Draws(NamedTuple):
    """Draws of sessions; E events, D sessions of the run.

    since (draws, J): session in which each impulse begins. queue (draws, J): the impulses by it. sign (draws, E): a
    factor on the sizes; no rows: 1 for all. firm (draws, families, N) and family (E,): the asset that stands in for
    each one in the tilts of a family's events; no rows: each for itself. on (draws, D): whether targets are set.
    start (draws + 1,): first row of each draw.
    """

    since: I
    queue: I
    sign: F
    firm: I
    family: I
    on: B
    start: I


INNER = inner()


@entry
def redraw(
    tilts: Tilts, plain: F, members: I, draws: Draws, first: int, last: int, room: F, places: I, session: I, weight: F,
    sums: F,
) -> None:  # fmt: skip
    """Set the targets of the draws first to last.

    Parameters
    ----------
    tilts, plain
        What events move, and the weights that do not depend on them, shape (D, N).
    members
        Assets that every row names, ascending, shape (M,).
    room, places
        Working room, shapes (4, max(J, K, S, N)) and (4, max(J, G)).
    session, weight, sums
        Written: the session of each row, shape (rows,); the weights of the members, shape (rows, M); and the smallest
        of them, the largest by size, the sum of the sizes and the sum, shape (rows, 4).

    """
    moves, part, total = room[:2], room[2], room[3]
    for i in range(len(part)):
        part[i] = 0.0
    for b in range(first, last):
        row, at, count = draws.start[b], np.int64(0), np.int64(0)
        for g in range(places.shape[1]):
            places[TAKEN_IN, g], places[TAKEN, g] = LONG_AGO, -1
        for d in range(draws.on.shape[1]):
            while at < len(tilts.event) and draws.since[b, draws.queue[b, at]] <= d:
                count = _begin(tilts, draws.since[b], draws.queue[b, at], places, count)
                at += 1
            if not draws.on[b, d]:
                continue
            count = _faded(tilts, places, count, d)
            _move(tilts, draws, b, d, places, count, moves, part)
            for i in range(plain.shape[1]):
                total[i] = plain[d, i]
            _add_parts(tilts, draws, b, d, places, count, moves, part, total)
            session[row] = d
            low, high, gross, net = np.inf, 0.0, 0.0, 0.0
            for m in range(len(members)):
                value = total[members[m]]
                weight[row, m] = value
                low, high, gross, net = min(low, value), max(high, abs(value)), gross + abs(value), net + value
            sums[row, 0], sums[row, 1], sums[row, 2], sums[row, 3] = low, high, gross, net
            row += 1


@INNER
def _begin(tilts: Tilts, since: I, j: int, places: I, count: int) -> int:
    """Put an impulse among those that live, unless its group is still cooling down; those it ends, end."""
    s, g, e, now = tilts.signal[j], tilts.group[j], tilts.event[j], since[j]
    if tilts.cooldown[s] > 0 and e != places[TAKEN, g] and now - places[TAKEN_IN, g] < tilts.cooldown[s]:
        return count
    places[TAKEN_IN, g], places[TAKEN, g] = now, e
    if tilts.ends[s] > 0:
        for at in range(count):
            i = tilts.order[places[LIVE, at]]
            if tilts.group[i] == g and (since[i] < now or (tilts.ends[s] == 2 and tilts.event[i] < e)):
                places[UNTIL, i] = min(places[UNTIL, i], now)
    at = count
    while at > 0 and places[LIVE, at - 1] > tilts.rank[j]:
        places[LIVE, at] = places[LIVE, at - 1]
        at -= 1
    places[LIVE, at] = tilts.rank[j]
    places[UNTIL, j] = now + tilts.ages[s + 1] - tilts.ages[s]
    return count + 1


@INNER
def _faded(tilts: Tilts, places: I, count: int, d: int) -> int:
    """Take out what has ended; the others keep their order."""
    left = 0
    for at in range(count):
        if places[UNTIL, tilts.order[places[LIVE, at]]] > d:
            places[LIVE, left] = places[LIVE, at]
            left += 1
    return left


@INNER
def _move(tilts: Tilts, draws: Draws, b: int, d: int, places: I, count: int, moves: F, net: F) -> None:
    """Give what every live impulse moves in a session (moves[0]) and the factor that each signal's cap leaves.

    The factors stand in moves[1]. net must be zero, and is left so.
    """
    for at in range(count):
        j = tilts.order[places[LIVE, at]]
        k = tilts.loading[j]
        moves[0, at] = 0.0
        if tilts.live[d, k]:
            size = tilts.size[j] * draws.sign[b, tilts.event[j]] if len(draws.sign) > 0 else tilts.size[j]
            moves[0, at] = tilts.table[tilts.ages[tilts.signal[j]] + d - draws.since[b, j]] * size
            net[k] += moves[0, at]
    for s in range(len(tilts.cap)):
        gross = 0.0
        for k in range(tilts.own[s], tilts.own[s + 1]):
            gross += abs(net[k])
            net[k] = 0.0
        moves[1, s] = tilts.cap[s] / gross if gross > tilts.cap[s] else 1.0


@INNER
def _add_parts(tilts: Tilts, draws: Draws, b: int, d: int, places: I, count: int, moves: F, part: F, total: F) -> None:
    """Add the part of every event and signal; impulses of one part stand together in ``order``."""
    begin = np.int64(0)
    while begin < count:
        j = tilts.order[places[LIVE, begin]]
        s, e, end, whole, live = tilts.signal[j], tilts.event[j], begin, 0.0, False
        while end < count and _of(tilts, places, end, s, e):
            live |= moves[0, end] != 0.0
            end += 1
        for at in range(begin, end if live else begin):
            amount, k = moves[0, at] * moves[1, s], tilts.loading[tilts.order[places[LIVE, at]]]
            whole += amount
            for c in range(tilts.first[k], tilts.first[k + 1]):
                part[_stand_in(draws, b, e, tilts.asset[c])] += amount * tilts.weight[d, c]
        for c in range(tilts.funding[s], tilts.funding[s + 1] if live else tilts.funding[s]):
            part[_stand_in(draws, b, e, tilts.paying[c])] += -whole * tilts.payment[d, c]
        for at in range(begin, end if live else begin):
            k = tilts.loading[tilts.order[places[LIVE, at]]]
            _take(draws, b, e, tilts.asset[tilts.first[k] : tilts.first[k + 1]], part, total)
        if live:
            _take(draws, b, e, tilts.paying[tilts.funding[s] : tilts.funding[s + 1]], part, total)
        begin = end


@INNER
def _of(tilts: Tilts, places: I, at: int, s: int, e: int) -> bool:
    """Say whether a live impulse belongs to a signal and an event."""
    j = tilts.order[places[LIVE, at]]
    return bool(tilts.signal[j] == s and tilts.event[j] == e)


@INNER
def _stand_in(draws: Draws, b: int, e: int, asset: int) -> int:
    """Give the asset that an event's tilt on another falls on."""
    return draws.firm[b, draws.family[e], asset] if len(draws.firm) > 0 else asset


@INNER
def _take(draws: Draws, b: int, e: int, assets: I, part: F, total: F) -> None:
    """Add a part to the whole where it was touched, and empty it."""
    for c in range(len(assets)):
        i = _stand_in(draws, b, e, assets[c])
        total[i] += part[i]
        part[i] = 0.0
