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
    half_spread: float = 0.0
    slippage: float = 0.0
    commission: float = 0.0
    impact: float = 0.0
    reason: str = "filled"

    @property
    def kinds(self):
        """Give what the order cost, by kind."""
        return self.half_spread, self.slippage, self.commission, self.impact


@dataclass
class Book:
    """What the walk leaves."""

    capital: float
    equity: list[float] = field(default_factory=list)
    cash: list[float] = field(default_factory=list)
    shares: list[list[float]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    dividend: list[float] = field(default_factory=list)
    interest: list[float] = field(default_factory=list)
    borrow: list[float] = field(default_factory=list)
    value: dict[int, float] = field(default_factory=dict)
    gone: dict[int, set] = field(default_factory=dict)
    margin_calls: int = 0
    status: str = "ok"
    stopped: int = -1


def order_costs(shares, reference, costs, sigma=0.0, volume=1.0):
    """Give half spread, slippage, commission and impact of one order of signed shares at a reference price.

    Impact is coefficient x sigma x sqrt(shares / average volume) x notional.
    """
    size = abs(shares)
    if size == 0.0:
        return 0.0, 0.0, 0.0, 0.0
    commission = max(
        costs["minimum"], size * _price(shares, reference, costs) * costs["commission"] + size * costs["per_share"]
    )
    impact = costs["impact"] * sigma * math.sqrt(size / volume) * size * reference if costs["impact"] > 0.0 else 0.0
    return size * reference * costs["half_spread"], size * reference * costs["slippage"], commission, impact


def paid(shares, price, commission, impact, cash, costs, account):
    """Give the commission that is paid, and the cash left.

    A sale in an account without leverage that had no debt before pays of a minimum commission what its proceeds and
    the cash cover.
    """
    left = cash - (shares * price + commission + impact)
    due = abs(shares) * (price * costs["commission"] + costs["per_share"])
    if left >= 0.0 or shares >= 0.0 or cash < 0.0 or account.max_gross > 1.0 or commission <= due:
        return commission, left
    covered = cash + abs(shares) * price - impact
    return (covered, 0.0) if covered >= due else (due, covered - due)


def _price(shares, reference, costs):
    side = 1.0 if shares > 0 else -1.0
    return reference * (1.0 + side * (costs["half_spread"] + costs["slippage"]))


@dataclass
class Account:
    """What the account may do; 0 switches a bound off."""

    capital: float = 10_000.0
    max_gross: float = 1.0
    band: float = 0.0
    lot: float = 0.0
    turnover_cap: float = 0.0
    participation_cap: float = 0.0
    maintenance: float = 0.0
    sequential: bool = False


@dataclass
class Prices:
    """Lists of sessions, each a list of assets; volume and sigma are averages known before the session."""

    close: list
    fill: list
    dividend: list
    split: list
    days: list
    volume: list
    sigma: list
    delistings: dict = field(default_factory=dict)  # (session, asset) -> return


def walk(prices, rows, costs, account):
    """Walk one portfolio.

    rows: {session: {asset: weight}}. costs: fractions half_spread, slippage, commission, impact coefficient; currency
    per_share, minimum; per year cash, debit, borrow[session][asset].
    """
    T, N = len(prices.close), len(prices.close[0]) if prices.close else 0
    book = Book(capital=account.capital)
    state = State(account.capital, [0.0] * N, [math.nan] * N, {}, [False] * N)
    called = False
    for t in range(T):
        if book.status == "ruin":
            _record(book, state.cash, [0.0] * N, state.cash, 0.0, 0.0, 0.0)
            continue
        # 1. corporate actions
        received = _corporate_actions(book, t, prices, state, account)
        # 2. accrual, on the balances before today's dividends
        gap = prices.days[t] / 365.0
        interest = state.cash * (costs["cash"] if state.cash > 0 else costs["debit"]) * gap
        short = [(i, -state.position[i] * state.mark[i]) for i in range(N) if state.position[i] < 0]
        borrow = sum(value * costs["borrow"][t][i] for i, value in short) * gap
        state.cash += received + interest - borrow
        # 3. and 4. trade towards the targets, and pay for it
        for i, weight in rows.get(t, {}).items():
            if state.gone[i]:
                book.orders.append(Order(t, i, 0.0, 0.0, math.nan, math.nan, reason="delisted"))
            else:
                state.pending[i], state.aimed[i] = (weight, t, False), weight
        book.gone[t] = {i for i in range(N) if state.gone[i]}
        if state.pending or called:
            _trade(book, t, prices, state, costs, account, called)
        # 5. mark
        for i in range(N):
            state.mark[i] = _mark(prices, t, i, state.mark[i])
        held = [(i, state.position[i] * state.mark[i]) for i in range(N) if state.position[i] != 0.0]
        equity = state.cash + sum(value for _, value in held)
        # 6. margin and ruin
        called = account.maintenance > 0 and equity < account.maintenance * sum(abs(value) for _, value in held)
        book.margin_calls += called and equity > 0.0
        if equity <= 0.0:
            book.status, book.stopped = "ruin", t
            for i, _ in held:
                shares = -state.position[i]
                book.orders.append(Order(t, i, shares, shares, state.mark[i], state.mark[i], reason="ruin"))
            state.cash, state.position = equity, [0.0] * N
        _record(book, equity, state.position, state.cash, received, interest, borrow)
    return book


def _mark(prices, t, i, last):
    """Give the close; until there was one, the last fill price; after it, the last mark."""
    if not math.isnan(prices.close[t][i]):
        return prices.close[t][i]
    closed = any(not math.isnan(prices.close[s][i]) for s in range(t))
    return last if closed or math.isnan(prices.fill[t][i]) else prices.fill[t][i]


@dataclass
class State:
    """What changes from session to session."""

    cash: float
    position: list
    mark: list
    pending: dict
    gone: list
    aimed: dict = field(default_factory=dict)  # asset -> the weight last asked for


def _corporate_actions(book, t, prices, state, account):
    received = 0.0
    for i in range(len(state.position)):
        ratio = prices.split[t][i]
        state.mark[i] /= ratio
        state.position[i] *= ratio
        if account.lot > 0.0 and ratio != 1.0:
            unit = min(account.lot, 1.0)
            whole = _lots(state.position[i], unit)
            rest = state.position[i] - whole
            if abs(rest) > 1e-9 * unit:
                book.orders.append(Order(t, i, -rest, -rest, state.mark[i], state.mark[i], reason="in_lieu"))
                state.cash += rest * state.mark[i]
            state.position[i] = whole
        received += state.position[i] * prices.dividend[t][i]
    for i in range(len(state.position)):
        if (t, i) in prices.delistings:
            state.gone[i] = True
            if state.position[i] != 0.0:
                price = state.mark[i] * (1.0 + prices.delistings[t, i])
                shares = -state.position[i]
                book.orders.append(Order(t, i, shares, shares, state.mark[i], price, reason="delisted"))
                state.cash -= shares * price
                state.position[i] = 0.0
            if state.pending.pop(i, None):
                book.orders.append(Order(t, i, 0.0, 0.0, math.nan, math.nan, reason="delisted"))
    return received


def _record(book, equity, position, cash, dividend, interest, borrow):
    book.equity.append(equity)
    book.cash.append(cash)
    book.shares.append(list(position))
    book.dividend.append(dividend)
    book.interest.append(interest)
    book.borrow.append(borrow)


def _lots(shares, lot):
    """Round towards zero to a multiple of the lot; what rounding keeps from a multiple is that multiple."""
    if lot == 0.0:
        return shares
    count = abs(shares) / lot
    nearest = round(count)
    whole = nearest if abs(count - nearest) <= 1e-9 + 1e-12 * nearest else math.floor(count)
    return math.copysign(whole * lot, shares)


def _trade(book, t, prices, state, costs, account, called):
    fill, position = prices.fill[t], state.position
    N = len(position)
    value = [fill[i] if not math.isnan(fill[i]) else state.mark[i] for i in range(N)]
    equity = state.cash + sum(position[i] * value[i] for i in range(N) if position[i] != 0.0)
    book.value[t] = equity
    needs_volume = account.participation_cap > 0.0 or costs["impact"] > 0.0
    orders, asked, why, kept = {}, {}, {}, {}
    for i in sorted(state.pending):
        weight, since, carried = state.pending[i]
        closing = weight == 0.0 or equity <= 0.0
        if closing and position[i] == 0.0:
            del state.pending[i]
            if weight != 0.0:
                book.orders.append(Order(t, i, 0.0, 0.0, math.nan, math.nan, reason="ruin"))
            continue
        wanted = -position[i] if closing else weight * equity / value[i] - position[i]
        blind = needs_volume and not prices.volume[t][i] > 0.0
        if math.isnan(fill[i]) or blind:
            if since == t:
                reason = "waiting" if math.isnan(fill[i]) else "no_volume"
                book.orders.append(Order(t, i, wanted, 0.0, value[i], math.nan, reason=reason))
            continue
        kept[i] = (*state.pending.pop(i)[:2], True)
        if not closing and abs(wanted) * value[i] <= 1e-12 * equity:
            continue
        whole = wanted if closing else _lots(wanted, account.lot)
        banned = not closing and not carried and abs(whole) * value[i] < account.band * equity
        if banned or (not closing and whole == 0.0):
            line = Order(t, i, wanted, 0.0, value[i], math.nan, reason="band" if banned else "lot")
            book.orders.append(line)
            continue
        asked[i], why[i] = wanted, "delayed" if since < t else "filled"
        wanted = orders[i] = whole
        if account.participation_cap > 0.0:
            limit = account.participation_cap * prices.volume[t][i]
            most = abs(_lots(limit, account.lot))
            if abs(wanted) > max(limit, most) * (1.0 + 1e-12):
                orders[i], why[i] = math.copysign(most, wanted), "partial"
                state.pending[i] = kept[i]
    total = sum(abs(shares) * value[i] for i, shares in sorted(orders.items()))
    if account.turnover_cap > 0.0 and equity > 0.0 and total > account.turnover_cap * equity:
        for i in _cap_turnover(orders, value, account.turnover_cap * equity, total, account.lot):
            why[i], state.pending[i] = "turnover", kept[i]
    if called:
        blind = {i for i in range(N) if costs["impact"] > 0.0 and not prices.volume[t][i] > 0.0}
        _margin_call(t, prices, state, account, value, equity, orders, asked, why, blind)
    _fill(book, t, prices, state, costs, account, value, orders, asked, why)


def _cap_turnover(orders, value, allowed, total, lot):
    """Fill the same share of every order; what rounding to lots leaves goes to sales, then purchases, by asset.

    Gives the assets whose orders are not filled whole.
    """
    asked = dict(orders)
    for i in orders:
        orders[i] = _lots(asked[i] * (allowed / total), lot)
    left = allowed - sum(abs(shares) * value[i] for i, shares in orders.items())
    for i in sorted(orders, key=lambda i: (asked[i] >= 0.0, i)):
        if lot > 0.0:
            more = _lots(min(abs(asked[i]) - abs(orders[i]), max(left, 0.0) / value[i]), lot)
            left -= more * value[i]
            orders[i] = math.copysign(abs(orders[i]) + more, asked[i])
    cut = {i for i in orders if abs(orders[i]) < abs(asked[i]) * (1.0 - 1e-12)}
    orders.update({i: asked[i] for i in orders if i not in cut})
    return cut


def _margin_call(t, prices, state, account, value, equity, orders, asked, why, blind):
    """Bring gross exposure back within max_gross x equity: scale every position that can be traded.

    An order of its own stands where it leaves less; what is left is a multiple of the lot.
    """
    held = {i: shares for i, shares in enumerate(state.position) if shares != 0.0}
    free = {i for i in held if i not in blind and not math.isnan(prices.fill[t][i])}
    stuck = sum(abs(held[i]) * value[i] for i in held if i not in free)
    gross = sum(abs(held[i]) * value[i] for i in held if i in free)
    keep = max(0.0, min(1.0, (account.max_gross * equity - stuck) / gross)) if gross > 0.0 else 1.0
    for i in sorted(free):
        most = _lots(held[i] * keep, account.lot)
        after = held[i] + orders.get(i, 0.0)
        if keep < 1.0 and after * held[i] > 0.0 and abs(after) > abs(most) * (1.0 + 1e-12):
            orders[i], why[i] = most - held[i], "margin"
            asked.setdefault(i, orders[i])


def _fill(book, t, prices, state, costs, account, value, orders, asked, why):
    extras = [(prices.sigma[t][i], prices.volume[t][i]) for i in range(len(value))]
    if account.sequential:
        _fill_in_turn(book, t, state, costs, account, value, orders, asked, why, extras)
        return
    factor = _affordable(orders, book.value[t], state.cash, state.position, value, costs, account, extras)
    for i in _queue(orders, value, costs, extras):
        wanted = orders[i]
        shares = _scaled(wanted, state.position[i], factor, account.lot)
        spread, slip, commission, impact = order_costs(shares, value[i], costs, *extras[i])
        price = _price(wanted, value[i], costs)
        commission, state.cash = paid(shares, price, commission, impact, state.cash, costs, account)
        state.position[i] = _held_after(state.position[i], shares, account.lot)
        short = abs(shares - wanted) > 1e-12 * abs(wanted)
        line = Order(
            t, i, asked[i], shares, value[i], price, spread, slip, commission, impact, "scaled" if short else why[i]
        )
        book.orders.append(line)


def _queue(orders, value, costs, extras):
    """Give the assets in the order of their fills: sales, then purchases; with a minimum commission, dear sales last.

    Dear are those that cost more than they bring.
    """

    def rank(i):
        if orders[i] >= 0:
            return 2
        if costs["minimum"] == 0.0:
            return 0
        _, _, commission, impact = order_costs(orders[i], value[i], costs, *extras[i])
        return 1 if -orders[i] * _price(orders[i], value[i], costs) < commission + impact else 0

    return sorted(orders, key=lambda i: (rank(i), i))


def _fill_in_turn(book, t, state, costs, account, value, orders, asked, why, extras):
    """Fill sells, then buys, the smallest first (ties by asset); each buy takes what cash is left: vectorbt's way."""
    equity = book.value[t]

    def worth(i):
        return state.aimed[i] * equity - state.position[i] * value[i]

    selling = [i for i in _queue(orders, value, costs, extras) if orders[i] < 0]
    buying = sorted((i for i in sorted(orders) if orders[i] >= 0), key=worth)
    for i in selling + buying:
        wanted, price = orders[i], _price(orders[i], value[i], costs)
        shares, cash = wanted, math.nan
        if wanted > 0:
            proportional = state.cash / (price * (1.0 + costs["commission"]) + costs["per_share"])
            most = max(0.0, min(proportional, (state.cash - costs["minimum"]) / price))
            if wanted > most:
                shares, cash = most, 0.0 if most > 0.0 else state.cash
        spread, slip, commission, _ = order_costs(shares, value[i], costs)
        commission, left = paid(shares, price, commission, 0.0, state.cash, costs, account)
        state.cash = left if math.isnan(cash) else cash
        state.position[i] = _held_after(state.position[i], shares, account.lot)
        reason = "scaled" if abs(shares - wanted) > 1e-12 * abs(wanted) else why[i]
        book.orders.append(Order(t, i, asked[i], shares, value[i], price, spread, slip, commission, 0.0, reason))


def _held_after(held, shares, lot):
    """Give the position after a fill: 0 when it is sold whole, a multiple of the lot where rounding left a crumb."""
    if shares == -held:
        return 0.0
    if lot > 0.0:
        nearest = round((held + shares) / lot)
        if abs((held + shares) / lot - nearest) <= 1e-12 * (1.0 + abs(held) / lot):
            return nearest * lot
    return held + shares


def _scaled(wanted, held, factor, lot):
    """Fill what reduces the position whole, and what opens or adds by the factor."""
    if factor == 1.0:
        return wanted
    reducing = 0.0
    if held * wanted < 0:
        reducing = math.copysign(min(abs(wanted), abs(held)), wanted)
    return reducing + _lots(factor * (wanted - reducing), lot)


def _affordable(orders, equity, cash, position, value, costs, account, extras):
    """Find by bisection the largest factor in [0, 1] that keeps gross exposure within max_gross times equity.

    What is left is cash and room for exposure; a room of 1e-12 of equity or less, or a factor no larger, buys nothing.
    """

    def left(factor):
        own, gross, net = cash, 0.0, 0.0
        after = list(position)
        for i in _queue(orders, value, costs, extras):
            shares = _scaled(orders[i], position[i], factor, account.lot)
            _, _, commission, impact = order_costs(shares, value[i], costs, *extras[i])
            _, own = paid(shares, _price(orders[i], value[i], costs), commission, impact, own, costs, account)
            after[i] = position[i] + shares
        for i, held in enumerate(after):
            if held != 0.0:
                gross += abs(held) * value[i]
                net += held * value[i]
        return own, account.max_gross * (own + net) - gross

    def fits(factor):
        own, room = left(factor)
        return room >= 0.0 and (account.max_gross > 1.0 or own >= 0.0)

    if not orders or fits(1.0):
        return 1.0
    if left(0.0)[1] <= 1e-12 * equity:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low if low > 1e-12 else 0.0


def attribute(book, prices, rows, costs):
    """Split gains and costs over parts.

    rows: {session: {asset: {part: weight}}}; gives {(session, part): [gain, costs by kind]}: those of an order in the
    order of ``Order``, then the borrow fee.
    """
    T, N = len(prices.close), len(prices.close[0]) if prices.close else 0
    held: list[dict] = [{} for _ in range(N)]
    wish: list[dict] = [{} for _ in range(N)]
    mark = [math.nan] * N
    out: dict = {}

    def book_to(t, part, gain=0.0, order=FREE, fee=0.0):
        line = out.setdefault((t, part), [0.0] * 6)
        for at, amount in enumerate((gain, *order, fee)):
            line[at] += amount

    for t in range(T):
        today = [order for order in book.orders if order.session == t]
        orders = {o.asset: o for o in today if o.reason in TRADES}
        value = book.value.get(t, math.nan)
        for i in range(N):
            ratio = prices.split[t][i]
            last = mark[i] / ratio
            asked = i in rows.get(t, {})
            if asked:
                wish[i] = dict(rows[t][i])
            for part in held[i]:
                held[i][part] *= ratio
            for order in today:
                if order.asset == i and order.reason == "in_lieu":
                    _shrink(held[i], order.filled)
            for part, shares in held[i].items():
                book_to(t, part, gain=shares * prices.dividend[t][i])
            for order in today:
                if order.asset == i and order.reason == "delisted" and order.filled != 0.0:
                    for part, s in held[i].items():
                        book_to(t, part, gain=s * (order.price - last))
                    held[i] = {}
            net = sum(held[i].values())
            if net < 0:
                fee = -net * last * costs["borrow"][t][i] * prices.days[t] / 365.0
                short = sum(-s for s in held[i].values() if s < 0)
                for part, s in held[i].items():
                    if s < 0:
                        book_to(t, part, fee=fee * -s / short)
            if (asked or i in orders) and not math.isnan(prices.fill[t][i]) and i not in book.gone.get(t, ()):
                for part, s in held[i].items():
                    book_to(t, part, gain=s * (prices.fill[t][i] - last) if s else 0.0)
                order = orders.get(i)
                if order and order.reason == "margin":
                    _share_costs(t, held[i], order, book_to)
                    _shrink(held[i], order.filled)
                else:
                    _net_and_fill(t, held[i], wish[i], max(value, 0.0) / prices.fill[t][i], order, book_to)
                last = prices.fill[t][i]
            mark[i] = _mark(prices, t, i, mark[i] / ratio)
            for part, s in held[i].items():
                book_to(t, part, gain=s * (mark[i] - last) if s else 0.0)
        if book.status == "ruin" and t == book.stopped:
            break
    return out


FREE = (0.0, 0.0, 0.0, 0.0)
TRADES = ("filled", "delayed", "scaled", "partial", "turnover", "band", "margin", "lot")


def _shrink(held, shares):
    """Take signed shares off the asset, every part in proportion."""
    whole = sum(held.values())
    for part in held:
        held[part] *= (whole + shares) / whole


def _share_costs(t, held, order, book_to):
    total = sum(abs(s) for s in held.values())
    for part, s in held.items():
        book_to(t, part, order=[cost * abs(s) / total for cost in order.kinds])


def _net_and_fill(t, held, wish, scale, order, book_to):
    change = {part: wish.get(part, 0.0) * scale - held.get(part, 0.0) for part in sorted(set(held) | set(wish))}
    buying = sum(c for c in change.values() if c > 0)
    selling = sum(-c for c in change.values() if c < 0)
    filled = order.filled if order else 0.0
    heavy, light = (buying, selling) if buying >= selling else (selling, buying)
    for part, c in change.items():
        on_heavy_side = c > 0 if buying >= selling else c < 0
        share = 1.0
        if on_heavy_side:
            share = (light + abs(filled)) / heavy
            book_to(t, part, order=[cost * abs(c) / heavy for cost in order.kinds] if order else FREE)
        held[part] = held.get(part, 0.0) + c * share
