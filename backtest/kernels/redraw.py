"""Target weights of a run whose events are moved: many draws of sessions, each to the weights it would have set.

The arithmetic and its order are those of ``signals.impulses`` and ``backtest.portfolio.targets``, which a run uses: per
decision every live impulse moves size x weight by age, shrunk by its signal's cap; the parts of (event, signal) are
added to what does not depend on events, in their order. Bounds are looked at by the caller.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]


class Tilts(NamedTuple):
    """What the events of all signals move; D sessions of the run, J impulses, K loadings, S signals.

    event, signal, loading, size (J,): impulses, signal by signal, ascending by event. order (J,): impulses by event,
    then signal. first (K + 1,): columns of each loading in asset (C,) and weight (D, C). live (D, K). own (S + 1,):
    loadings of each signal. funding (S + 1,): columns of each signal in paying (P,) and payment (D, P). cap (S,).
    ages (S + 1,): entries of each signal in table.
    """

    event: I
    signal: I
    loading: I
    size: F
    order: I
    first: I
    asset: I
    weight: F
    live: B
    own: I
    funding: I
    paying: I
    payment: F
    cap: F
    ages: I
    table: F


INNER = njit(nogil=True, error_model="numpy", _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, no_cfunc_wrapper=True)
def redraw(
    tilts: Tilts, plain: F, members: I, since: I, until: I, sign: F, on: B, start: I, first: int, last: int,
    room: F, session: I, weight: F,
) -> None:  # fmt: skip
    """Set the targets of the draws first to last.

    Parameters
    ----------
    tilts, plain
        What events move, and the weights that do not depend on them, shape (D, N).
    members
        Assets that every row names, ascending, shape (M,).
    since, until
        Per draw and impulse, the first session it is live in and the first it is not, shape (draws, J).
    sign
        Per draw and event, a factor on its sizes, shape (draws, E); no rows: 1 for all.
    on
        Whether targets are set in a session, shape (draws, D).
    start
        First row of each draw, shape (draws + 1,).
    room
        Working room, shape (4, max(J, K, S, N)).
    session, weight
        Written: the session of each row, shape (rows,), and the weights of the members, shape (rows, M).

    """
    moves, part, total = room[:2], room[2], room[3]
    for i in range(len(part)):
        part[i] = 0.0
    for b in range(first, last):
        row = start[b]
        for d in range(on.shape[1]):
            if not on[b, d]:
                continue
            _move(tilts, since, until, sign, b, d, moves, part)
            for i in range(plain.shape[1]):
                total[i] = plain[d, i]
            _add_parts(tilts, d, moves, part, total)
            session[row] = d
            for m in range(len(members)):
                weight[row, m] = total[members[m]]
            row += 1


@INNER
def _move(tilts: Tilts, since: I, until: I, sign: F, b: int, d: int, moves: F, net: F) -> None:
    """Give what every impulse moves in a session (moves[0]), and the factor that each signal's cap leaves (moves[1]).

    net must be zero, and is left so.
    """
    for j in range(len(tilts.event)):
        moves[0, j] = 0.0
        k = tilts.loading[j]
        if since[b, j] <= d < until[b, j] and tilts.live[d, k]:
            size = tilts.size[j] * sign[b, tilts.event[j]] if len(sign) > 0 else tilts.size[j]
            moves[0, j] = tilts.table[tilts.ages[tilts.signal[j]] + d - since[b, j]] * size
            net[k] += moves[0, j]
    for s in range(len(tilts.cap)):
        gross = 0.0
        for k in range(tilts.own[s], tilts.own[s + 1]):
            gross += abs(net[k])
            net[k] = 0.0
        moves[1, s] = tilts.cap[s] / gross if gross > tilts.cap[s] else 1.0


@INNER
def _add_parts(tilts: Tilts, d: int, moves: F, part: F, total: F) -> None:
    """Add the part of every event and signal; impulses of one part stand together in ``order``."""
    begin, J = np.int64(0), len(tilts.event)
    while begin < J:
        j = tilts.order[begin]
        s, e, end, whole, live = tilts.signal[j], tilts.event[j], begin, 0.0, False
        while end < J and tilts.signal[tilts.order[end]] == s and tilts.event[tilts.order[end]] == e:
            live |= moves[0, tilts.order[end]] != 0.0
            end += 1
        for at in range(begin, end if live else begin):
            j = tilts.order[at]
            amount, k = moves[0, j] * moves[1, s], tilts.loading[j]
            whole += amount
            for c in range(tilts.first[k], tilts.first[k + 1]):
                part[tilts.asset[c]] += amount * tilts.weight[d, c]
        for c in range(tilts.funding[s], tilts.funding[s + 1] if live else tilts.funding[s]):
            part[tilts.paying[c]] += -whole * tilts.payment[d, c]
        for at in range(begin, end if live else begin):
            k = tilts.loading[tilts.order[at]]
            _take(tilts.asset, tilts.first[k], tilts.first[k + 1], part, total)
        _take(tilts.paying, tilts.funding[s], tilts.funding[s + 1], part, total)
        begin = end


@INNER
def _take(assets: I, first: int, last: int, part: F, total: F) -> None:
    """Add a part to the whole where it was touched, and empty it."""
    for c in range(first, last):
        i = assets[c]
        total[i] += part[i]
        part[i] = 0.0
