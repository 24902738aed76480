"""What a session's orders are paid from: sales first, then one factor on what opens or adds until it fits."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import INNER, MARKED, ORDERED, ZERO, F, I, Quotes, Terms
from backtest.kernels.charges import fill_price, pay, scaled
from backtest.kernels.orders import DUST

ULP = 2.220446049250313e-16
STEPS = 10  # the last at which the linear answer, or a little less, is looked at


@INNER
def affordable(
    quotes: Quotes, terms: Terms, position: F, wanted: F, ordered: I, orders: int, cash: float, value: float
) -> float:  # fmt: skip
    """Give the largest factor in [0, 1] for what opens or adds; without a leverage allowance cash stays >= 0, exactly.

    The room left, max_gross x equity - gross exposure after the fills, is linear in the factor but for minimum
    commissions, lots and impact, so the linear answer is tried first, then a little less of it; a bisection takes over
    where none of that fits (the trade is so small that the roundings of V are more) or where one of those bends the
    line. A room of 1e-12 of the value or less, and a factor of 1e-12 or less, are rounding, and buy nothing: no minimum
    commission is paid for them.
    """
    bent = terms.minimum > 0.0 or terms.lot > 0.0 or terms.impact > 0.0
    low, high, factor, whole, gross, net, back = 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 16.0 * ULP
    for i in range(len(position)):
        if position[i] != 0.0:
            gross += abs(position[i]) * quotes.reference[i]
            net += position[i] * quotes.reference[i]
    for step in range(80):
        room, left = _room(quotes, terms, position, wanted, ordered[:orders], factor, cash, gross, net)
        fits = room >= 0.0 and (terms.max_gross > 1.0 or left >= 0.0)
        if step == 0:
            if fits:
                return 1.0
            whole, factor = room, 0.0
        elif step == 1:
            if room <= DUST * value:
                return 0.0
            factor = room / (room - whole) if whole < 0.0 else 1.0
        elif fits:
            if not bent and step <= STEPS:
                return factor
            low, factor = factor, 0.5 * (factor + high)
        else:
            high = factor
            factor = factor * (1.0 - back) if not bent and step < STEPS else 0.5 * (low + high)
            back *= 4.0
    return low if low > DUST else 0.0


@INNER
def sales_first(quotes: Quotes, terms: Terms, wanted: F, codes: I, orders: int) -> None:
    """Put sales before purchases; with a minimum commission, a sale that costs more than it brings is the last of them.

    So what they owe comes out of all that the others bring.
    """
    ordered, before, placed = codes[ORDERED], codes[MARKED], ZERO
    for j in range(orders):
        before[j] = ordered[j]
    for rank in range(3):
        for j in range(orders):
            i = before[j]
            if _rank(quotes, terms, wanted[i], i) == rank:
                ordered[placed] = i
                placed += 1


@INNER
def _rank(quotes: Quotes, terms: Terms, shares: float, i: int) -> int:
    """Give 0 for a sale, 1 for one that costs more than it brings where there is a minimum, 2 for a purchase."""
    if shares >= 0.0:
        return 2
    if terms.minimum == 0.0:
        return 0
    price = fill_price(shares, quotes.reference[i], terms)
    commission, impact, _ = pay(shares, price, i, quotes, terms, np.inf)
    return 1 if -shares * price < commission + impact else 0


@INNER
def _room(
    quotes: Quotes, terms: Terms, position: F, wanted: F, ordered: I, factor: float, cash: float, gross: float,
    net: float,
) -> tuple[float, float]:  # fmt: skip
    """Give the room for exposure, and the cash, that the orders would leave."""
    for j in range(len(ordered)):
        i = ordered[j]
        shares = wanted[i] if factor == 1.0 else scaled(wanted[i], position[i], factor, terms.lot)
        price = fill_price(wanted[i], quotes.reference[i], terms)
        _, _, cash = pay(shares, price, i, quotes, terms, cash)
        gross += (abs(position[i] + shares) - abs(position[i])) * quotes.reference[i]
        net += shares * quotes.reference[i]
    return terms.max_gross * (cash + net) - gross, cash
