"""Before a session trades: splits, dividends and delistings; interest and borrow fees since the last one."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import (
    DELISTED,
    GONE,
    IN_LIEU,
    INNER,
    PAID_OUT,
    PENDING,
    POSITION,
    WAITS,
    ZERO,
    Desk,
    F,
    Journal,
    Market,
    Terms,
    log,
)
from backtest.kernels.charges import WHOLE, lots

DAYS_PER_YEAR = 365.0


@INNER
def corporate_actions(
    market: Market, lot: float, desk: Desk, journal: Journal, g: int, t: int
) -> tuple[float, float, int]:
    """Give dividends received, and cash paid out otherwise: in lieu of fractions, for delisted assets."""
    received, paid, position = 0.0, 0.0, desk.amount[POSITION]
    split = market.split[min(t, len(market.split) - 1)]
    dividend = market.dividend[min(t, len(market.dividend) - 1)]
    for i in range(len(position)):
        if position[i] != 0.0:
            position[i] *= split[i]
            if lot > 0.0 and split[i] != 1.0:
                paid += _in_lieu(market, lot, desk, journal, i, t)
            received += position[i] * dividend[i]
    while g < len(market.gone) and market.gone[g, 0] == t:
        paid += _delist(market, desk, journal, np.int64(market.gone[g, 1]), market.gone[g, 2], t)
        g += 1
    desk.tally[PAID_OUT] += received
    return received, paid, g


@INNER
def _in_lieu(market: Market, lot: float, desk: Desk, journal: Journal, i: int, t: int) -> float:
    """Pay out what a split leaves of whole lots."""
    position, paid = desk.amount[POSITION], 0.0
    unit = min(lot, 1.0)
    whole = lots(position[i], unit)
    rest, price = position[i] - whole, last_mark(market.mark, market.split, i, t)
    if abs(rest) > WHOLE * unit:
        paid = rest * price
        log(desk.tally, journal, t, i, IN_LIEU, -rest, -rest, price, price)
    position[i] = whole
    return paid


@INNER
def _delist(market: Market, desk: Desk, journal: Journal, i: int, change: float, t: int) -> float:
    """Close an asset at its last mark times (1 + delisting return), and let it go."""
    held, paid = desk.amount[POSITION, i], 0.0
    desk.codes[GONE, i] = 1
    if held != 0.0:
        mark = last_mark(market.mark, market.split, i, t)
        paid = held * (mark * (1.0 + change))
        log(desk.tally, journal, t, i, DELISTED, -held, -held, mark, mark * (1.0 + change))
        desk.amount[POSITION, i] = 0.0
    return paid


@INNER
def forget_gone(desk: Desk, journal: Journal, count: int, t: int) -> int:
    """Drop pending targets of delisted assets, and say so; give how many are left."""
    codes, kept = desk.codes, ZERO
    for j in range(count):
        i = codes[PENDING, j]
        codes[WAITS, i] = 1 - codes[GONE, i]
        if codes[GONE, i] == 0:
            codes[PENDING, kept] = i
            kept += 1
        else:
            log(desk.tally, journal, t, i, DELISTED, 0.0, 0.0, np.nan, np.nan)
    return kept


@INNER
def accrue(market: Market, terms: Terms, position: F, cash: float, t: int) -> tuple[float, float]:
    """Give interest (negative on debit) and borrow fee for the days since the last session."""
    years = market.days[t] / DAYS_PER_YEAR
    interest = cash * (terms.credit if cash > 0.0 else terms.debit) * years
    borrow = 0.0
    own = len(market.borrow) > 0
    for i in range(len(position)):
        if position[i] < 0.0:
            fee = market.borrow[min(t, len(market.borrow) - 1), i] if own else terms.borrow
            borrow -= position[i] * last_mark(market.mark, market.split, i, t) * fee
    return interest, borrow * years


@INNER
def last_mark(mark: F, split: F, i: int, t: int) -> float:
    """Give the mark of the session before, as today's splits make it."""
    last: float = mark[t - 1, i] / split[min(t, len(split) - 1), i] if t > 0 else np.nan
    return last
