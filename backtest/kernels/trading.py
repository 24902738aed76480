"""The trade of a session: every pending order sized, capped, funded by one factor, then filled."""

from __future__ import annotations

from backtest.kernels.books import (
    ASKED,
    COMMISSION,
    IMPACT,
    IN_COMMISSION,
    IN_IMPACT,
    IN_SLIPPAGE,
    IN_SPREAD,
    INNER,
    ORDERED,
    ORDERS,
    POSITION,
    SCALED,
    SLIPPED,
    SPREAD,
    TURNED,
    WANTED,
    WHY,
    Desk,
    F,
    Journal,
    Market,
    Quotes,
    Terms,
    log,
)
from backtest.kernels.bounds import cap_turnover, margin_call
from backtest.kernels.charges import fill_price, held_after, pay, payable, scaled
from backtest.kernels.funding import affordable, sales_first
from backtest.kernels.orders import DUST, size


@INNER
def trade(
    market: Market, terms: Terms, desk: Desk, journal: Journal, count: int, cash: float, called: bool, t: int
) -> tuple[float, float, int]:
    """Size every pending order on one valuation, cap it, scale what does not fit, then fill the sells and the buys."""
    position, wanted, tradable = desk.amount[POSITION], desk.amount[WANTED], market.tradable[t]
    row = min(t, len(market.volume) - 1)
    quotes = Quotes(market.reference[t], market.volume[row], market.sigma[row])
    value = _valued(position, quotes.reference, cash)
    count, orders, total = size(quotes, tradable, terms, desk, journal, count, value, t)
    if terms.turnover_cap > 0.0 and value > 0.0 and total > terms.turnover_cap * value:
        allowed = terms.turnover_cap * value
        count = cap_turnover(quotes.reference, wanted, desk.codes, terms, orders, allowed, total)
    if called:
        orders = margin_call(quotes, tradable, terms, desk, orders, value)
    if called or terms.minimum > 0.0:
        sales_first(quotes, terms, wanted, desk.codes, orders)
    factor = 1.0
    if terms.sequential == 0.0:
        factor = affordable(quotes, terms, position, wanted, desk.codes[ORDERED], orders, cash, value)
    return _fill(quotes, terms, desk, journal, orders, factor, cash, value, t), value, count


@INNER
def _valued(position: F, reference: F, cash: float) -> float:
    """Give V, in the order of the assets."""
    for i in range(len(position)):
        if position[i] != 0.0:
            cash += position[i] * reference[i]
    return cash


@INNER
def _fill(
    quotes: Quotes, terms: Terms, desk: Desk, journal: Journal, orders: int, factor: float, cash: float, value: float,
    t: int,
) -> float:  # fmt: skip
    """Fill the orders in turn, book their costs, give the cash that is left."""
    position, wanted, codes, tally = desk.amount[POSITION], desk.amount[WANTED], desk.codes, desk.tally
    in_turn, keeps, turned, paid, impacts = terms.sequential > 0.0, len(journal.label) > 0, 0.0, 0.0, 0.0
    for j in range(orders):
        i = codes[ORDERED, j]
        reference = quotes.reference[i]
        shares = wanted[i] if factor == 1.0 else scaled(wanted[i], position[i], factor, terms.lot)
        price = fill_price(wanted[i], reference, terms)
        if in_turn and shares > 0.0:
            shares = min(shares, payable(cash, price, terms))
        commission, impact, cash = pay(shares, price, i, quotes, terms, cash)
        if in_turn and 0.0 < shares < wanted[i]:
            cash = 0.0
        position[i] = held_after(position[i], shares, terms.lot)
        notional = abs(shares) * reference
        turned += notional
        paid += commission
        impacts += impact
        if keeps:
            why = SCALED if abs(shares - wanted[i]) > DUST * abs(wanted[i]) else codes[WHY, i]
            n = log(tally, journal, t, i, why, desk.amount[ASKED, i], shares, reference, price)
            if n < len(journal.order):
                line = journal.order[n]
                line[IN_SPREAD], line[IN_SLIPPAGE] = notional * terms.half_spread, notional * terms.slippage
                line[IN_COMMISSION], line[IN_IMPACT] = commission, impact
    tally[ORDERS] += 0 if keeps else orders
    tally[TURNED] += turned / value if value > 0.0 else 0.0
    tally[SPREAD] += turned * terms.half_spread
    tally[SLIPPED] += turned * terms.slippage
    tally[COMMISSION] += paid
    tally[IMPACT] += impacts
    return cash
