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


@njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)
def redraw(
    tilts: Tilts, plain: F, members: I, since: I, until: I, sign: F, on: B, start: I, first: int, last: int,
    session: I, weight: F,
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
    session, weight
        Written: the session of each row, shape (rows,), and the weights of the members, shape (rows, M).

    """
    amount = np.zeros(len(tilts.event))
    net = np.zeros(len(tilts.first) - 1)
    factor = np.ones(len(tilts.cap))
    part, total = np.zeros(plain.shape[1]), np.zeros(plain.shape[1])
    for b in range(first, last):
        row = start[b]
        for d in range(on.shape[1]):
            if not on[b, d]:
                continue
            _move(tilts, since[b], until[b], sign[b if len(sign) else 0 :], len(sign) > 0, d, amount, net, factor)
            for i in range(len(total)):
                total[i] = plain[d, i]
            _add_parts(tilts, d, amount, factor, part, total)
            session[row] = d
            for m in range(len(members)):
                weight[row, m] = total[members[m]]
            row += 1


@njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _move(tilts: Tilts, since: I, until: I, sign: F, signed: bool, d: int, amount: F, net: F, factor: F) -> None:
    """Give what every impulse moves in a session, and the factor that each signal's cap leaves."""
    for k in range(len(net)):
        net[k] = 0.0
    for j in range(len(amount)):
        amount[j] = 0.0
        if since[j] <= d < until[j] and tilts.live[d, tilts.loading[j]]:
            size = tilts.size[j] * sign[0, tilts.event[j]] if signed else tilts.size[j]
            amount[j] = tilts.table[tilts.ages[tilts.signal[j]] + d - since[j]] * size
            net[tilts.loading[j]] += amount[j]
    for s in range(len(factor)):
        gross = 0.0
        for k in range(tilts.own[s], tilts.own[s + 1]):
            gross += abs(net[k])
        factor[s] = tilts.cap[s] / gross if gross > tilts.cap[s] else 1.0


@njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _add_parts(tilts: Tilts, d: int, amount: F, factor: F, part: F, total: F) -> None:
    """Add the part of every event and signal; impulses of one part stand together in ``order``."""
    begin, J = 0, len(amount)
    while begin < J:
        j = tilts.order[begin]
        s, e, end, whole, moves = tilts.signal[j], tilts.event[j], begin, 0.0, False
        while end < J and tilts.signal[tilts.order[end]] == s and tilts.event[tilts.order[end]] == e:
            moves |= amount[tilts.order[end]] != 0.0
            end += 1
        if moves:
            for at in range(begin, end):
                j = tilts.order[at]
                moved = amount[j] * factor[s]
                whole += moved
                for c in range(tilts.first[tilts.loading[j]], tilts.first[tilts.loading[j] + 1]):
                    part[tilts.asset[c]] += moved * tilts.weight[d, c]
            for c in range(tilts.funding[s], tilts.funding[s + 1]):
                part[tilts.paying[c]] += -whole * tilts.payment[d, c]
            for at in range(begin, end):
                k = tilts.loading[tilts.order[at]]
                _take(tilts.asset[tilts.first[k] : tilts.first[k + 1]], part, total)
            _take(tilts.paying[tilts.funding[s] : tilts.funding[s + 1]], part, total)
        begin = end


@njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _take(assets: I, part: F, total: F) -> None:
    """Add a part to the whole where it was touched, and empty it."""
    for i in assets:
        total[i] += part[i]
        part[i] = 0.0
