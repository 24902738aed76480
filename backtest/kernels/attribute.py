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
from numpy.typing import NDArray

from backtest.kernels.actions import DAYS_PER_YEAR, last_mark
from backtest.kernels.books import (
    COSTS,
    DELISTED,
    IN_COMMISSION,
    IN_IMPACT,
    IN_LIEU,
    IN_SLIPPAGE,
    IN_SPREAD,
    INNER,
    MARGIN,
    NO_VOLUME,
    PRICE,
    RUINED,
    SHARES,
    WAITING,
    ZERO,
    Market,
)
from backtest.kernels.objects import entry

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

# Rows of costs: all kinds together, then each; the fee of borrowing, the last, is none of an order's.
ALL, FIRST, FEE = 0, 1, len(COSTS)


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


def attribute(parts: Parts, label: I, order: F, value: F, stopped: int, market: Market, n_parts: int) -> tuple[F, F, B]:
    """Give the gain (T, n_parts) and costs (T, 1 + COSTS, n_parts) of every part, and which parts held shares.

    ``label`` and ``order`` are the first walk's journal, ``value`` its V per session, ``stopped`` the session of its
    ruin or -1. Gains are price moves and dividends; costs are those of orders and borrow fees, in all and by kind.
    The market needs borrow fees of its own: the terms of the first walk are not known here.
    """
    if len(market.borrow) == 0:
        raise ValueError("the panel has no borrow fees of its own")
    sessions, assets = market.mark.shape
    gain, cost = np.zeros((sessions, n_parts)), np.zeros((sessions, 1 + len(COSTS), n_parts))
    held = np.zeros(n_parts, np.bool_)
    pairs, orders, flags = np.zeros((2, len(parts.pair_asset))), np.zeros((3, assets)), np.zeros((3, assets), np.bool_)
    last = sessions if stopped < 0 else stopped + 1
    paid = np.zeros((assets, FEE))
    _attribute(parts, label, order, value, last, market, gain, cost, held, pairs, orders, paid, flags)
    return gain, cost, held


@entry
def _attribute(
    parts: Parts, label: I, order: F, value: F, last_session: int, market: Market, gain: F, cost: F, held: B, pairs: F,
    orders: F, paid: F, flags: B,
) -> None:  # fmt: skip
    N = market.mark.shape[1]
    shares, wish = pairs[0], pairs[1]
    filled, lieu, gone = orders[0], orders[1], orders[2]
    asked, margin, dead = flags[0], flags[1], flags[2]
    k, o = ZERO, ZERO
    for t in range(last_session):
        for i in range(N):
            asked[i], margin[i], filled[i], lieu[i], gone[i] = False, False, 0.0, 0.0, np.nan
            for kind in range(FEE):
                paid[i, kind] = 0.0
        if k < len(parts.session) and parts.session[k] == t:
            _set_wishes(parts, k, wish, asked)
            k += 1
        while o < len(label) and label[o, 0] == t:
            i, why = label[o, 1], label[o, 2]
            if why == IN_LIEU:
                lieu[i] = order[o, SHARES]
            elif why == DELISTED:
                dead[i] = True
                gone[i] = order[o, PRICE] if order[o, SHARES] != 0.0 else gone[i]
            elif why not in (WAITING, NO_VOLUME, RUINED):
                filled[i], asked[i], margin[i] = order[o, SHARES], True, why == MARGIN
                paid[i, ALL] = (order[o, IN_SPREAD] + order[o, IN_SLIPPAGE]) + (
                    order[o, IN_COMMISSION] + order[o, IN_IMPACT]
                )
                for kind in range(FIRST, FEE):
                    paid[i, kind] = order[o, IN_SPREAD + kind - FIRST]
            o += 1
        split, dividend = market.split[min(t, len(market.split) - 1)], market.dividend[min(t, len(market.dividend) - 1)]
        borrow = market.borrow[min(t, len(market.borrow) - 1)]
        for i in range(N):
            start, end = parts.first[i], parts.first[i + 1]
            if start == end:
                continue
            last = last_mark(market.mark, market.split, i, t)
            for p in range(start, end):
                shares[p] *= split[i]
            if lieu[i] != 0.0:
                _shrink(shares, start, end, lieu[i])
            for p in range(start, end):
                gain[t, parts.pair_part[p]] += shares[p] * dividend[i]
            if not np.isnan(gone[i]):
                _move(parts, shares, start, end, gain[t], last, gone[i])
                for p in range(start, end):
                    shares[p] = 0.0
            _charge_borrow(parts, shares, start, end, cost[t], last * borrow[i] * market.days[t] / DAYS_PER_YEAR)
            if asked[i] and not dead[i] and market.tradable[t, i] and not np.isnan(value[t]):
                reference = market.reference[t, i]
                _move(parts, shares, start, end, gain[t], last, reference)
                if margin[i]:
                    _share_costs(parts, shares, start, end, paid[i], cost[t])
                    _shrink(shares, start, end, filled[i])
                else:
                    _cross(parts, shares, wish, start, end, max(value[t], 0.0) / reference, filled[i], paid[i], cost[t])
                for p in range(start, end):
                    held[parts.pair_part[p]] |= shares[p] != 0.0
                last = reference
            _move(parts, shares, start, end, gain[t], last, market.mark[t, i])


@INNER
def _shrink(shares: F, start: int, end: int, change: float) -> None:
    """Take a signed change of the asset's shares off every part in proportion."""
    whole = 0.0
    for p in range(start, end):
        whole += shares[p]
    for p in range(start, end):
        shares[p] *= (whole + change) / whole


@INNER
def _share_costs(parts: Parts, shares: F, start: int, end: int, paid: F, cost: F) -> None:
    total = 0.0
    for p in range(start, end):
        total += abs(shares[p])
    for p in range(start, end):
        _charge(paid, abs(shares[p]), total, cost, parts.pair_part[p])


@INNER
def _charge(paid: F, share: float, total: float, cost: F, part: int) -> None:
    """Charge a part its share of what an order paid, all together and of each kind."""
    for kind in range(FEE):
        cost[kind, part] += paid[kind] * share / total


@INNER
def _set_wishes(parts: Parts, k: int, wish: F, asked: B) -> None:
    """Read row k: the parts of every asset in it that it does not name wish for nothing."""
    for e in range(parts.start[k], parts.start[k + 1]):
        i = parts.pair_asset[parts.pair[e]]
        if not asked[i]:
            asked[i] = True
            for p in range(parts.first[i], parts.first[i + 1]):
                wish[p] = 0.0
        wish[parts.pair[e]] = parts.weight[e]


@INNER
def _move(parts: Parts, shares: F, start: int, end: int, gain: F, before: float, after: float) -> None:
    """Book the price move; parts without shares are passed over, so a missing price does no harm."""
    for p in range(start, end):
        if shares[p] != 0.0:
            gain[parts.pair_part[p]] += shares[p] * (after - before)


@INNER
def _charge_borrow(parts: Parts, shares: F, start: int, end: int, cost: F, rate: float) -> None:
    """Charge the fee on the asset's net short position to its short parts."""
    net, short = 0.0, 0.0
    for p in range(start, end):
        net += shares[p]
        short -= min(shares[p], 0.0)
    if net < 0.0:
        for p in range(start, end):
            if shares[p] < 0.0:
                fee = rate * -net * (-shares[p] / short)
                cost[ALL, parts.pair_part[p]] += fee
                cost[FEE, parts.pair_part[p]] += fee


@INNER
def _cross(
    parts: Parts, shares: F, wish: F, start: int, end: int, scale: float, filled: float, paid: F, cost: F
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
            _charge(paid, abs(change), side, cost, parts.pair_part[p])
            change *= met / side
        shares[p] += change
    if side == 0.0:
        shares[start] += filled
        _charge(paid, 1.0, 1.0, cost, parts.pair_part[start])
