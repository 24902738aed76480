"""Bounds of a whole session: the turnover cap, and the way back within the margin."""

from __future__ import annotations

from backtest.kernels.books import (
    ASKED,
    INNER,
    MARGIN,
    ORDERED,
    PENDING,
    POSITION,
    TURNOVER,
    WAITS,
    WANTED,
    WHY,
    B,
    Desk,
    F,
    I,
    Quotes,
    Terms,
)
from backtest.kernels.charges import lots


@INNER
def cap_turnover(wanted: F, codes: I, terms: Terms, count: int, orders: int, share: float) -> int:
    """Fill the same share of every order; the rest is carried over."""
    for j in range(orders):
        i = codes[ORDERED, j]
        wanted[i] = lots(wanted[i] * share, terms.lot)
        codes[WHY, i] = TURNOVER
        if codes[WAITS, i] == 0:
            codes[WAITS, i], codes[PENDING, count] = 1, i
            count += 1
    return count


@INNER
def margin_call(quotes: Quotes, tradable: B, terms: Terms, desk: Desk, orders: int, value: float) -> int:
    """Bring gross exposure back within max_gross x V: scale every tradable position that has no order of its own."""
    position, ordered, gross = desk.amount[POSITION], orders, 0.0
    for i in range(len(position)):
        gross += abs(position[i]) * quotes.reference[i]
    keep = max(0.0, min(1.0, terms.max_gross * value / gross)) if gross > 0.0 else 1.0
    for i in range(len(position)):
        free = keep < 1.0 and position[i] != 0.0 and tradable[i] and (terms.impact == 0.0 or quotes.volume[i] > 0.0)
        for j in range(ordered):
            free &= i != desk.codes[ORDERED, j]
        if free:
            desk.amount[WANTED, i] = desk.amount[ASKED, i] = -position[i] * (1.0 - keep)
            desk.codes[WHY, i], desk.codes[ORDERED, orders] = MARGIN, i
            orders += 1
    return orders
