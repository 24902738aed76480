"""What the fill of one order costs, and how many shares it may be for."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import INNER, Quotes, Terms

# Closer than this to a multiple of the lot is that multiple: of one lot, and of the whole count, what rounding leaves.
WHOLE, ROUNDED = 1e-9, 1e-12


@INNER
def fill_price(shares: float, reference: float, terms: Terms) -> float:
    """Move the price against the order: half the spread, and slippage."""
    away = terms.half_spread + terms.slippage
    return reference * (1.0 + away) if shares > 0.0 else reference * (1.0 - away)


@INNER
def pay(shares: float, price: float, i: int, quotes: Quotes, terms: Terms, cash: float) -> tuple[float, float, float]:
    """Give commission, impact and the cash that a fill leaves.

    Impact is coefficient x sigma x sqrt(shares / average volume) x notional. Without a leverage allowance a sale pays
    of a minimum commission what its proceeds and the cash cover: it makes no debt.
    """
    size = abs(shares)
    due, impact = size * price * terms.commission + size * terms.per_share, 0.0
    commission = max(terms.minimum, due) if size > 0.0 else 0.0
    if terms.impact > 0.0:
        impact = terms.impact * quotes.sigma[i] * np.sqrt(size / quotes.volume[i]) * size * quotes.reference[i]
    left = cash - (shares * price + (commission + impact))
    if left < 0.0 and commission > due and shares < 0.0 <= cash and terms.max_gross <= 1.0:
        most = cash - shares * price - impact
        commission, left = (most, 0.0) if most >= due else (due, cash - (shares * price + (due + impact)))
    return commission, impact, left


@INNER
def payable(cash: float, price: float, terms: Terms) -> float:
    """Give the shares that cash pays for, commission included."""
    proportional = cash / (price * (1.0 + terms.commission) + terms.per_share)
    return max(0.0, min(proportional, (cash - terms.minimum) / price))


@INNER
def lots(shares: float, lot: float) -> float:
    """Round towards zero to a multiple of the lot; what rounding keeps from a multiple is that multiple."""
    if lot == 0.0:
        return shares
    count = abs(shares) / lot
    nearest = np.rint(count)
    whole: float = nearest if abs(count - nearest) <= WHOLE + ROUNDED * nearest else np.floor(count)
    return whole * lot if shares > 0.0 else -whole * lot


@INNER
def held_after(held: float, shares: float, lot: float) -> float:
    """Give the position after a fill: 0 when it is sold whole, a multiple of the lot where rounding left a crumb."""
    if shares == -held:
        return 0.0
    after = held + shares
    if lot == 0.0:
        return after
    nearest: float = np.rint(after / lot)
    return nearest * lot if abs(after / lot - nearest) <= ROUNDED * (1.0 + abs(held) / lot) else after


@INNER
def scaled(wanted: float, held: float, factor: float, lot: float) -> float:
    """Fill what reduces the position whole, and what opens or adds by the factor."""
    if factor == 1.0:
        return wanted
    reducing = 0.0
    if held * wanted < 0.0:
        reducing = wanted if abs(wanted) < abs(held) else -held
    return reducing + lots(factor * (wanted - reducing), lot)
