"""The walk of many plain scenarios abreast: the arithmetic of ``simulate``, 32 scenarios at a time, to the same bits.

Plain means: no corporate actions, a price in every cell, nothing sold short, proportional costs, no interest on credit
and no bound but ``max_gross`` <= 1. Then a row of targets needs no branches, and the compiler works on many scenarios
at once instead of waiting, sum by sum, for one. Scenarios need not trade in the same sessions: their k-th rows are
traded together, each at its own prices. A row whose orders do not fit is scaled for its scenario alone, by the walk's
own rule; a scenario that turns out not to be plain is reported and left to the walk.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from backtest.kernels.simulate import (
    COMMISSION,
    DUST,
    ORDERED,
    ORDERS,
    POSITION,
    SLIPPED,
    SPREAD,
    TURNED,
    ULP,
    WANTED,
    Desk,
    Rows,
    _affordable,
    _scaled,
    _terms,
    _value,
)

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

LANES = 32
SHORT = 3  # sessions: marking the lanes together pays up to here, each lane's stretch by itself from here on
# Where the lanes of each quantity begin: in a row of table, which belongs to one asset, and in lane. Distances that the
# compiler knows spare it the question whether two arrays overlap, on which it would give up.
HELD, WISH, WEIGHT, PRICE, WIDTH = (LANES * at for at in range(5))
(
    CASH, PAID, VALUE, NOTIONAL, FEES, COUNT, BUY, SELL, RATE, FREE, BOUND, PEAK, LOW, HIGH,
    SOLD, SOLD_NOTIONAL, SOLD_FEES, SOLD_GROSS, SOLD_NET, GROSS, NET, FACTOR, FITS, FIRSTS, SECONDS,
) = (LANES * at for at in (*range(24), 27))  # fmt: skip
SUMS, SOME = SECONDS + 4 * LANES, 8  # tallies; sessions whose equity is added up at a time
NOW = SUMS + 10 * LANES
COLUMNS = NOW + SOME * LANES
SURELY = 1e-6  # of V: cash left of more than this is no matter of rounding, so the orders fit
NEXT, END, SINCE, UNTIL, WHOLE = range(5)
LARGEST = np.int64(0x7FEFFFFFFFFFFFFF)  # the bits of the largest float64
ZERO, ONE = np.int64(0), np.int64(1)
NO, YES = np.bool_(0), np.bool_(1)

ONCE = njit(nogil=True, error_model="numpy", _nrt=False, inline="always")
INNER = njit(nogil=True, error_model="numpy", _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def room(sessions: int, assets: int) -> tuple[F, F, I, F]:
    """Make the working room table, lane, at and equity of ``walk_abreast``."""
    at = np.zeros((5, LANES), np.int64)
    return np.zeros((assets, WIDTH)), np.zeros(COLUMNS), at, np.zeros((LANES, sessions))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, no_cfunc_wrapper=True)
def walk_abreast(
    reference: F, mark: F, rows: Rows, bits: I, scenario: I, accounts: F, first: int, last: int, desk: Desk, table: F,
    lane: F, at: I, equity: F, summary: F, paths: F, plain: B,
) -> None:  # fmt: skip
    """Walk the scenarios first to last; what ``simulate.walk`` writes to summary and paths, written to the same bits.

    table (N, WIDTH), lane (COLUMNS,), at (5, LANES) and equity (LANES, T) are working room. plain[s - first] is cleared
    for a scenario that is left to ``simulate.walk``: a weight is negative or NaN, or assets or sessions do not ascend
    inside the panel.
    """
    for group in range(first, last, LANES):
        count = min(LANES, last - group)
        _open(rows, bits, scenario, accounts, table, lane, at, group, count)
        while _mark(mark, rows.session, desk, table, lane, at, equity, plain, first, last, group):
            _load(reference, rows, table, at, plain, first, last, group)
            _sell(table, lane)
            _buy(table, lane)
            if not _sure(lane):
                _fit(table, lane)
            for l in range(count):
                if lane[FITS + l] == 0.0:
                    _scale(reference, accounts, desk, table, lane, at, group, l)
            _settle(table, lane, accounts, group)
        _add_up(equity, accounts, lane, group, count)
        for l in range(count):
            _write(equity, lane, l, summary[group + l - first])
            if len(paths) > 0:
                for t in range(equity.shape[1]):
                    paths[group + l - first, 0, t] = equity[l, t]


@ONCE
def _open(rows: Rows, bits: I, scenario: I, accounts: F, table: F, lane: F, at: I, group: int, count: int) -> None:
    """Begin a group; lanes without a scenario of their own repeat the last one, and nobody reads them."""
    for j in range(COLUMNS):
        lane[j] = 0.0
    for l in range(LANES):
        s = group + min(l, count - 1)
        a = accounts[s if len(accounts) > 1 else 0]
        at[NEXT, l], at[END, l], at[SINCE, l] = scenario[s], scenario[s + 1], 0
        at[WHOLE, l] = _whole(rows, bits, scenario[s], scenario[s + 1], len(table))
        lane[CASH + l], lane[RATE + l], lane[BOUND + l], lane[FREE + l] = a[0], a[4], a[1], 1.0 - a[1] + SURELY
        lane[BUY + l], lane[SELL + l] = 1.0 + (a[2] + a[3]), 1.0 - (a[2] + a[3])
        for i in range(len(table)):
            table[i, HELD + l] = 0.0


@ONCE
def _mark(
    mark: F, session: I, desk: Desk, table: F, lane: F, at: I, equity: F, plain: B, first: int, last: int, group: int
) -> bool:
    """Mark every lane up to its next row, or to the end; say whether any lane has a row."""
    T, together, more = equity.shape[1], YES, NO
    for l in range(LANES):
        at[UNTIL, l] = session[at[NEXT, l]] if at[NEXT, l] < at[END, l] else T
        if at[UNTIL, l] < at[SINCE, l] or at[UNTIL, l] > T or (at[UNTIL, l] == T and at[NEXT, l] < at[END, l]):
            plain[min(group + l, last - 1) - first] = NO  # a session outside the panel, or out of order
            at[UNTIL, l], at[NEXT, l] = T, at[END, l]
        together &= at[UNTIL, l] == at[UNTIL, 0] and at[SINCE, l] == at[SINCE, 0]
        more |= at[UNTIL, l] < T
    if together and at[UNTIL, 0] - at[SINCE, 0] <= SHORT:
        for t in range(at[SINCE, 0], at[UNTIL, 0]):
            _mark_lanes(mark, table, lane, equity, t)
    else:
        for l in range(LANES):
            _mark_lane(mark, desk, table, lane[CASH + l], at[SINCE, l], at[UNTIL, l], l, equity[l])
    for l in range(LANES):
        at[SINCE, l] = at[UNTIL, l]
    return more


@INNER
def _mark_lanes(mark: F, table: F, lane: F, equity: F, t: int) -> None:
    """Mark all lanes in one session."""
    for l in range(LANES):
        lane[VALUE + l] = 0.0
    for i in range(len(table)):
        price, asset = mark[i, t], table[i]
        for l in range(LANES):
            lane[VALUE + l] += asset[HELD + l] * price
    for l in range(LANES):
        equity[l, t] = lane[VALUE + l] + lane[CASH + l]


@INNER
def _mark_lane(mark: F, desk: Desk, table: F, cash: float, start: int, end: int, l: int, equity: F) -> None:
    """Mark one lane in the sessions start to end."""
    position = desk.amount[POSITION]
    for i in range(len(position)):
        position[i] = table[i, HELD + l]
    _value(mark, position, desk.codes[ORDERED], start, end, equity)
    for t in range(start, end):
        equity[t] += cash


@INNER
def _load(reference: F, rows: Rows, table: F, at: I, plain: B, first: int, last: int, group: int) -> None:
    """Lay out the next row of every lane: its prices, and its weights, NaN where it names no asset."""
    together, N = YES, len(table)
    for l in range(LANES):
        together &= at[UNTIL, l] == at[UNTIL, 0]
    if together:
        prices = reference[at[UNTIL, 0]]
        for i in range(N):
            asset = table[i]
            for l in range(LANES):
                asset[PRICE + l] = prices[i]
    for l in range(LANES):
        k, ended = at[NEXT, l], at[NEXT, l] == at[END, l]
        at[NEXT, l] += 0 if ended else 1
        if not (together or ended):
            prices = reference[at[UNTIL, l]]
            for i in range(N):
                table[i, PRICE + l] = prices[i]
        if at[WHOLE, l] == 1 and not ended:
            weights = rows.weight[rows.start[k] : rows.start[k + 1]]
            for i in range(N):
                table[i, WEIGHT + l] = weights[i]
        elif not _load_some(table, rows, k, 0 if ended else 1, l):
            plain[min(group + l, last - 1) - first] = NO


@INNER
def _whole(rows: Rows, bits: I, first: int, last: int, N: int) -> int:
    """Say (1 or 0) whether the rows first to last name every asset in order, with plain weights.

    A float64 is neither negative nor infinite nor NaN when its bits, read as an integer, lie between 0 and LARGEST.
    """
    wrong, signs = ZERO, ZERO
    for k in range(first, last):
        start = rows.start[k]
        if rows.start[k + 1] - start != N:
            return 0
        assets, weights = rows.asset[start : start + N], bits[start : start + N]
        for i in range(N):
            wrong |= assets[i] ^ i
        for i in range(N):
            signs |= weights[i] | (LARGEST - weights[i])
    return 1 if wrong == 0 and signs >= 0 else 0


@ONCE
def _load_some(table: F, rows: Rows, k: int, count: int, l: int) -> bool:
    """Lay out row k, or none; say whether it is plain."""
    N, before, fine = len(table), -ONE, YES
    for i in range(N):
        table[i, WEIGHT + l] = np.nan
    for e in range(rows.start[k], rows.start[k + count]):
        i = rows.asset[e]
        fine &= before < i < N and 0.0 <= rows.weight[e] < np.inf
        if 0 <= i < N:
            table[i, WEIGHT + l] = rows.weight[e]
        before = i
    return fine


@INNER
def _sell(table: F, lane: F) -> None:
    """Value every lane, size its orders and add up what the sells pay."""
    for l in range(LANES):
        lane[VALUE + l], lane[PAID + l] = lane[CASH + l], lane[CASH + l]
        lane[NOTIONAL + l], lane[FEES + l], lane[COUNT + l] = 0.0, 0.0, 0.0
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            lane[VALUE + l] += asset[HELD + l] * asset[PRICE + l]
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, weight, price, value = asset[HELD + l], asset[WEIGHT + l], asset[PRICE + l], lane[VALUE + l]
            wish = weight * value / price - held
            wish = wish if abs(wish) * price > DUST * value else 0.0  # NaN: the row does not name the asset
            wish = -held if weight == 0.0 else wish
            asset[WISH + l] = wish
            size = -min(wish, 0.0)
            outlay = size * (price * lane[SELL + l])
            fee = outlay * lane[RATE + l]
            lane[PAID + l] -= fee - outlay
            lane[FEES + l] += fee
            lane[NOTIONAL + l] += size * price
            lane[COUNT + l] += 1.0 if wish != 0.0 else 0.0
    for l in range(LANES):
        lane[SOLD + l], lane[SOLD_NOTIONAL + l], lane[SOLD_FEES + l] = (
            lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l],
        )  # fmt: skip
        lane[FACTOR + l] = 1.0


@INNER
def _buy(table: F, lane: F) -> None:
    """Add up what the buys pay, each filled by its lane's factor, after the sells."""
    for l in range(LANES):
        lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l] = (
            lane[SOLD + l], lane[SOLD_NOTIONAL + l], lane[SOLD_FEES + l],
        )  # fmt: skip
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            price, size = asset[PRICE + l], lane[FACTOR + l] * max(asset[WISH + l], 0.0)
            outlay = size * (price * lane[BUY + l])
            fee = outlay * lane[RATE + l]
            lane[PAID + l] -= outlay + fee
            lane[FEES + l] += fee
            lane[NOTIONAL + l] += size * price


@INNER
def _sure(lane: F) -> bool:
    """Say whether the orders of all lanes fit beyond any rounding."""
    sure = YES
    for l in range(LANES):
        fits = lane[PAID + l] > lane[FREE + l] * lane[VALUE + l]
        lane[FITS + l] = 1.0 if fits else 0.0
        sure &= fits
    return sure


@INNER
def _fit(table: F, lane: F) -> None:
    """Find the factor on what is bought at which every lane's orders fit, by the steps of the walk's ``_affordable``.

    A lane for which none is found in eight steps is left as not fitting.
    """
    _expose_sold(table, lane)
    _expose(table, lane)
    for l in range(LANES):
        whole = lane[BOUND + l] * (lane[PAID + l] + lane[NET + l]) - lane[GROSS + l]
        room = lane[BOUND + l] * (lane[SOLD + l] + lane[SOLD_NET + l]) - lane[SOLD_GROSS + l]
        if whole >= 0.0 and lane[PAID + l] >= 0.0:
            lane[FITS + l] = 1.0
        elif lane[FITS + l] == 0.0:
            lane[FACTOR + l] = 0.0 if room <= 0.0 else (room / (room - whole) if whole < 0.0 else 1.0)
            lane[FITS + l] = 1.0 if room <= 0.0 else 0.0
    for step in range(2, 10):
        _buy(table, lane)
        _expose(table, lane)
        left = ZERO
        for l in range(LANES):
            room = lane[BOUND + l] * (lane[PAID + l] + lane[NET + l]) - lane[GROSS + l]
            if lane[FITS + l] == 0.0:
                if room >= 0.0 and lane[PAID + l] >= 0.0:
                    lane[FITS + l] = 1.0
                else:
                    lane[FACTOR + l] *= 1.0 - ULP * 4.0**step
                    left += 1
        if left == 0:
            break


@INNER
def _expose_sold(table: F, lane: F) -> None:
    """Give gross and net exposure after the sells."""
    for l in range(LANES):
        lane[SOLD_GROSS + l], lane[SOLD_NET + l] = 0.0, 0.0
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            amount = asset[HELD + l] * asset[PRICE + l]
            lane[SOLD_GROSS + l] += amount
            lane[SOLD_NET + l] += amount
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, price, sold = asset[HELD + l], asset[PRICE + l], min(asset[WISH + l], 0.0)
            lane[SOLD_GROSS + l] += (abs(held + sold) - abs(held)) * price
            lane[SOLD_NET + l] += sold * price


@INNER
def _expose(table: F, lane: F) -> None:
    """Give gross and net exposure after the sells and the buys by their factors."""
    for l in range(LANES):
        lane[GROSS + l], lane[NET + l] = lane[SOLD_GROSS + l], lane[SOLD_NET + l]
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, price, size = asset[HELD + l], asset[PRICE + l], lane[FACTOR + l] * max(asset[WISH + l], 0.0)
            lane[GROSS + l] += (abs(held + size) - abs(held)) * price
            lane[NET + l] += size * price


@INNER
def _scale(reference: F, accounts: F, desk: Desk, table: F, lane: F, at: I, group: int, l: int) -> None:
    """Scale what a lane opens or adds until it fits, as the walk does, and add up what is paid then."""
    position, wanted, ordered, orders = desk.amount[POSITION], desk.amount[WANTED], desk.codes[ORDERED], ZERO
    prices, terms = reference[at[UNTIL, l]], _terms(accounts[group + l if len(accounts) > 1 else 0])
    for side in range(2):
        for i in range(len(position)):
            position[i], wanted[i] = table[i, HELD + l], table[i, WISH + l]
            if (wanted[i] < 0.0) if side == 0 else (wanted[i] > 0.0):
                ordered[orders] = i
                orders += 1
    factor = _affordable(prices, prices, prices, terms, position, wanted, ordered, orders, lane[CASH + l])
    paid, notional, fees = lane[CASH + l], 0.0, 0.0
    for j in range(orders):
        i = ordered[j]
        shares = _scaled(wanted[i], position[i], factor, 0.0)
        fill = prices[i] * (lane[BUY + l] if wanted[i] > 0.0 else lane[SELL + l])
        fee = abs(shares) * fill * lane[RATE + l]
        paid -= shares * fill + fee
        notional += abs(shares) * prices[i]
        fees += fee
        table[i, WISH + l] = shares
    lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l], lane[FACTOR + l] = paid, notional, fees, 1.0


@INNER
def _settle(table: F, lane: F, accounts: F, group: int) -> None:
    """Book the fills of all lanes."""
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, wish = asset[HELD + l], asset[WISH + l]
            wish = lane[FACTOR + l] * wish if wish > 0.0 else wish
            asset[HELD + l] = 0.0 if wish == -held else held + wish
    for l in range(LANES):
        a = accounts[min(group + l, len(accounts) - 1) if len(accounts) > 1 else 0]
        lane[CASH + l] = lane[PAID + l]
        lane[SUMS + LANES * ORDERS + l] += lane[COUNT + l]
        lane[SUMS + LANES * TURNED + l] += lane[NOTIONAL + l] / lane[VALUE + l]
        lane[SUMS + LANES * SPREAD + l] += lane[NOTIONAL + l] * a[2]
        lane[SUMS + LANES * SLIPPED + l] += lane[NOTIONAL + l] * a[3]
        lane[SUMS + LANES * COMMISSION + l] += lane[FEES + l]


@INNER
def _add_up(equity: F, accounts: F, lane: F, group: int, count: int) -> None:
    """Add up the session returns of all lanes, in four sums used in turn, and follow their drawdowns."""
    for l in range(LANES):
        capital = accounts[group + min(l, count - 1) if len(accounts) > 1 else 0][0]
        lane[VALUE + l] = lane[PEAK + l] = lane[LOW + l] = lane[HIGH + l] = capital
    T = equity.shape[1]
    for start in range(0, T, SOME):
        some = min(SOME, T - start)
        for l in range(LANES):
            path = equity[l, start : start + some]
            for j in range(some):
                lane[NOW + LANES * j + l] = path[j]
        for j in range(some):
            _add_session(lane, lane[NOW + LANES * j : NOW + LANES * (j + 1)], (j % 4) * LANES)


@ONCE
def _add_session(lane: F, now: F, turn: int) -> None:
    firsts, seconds = lane[FIRSTS + turn : FIRSTS + turn + LANES], lane[SECONDS + turn : SECONDS + turn + LANES]
    for l in range(LANES):
        change = now[l] / lane[VALUE + l] - 1.0
        lane[VALUE + l] = now[l]
        firsts[l] += change
        seconds[l] += change * change
    for l in range(LANES):
        peak, low, high = max(lane[PEAK + l], now[l]), lane[LOW + l], lane[HIGH + l]
        deeper = now[l] * high < low * peak
        lane[PEAK + l] = peak
        lane[LOW + l] = now[l] if deeper else low
        lane[HIGH + l] = peak if deeper else high


@INNER
def _write(equity: F, lane: F, l: int, out: F) -> None:
    """Write the summary of a lane."""
    T = equity.shape[1]
    added = lane[FIRSTS + l] + lane[FIRSTS + LANES + l] + (lane[FIRSTS + 2 * LANES + l] + lane[FIRSTS + 3 * LANES + l])
    squared = lane[SECONDS + l] + lane[SECONDS + LANES + l]
    squared += lane[SECONDS + 2 * LANES + l] + lane[SECONDS + 3 * LANES + l]
    out[0] = equity[l, T - 1]
    out[1] = added / T
    out[2] = np.sqrt(max(squared - added * added / T, 0.0) / (T - 1)) if T > 1 else np.nan
    out[3] = lane[LOW + l] / lane[HIGH + l] - 1.0
    for j in range(8):
        out[4 + j] = lane[SUMS + LANES * j + l]
    out[12], out[13], out[14] = lane[SUMS + LANES * ORDERS + l], 0.0, -1.0
