"""The one factor by which what opens or adds is scaled until cash and exposure suffice."""

from __future__ import annotations

from backtest.kernels.books import INNER, F, I, Quotes, Terms
from backtest.kernels.charges import fees, fill_price, scaled

ULP = 2.220446049250313e-16


@INNER
def affordable(quotes: Quotes, terms: Terms, position: F, wanted: F, ordered: I, orders: int, cash: float) -> float:
    """Give the largest factor in [0, 1] for what opens or adds; without a leverage allowance cash stays >= 0, exactly.

    The room left, max_gross x equity - gross exposure after the fills, is linear in the factor but for minimum
    commissions, lots and impact, so the linear answer is tried first; a bisection takes over where it does not fit or
    where one of those bends the line.
    """
    bent = terms.minimum > 0.0 or terms.lot > 0.0 or terms.impact > 0.0
    low, high, factor, whole, gross, net = 0.0, 1.0, 1.0, 0.0, 0.0, 0.0
    for i in range(len(position)):
        if position[i] != 0.0:
            gross += abs(position[i]) * quotes.reference[i]
            net += position[i] * quotes.reference[i]
    for step in range(80):
        room, paid = _room(quotes, terms, position, wanted, ordered[:orders], factor, cash, gross, net)
        fits = room >= 0.0 and (terms.max_gross > 1.0 or paid >= 0.0)
        if step == 0:
            if fits:
                return 1.0
            whole, factor = room, 0.0
        elif step == 1:
            if room <= 0.0:
                return 0.0
            factor = room / (room - whole) if whole < 0.0 else 1.0
        elif fits:
            if not bent:
                return factor
            low, factor = factor, 0.5 * (factor + high)
        else:
            high = factor
            factor = factor * (1.0 - ULP * 4.0**step) if not bent and step < 10 else 0.5 * (low + high)
    return low


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
        commission, impact = fees(abs(shares), price, i, quotes, terms)
        cash -= shares * price + (commission + impact)
        gross += (abs(position[i] + shares) - abs(position[i])) * quotes.reference[i]
        net += shares * quotes.reference[i]
    return terms.max_gross * (cash + net) - gross, cash
