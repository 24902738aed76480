"""The walk: one portfolio through one price panel, cash-exact; the order of things inside a session is written here.

Inside session t
----------------
1. Corporate actions: a split changes shares, never value; a dividend credits longs and debits shorts on its ex-date.
2. Accrual for the calendar days since the last session: interest on credit or debit cash, borrow fee on shorts.
3. Trade towards the pending targets at the fill price. Every order is sized on V = cash + positions at the fill's
   reference price (the last mark where there is none), taken once before any order. An asset without a fill price
   waits. What would lift gross exposure above ``max_gross`` x equity after costs is scaled by one factor; what reduces
   a position is never scaled.
4. Costs: half spread and slippage move the price, commission is booked beside it.
5. Mark at the close; without a price the last mark is kept.
6. Ruin: equity <= 0 closes everything at the mark and ends the walk.

Sessions on which nothing happens are passed in one sweep per asset; they change nothing but the marks. All sums run
in a fixed order, so the same inputs give the same bytes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F = NDArray[np.float64]
I = NDArray[np.int64]

OK, RUIN = np.int64(0), np.int64(1)
FILLED, DELAYED, SCALED, WAITING, BAND, RUINED = (np.int64(code) for code in range(6))
ZERO = np.int64(0)  # a typed zero: a literal 0 would compile every kernel that takes it twice
DAYS_PER_YEAR = 365.0
DUST = 1e-12  # of V: smaller differences from a target are rounding, not orders
ULP = 2.220446049250313e-16


class Market(NamedTuple):
    """Prices of T sessions and N assets, in account currency.

    fill (T, N): reference price of fills, NaN none. mark (N, T): last close, carried forward. dividend, split (T, N).
    days (T,): calendar days since the session before. actions: sessions with a dividend or split, ascending.
    """

    fill: F
    mark: F
    dividend: F
    split: F
    days: F
    actions: I


class Rows(NamedTuple):
    """Targets: row k trades in session[k] and owns the entries start[k] to start[k + 1] of asset and weight."""

    session: I
    start: I
    asset: I
    weight: F


class Rates(NamedTuple):
    """Costs as fractions of notional (half_spread, slippage, commission), currency (per_share, minimum), per year."""

    half_spread: float
    slippage: float
    commission: float
    per_share: float
    minimum: float
    credit: float
    debit: float
    borrow: F


class Bounds(NamedTuple):
    """What the account may do."""

    capital: float
    max_gross: float
    band: float


class Book(NamedTuple):
    """What the walk leaves.

    Per session: equity, cash, dividend, interest, borrow (T,); value (T,): V of a session that traded, else NaN;
    shares (T, N), empty when not asked for. Per order: order_session, order_asset, reason, and order (., 7): requested,
    filled, reference, price, half_spread, slippage, commission.
    """

    equity: F
    cash: F
    value: F
    dividend: F
    interest: F
    borrow: F
    shares: F
    order_session: I
    order_asset: I
    reason: I
    order: F
    status: np.int64
    stopped: np.int64


@njit(cache=True, nogil=True)
def walk(market: Market, rows: Rows, rates: Rates, bounds: Bounds, keep: bool) -> Book:
    """Walk one portfolio; ``keep`` asks for the shares of every session and the order log."""
    N, T = market.mark.shape
    K = len(rows.session)
    entries = len(rows.asset)
    room = 2 * entries + N if keep else 0
    book = Book(
        np.full(T, np.nan),
        np.full(T, np.nan),
        np.full(T, np.nan),
        np.zeros(T),
        np.zeros(T),
        np.zeros(T),
        np.zeros((T if keep else 0, N)),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty((room, 7)),
        OK,
        ZERO - 1,
    )
    position = np.zeros(N)
    pending = np.full(N, np.nan)
    since = np.zeros(N, np.int64)
    wanted = np.zeros(N)
    reference = np.zeros(N)
    listed = np.empty(N, np.int64)
    cash = bounds.capital
    orders, waiting, stopped = ZERO, ZERO, ZERO - 1
    t, k, a = ZERO, ZERO, ZERO
    while t < T:
        busy = t
        if waiting == 0:
            busy = rows.session[k] if k < K else T
            if a < len(market.actions) and market.actions[a] < busy:
                busy = market.actions[a]
        if busy > t:
            cash, stopped = _hold(market, rates, position, cash, t, busy, book, keep)
            if stopped >= 0:
                break
            t = busy
            continue
        # 1. corporate actions
        dividend = 0.0
        if a < len(market.actions) and market.actions[a] == t:
            dividend = _corporate_actions(market, position, t)
            a += 1
        # 2. accrual
        interest, borrow = _accrue(market, rates, position, cash, t)
        cash += dividend + interest - borrow
        # 3. trade, 4. costs
        if k < K and rows.session[k] == t:
            for e in range(rows.start[k], rows.start[k + 1]):
                i = rows.asset[e]
                waiting += 1 if np.isnan(pending[i]) else 0
                pending[i] = rows.weight[e]
                since[i] = t
            k += 1
        if waiting > 0:
            cash, orders, waiting, book.value[t] = _trade(
                market, rates, bounds, position, pending, since, wanted, reference, listed, cash, t, book, orders, keep
            )
        # 5. mark
        equity = cash
        for i in range(N):
            if position[i] != 0.0:
                equity += position[i] * market.mark[i, t]
        book.equity[t], book.cash[t] = equity, cash
        book.dividend[t], book.interest[t], book.borrow[t] = dividend, interest, borrow
        if keep:
            _copy(position, book.shares[t])
        # 6. ruin
        if equity <= 0.0:
            stopped = t
            break
        t += 1
    if stopped >= 0:
        orders = _close_ruined(market, position, stopped, book, orders, keep)
    return Book(
        book.equity,
        book.cash,
        book.value,
        book.dividend,
        book.interest,
        book.borrow,
        book.shares,
        book.order_session[:orders],
        book.order_asset[:orders],
        book.reason[:orders],
        book.order[:orders],
        RUIN if stopped >= 0 else OK,
        stopped,
    )


@njit(cache=True, nogil=True)
def _hold(
    market: Market, rates: Rates, position: F, cash: float, start: int, end: int, book: Book, keep: bool
) -> tuple[float, int]:
    """Pass the sessions start to end on which nothing trades; stop at ruin."""
    equity = book.equity
    for t in range(start, end):
        equity[t] = 0.0
    for i in range(len(position)):
        shares = position[i]
        if shares != 0.0:
            marks = market.mark[i]
            for t in range(start, end):
                equity[t] += shares * marks[t]
    for t in range(start, end):
        interest, borrow = _accrue(market, rates, position, cash, t)
        cash += interest - borrow
        equity[t] += cash
        book.cash[t], book.interest[t], book.borrow[t] = cash, interest, borrow
        if keep:
            _copy(position, book.shares[t])
        if equity[t] <= 0.0:
            return cash, t
    return cash, -1


@njit(cache=True, nogil=True)
def _copy(values: F, into: F) -> None:
    for i in range(len(values)):
        into[i] = values[i]


@njit(cache=True, nogil=True)
def _corporate_actions(market: Market, position: F, t: int) -> float:
    received = 0.0
    for i in range(len(position)):
        if position[i] != 0.0:
            position[i] *= market.split[t, i]
            received += position[i] * market.dividend[t, i]
    return received


@njit(cache=True, nogil=True)
def _accrue(market: Market, rates: Rates, position: F, cash: float, t: int) -> tuple[float, float]:
    years = market.days[t] / DAYS_PER_YEAR
    interest = cash * (rates.credit if cash > 0.0 else rates.debit) * years
    borrow = 0.0
    for i in range(len(position)):
        if position[i] < 0.0:
            borrow -= position[i] * _last_mark(market, i, t) * rates.borrow[i]
    return interest, borrow * years


@njit(cache=True, nogil=True)
def _last_mark(market: Market, i: int, t: int) -> float:
    last: float = market.mark[i, t - 1] / market.split[t, i] if t > 0 else np.nan
    return last


@njit(cache=True, nogil=True)
def _trade(
    market: Market, rates: Rates, bounds: Bounds, position: F, pending: F, since: I, wanted: F, reference: F,
    listed: I, cash: float, t: int, book: Book, orders: int, keep: bool,
) -> tuple[float, int, np.int64, float]:  # fmt: skip
    """Size every pending order on one valuation, scale what does not fit, then fill the sells and the buys."""
    N = len(position)
    value = cash
    for i in range(N):
        price = market.fill[t, i]
        reference[i] = _last_mark(market, i, t) if np.isnan(price) else price
        if position[i] != 0.0:
            value += position[i] * reference[i]
    count, waiting = ZERO, ZERO
    for i in range(N):
        if np.isnan(pending[i]):
            continue
        weight = pending[i]
        if weight == 0.0 and position[i] == 0.0:
            pending[i] = np.nan
            continue
        shares = -position[i] if weight == 0.0 else weight * value / reference[i] - position[i]
        if np.isnan(market.fill[t, i]):
            waiting += 1
            if keep and since[i] == t:
                orders = _log(book, orders, t, i, WAITING, shares, 0.0, reference[i], np.nan, rates)
            continue
        pending[i] = np.nan
        if weight != 0.0 and abs(shares) * reference[i] <= DUST * value:
            continue
        if weight != 0.0 and abs(shares) * reference[i] < bounds.band * value:
            if keep:
                orders = _log(book, orders, t, i, BAND, shares, 0.0, reference[i], np.nan, rates)
            continue
        wanted[count] = shares
        listed[count] = i
        count += 1
    factor = _affordable(rates, bounds, position, wanted, reference, listed, count, cash)
    for selling in (True, False):
        for j in range(count):
            if (wanted[j] < 0.0) != selling:
                continue
            i = listed[j]
            shares = _scaled(wanted[j], position[i], factor)
            price = _price(wanted[j], reference[i], rates)
            cash -= shares * price + _commission(shares, price, rates)
            position[i] = 0.0 if shares == -position[i] else position[i] + shares
            if keep:
                short = abs(shares - wanted[j]) > DUST * abs(wanted[j])
                reason = SCALED if short else DELAYED if since[i] < t else FILLED
                orders = _log(book, orders, t, i, reason, wanted[j], shares, reference[i], price, rates)
    return cash, orders, waiting, value


@njit(cache=True, nogil=True)
def _price(shares: float, reference: float, rates: Rates) -> float:
    away = rates.half_spread + rates.slippage
    return reference * (1.0 + away) if shares > 0.0 else reference * (1.0 - away)


@njit(cache=True, nogil=True)
def _commission(shares: float, price: float, rates: Rates) -> float:
    size = abs(shares)
    if size == 0.0:
        return 0.0
    return max(rates.minimum, size * price * rates.commission + size * rates.per_share)


@njit(cache=True, nogil=True)
def _scaled(wanted: float, held: float, factor: float) -> float:
    """Fill what reduces the position whole, and what opens or adds by the factor."""
    if factor == 1.0:
        return wanted
    reducing = 0.0
    if held * wanted < 0.0:
        reducing = wanted if abs(wanted) < abs(held) else -held
    return reducing + factor * (wanted - reducing)


@njit(cache=True, nogil=True)
def _slack(
    rates: Rates,
    bounds: Bounds,
    position: F,
    wanted: F,
    reference: F,
    listed: I,
    count: int,
    cash: float,
    factor: float,
) -> tuple[float, float]:
    """Give max_gross x equity - gross exposure, and cash, as they would be after filling with this factor."""
    gross, net, paid = 0.0, 0.0, cash
    j = 0
    for i in range(len(position)):
        after = position[i]
        if j < count and listed[j] == i:
            after += _scaled(wanted[j], position[i], factor)
            j += 1
        if after != 0.0:
            gross += abs(after) * reference[i]
            net += after * reference[i]
    for selling in (True, False):
        for j in range(count):
            if (wanted[j] < 0.0) == selling:
                shares = _scaled(wanted[j], position[listed[j]], factor)
                price = _price(wanted[j], reference[listed[j]], rates)
                paid -= shares * price + _commission(shares, price, rates)
    return bounds.max_gross * (paid + net) - gross, paid


@njit(cache=True, nogil=True)
def _affordable(
    rates: Rates, bounds: Bounds, position: F, wanted: F, reference: F, listed: I, count: int, cash: float
) -> float:
    """Give the largest factor in [0, 1] for what opens or adds; without a leverage allowance cash stays >= 0, exactly.

    The room left is linear in the factor but for minimum commissions, so the linear answer is tried first; a bisection
    takes over where it does not fit or where minimum commissions bend the line.
    """
    whole, paid = _slack(rates, bounds, position, wanted, reference, listed, count, cash, 1.0)
    borrows = bounds.max_gross > 1.0
    if count == 0 or (whole >= 0.0 and (borrows or paid >= 0.0)):
        return 1.0
    nothing, paid = _slack(rates, bounds, position, wanted, reference, listed, count, cash, 0.0)
    if nothing <= 0.0:
        return 0.0
    factor = nothing / (nothing - whole) if whole < 0.0 else 1.0
    low, high = 0.0, 1.0
    for attempt in range(8):
        room, paid = _slack(rates, bounds, position, wanted, reference, listed, count, cash, factor)
        if room >= 0.0 and (borrows or paid >= 0.0):
            if rates.minimum == 0.0:
                return factor
            low = factor
            break
        high = factor
        factor *= 1.0 - ULP * 4.0**attempt
    for _ in range(64):
        middle = 0.5 * (low + high)
        room, paid = _slack(rates, bounds, position, wanted, reference, listed, count, cash, middle)
        if room >= 0.0 and (borrows or paid >= 0.0):
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _log(
    book: Book, n: int, t: int, i: int, reason: int, wanted: float, shares: float, reference: float, price: float,
    rates: Rates,
) -> int:  # fmt: skip
    book.order_session[n], book.order_asset[n], book.reason[n] = t, i, reason
    line = book.order[n]
    line[0], line[1], line[2], line[3] = wanted, shares, reference, price
    size = abs(shares) * reference if shares != 0.0 else 0.0
    line[4], line[5] = size * rates.half_spread, size * rates.slippage
    line[6] = _commission(shares, price, rates)
    return n + 1


@njit(cache=True, nogil=True)
def _close_ruined(market: Market, position: F, t: int, book: Book, orders: int, keep: bool) -> int:
    """Close all at the mark, without costs, and carry what is left (or owed) to the end."""
    T = len(book.equity)
    for i in range(len(position)):
        if position[i] != 0.0 and keep:
            book.order_session[orders], book.order_asset[orders], book.reason[orders] = t, i, RUINED
            line = book.order[orders]
            line[4], line[5], line[6] = 0.0, 0.0, 0.0
            line[0], line[1] = -position[i], -position[i]
            line[2], line[3] = market.mark[i, t], market.mark[i, t]
            orders += 1
        position[i] = 0.0
    for s in range(t, T):
        book.equity[s] = book.equity[t]
        book.cash[s] = book.equity[t]
        if keep:
            _copy(position, book.shares[s])
    return orders
