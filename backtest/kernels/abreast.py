"""The walk of many plain scenarios abreast: the arithmetic of ``simulate``, 32 scenarios at a time, to the same bits.

Plain means: no corporate actions, a price in every cell, nothing sold short, proportional costs, no interest on credit
and no bound but ``max_gross`` <= 1. Then a row of targets needs no branches, and the compiler works on many scenarios
at once instead of waiting, sum by sum, for one.

What a row trades depends on the rows before it, not on the sessions between them. So rows are traded first, the next of
every scenario together, each at its own session's prices, and what is held after each is kept in a ring. Then the
sessions are marked in turn, all scenarios together, each with what it holds by then. Where a ring is full, the marking
catches up. A scenario that turns out not to be plain is reported and left to the walk.
"""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import INNER, ONCE, ORDERS, Desk, Rows
from backtest.kernels.lanes import (
    ACTIVE,
    BEFORE,
    BOUND,
    BUY,
    CASH,
    CHECKED,
    COLUMNS,
    DUE,
    END,
    FIRSTS,
    FITS,
    FREE,
    HALF_SPREAD,
    HEAD,
    HELD,
    HIGH,
    LANES,
    LOW,
    NEXT,
    NOW,
    ONE,
    PEAK,
    PRICE,
    RATE,
    RING,
    SECONDS,
    SELL,
    SESSION,
    SHOWN,
    SHOWN_CASH,
    SLIPPAGE,
    SUMS,
    SURELY,
    TAIL,
    WHEN,
    YES,
    ZERO,
    B,
    F,
    I,
    Lanes,
)
from backtest.kernels.loading import advance, load
from backtest.kernels.objects import entry
from backtest.kernels.rebalance import buy, fit, scale, sell, settle, sure


@entry
def walk_abreast(
    reference: F, mark: F, rows: Rows, bits: I, scenario: I, accounts: F, first: int, last: int, desk: Desk,
    lanes: Lanes, summary: F, paths: F, plain: B,
) -> None:  # fmt: skip
    """Walk the scenarios first to last; what ``simulate.walk`` writes to summary and paths, written to the same bits.

    ``bits`` are the weights read as integers, ``lanes`` working room. plain[s - first] is cleared for a scenario that
    is left to ``simulate.walk``: a weight is negative or NaN, or assets or sessions do not ascend inside the panel.
    """
    table, lane, at, ring = lanes.table, lanes.lane, lanes.at, lanes.ring
    for group in range(first, last, LANES):
        count, marked = min(LANES, last - group), ZERO
        odd, kept = plain[group - first : last - first], paths[group - first :]
        _open(rows.session, scenario, accounts, table, lane, at, len(reference), odd, group, count)
        while True:
            marked = _show(mark, table, lane, at, ring, marked, kept, count)
            if marked == len(reference):
                break
            ahead = YES
            while ahead and load(reference, rows, bits, table, at, odd):
                sell(table, lane)
                buy(table, lane)
                if not sure(lane, at):
                    fit(table, lane)
                for l in range(count):
                    if lane[FITS + l] == 0.0:
                        scale(reference, accounts, desk, table, lane, at, group, l)
                settle(table, lane)
                ahead = _keep(rows.session, table, lane, at, ring, len(reference), odd, marked, count)
        for l in range(count):
            _write(lane, l, len(reference), summary[group + l - first])


@ONCE
def _open(
    session: I, scenario: I, accounts: F, table: F, lane: F, at: I, sessions: int, plain: B, group: int, count: int
) -> None:
    """Begin a group; lanes without a scenario of their own never trade, and nobody reads them."""
    for j in range(COLUMNS):
        lane[j] = 0.0
    for l in range(LANES):
        s = group + min(l, count - 1)
        a = accounts[s if len(accounts) > 1 else 0]
        at[NEXT, l], at[END, l] = scenario[s], scenario[s + 1] if l < count else scenario[s]
        at[SESSION, l], at[CHECKED, l], at[HEAD, l], at[TAIL, l], at[DUE, l] = -ONE, at[NEXT, l], 0, 0, sessions
        lane[CASH + l], lane[RATE + l], lane[BOUND + l], lane[FREE + l] = a[0], a[4], a[1], 1.0 - a[1] + SURELY
        lane[BUY + l], lane[SELL + l] = 1.0 + (a[2] + a[3]), 1.0 - (a[2] + a[3])
        lane[HALF_SPREAD + l], lane[SLIPPAGE + l] = a[2], a[3]
        lane[SHOWN_CASH + l] = lane[BEFORE + l] = lane[PEAK + l] = lane[LOW + l] = lane[HIGH + l] = a[0]
        for i in range(len(table)):
            table[i, HELD + l] = table[i, SHOWN + l] = 0.0
            table[i, PRICE + l] = 1.0
        advance(session, at, sessions, plain, l)


@INNER
def _keep(session: I, table: F, lane: F, at: I, ring: F, sessions: int, plain: B, marked: int, count: int) -> bool:
    """Keep what every lane that traded holds now, and turn to its next row; say whether it went to the rings.

    Where all lanes traded in the session that is to be marked next, it is shown at once.
    """
    N, at_once = len(table), YES
    for l in range(count):
        at_once &= at[ACTIVE, l] == 1 and at[SESSION, l] == marked and at[HEAD, l] == at[TAIL, l]
    if at_once:
        for i in range(N):
            asset = table[i]
            for l in range(LANES):
                asset[SHOWN + l] = asset[HELD + l]
        for l in range(LANES):
            lane[SHOWN_CASH + l] = lane[CASH + l]
    for l in range(count):
        if at[ACTIVE, l] == 1:
            if not at_once:
                slot = at[HEAD, l] % RING
                place = ring[l, slot * (N + 1) : (slot + 1) * (N + 1)]
                for i in range(N):
                    place[i] = table[i, HELD + l]
                place[N] = lane[CASH + l]
                at[WHEN + slot, l] = at[SESSION, l]
                if at[HEAD, l] == at[TAIL, l]:
                    at[DUE, l] = at[SESSION, l]
                at[HEAD, l] += 1
            at[NEXT, l] += 1
            advance(session, at, sessions, plain, l)
    return not at_once


@INNER
def _show(mark: F, table: F, lane: F, at: I, ring: F, start: int, paths: F, count: int) -> int:
    """Mark the sessions before the first row that is not traded yet; give that row's session."""
    last, t = len(mark) + 0, start
    for l in range(LANES):
        last = min(last, at[SESSION, l])
    while t < last:
        for l in range(LANES):
            if at[DUE, l] == t:
                _turn(table, lane, at, ring, l, len(mark))
        until = last
        for l in range(LANES):
            until = min(until, at[DUE, l])
        for now in range(t, until):
            _mark(mark, table, lane, now)
            _add_up(lane, now % 4 * LANES)
            for l in range(count if len(paths) > 0 else 0):
                paths[l, 0, now] = lane[BEFORE + l]
        t = until
    return last


@INNER
def _turn(table: F, lane: F, at: I, ring: F, l: int, sessions: int) -> None:
    """Show what a lane holds after the first row in its ring."""
    N, slot = len(table), at[TAIL, l] % RING
    place = ring[l, slot * (N + 1) : (slot + 1) * (N + 1)]
    for i in range(N):
        table[i, SHOWN + l] = place[i]
    lane[SHOWN_CASH + l] = place[N]
    at[TAIL, l] += 1
    at[DUE, l] = at[WHEN + (slot + 1) % RING, l] if at[TAIL, l] < at[HEAD, l] else sessions


@ONCE
def _mark(mark: F, table: F, lane: F, t: int) -> None:
    """Value what every lane holds, added in the order of the assets, four a sweep."""
    for l in range(LANES):
        lane[NOW + l] = 0.0
    i = ZERO
    while i + 4 <= len(table):
        p, q, r, s = mark[t, i], mark[t, i + 1], mark[t, i + 2], mark[t, i + 3]
        a, b, c, d = table[i], table[i + 1], table[i + 2], table[i + 3]
        for l in range(LANES):
            lane[NOW + l] = (
                ((lane[NOW + l] + a[SHOWN + l] * p) + b[SHOWN + l] * q) + c[SHOWN + l] * r
            ) + d[SHOWN + l] * s  # fmt: skip
        i += 4
    while i < len(table):
        p, a = mark[t, i], table[i]
        for l in range(LANES):
            lane[NOW + l] += a[SHOWN + l] * p
        i += 1


@ONCE
def _add_up(lane: F, turn: int) -> None:
    """Add up the session's returns, in four sums used in turn, and follow the drawdowns."""
    firsts, seconds = lane[FIRSTS + turn : FIRSTS + turn + LANES], lane[SECONDS + turn : SECONDS + turn + LANES]
    for l in range(LANES):
        now = lane[NOW + l] + lane[SHOWN_CASH + l]
        change = now / lane[BEFORE + l] - 1.0
        lane[BEFORE + l] = now
        firsts[l] += change
        seconds[l] += change * change
    for l in range(LANES):
        now = lane[BEFORE + l]
        peak, low, high = max(lane[PEAK + l], now), lane[LOW + l], lane[HIGH + l]
        deeper = now * high < low * peak
        lane[PEAK + l] = peak
        lane[LOW + l] = now if deeper else low
        lane[HIGH + l] = peak if deeper else high


@INNER
def _write(lane: F, l: int, T: int, out: F) -> None:
    """Write the summary of a lane."""
    added = lane[FIRSTS + l] + lane[FIRSTS + LANES + l] + (lane[FIRSTS + 2 * LANES + l] + lane[FIRSTS + 3 * LANES + l])
    squared = lane[SECONDS + l] + lane[SECONDS + LANES + l]
    squared += lane[SECONDS + 2 * LANES + l] + lane[SECONDS + 3 * LANES + l]
    out[0] = lane[BEFORE + l]
    out[1] = added / T
    out[2] = np.sqrt(max(squared - added * added / T, 0.0) / (T - 1)) if T > 1 else np.nan
    out[3] = lane[LOW + l] / lane[HIGH + l] - 1.0
    for j in range(8):
        out[4 + j] = lane[SUMS + LANES * j + l]
    out[12], out[13], out[14] = lane[SUMS + LANES * ORDERS + l], 0.0, -1.0
