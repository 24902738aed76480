"""Slow, readable twins of the kernels: plain Python, one session after another, one asset after another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class Order:
    """One line of the order log."""

    session: int
    asset: int
    requested: float
    filled: float
    reference: float
    price: float
    half_spread: float
    slippage: float
    commission: float
    reason: str


@dataclass
class Book:
    """What the walk leaves."""

    equity: list[float] = field(default_factory=list)
    cash: list[float] = field(default_factory=list)
    shares: list[list[float]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    dividend: list[float] = field(default_factory=list)
    interest: list[float] = field(default_factory=list)
    borrow: list[float] = field(default_factory=list)
    status: str = "ok"
    stopped: int = -1
    capital: float = 0.0


def order_costs(shares, reference, costs):
    """Give half spread, slippage and commission of one order of signed shares at a reference price."""
    size = abs(shares)
    if size == 0.0:
        return 0.0, 0.0, 0.0
    side = 1.0 if shares > 0 else -1.0
    price = reference * (1.0 + side * (costs["half_spread"] + costs["slippage"]))
    commission = max(costs["minimum"], size * price * costs["commission"] + size * costs["per_share"])
    return size * reference * costs["half_spread"], size * reference * costs["slippage"], commission


def walk(close, fill, rows, *, capital, costs, max_gross=1.0, band=0.0, dividend=None, split=None, days=None):
    """Walk one portfolio.

    close, fill: list of sessions, each a list of prices (nan: none). rows: {session: {asset: weight}}.
    costs: fractions half_spread, slippage, commission; currency per_share, minimum; per year cash, debit, borrow[i].
    """
    T, N = len(close), len(close[0]) if close else 0
    book = Book(capital=capital)
    cash, position, mark, pending = capital, [0.0] * N, [math.nan] * N, {}
    for t in range(T):
        if book.status == "ruin":
            _record(book, cash, [0.0] * N, cash, 0.0, 0.0, 0.0)
            continue
        # 1. corporate actions
        received = 0.0
        for i in range(N):
            ratio = split[t][i] if split else 1.0
            position[i] *= ratio
            mark[i] /= ratio
            received += position[i] * (dividend[t][i] if dividend else 0.0)
        # 2. accrual, on the balances before today's dividends
        gap = (days[t] if days else 0.0) / 365.0
        interest = cash * (costs["cash"] if cash > 0 else costs["debit"]) * gap
        borrow = sum(-position[i] * mark[i] * costs["borrow"][i] for i in range(N) if position[i] < 0) * gap
        cash += received + interest - borrow
        # 3. and 4. trade towards the targets, and pay for it
        pending.update({i: (weight, t) for i, weight in rows.get(t, {}).items()})
        cash = _trade(book, t, cash, position, mark, fill[t], pending, costs, max_gross, band)
        # 5. mark
        for i in range(N):
            if not math.isnan(close[t][i]):
                mark[i] = close[t][i]
        equity = cash + sum(position[i] * mark[i] for i in range(N) if position[i] != 0.0)
        # 6. ruin
        if equity <= 0.0:
            book.status, book.stopped = "ruin", t
            for i in range(N):
                if position[i] != 0.0:
                    order = Order(t, i, -position[i], -position[i], mark[i], mark[i], 0.0, 0.0, 0.0, "ruin")
                    book.orders.append(order)
            cash, position = equity, [0.0] * N
        _record(book, equity, position, cash, received, interest, borrow)
    return book


def _record(book, equity, position, cash, dividend, interest, borrow):
    book.equity.append(equity)
    book.cash.append(cash)
    book.shares.append(list(position))
    book.dividend.append(dividend)
    book.interest.append(interest)
    book.borrow.append(borrow)


def _trade(book, t, cash, position, mark, fill, pending, costs, max_gross, band):
    value = [fill[i] if not math.isnan(fill[i]) else mark[i] for i in range(len(position))]
    equity = cash + sum(position[i] * value[i] for i in range(len(position)) if position[i] != 0.0)
    orders, delayed = {}, set()
    for i in sorted(pending):
        weight, since = pending[i]
        if weight == 0.0 and position[i] == 0.0:
            del pending[i]
            continue
        if math.isnan(fill[i]):
            if since == t:
                reference = mark[i]
                wanted = -position[i] if weight == 0.0 else weight * equity / reference - position[i]
                book.orders.append(Order(t, i, wanted, 0.0, reference, math.nan, 0.0, 0.0, 0.0, "waiting"))
            continue
        del pending[i]
        wanted = -position[i] if weight == 0.0 else weight * equity / value[i] - position[i]
        if weight != 0.0 and abs(wanted) * value[i] <= 1e-12 * equity:
            continue
        if weight != 0.0 and abs(wanted) * value[i] < band * equity:
            book.orders.append(Order(t, i, wanted, 0.0, value[i], math.nan, 0.0, 0.0, 0.0, "band"))
            continue
        orders[i] = wanted
        if since < t:
            delayed.add(i)
    factor = _affordable(orders, cash, position, value, costs, max_gross)
    for selling in (True, False):
        for i, wanted in sorted(orders.items()):
            if (wanted < 0) != selling:
                continue
            shares = _scaled(wanted, position[i], factor)
            spread, slip, commission = order_costs(shares, value[i], costs)
            side = 1.0 if wanted > 0 else -1.0
            price = value[i] * (1.0 + side * (costs["half_spread"] + costs["slippage"]))
            cash -= shares * price + commission
            position[i] = 0.0 if shares == -position[i] else position[i] + shares
            short = abs(shares - wanted) > 1e-12 * abs(wanted)
            reason = "scaled" if short else "delayed" if i in delayed else "filled"
            book.orders.append(Order(t, i, wanted, shares, value[i], price, spread, slip, commission, reason))
    return cash


def _scaled(wanted, held, factor):
    """Fill what reduces the position whole, and what opens or adds by the factor."""
    if factor == 1.0:
        return wanted
    reducing = 0.0
    if held * wanted < 0:
        reducing = math.copysign(min(abs(wanted), abs(held)), wanted)
    return reducing + factor * (wanted - reducing)


def _affordable(orders, cash, position, value, costs, max_gross):
    """Find by bisection the largest factor in [0, 1] that keeps gross exposure within max_gross times equity."""

    def fits(factor):
        paid, gross, net = cash, 0.0, 0.0
        after = list(position)
        for selling in (True, False):
            for i, wanted in sorted(orders.items()):
                if (wanted < 0) == selling:
                    shares = _scaled(wanted, position[i], factor)
                    side = 1.0 if wanted > 0 else -1.0
                    price = value[i] * (1.0 + side * (costs["half_spread"] + costs["slippage"]))
                    paid -= shares * price + order_costs(shares, value[i], costs)[2]
                    after[i] = position[i] + shares
        for i, held in enumerate(after):
            if held != 0.0:
                gross += abs(held) * value[i]
                net += held * value[i]
        return gross <= max_gross * (paid + net) and (max_gross > 1.0 or paid >= 0.0)

    if not orders or fits(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def attribute(book, rows, close, fill, *, dividend=None, split=None, days=None, borrow=None):
    """Split gains and costs over parts.

    rows: {session: {asset: {part: weight}}}; gives {(session, part): [gain, cost]}.
    """
    T, N = len(close), len(close[0]) if close else 0
    held: list[dict] = [{} for _ in range(N)]
    wish: list[dict] = [{} for _ in range(N)]
    mark = [math.nan] * N
    out: dict = {}

    def book_to(t, part, gain=0.0, cost=0.0):
        line = out.setdefault((t, part), [0.0, 0.0])
        line[0] += gain
        line[1] += cost

    cash_before = None
    for t in range(T):
        orders = {o.asset: o for o in book.orders if o.session == t and o.reason not in ("ruin", "waiting")}
        value = _valuation(book, t, fill, mark, split, dividend, cash_before)
        for i in range(N):
            ratio = split[t][i] if split else 1.0
            last = mark[i] / ratio
            asked = i in rows.get(t, {})
            if asked:
                wish[i] = dict(rows[t][i])
            for part in held[i]:
                held[i][part] *= ratio
                book_to(t, part, gain=held[i][part] * (dividend[t][i] if dividend else 0.0))
            net = sum(held[i].values())
            if net < 0 and borrow:
                fee = -net * last * borrow[i] * (days[t] if days else 0.0) / 365.0
                short = sum(-s for s in held[i].values() if s < 0)
                for part, s in held[i].items():
                    if s < 0:
                        book_to(t, part, cost=fee * -s / short)
            if (asked or i in orders) and not math.isnan(fill[t][i]):
                for part, s in held[i].items():
                    book_to(t, part, gain=s * (fill[t][i] - last) if s else 0.0)
                _net_and_fill(t, i, held[i], wish[i], value / fill[t][i], orders.get(i), book_to)
                last = fill[t][i]
            if not math.isnan(close[t][i]):
                mark[i] = close[t][i]
            else:
                mark[i] /= ratio
            for part, s in held[i].items():
                book_to(t, part, gain=s * (mark[i] - last) if s else 0.0)
        if book.status == "ruin" and t == book.stopped:
            break
        cash_before = book.cash[t]
    return out


def _valuation(book, t, fill, mark, split, dividend, cash_before):
    """Value the account at the fill's reference prices, before any order of session t."""
    cash = cash_before if cash_before is not None else book.capital
    cash += book.dividend[t] + book.interest[t] - book.borrow[t]
    total = cash
    for i in range(len(mark)):
        before = (book.shares[t - 1][i] if t else 0.0) * (split[t][i] if split else 1.0)
        if before:
            total += before * (fill[t][i] if not math.isnan(fill[t][i]) else mark[i] / (split[t][i] if split else 1.0))
    return total


def _net_and_fill(t, i, held, wish, scale, order, book_to):
    change = {part: wish.get(part, 0.0) * scale - held.get(part, 0.0) for part in sorted(set(held) | set(wish))}
    buying = sum(c for c in change.values() if c > 0)
    selling = sum(-c for c in change.values() if c < 0)
    filled = order.filled if order else 0.0
    paid = order.half_spread + order.slippage + order.commission if order else 0.0
    heavy, light = (buying, selling) if buying >= selling else (selling, buying)
    for part, c in change.items():
        on_heavy_side = c > 0 if buying >= selling else c < 0
        share = 1.0
        if on_heavy_side:
            share = (light + abs(filled)) / heavy
            book_to(t, part, cost=paid * abs(c) / heavy)
        held[part] = held.get(part, 0.0) + c * share
