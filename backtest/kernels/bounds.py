"""Bounds of a whole session: the turnover cap, and the way back within the margin."""

from __future__ import annotations

from backtest.kernels.books import (
    ASKED,
    CARRIED,
    INNER,
    MARGIN,
    MARKED,
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
from backtest.kernels.orders import DUST, listed


@INNER
def cap_turnover(reference: F, wanted: F, codes: I, terms: Terms, orders: int, allowed: float, total: float) -> int:
    """Fill the same share of every order and carry the rest over; give how many orders wait.

    What rounding to lots leaves of the notional allowed goes to sales, then to purchases, in the order of the assets.
    An order that this fills whole is done.
    """
    share, left = allowed / total, allowed
    for j in range(orders):
        i = codes[ORDERED, j]
        left -= abs(lots(wanted[i] * share, terms.lot)) * reference[i]
    mark(codes, orders)
    for side in range(2):
        for i in range(len(wanted)):
            if codes[MARKED, i] == 1 and (wanted[i] < 0.0) == (side == 0):
                first = abs(lots(wanted[i] * share, terms.lot))
                more = lots(min(abs(wanted[i]) - first, max(left, 0.0) / reference[i]), terms.lot)
                more = more if terms.lot > 0.0 else 0.0
                left -= more * reference[i]
                codes[MARKED, i] = 0
                if first + more < abs(wanted[i]) * (1.0 - DUST):
                    wanted[i] = first + more if wanted[i] > 0.0 else -(first + more)
                    codes[WHY, i], codes[CARRIED, i], codes[WAITS, i] = TURNOVER, 1, 1
    return listed(codes, WAITS, PENDING)


@INNER
def mark(codes: I, orders: int) -> None:
    """Mark the assets that have an order."""
    for i in range(codes.shape[1]):
        codes[MARKED, i] = 0
    for j in range(orders):
        codes[MARKED, codes[ORDERED, j]] = 1


@INNER
def margin_call(quotes: Quotes, tradable: B, terms: Terms, desk: Desk, orders: int, value: float) -> int:
    """Bring gross exposure back within max_gross x V: scale down every position that can be traded.

    An order of its own that leaves less stands; one that leaves more gives way. What is left is a multiple of the lot.
    The orders are listed by asset, and their number is given.
    """
    position, wanted, codes = desk.amount[POSITION], desk.amount[WANTED], desk.codes
    free, bound = 0.0, 0.0
    for i in range(len(position)):
        if _free(quotes, tradable, terms, i):
            free += abs(position[i]) * quotes.reference[i]
        elif position[i] != 0.0:
            bound += abs(position[i]) * quotes.reference[i]
    keep = max(0.0, min(1.0, (terms.max_gross * value - bound) / free)) if free > 0.0 else 1.0
    mark(codes, orders)
    for i in range(len(position)):
        if keep == 1.0 or position[i] == 0.0 or not _free(quotes, tradable, terms, i):
            continue
        most = lots(position[i] * keep, terms.lot)
        after = position[i] + wanted[i] if codes[MARKED, i] == 1 else position[i]
        if after * position[i] <= 0.0 or abs(after) <= abs(most) * (1.0 + DUST):
            continue
        wanted[i] = most - position[i]
        if codes[MARKED, i] == 0:
            desk.amount[ASKED, i] = wanted[i]
        codes[WHY, i], codes[MARKED, i] = MARGIN, 1
    return listed(codes, MARKED, ORDERED)


@INNER
def _free(quotes: Quotes, tradable: B, terms: Terms, i: int) -> bool:
    """Say whether an asset can be traded in the session, and its impact is known."""
    return tradable[i] and (terms.impact == 0.0 or quotes.volume[i] > 0.0)
