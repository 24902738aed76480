"""The second walk: split every session's gain and every order's cost over the parts behind the positions.

The first walk leaves a journal of orders; this one replays it with the shares of each asset divided into parts: the
base mix and one part per event. Every part of an asset holds its own virtual shares, long or short; they sum to the
asset's position. At an order the parts' wishes (weight x V / reference - shares held) are netted first: wishes of
opposite sign cross at the reference price without cost, and only the rest shares the order's fill and pays its costs,
each part in proportion to its wish on the order's side. Gains are linear in shares, so the split sums to the whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F = NDArray[np.float64]
I = NDArray[np.int64]

WAITING, RUINED = np.int64(3), np.int64(5)
DAYS_PER_YEAR = 365.0
ZERO = np.int64(0)


class Parts(NamedTuple):
    """Targets by part: row k trades in session[k] and owns the entries start[k] to start[k + 1].

    ``pair`` of an entry names an (asset, part); ``pair_asset`` and ``pair_part`` resolve it, pairs of one asset stand
    together: asset i owns the pairs first[i] to first[i + 1].
    """

    session: I
    start: I
    pair: I
    weight: F
    first: I
    pair_asset: I
    pair_part: I


class Journal(NamedTuple):
    """The first walk's orders, ascending by session; ``order`` holds requested, filled, reference and so on."""

    session: I
    asset: I
    reason: I
    order: F
    value: F


@njit(cache=True, nogil=True)
def attribute(
    parts: Parts, journal: Journal, fill: F, mark: F, dividend: F, split: F, days: F, borrow: F, n_parts: int
) -> tuple[F, F, NDArray[np.bool_]]:
    """Give gain and cost of every part in every session, each of shape (T, n_parts), and which parts held shares.

    Gains are price moves and dividends; costs are half spread, slippage, commission and borrow fees.
    """
    N, T = mark.shape
    gain, cost = np.zeros((T, n_parts)), np.zeros((T, n_parts))
    shares = np.zeros(len(parts.pair_asset))
    wish = np.zeros(len(parts.pair_asset))
    filled, paid = np.zeros(N), np.zeros(N)
    asked = np.zeros(N, np.bool_)
    held = np.zeros(n_parts, np.bool_)
    ruined = False
    k, o = ZERO, ZERO
    for t in range(T):
        asked[:] = False
        if k < len(parts.session) and parts.session[k] == t:
            _set_wishes(parts, k, wish, asked)
            k += 1
        filled[:], paid[:] = 0.0, 0.0
        while o < len(journal.session) and journal.session[o] == t:
            if journal.reason[o] == RUINED:
                ruined = True
            elif journal.reason[o] != WAITING:
                i = journal.asset[o]
                filled[i], asked[i] = journal.order[o, 1], True
                paid[i] = journal.order[o, 4] + journal.order[o, 5] + journal.order[o, 6]
            o += 1
        for i in range(N):
            start, end = parts.first[i], parts.first[i + 1]
            if start == end:
                continue
            last = mark[i, t - 1] / split[t, i] if t > 0 else np.nan
            for p in range(start, end):
                shares[p] *= split[t, i]
                gain[t, parts.pair_part[p]] += shares[p] * dividend[t, i]
            _charge_borrow(parts, shares, start, end, cost[t], last * borrow[i] * days[t] / DAYS_PER_YEAR)
            if asked[i] and not np.isnan(fill[t, i]):
                _move(parts, shares, start, end, gain[t], last, fill[t, i])
                scale = journal.value[t] / fill[t, i]
                _cross(parts, shares, wish, start, end, scale, filled[i], paid[i], cost[t])
                for p in range(start, end):
                    held[parts.pair_part[p]] |= shares[p] != 0.0
                last = fill[t, i]
            _move(parts, shares, start, end, gain[t], last, mark[i, t])
        if ruined:
            break
    return gain, cost, held


@njit(cache=True, nogil=True)
def _set_wishes(parts: Parts, k: int, wish: F, asked: NDArray[np.bool_]) -> None:
    """Read row k: the parts of every asset in it that it does not name wish for nothing."""
    for e in range(parts.start[k], parts.start[k + 1]):
        i = parts.pair_asset[parts.pair[e]]
        if not asked[i]:
            asked[i] = True
            wish[parts.first[i] : parts.first[i + 1]] = 0.0
        wish[parts.pair[e]] = parts.weight[e]


@njit(cache=True, nogil=True)
def _move(parts: Parts, shares: F, start: int, end: int, gain: F, before: float, after: float) -> None:
    """Book the price move; parts without shares are passed over, so a missing price does no harm."""
    for p in range(start, end):
        if shares[p] != 0.0:
            gain[parts.pair_part[p]] += shares[p] * (after - before)


@njit(cache=True, nogil=True)
def _charge_borrow(parts: Parts, shares: F, start: int, end: int, cost: F, rate: float) -> None:
    """Charge the fee on the asset's net short position to its short parts."""
    net, short = 0.0, 0.0
    for p in range(start, end):
        net += shares[p]
        short -= min(shares[p], 0.0)
    if net < 0.0:
        for p in range(start, end):
            if shares[p] < 0.0:
                cost[parts.pair_part[p]] += rate * -net * (-shares[p] / short)


@njit(cache=True, nogil=True)
def _cross(
    parts: Parts, shares: F, wish: F, start: int, end: int, scale: float, filled: float, paid: float, cost: F
) -> None:
    """Net the parts' wishes against each other, then share the fill and its cost among those on its side."""
    buying, selling = 0.0, 0.0
    for p in range(start, end):
        change = wish[p] * scale - shares[p]
        buying += max(change, 0.0)
        selling -= min(change, 0.0)
    long = buying >= selling
    side = buying if long else selling
    met = min(buying, selling) + abs(filled)
    for p in range(start, end):
        change = wish[p] * scale - shares[p]
        on_side = change > 0.0 if long else change < 0.0
        if on_side:
            cost[parts.pair_part[p]] += paid * abs(change) / side
            change *= met / side
        shares[p] += change
    if side == 0.0:
        shares[start] += filled
        cost[parts.pair_part[start]] += paid
