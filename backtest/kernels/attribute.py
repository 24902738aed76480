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
    NO,
    NO_VOLUME,
    PRICE,
    RUINED,
    SHARES,
    WAITING,
    YES,
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


class Lines(NamedTuple):
    """What the journal says of a session, by asset.

    filled, lieu (N,): shares of the order, and those paid out with a split. gone (N,): price of a delisting, else NaN.
    asked, margin (N,): there is an order or a target; the order is a margin call's. dead (N,): delisted by now. paid
    (N, FEE): the order's costs.
    """

    filled: F
    lieu: F
    gone: F
    asked: B
    margin: B
    dead: B
    paid: F


def attribute(parts: Parts, label: I, order: F, value: F, stopped: int, market: Market, n_parts: int) -> tuple[F, F, B]:
    """Give the gain (T, n_parts) and costs (T, 1 + COSTS, n_parts) of every part, and which parts held shares.

    ``label`` and ``order`` are the first walk's journal, ``value`` its V per session, ``stopped`` the session of its
    ruin or -1. Gains are price moves and dividends; costs are those of orders and borrow fees, in all and by kind.
    The market needs borrow fees of its own: the terms of the first walk are not known here.
    """
    if len(market.borrow) == 0:
        raise ValueError("the panel has no borrow fees of its own")
    sessions, N = market.mark.shape
    gain, cost = np.zeros((sessions, n_parts)), np.zeros((sessions, 1 + len(COSTS), n_parts))
    held, pairs = np.zeros(n_parts, np.bool_), np.zeros((2, len(parts.pair_asset)))
    (filled, lieu, gone), (asked, margin, dead) = np.zeros((3, N)), np.zeros((3, N), np.bool_)
    lines = Lines(filled, lieu, gone, asked, margin, dead, np.zeros((N, FEE)))
    last = sessions if stopped < 0 else stopped + 1
    _attribute(parts, label, order, value, last, market, gain, cost, held, pairs, lines)
    return gain, cost, held


@entry
def _attribute(
    parts: Parts, label: I, order: F, value: F, last: int, market: Market, gain: F, cost: F, held: B, pairs: F,
    lines: Lines,
) -> None:  # fmt: skip
    k, o = ZERO, ZERO
    for t in range(last):
        _clear(lines)
        if k < len(parts.session) and parts.session[k] == t:
            _set_wishes(parts, k, pairs[1], lines.asked)
            k += 1
        o = _read(label, order, lines, o, t)
        for i in range(market.mark.shape[1]):
            if parts.first[i] < parts.first[i + 1]:
                _pass(parts, market, lines, value[t], gain[t], cost[t], held, pairs[0], pairs[1], i, t)


@INNER
def _clear(lines: Lines) -> None:
    """Forget the session before; only what is delisted stays so."""
    for i in range(len(lines.filled)):
        lines.asked[i], lines.margin[i] = NO, NO
        lines.filled[i], lines.lieu[i], lines.gone[i] = 0.0, 0.0, np.nan
        for kind in range(FEE):
            lines.paid[i, kind] = 0.0


@INNER
def _read(label: I, order: F, lines: Lines, o: int, t: int) -> int:
    """Read a session's lines of the journal; give where the next begin."""
    while o < len(label) and label[o, 0] == t:
        i, why, line, paid = label[o, 1], label[o, 2], order[o], lines.paid[label[o, 1]]
        if why == IN_LIEU:
            lines.lieu[i] = line[SHARES]
        elif why == DELISTED:
            lines.dead[i] = YES
            lines.gone[i] = line[PRICE] if line[SHARES] != 0.0 else lines.gone[i]
        elif why not in (WAITING, NO_VOLUME, RUINED):
            lines.filled[i], lines.asked[i], lines.margin[i] = line[SHARES], YES, why == MARGIN
            paid[ALL] = (line[IN_SPREAD] + line[IN_SLIPPAGE]) + (line[IN_COMMISSION] + line[IN_IMPACT])
            for kind in range(FIRST, FEE):
                paid[kind] = line[IN_SPREAD + kind - FIRST]
        o += 1
    return o


@INNER
def _pass(
    parts: Parts, market: Market, lines: Lines, value: float, gain: F, cost: F, held: B, shares: F, wish: F, i: int,
    t: int,
) -> None:  # fmt: skip
    """Take an asset's parts through a session: corporate actions, borrow fee, order, mark."""
    start, end = parts.first[i], parts.first[i + 1]
    split, dividend = _cell(market.split, t, i), _cell(market.dividend, t, i)
    last, gone, paid = last_mark(market.mark, market.split, i, t), lines.gone[i], lines.paid[i]
    for p in range(start, end):
        shares[p] *= split
    if lines.lieu[i] != 0.0:
        _shrink(shares, start, end, lines.lieu[i])
    for p in range(start, end):
        gain[parts.pair_part[p]] += shares[p] * dividend
    if not np.isnan(gone):
        _move(parts, shares, start, end, gain, last, gone)
        for p in range(start, end):
            shares[p] = 0.0
    rate = last * _cell(market.borrow, t, i) * market.days[t] / DAYS_PER_YEAR
    _charge_borrow(parts, shares, start, end, cost, rate)
    if lines.asked[i] and not lines.dead[i] and market.tradable[t, i] and not np.isnan(value):
        reference = market.reference[t, i]
        _move(parts, shares, start, end, gain, last, reference)
        if lines.margin[i]:
            _share_costs(parts, shares, start, end, paid, cost)
            _shrink(shares, start, end, lines.filled[i])
        else:
            _cross(parts, shares, wish, start, end, max(value, 0.0) / reference, lines.filled[i], paid, cost)
        for p in range(start, end):
            held[parts.pair_part[p]] |= shares[p] != 0.0
        last = reference
    _move(parts, shares, start, end, gain, last, market.mark[t, i])


@INNER
def _cell(table: F, t: int, i: int) -> float:
    """Give a cell of a table, from its only row where there is but one."""
    return table[min(t, len(table) - 1), i]


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
