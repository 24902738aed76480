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
    TURNED,
    WANTED,
    Desk,
    Quotes,
    terms_of,
)
from backtest.kernels.charges import scaled
from backtest.kernels.funding import ULP, affordable
from backtest.kernels.lanes import (
    ACTIVE,
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
    HELD,
    LANES,
    NET,
    NOTIONAL,
    PAID,
    PRICE,
    RATE,
    SELL,
    SESSION,
    SLIPPAGE,
    SOLD,
    SOLD_FEES,
    SOLD_GROSS,
    SOLD_NET,
    SOLD_NOTIONAL,
    SUMS,
    VALUE,
    WEIGHT,
    WISH,
    YES,
    ZERO,
    F,
    I,
)
from backtest.kernels.orders import DUST


@INNER
def sell(table: F, lane: F) -> None:
    """Value every lane, size its orders and add up what the sells pay."""
    for l in range(LANES):
        lane[VALUE + l], lane[PAID + l] = lane[CASH + l], lane[CASH + l]
        lane[NOTIONAL + l], lane[FEES + l], lane[COUNT + l] = 0.0, 0.0, 0.0
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            lane[VALUE + l] += asset[HELD + l] * asset[PRICE + l]
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, weight, price, value = asset[HELD + l], asset[WEIGHT + l], asset[PRICE + l], lane[VALUE + l]
            wish = weight * value / price - held
            wish = wish if abs(wish) * price > DUST * value else 0.0  # NaN: the row does not name the asset
            wish = -held if weight == 0.0 else wish
            asset[WISH + l] = wish
            size = -min(wish, 0.0)
            outlay = size * (price * lane[SELL + l])
            fee = outlay * lane[RATE + l]
            lane[PAID + l] -= fee - outlay
            lane[FEES + l] += fee
            lane[NOTIONAL + l] += size * price
            lane[COUNT + l] += 1.0 if wish != 0.0 else 0.0
    for l in range(LANES):
        lane[SOLD + l], lane[SOLD_NOTIONAL + l], lane[SOLD_FEES + l] = (
            lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l],
        )  # fmt: skip
        lane[FACTOR + l] = 1.0


@INNER
def buy(table: F, lane: F) -> None:
    """Add up what the buys pay, each filled by its lane's factor, after the sells."""
    for l in range(LANES):
        lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l] = (
            lane[SOLD + l], lane[SOLD_NOTIONAL + l], lane[SOLD_FEES + l],
        )  # fmt: skip
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            price, size = asset[PRICE + l], lane[FACTOR + l] * max(asset[WISH + l], 0.0)
            outlay = size * (price * lane[BUY + l])
            fee = outlay * lane[RATE + l]
            lane[PAID + l] -= outlay + fee
            lane[FEES + l] += fee
            lane[NOTIONAL + l] += size * price


@INNER
def sure(lane: F, at: I) -> bool:
    """Say whether the orders of all lanes fit beyond any rounding."""
    sure = YES
    for l in range(LANES):
        fits = lane[PAID + l] > lane[FREE + l] * lane[VALUE + l] or at[ACTIVE, l] == 0
        lane[FITS + l] = 1.0 if fits else 0.0
        sure &= fits
    return sure


@INNER
def fit(table: F, lane: F) -> None:
    """Find the factor on what is bought at which every lane's orders fit, by the steps of the walk's ``affordable``.

    A lane for which none is found in eight steps is left as not fitting.
    """
    _expose_sold(table, lane)
    _expose(table, lane)
    for l in range(LANES):
        whole = lane[BOUND + l] * (lane[PAID + l] + lane[NET + l]) - lane[GROSS + l]
        room = lane[BOUND + l] * (lane[SOLD + l] + lane[SOLD_NET + l]) - lane[SOLD_GROSS + l]
        if whole >= 0.0 and lane[PAID + l] >= 0.0:
            lane[FITS + l] = 1.0
        elif lane[FITS + l] == 0.0:
            lane[FACTOR + l] = 0.0 if room <= 0.0 else (room / (room - whole) if whole < 0.0 else 1.0)
            lane[FITS + l] = 1.0 if room <= 0.0 else 0.0
    for step in range(2, 10):
        buy(table, lane)
        _expose(table, lane)
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


@INNER
def _expose_sold(table: F, lane: F) -> None:
    """Give gross and net exposure after the sells."""
    for l in range(LANES):
        lane[SOLD_GROSS + l], lane[SOLD_NET + l] = 0.0, 0.0
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            amount = asset[HELD + l] * asset[PRICE + l]
            lane[SOLD_GROSS + l] += amount
            lane[SOLD_NET + l] += amount
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, price, sold = asset[HELD + l], asset[PRICE + l], min(asset[WISH + l], 0.0)
            lane[SOLD_GROSS + l] += (abs(held + sold) - abs(held)) * price
            lane[SOLD_NET + l] += sold * price


@INNER
def _expose(table: F, lane: F) -> None:
    """Give gross and net exposure after the sells and the buys by their factors."""
    for l in range(LANES):
        lane[GROSS + l], lane[NET + l] = lane[SOLD_GROSS + l], lane[SOLD_NET + l]
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, price, size = asset[HELD + l], asset[PRICE + l], lane[FACTOR + l] * max(asset[WISH + l], 0.0)
            lane[GROSS + l] += (abs(held + size) - abs(held)) * price
            lane[NET + l] += size * price


@INNER
def scale(reference: F, accounts: F, desk: Desk, table: F, lane: F, at: I, group: int, l: int) -> None:
    """Scale what a lane opens or adds until it fits, as the walk does, and add up what is paid then."""
    position, wanted, ordered, orders = desk.amount[POSITION], desk.amount[WANTED], desk.codes[ORDERED], ZERO
    prices, terms = reference[at[SESSION, l]], terms_of(accounts[group + l if len(accounts) > 1 else 0])
    for side in range(2):
        for i in range(len(position)):
            position[i], wanted[i] = table[i, HELD + l], table[i, WISH + l]
            if (wanted[i] < 0.0) if side == 0 else (wanted[i] > 0.0):
                ordered[orders] = i
                orders += 1
    factor = affordable(Quotes(prices, prices, prices), terms, position, wanted, ordered, orders, lane[CASH + l])
    paid, notional, fees = lane[CASH + l], 0.0, 0.0
    for j in range(orders):
        i = ordered[j]
        shares = scaled(wanted[i], position[i], factor, 0.0)
        fill = prices[i] * (lane[BUY + l] if wanted[i] > 0.0 else lane[SELL + l])
        fee = abs(shares) * fill * lane[RATE + l]
        paid -= shares * fill + fee
        notional += abs(shares) * prices[i]
        fees += fee
        table[i, WISH + l] = shares
    lane[PAID + l], lane[NOTIONAL + l], lane[FEES + l], lane[FACTOR + l] = paid, notional, fees, 1.0


@INNER
def settle(table: F, lane: F) -> None:
    """Book the fills of all lanes."""
    for i in range(len(table)):
        asset = table[i]
        for l in range(LANES):
            held, wish = asset[HELD + l], asset[WISH + l]
            wish = lane[FACTOR + l] * wish if wish > 0.0 else wish
            asset[HELD + l] = 0.0 if wish == -held else held + wish
    for l in range(LANES):
        lane[CASH + l] = lane[PAID + l]
        lane[SUMS + LANES * ORDERS + l] += lane[COUNT + l]
        lane[SUMS + LANES * TURNED + l] += lane[NOTIONAL + l] / lane[VALUE + l]
        lane[SUMS + LANES * SPREAD + l] += lane[NOTIONAL + l] * lane[HALF_SPREAD + l]
        lane[SUMS + LANES * SLIPPED + l] += lane[NOTIONAL + l] * lane[SLIPPAGE + l]
        lane[SUMS + LANES * COMMISSION + l] += lane[FEES + l]
