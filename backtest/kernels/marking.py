"""The close: positions marked, sessions on which nothing happens passed in one sweep, ruin and margin looked for."""

from __future__ import annotations

import numpy as np

from backtest.kernels.actions import accrue
from backtest.kernels.books import (
    BORROW,
    CALLS,
    CASH,
    DIVIDEND,
    EQUITY,
    HELD,
    INNER,
    INTEREST,
    NO,
    POSITION,
    RUINED,
    VALUE,
    YES,
    ZERO,
    Desk,
    F,
    I,
    Journal,
    Market,
    Terms,
    log,
    note,
)


@INNER
def mark(
    market: Market, terms: Terms, desk: Desk, journal: Journal, cash: float, start: int, end: int
) -> tuple[float, int, int, bool]:
    """Mark the sessions start to end on which nothing trades but in the first, whose accrual is done.

    Gives cash, the session to go on with, the session of ruin (or -1), and whether margin was called; ruin and margin
    stop the sweep.
    """
    position, daily, before = desk.amount[POSITION], desk.daily, cash
    equity = daily[EQUITY]
    short = _value(market.mark, position, desk.codes[HELD], start, end, equity, cash)
    _keep(daily, journal, position, cash, start, end)
    if terms.credit == 0.0 and cash >= 0.0 and not short and equity[start] > 0.0:
        return cash, end, ZERO - 1, NO  # long only and out of debt: no interest, no margin, no ruin
    for t in range(start, end):
        if t > start:
            interest, borrow = accrue(market, terms, position, cash, t)
            cash += interest - borrow
            note(desk, t, np.nan, 0.0, interest, borrow)
            equity[t] += cash - before
        if len(daily) > 1:
            daily[CASH, t] = cash
        if equity[t] <= 0.0:
            return cash, t, t, NO
        if terms.maintenance > 0.0:
            gross = 0.0
            for i in range(len(position)):
                gross += abs(position[i]) * market.mark[t, i]
            if equity[t] < terms.maintenance * gross:
                desk.tally[CALLS] += 1.0
                return cash, t + 1, ZERO - 1, YES
    return cash, end, ZERO - 1, NO


@INNER
def _value(marks: F, position: F, held: I, start: int, end: int, equity: F, cash: float) -> bool:
    """Set equity[start:end]: positions added in the order of the assets, then cash; say whether one is short.

    Four sessions a sweep, for sums that need not wait for each other; a last sweep of fewer marks its last one again.
    """
    n, short, last = ZERO, NO, end - 1
    for i in range(len(position)):
        held[n] = i
        n += 1 if position[i] != 0.0 else 0
        short |= position[i] < 0.0
    for first in range(start, end, 4):
        s, u, v = min(first + 1, last), min(first + 2, last), min(first + 3, last)
        marks_of_first, marks_of_s, marks_of_u, marks_of_v = marks[first], marks[s], marks[u], marks[v]
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for j in range(n):
            i = held[j]
            shares = position[i]
            a += shares * marks_of_first[i]
            b += shares * marks_of_s[i]
            c += shares * marks_of_u[i]
            d += shares * marks_of_v[i]
        equity[first], equity[s], equity[u], equity[v] = a + cash, b + cash, c + cash, d + cash
    return short


@INNER
def _keep(daily: F, journal: Journal, position: F, cash: float, start: int, end: int) -> None:
    """Keep what was asked for: cash and nothing booked per session, and the shares."""
    if len(daily) > 1:
        daily[CASH, start] = cash
        for t in range(start + 1, end):
            daily[CASH, t], daily[VALUE, t] = cash, np.nan
            daily[DIVIDEND, t], daily[INTEREST, t], daily[BORROW, t] = 0.0, 0.0, 0.0
    if len(journal.shares) > 0:
        for t in range(start, end):
            journal.since[t] = start
        for i in range(len(position)):
            journal.shares[start, i] = position[i]


@INNER
def close_ruined(marks: F, desk: Desk, journal: Journal, t: int) -> None:
    """Close all at the mark, without costs, and carry what is left (or owed) to the end."""
    daily, position = desk.daily, desk.amount[POSITION]
    for i in range(len(position)):
        if position[i] != 0.0:
            log(desk.tally, journal, t, i, RUINED, -position[i], -position[i], marks[t, i], marks[t, i])
        position[i] = 0.0
    left = daily[EQUITY, t]
    for s in range(t + 1, daily.shape[1]):
        daily[EQUITY, s] = left
    _keep(daily, journal, position, left, t, daily.shape[1])
