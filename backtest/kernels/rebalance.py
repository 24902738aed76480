"""What scenarios that walk abreast trade in one row of targets: sized, fitted and booked as in ``simulate``."""

from __future__ import annotations

from backtest.kernels.books import (
    COMMISSION,
    INNER,
    ORDERED,
    ORDERS,
    POSITION,
    SLIPPED,
    SPREAD,
    TARGET,
    TURNED,
    WANTED,
    Desk,
    Quotes,
    Terms,
)
from backtest.kernels.charges import scaled
from backtest.kernels.funding import ULP, affordable
from backtest.kernels.lanes import (
    ACTIVE,
    APART,
    BOUND,
    BUY,
    CASH,
    COUNT,
    FACTOR,
    FEES,
    FITS,
    FREE,
    GROSS,
    HALF_SPREAD,
    LANES,
    NET,
    NEXT,
    NOTIONAL,
    PAID,
    RATE,
    SELL,
    SLIPPAGE,
    SOLD,
    SOLD_FEES,
    SOLD_GROSS,
    SOLD_NET,
    SOLD_NOTIONAL,
    SUMS,
    VALUE,
    YES,
    ZERO,
    F,
    I,
)
from backtest.kernels.orders import DUST


@APART
def sell(held: F, price: F, weight: F, wish: F, lane: F) -> None:
    """Value every lane, size its orders and add up what the sells pay."""
    for l in range(LANES):
        lane[VALUE + l], lane[PAID + l] = lane[CASH + l], lane[CASH + l]
        lane[NOTIONAL + l], lane[FEES + l], lane[COUNT + l], lane[FACTOR + l] = 0.0, 0.0, 0.0, 1.0
    for i in range(len(wish)):
        had, at = held[i], price[i]
        for l in range(LANES):
            lane[VALUE + l] += had[l] * at[l]
    for i in range(len(wish)):
        had, at, share, order = held[i], price[i], weight[i], wish[i]
        for l in range(LANES):
            value = lane[VALUE + l]
            shares = share[l] * value / at[l] - had[l]
            shares = shares if abs(shares) * at[l] > DUST * value else 0.0  # NaN: the row does not name the asset
            shares = -had[l] if share[l] == 0.0 else shares
            order[l] = shares
            size = -min(shares, 0.0)
            outlay = size * (at[l] * lane[SELL + l])
            fee = outlay * lane[RATE + l]
            lane[PAID + l] -= fee - outlay
            lane[FEES + l] += fee
            lane[NOTIONAL + l] += size * at[l]
            lane[COUNT + l] += 1.0 if shares != 0.0 else 0.0
    for l in range(LANES):
        lane[SOLD + l], lane[SOLD_NOTIONAL + l], lane[SOLD_FEES + l] = (
            lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l],
        )  # fmt: skip


@APART
def buy(price: F, wish: F, lane: F) -> None:
    """Add up what the buys pay, each filled by its lane's factor, after the sells."""
    for l in range(LANES):
        lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l] = (
            lane[SOLD + l], lane[SOLD_NOTIONAL + l], lane[SOLD_FEES + l],
        )  # fmt: skip
    for i in range(len(wish)):
        at, order = price[i], wish[i]
        for l in range(LANES):
            size = lane[FACTOR + l] * max(order[l], 0.0)
            outlay = size * (at[l] * lane[BUY + l])
            fee = outlay * lane[RATE + l]
            lane[PAID + l] -= outlay + fee
            lane[FEES + l] += fee
            lane[NOTIONAL + l] += size * at[l]


@INNER
def sure(lane: F, at: I) -> bool:
    """Say whether the orders of all lanes fit beyond any rounding."""
    sure = YES
    for l in range(LANES):
        fits = lane[PAID + l] > lane[FREE + l] * lane[VALUE + l] or at[ACTIVE + l] == 0
        lane[FITS + l] = 1.0 if fits else 0.0
        sure &= fits
    return sure


@INNER
def fit(held: F, price: F, wish: F, lane: F) -> None:
    """Find the factor on what is bought at which every lane's orders fit, by the steps of the walk's ``affordable``.

    A lane for which none is found in eight steps is left as not fitting.
    """
    _expose_sold(held, price, wish, lane)
    _expose(held, price, wish, lane)
    for l in range(LANES):
        whole = lane[BOUND + l] * (lane[PAID + l] + lane[NET + l]) - lane[GROSS + l]
        room = lane[BOUND + l] * (lane[SOLD + l] + lane[SOLD_NET + l]) - lane[SOLD_GROSS + l]
        if whole >= 0.0 and lane[PAID + l] >= 0.0:
            lane[FITS + l] = 1.0
        elif lane[FITS + l] == 0.0:
            none = room <= DUST * lane[VALUE + l]
            lane[FACTOR + l] = 0.0 if none else (room / (room - whole) if whole < 0.0 else 1.0)
            lane[FITS + l] = 1.0 if none else 0.0
    for step in range(2, 10):
        buy(price, wish, lane)
        _expose(held, price, wish, lane)
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


@APART
def _expose_sold(held: F, price: F, wish: F, lane: F) -> None:
    """Give gross and net exposure after the sells."""
    for l in range(LANES):
        lane[SOLD_GROSS + l], lane[SOLD_NET + l] = 0.0, 0.0
    for i in range(len(wish)):
        had, at = held[i], price[i]
        for l in range(LANES):
            lane[SOLD_GROSS + l] += had[l] * at[l]
            lane[SOLD_NET + l] += had[l] * at[l]
    for i in range(len(wish)):
        had, at, order = held[i], price[i], wish[i]
        for l in range(LANES):
            sold = min(order[l], 0.0)
            lane[SOLD_GROSS + l] += (abs(had[l] + sold) - abs(had[l])) * at[l]
            lane[SOLD_NET + l] += sold * at[l]


@APART
def _expose(held: F, price: F, wish: F, lane: F) -> None:
    """Give gross and net exposure after the sells and the buys by their factors."""
    for l in range(LANES):
        lane[GROSS + l], lane[NET + l] = lane[SOLD_GROSS + l], lane[SOLD_NET + l]
    for i in range(len(wish)):
        had, at, order = held[i], price[i], wish[i]
        for l in range(LANES):
            size = lane[FACTOR + l] * max(order[l], 0.0)
            lane[GROSS + l] += (abs(had[l] + size) - abs(had[l])) * at[l]
            lane[NET + l] += size * at[l]


@INNER
def scale(held: F, price: F, wish: F, lane: F, desk: Desk, terms: Terms, l: int) -> None:
    """Scale what a lane opens or adds until it fits, as the walk does, and add up what is paid then."""
    position, wanted, prices = desk.amount[POSITION], desk.amount[WANTED], desk.amount[TARGET]
    ordered, orders = desk.codes[ORDERED], ZERO
    for i in range(len(wish)):
        position[i], wanted[i], prices[i] = held[i, l], wish[i, l], price[i, l]
    for side in range(2):
        for i in range(len(wish)):
            if (wanted[i] < 0.0) if side == 0 else (wanted[i] > 0.0):
                ordered[orders] = i
                orders += 1
    quotes = Quotes(prices, prices, prices)
    factor = affordable(quotes, terms, position, wanted, ordered, orders, lane[CASH + l], lane[VALUE + l])
    paid, notional, fees = lane[CASH + l], 0.0, 0.0
    for j in range(orders):
        i = ordered[j]
        shares = scaled(wanted[i], position[i], factor, 0.0)
        fill = prices[i] * (lane[BUY + l] if wanted[i] > 0.0 else lane[SELL + l])
        fee = abs(shares) * fill * lane[RATE + l]
        paid -= shares * fill + fee
        notional += abs(shares) * prices[i]
        fees += fee
        wish[i, l] = shares
    lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l], lane[FACTOR + l] = paid, notional, fees, 1.0


@APART
def settle(held: F, after: F, wish: F, lane: F, at: I) -> None:
    """Book the fills of all lanes, keep what they hold then, and turn to their next rows."""
    for i in range(len(wish)):
        had, has, order = held[i], after[i], wish[i]
        for l in range(LANES):
            shares = lane[FACTOR + l] * order[l] if order[l] > 0.0 else order[l]
            has[l] = 0.0 if shares == -had[l] else had[l] + shares
    cash = after[len(wish)]
    for l in range(LANES):
        cash[l] = lane[CASH + l] = lane[PAID + l]
        lane[SUMS + LANES * ORDERS + l] += lane[COUNT + l]
        lane[SUMS + LANES * TURNED + l] += lane[NOTIONAL + l] / lane[VALUE + l]
        lane[SUMS + LANES * SPREAD + l] += lane[NOTIONAL + l] * lane[HALF_SPREAD + l]
        lane[SUMS + LANES * SLIPPED + l] += lane[NOTIONAL + l] * lane[SLIPPAGE + l]
        lane[SUMS + LANES * COMMISSION + l] += lane[FEES + l]
        at[NEXT + l] += at[ACTIVE + l]
