"""The walk: portfolios through one price panel, cash-exact; the order of things inside a session is written here.

Inside session t
----------------
1. Corporate actions: a split changes shares, never value (fractions of whole lots are paid out); a dividend credits
   longs and debits shorts on its ex-date; a delisted asset is closed at its last mark times (1 + delisting return).
2. Accrual for the calendar days since the last session: interest on credit or debit cash, borrow fee on shorts.
3. Trade towards the pending targets at the fill price. Every order is sized on V = cash + positions at the fill's
   reference price (the last mark where there is none), taken once before any order. An asset without a fill price
   waits. What exceeds the participation or turnover cap is carried over. What would lift gross exposure above
   ``max_gross`` x equity after costs is scaled by one factor; what reduces a position is never scaled.
4. Costs: half spread and slippage move the price, commission and impact are booked beside it.
5. Mark at the close; without a price the last mark is kept.
6. Ruin and margin: equity <= 0 closes everything at the mark and ends the walk; equity below ``maintenance`` x gross
   exposure scales all positions back within ``max_gross`` in the next session.

Sessions on which nothing happens are passed in one sweep over the held assets; they change nothing but the marks. All
sums run in a fixed order, so the same inputs give the same bytes, whatever the number of scenarios or threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.objects import entry, inner

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

REASONS = (
    "filled", "delayed", "scaled", "partial", "turnover", "margin", "band", "waiting", "no_volume", "delisted",
    "in_lieu", "ruin",
)  # fmt: skip
(
    FILLED, DELAYED, SCALED, PARTIAL, TURNOVER, MARGIN, BAND, WAITING, NO_VOLUME, DELISTED, IN_LIEU, RUINED,
) = (np.int64(code) for code in range(len(REASONS)))  # fmt: skip
NO, YES = np.bool_(0), np.bool_(1)
ZERO = np.int64(0)  # a typed zero: a literal 0 would compile every kernel that takes it twice

ORDER = ("requested", "shares", "reference", "price", "half_spread", "slippage", "commission", "impact")
DAILY = ("equity", "cash", "value", "dividend", "interest", "borrow")
SUMMARY = (
    "equity", "mean", "deviation", "max_drawdown", "turnover", "half_spread", "slippage", "commission", "impact",
    "borrow", "interest", "dividend", "orders", "margin_calls", "stopped",
)  # fmt: skip
EQUITY, CASH, VALUE, DIVIDEND, INTEREST, BORROW = range(6)
TURNED, SPREAD, SLIPPED, COMMISSION, IMPACT, LENT, EARNED, PAID_OUT, ORDERS, CALLS = range(10)

DAYS_PER_YEAR = 365.0
DUST = 1e-12  # of V: smaller differences from a target are rounding, not orders
WHOLE = 1e-9  # of a lot: closer than this to a multiple is that multiple
ULP = 2.220446049250313e-16

# Rows of Desk.amount and Desk.codes: a few tables compile in half the time that many arrays take.
POSITION, TARGET, WANTED, ASKED = range(4)
SINCE, WHY, PENDING, ORDERED, BUYS, WAITS, GONE = range(7)

# Nothing here allocates or raises, and only `walk` is called from Python: docs/adr/0005 has what that saves.
ONCE = inner(inline=True)  # small, or called from one place
INNER = inner()


class Market(NamedTuple):
    """Prices of T sessions and N assets, in account currency.

    reference (T, N): fill price, else the last mark, 0 before the first. tradable (T, N): there is a fill price.
    mark (N, T): last close, carried forward. dividend, split (T, N). days (T,): calendar days since the session before.
    actions: sessions with a dividend, split or delisting, ascending. volume, sigma (T, N): average shares and daily
    volatility known before the session, or (1, N) when nothing asks for them. borrow (T, N) or (1, N): fraction per
    year. gone (., 3): session, asset and return of delistings, ascending by session.
    """

    reference: F
    tradable: B
    mark: F
    dividend: F
    split: F
    days: F
    actions: I
    volume: F
    sigma: F
    borrow: F
    gone: F


class Rows(NamedTuple):
    """Targets: row k trades in session[k] and owns the entries start[k] to start[k + 1] of asset and weight."""

    session: I
    start: I
    asset: I
    weight: F


class Terms(NamedTuple):
    """Costs and bounds of one scenario; the order is that of the columns of the array of accounts.

    Fractions: half_spread, slippage, commission, impact (a coefficient). Currency: capital, per_share, minimum. Per
    year: credit, debit. Bounds, 0 for none: band, lot, turnover_cap, participation_cap, maintenance. sequential: 0, or
    1 to fill buys in turn from what cash is left, the smallest first, as vectorbt does (differential tests only).
    """

    capital: float
    max_gross: float
    half_spread: float
    slippage: float
    commission: float
    per_share: float
    minimum: float
    impact: float
    credit: float
    debit: float
    band: float
    lot: float
    turnover_cap: float
    participation_cap: float
    maintenance: float
    sequential: float


class Desk(NamedTuple):
    """Working tables of one walk, used again by the next.

    amount (4, N) and codes (7, N): see the names of their rows; daily (DAILY, or equity alone, T); tally (10,).
    """

    amount: F
    codes: I
    daily: F
    tally: F


class Journal(NamedTuple):
    """What one walk leaves on request.

    Shares (T, N), written where they may have changed only: session t's stand in row since[t]. Per order session,
    asset, reason (., 3) and ORDER (., 8).
    """

    shares: F
    since: I
    label: I
    order: F


@entry
def walk(
    market: Market, rows: Rows, scenario: I, accounts: F, first: int, last: int, desk: Desk, summary: F, paths: F,
    journal: Journal,
) -> None:  # fmt: skip
    """Walk the scenarios first to last.

    Scenario s owns the rows scenario[s] to scenario[s + 1] and the terms accounts[s] (accounts[0] when there is one
    only). Writes SUMMARY to summary[s - first], DAILY to paths[s - first] where paths has rows, and the journal, which
    is for a single scenario, where it has room.
    """
    for s in range(first, last):
        terms = _terms(accounts[s if len(accounts) > 1 else 0])
        stopped = _walk(market, rows, scenario[s], scenario[s + 1], terms, desk, journal)
        _summarise(desk.daily[EQUITY], desk.tally, terms.capital, stopped, summary[s - first])
        if len(paths) > 0:
            for row in range(desk.daily.shape[0]):
                for t in range(desk.daily.shape[1]):
                    paths[s - first, row, t] = desk.daily[row, t]


@ONCE
def _terms(a: F) -> Terms:
    return Terms(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15])


@INNER
def _walk(market: Market, rows: Rows, k: int, end: int, terms: Terms, desk: Desk, journal: Journal) -> int:
    """Walk one scenario; give the session of its ruin, -1 when there is none."""
    N, T = market.mark.shape
    for i in range(N):
        desk.amount[POSITION, i] = 0.0
        desk.codes[WAITS, i], desk.codes[GONE, i] = 0, 0
    for j in range(len(desk.tally)):
        desk.tally[j] = 0.0
    cash, called = terms.capital, NO
    count, a, g, t, stopped = ZERO, ZERO, ZERO, ZERO, ZERO - 1
    while t < T:
        value = np.nan
        # 1. corporate actions
        dividend = 0.0
        if a < len(market.actions) and market.actions[a] == t:
            dividend, paid, g = _corporate_actions(market, terms.lot, desk, journal, g, t)
            cash, a = cash + paid, a + 1
            count = _forget_gone(desk.codes, count)
        # 2. accrual; the dividend of today earns nothing yet
        interest, borrow = _accrue(market, terms, desk.amount[POSITION], cash, t)
        cash += dividend + interest - borrow
        # 3. trade, 4. costs
        if k < end and rows.session[k] == t:
            for e in range(rows.start[k], rows.start[k + 1]):
                count = _accept(desk, journal, rows.asset[e], rows.weight[e], count, t)
            k += 1
        if count > 0 or called:
            cash, value, count = _trade(market, terms, desk, journal, count, cash, called, t)
        _note(desk, t, value, dividend, interest, borrow)
        # 5. mark, through the quiet sessions that follow; 6. ruin and margin
        busy = T if count == 0 else t + 1
        if k < end and rows.session[k] < busy:
            busy = rows.session[k]
        if a < len(market.actions) and market.actions[a] < busy:
            busy = market.actions[a]
        cash, t, stopped, called = _mark(market, terms, desk, journal, cash, t, busy)
        if stopped >= 0:
            _close_ruined(market.mark, desk, journal, stopped)
            break
    return stopped


@ONCE
def _accept(desk: Desk, journal: Journal, i: int, weight: float, count: int, t: int) -> int:
    """Take a target in; a newer one supersedes a pending one, a delisted asset refuses it."""
    codes = desk.codes
    if codes[GONE, i] == 1:
        _log(desk.tally, journal, t, i, DELISTED, 0.0, 0.0, np.nan, np.nan, 0.0, 0.0, 0.0, 0.0)
        return count
    desk.amount[TARGET, i], codes[SINCE, i] = weight, t
    if codes[WAITS, i] == 1:
        return count
    codes[WAITS, i], codes[PENDING, count] = 1, i
    return count + 1


@INNER
def _corporate_actions(
    market: Market, lot: float, desk: Desk, journal: Journal, g: int, t: int
) -> tuple[float, float, int]:
    """Give dividends received, and cash paid out otherwise: in lieu of fractions, for delisted assets."""
    received, paid, position = 0.0, 0.0, desk.amount[POSITION]
    for i in range(len(position)):
        held = position[i]
        if held != 0.0:
            held *= market.split[t, i]
            if lot > 0.0 and market.split[t, i] != 1.0:
                whole = _lots(held, min(lot, 1.0))
                rest, price = held - whole, _last_mark(market.mark, market.split, i, t)
                if abs(rest) > WHOLE:
                    paid += rest * price
                    _log(desk.tally, journal, t, i, IN_LIEU, -rest, -rest, price, price, 0.0, 0.0, 0.0, 0.0)
                held = whole
            position[i] = held
            received += held * market.dividend[t, i]
    while g < len(market.gone) and market.gone[g, 0] == t:
        i = int(market.gone[g, 1])
        held = position[i]
        desk.codes[GONE, i] = 1
        if held != 0.0:
            mark = _last_mark(market.mark, market.split, i, t)
            price = mark * (1.0 + market.gone[g, 2])
            paid += held * price
            _log(desk.tally, journal, t, i, DELISTED, -held, -held, mark, price, 0.0, 0.0, 0.0, 0.0)
            position[i] = 0.0
        g += 1
    desk.tally[PAID_OUT] += received
    return received, paid, g


@ONCE
def _forget_gone(codes: I, count: int) -> int:
    """Drop pending targets of delisted assets; give how many are left."""
    kept = ZERO
    for j in range(count):
        i = codes[PENDING, j]
        codes[WAITS, i] = 1 - codes[GONE, i]
        if codes[GONE, i] == 0:
            codes[PENDING, kept] = i
            kept += 1
    return kept


@INNER
def _accrue(market: Market, terms: Terms, position: F, cash: float, t: int) -> tuple[float, float]:
    """Give interest (negative on debit) and borrow fee for the days since the last session."""
    years = market.days[t] / DAYS_PER_YEAR
    interest = cash * (terms.credit if cash > 0.0 else terms.debit) * years
    borrow = 0.0
    row = t if len(market.borrow) > 1 else 0
    for i in range(len(position)):
        if position[i] < 0.0:
            borrow -= position[i] * _last_mark(market.mark, market.split, i, t) * market.borrow[row, i]
    return interest, borrow * years


@ONCE
def _last_mark(mark: F, split: F, i: int, t: int) -> float:
    last: float = mark[i, t - 1] / split[t, i] if t > 0 else np.nan
    return last


@ONCE
def _note(desk: Desk, t: int, value: float, dividend: float, interest: float, borrow: float) -> None:
    """Book what a session paid and earned."""
    desk.tally[EARNED] += interest
    desk.tally[LENT] += borrow
    daily = desk.daily
    if len(daily) > 1:
        daily[VALUE, t], daily[DIVIDEND, t], daily[INTEREST, t], daily[BORROW, t] = value, dividend, interest, borrow


@INNER
def _mark(
    market: Market, terms: Terms, desk: Desk, journal: Journal, cash: float, start: int, end: int
) -> tuple[float, int, int, bool]:
    """Mark the sessions start to end on which nothing trades but in the first, whose accrual is done.

    Gives cash, the session to go on with, the session of ruin (or -1), and whether margin was called; ruin and margin
    stop the sweep.
    """
    position, daily, before = desk.amount[POSITION], desk.daily, cash
    equity = daily[EQUITY]
    _value(market.mark, position, desk.codes[ORDERED], start, end, equity)
    short = NO
    for i in range(len(position)):
        short |= position[i] < 0.0
    for t in range(start, end):
        equity[t] += cash
    if len(daily) > 1:
        for t in range(start, end):
            daily[CASH, t] = cash
            if t > start:
                daily[VALUE, t], daily[DIVIDEND, t], daily[INTEREST, t], daily[BORROW, t] = np.nan, 0.0, 0.0, 0.0
    if len(journal.shares) > 0:
        for t in range(start, end):
            journal.since[t] = start
        for i in range(len(position)):
            journal.shares[start, i] = position[i]
    if terms.credit == 0.0 and cash >= 0.0 and not short:
        return cash, end, ZERO - 1, short  # long only and out of debt: no interest, no margin, no ruin
    for t in range(start, end):
        if t > start:
            interest, borrow = _accrue(market, terms, position, cash, t)
            cash += interest - borrow
            _note(desk, t, np.nan, 0.0, interest, borrow)
            equity[t] += cash - before
        if len(daily) > 1:
            daily[CASH, t] = cash
        if equity[t] <= 0.0:
            return cash, t, t, NO
        if terms.maintenance > 0.0:
            gross = 0.0
            for i in range(len(position)):
                gross += abs(position[i]) * market.mark[i, t]
            if equity[t] < terms.maintenance * gross:
                desk.tally[CALLS] += 1.0
                return cash, t + 1, ZERO - 1, YES
    return cash, end, ZERO - 1, NO


@ONCE
def _value(mark: F, position: F, held: I, start: int, end: int, equity: F) -> None:
    """Set equity[start:end] to the value of the positions, added in the order of the assets, four held ones a sweep."""
    n = ZERO
    for i in range(len(position)):
        if position[i] != 0.0:
            held[n] = i
            n += 1
    total = equity[start:end]
    for t in range(len(total)):
        total[t] = 0.0
    j = ZERO
    while j + 4 <= n:
        a, b, c, d = held[j], held[j + 1], held[j + 2], held[j + 3]
        p, q, r, s = position[a], position[b], position[c], position[d]
        ma, mb, mc, md = mark[a, start:end], mark[b, start:end], mark[c, start:end], mark[d, start:end]
        for t in range(len(total)):
            total[t] = (((total[t] + p * ma[t]) + q * mb[t]) + r * mc[t]) + s * md[t]
        j += 4
    while j < n:
        p, ma = position[held[j]], mark[held[j], start:end]
        for t in range(len(total)):
            total[t] += p * ma[t]
        j += 1


@INNER
def _trade(
    market: Market, terms: Terms, desk: Desk, journal: Journal, count: int, cash: float, called: bool, t: int
) -> tuple[float, float, int]:
    """Size every pending order on one valuation, cap it, scale what does not fit, then fill the sells and the buys."""
    position, wanted, codes, tally = desk.amount[POSITION], desk.amount[WANTED], desk.codes, desk.tally
    reference, tradable = market.reference[t], market.tradable[t]
    row = t if len(market.volume) > 1 else 0
    volume, sigma = market.volume[row], market.sigma[row]
    value = cash
    for i in range(len(position)):
        if position[i] != 0.0:
            value += position[i] * reference[i]
    count, orders, total = _size(reference, tradable, volume, terms, desk, journal, count, value, t)
    if terms.turnover_cap > 0.0 and value > 0.0 and total > terms.turnover_cap * value:
        count = _cap_turnover(wanted, codes, terms, count, orders, terms.turnover_cap * value / total)
    if called:
        orders = _margin_call(reference, tradable, volume, terms, desk, orders, value)
    in_turn, factor = terms.sequential > 0.0, 1.0
    if not in_turn:
        factor = _affordable(reference, volume, sigma, terms, position, wanted, codes[ORDERED], orders, cash)
    keeps, turned, fees, impacts = len(journal.label) > 0, 0.0, 0.0, 0.0
    for j in range(orders):
        i = codes[ORDERED, j]
        shares = wanted[i] if factor == 1.0 else _scaled(wanted[i], position[i], factor, terms.lot)
        price = _price(wanted[i], reference[i], terms)
        if in_turn and shares > 0.0:
            shares = min(shares, _payable(cash, price, terms))
        size = abs(shares)
        commission, impact = _commission(size, price, terms.commission, terms.per_share, terms.minimum), 0.0
        if terms.impact > 0.0:
            impact = _impact(terms.impact, sigma[i], volume[i], size, reference[i])
        cash -= shares * price + (commission + impact)
        if in_turn and 0.0 < shares < wanted[i]:
            cash = 0.0
        position[i] = 0.0 if shares == -position[i] else position[i] + shares
        notional = size * reference[i]
        turned += notional
        fees += commission
        impacts += impact
        if not keeps:
            continue
        spread, slipped = notional * terms.half_spread, notional * terms.slippage
        why = SCALED if abs(shares - wanted[i]) > DUST * abs(wanted[i]) else codes[WHY, i]
        asked = desk.amount[ASKED, i]
        _log(tally, journal, t, i, why, asked, shares, reference[i], price, spread, slipped, commission, impact)
    tally[ORDERS] += 0 if keeps else orders
    tally[TURNED] += turned / value if value > 0.0 else 0.0
    tally[SPREAD] += turned * terms.half_spread
    tally[SLIPPED] += turned * terms.slippage
    tally[COMMISSION] += fees
    tally[IMPACT] += impacts
    return cash, value, count


@INNER
def _size(
    reference: F, tradable: B, volume: F, terms: Terms, desk: Desk, journal: Journal, count: int, value: float, t: int
) -> tuple[np.int64, np.int64, float]:
    """Size the pending orders, sells before buys; give how many still wait, how many are ordered, their notional."""
    needs_volume = terms.participation_cap > 0.0 or terms.impact > 0.0
    position, target, ask, want = desk.amount[POSITION], desk.amount[TARGET], desk.amount[ASKED], desk.amount[WANTED]
    since, whys, pending = desk.codes[SINCE], desk.codes[WHY], desk.codes[PENDING]
    ordered, bought, waits = desk.codes[ORDERED], desk.codes[BUYS], desk.codes[WAITS]
    kept, sells, buys, total = ZERO, ZERO, ZERO, 0.0
    for j in range(count):
        i = pending[j]
        held, weight, price = position[i], target[i], reference[i]
        closing = weight == 0.0 or value <= 0.0
        if closing and held == 0.0:
            waits[i] = 0
            continue
        wanted = -held if closing else weight * value / price - held
        if (needs_volume and not volume[i] > 0.0) or not tradable[i]:
            pending[kept] = i
            kept += 1
            if since[i] == t:
                why = NO_VOLUME if tradable[i] else WAITING
                known = price if price > 0.0 else np.nan  # an asset that never had a price has no size either
                _log(desk.tally, journal, t, i, why, wanted * known / known, 0.0, known, np.nan, 0.0, 0.0, 0.0, 0.0)
            continue
        waits[i] = 0
        if not closing:
            wanted = wanted if terms.lot == 0.0 else _lots(wanted, terms.lot)
            if abs(wanted) * price <= DUST * value:
                continue
            if abs(wanted) * price < terms.band * value:
                _log(desk.tally, journal, t, i, BAND, wanted, 0.0, price, np.nan, 0.0, 0.0, 0.0, 0.0)
                continue
        ask[i] = wanted
        whys[i] = DELAYED if since[i] < t else FILLED
        if terms.participation_cap > 0.0 and abs(wanted) > terms.participation_cap * volume[i]:
            limit = _lots(terms.participation_cap * volume[i], terms.lot)
            wanted = limit if wanted > 0.0 else -limit
            whys[i], waits[i], pending[kept] = PARTIAL, 1, i
            kept += 1
        want[i] = wanted
        total += abs(wanted) * price
        if ask[i] < 0.0:
            ordered[sells] = i
            sells += 1
        else:
            bought[buys] = i
            buys += 1
    for j in range(buys):
        i, k = bought[j], sells + j
        while terms.sequential > 0.0 and k > sells:  # ascending by value, ties by asset
            h = ordered[k - 1]
            if target[h] * value - position[h] * reference[h] <= target[i] * value - position[i] * reference[i]:
                break
            ordered[k] = h
            k -= 1
        ordered[k] = i
    return kept, sells + buys, total


@ONCE
def _cap_turnover(wanted: F, codes: I, terms: Terms, count: int, orders: int, share: float) -> int:
    """Fill the same share of every order; the rest is carried over."""
    for j in range(orders):
        i = codes[ORDERED, j]
        wanted[i] = _lots(wanted[i] * share, terms.lot)
        codes[WHY, i] = TURNOVER
        if codes[WAITS, i] == 0:
            codes[WAITS, i], codes[PENDING, count] = 1, i
            count += 1
    return count


@ONCE
def _margin_call(reference: F, tradable: B, volume: F, terms: Terms, desk: Desk, orders: int, value: float) -> int:
    """Bring gross exposure back within max_gross x V: scale every tradable position that has no order of its own."""
    position, ordered, gross = desk.amount[POSITION], orders, 0.0
    for i in range(len(position)):
        gross += abs(position[i]) * reference[i]
    keep = max(0.0, min(1.0, terms.max_gross * value / gross)) if gross > 0.0 else 1.0
    for i in range(len(position)):
        free = keep < 1.0 and position[i] != 0.0 and tradable[i] and (terms.impact == 0.0 or volume[i] > 0.0)
        for j in range(ordered):
            free &= i != desk.codes[ORDERED, j]
        if free:
            desk.amount[WANTED, i] = desk.amount[ASKED, i] = -position[i] * (1.0 - keep)
            desk.codes[WHY, i], desk.codes[ORDERED, orders] = MARGIN, i
            orders += 1
    return orders


@INNER
def _lots(shares: float, lot: float) -> float:
    """Round towards zero to a multiple of the lot; what is within 1e-9 of a multiple is that multiple."""
    if lot == 0.0:
        return shares
    count = abs(shares) / lot
    nearest = np.rint(count)
    whole: float = nearest if abs(count - nearest) <= WHOLE * max(1.0, nearest) else np.floor(count)
    return whole * lot if shares > 0.0 else -whole * lot


@ONCE
def _price(shares: float, reference: float, terms: Terms) -> float:
    away = terms.half_spread + terms.slippage
    return reference * (1.0 + away) if shares > 0.0 else reference * (1.0 - away)


@ONCE
def _payable(cash: float, price: float, terms: Terms) -> float:
    """Give the shares that cash pays for, commission included."""
    proportional = cash / (price * (1.0 + terms.commission) + terms.per_share)
    return max(0.0, min(proportional, (cash - terms.minimum) / price))


@INNER
def _commission(size: float, price: float, rate: float, per_share: float, minimum: float) -> float:
    return max(minimum, size * price * rate + size * per_share) if size > 0.0 else 0.0


@INNER
def _impact(coefficient: float, sigma: float, volume: float, size: float, reference: float) -> float:
    """Give the square-root impact: coefficient x sigma x sqrt(shares / average volume) x notional."""
    return coefficient * sigma * np.sqrt(size / volume) * size * reference


@INNER
def _scaled(wanted: float, held: float, factor: float, lot: float) -> float:
    """Fill what reduces the position whole, and what opens or adds by the factor."""
    if factor == 1.0:
        return wanted
    reducing = 0.0
    if held * wanted < 0.0:
        reducing = wanted if abs(wanted) < abs(held) else -held
    return reducing + _lots(factor * (wanted - reducing), lot)


@INNER
def _affordable(
    reference: F, volume: F, sigma: F, terms: Terms, position: F, wanted: F, ordered: I, orders: int, cash: float
) -> float:
    """Give the largest factor in [0, 1] for what opens or adds; without a leverage allowance cash stays >= 0, exactly.

    The room left, max_gross x equity - gross exposure after the fills, is linear in the factor but for minimum
    commissions, lots and impact, so the linear answer is tried first; a bisection takes over where it does not fit or
    where one of those bends the line.
    """
    bent = terms.minimum > 0.0 or terms.lot > 0.0 or terms.impact > 0.0
    low, high, factor, whole, held_gross, held_net = 0.0, 1.0, 1.0, 0.0, 0.0, 0.0
    for i in range(len(position)):
        if position[i] != 0.0:
            held_gross += abs(position[i]) * reference[i]
            held_net += position[i] * reference[i]
    for step in range(80):
        paid, gross, net = cash, held_gross, held_net
        for j in range(orders):
            i = ordered[j]
            shares = wanted[i] if factor == 1.0 else _scaled(wanted[i], position[i], factor, terms.lot)
            price = _price(wanted[i], reference[i], terms)
            size = abs(shares)
            commission, impact = _commission(size, price, terms.commission, terms.per_share, terms.minimum), 0.0
            if terms.impact > 0.0:
                impact = _impact(terms.impact, sigma[i], volume[i], size, reference[i])
            paid -= shares * price + (commission + impact)
            gross += (abs(position[i] + shares) - abs(position[i])) * reference[i]
            net += shares * reference[i]
        room = terms.max_gross * (paid + net) - gross
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
def _log(
    tally: F, journal: Journal, t: int, i: int, why: int, wanted: float, shares: float, reference: float, price: float,
    spread: float, slipped: float, commission: float, impact: float,
) -> None:  # fmt: skip
    """Write one line while there is room; the tally counts every line, so that a journal can be made large enough."""
    n = int(tally[ORDERS])
    tally[ORDERS] += 1.0
    if n < len(journal.label):
        label, line = journal.label[n], journal.order[n]
        label[0], label[1], label[2] = t, i, why
        line[0], line[1], line[2], line[3] = wanted, shares, reference, price
        line[4], line[5], line[6], line[7] = spread, slipped, commission, impact


@ONCE
def _close_ruined(mark: F, desk: Desk, journal: Journal, t: int) -> None:
    """Close all at the mark, without costs, and carry what is left (or owed) to the end."""
    daily, position = desk.daily, desk.amount[POSITION]
    for i in range(len(position)):
        held = position[i]
        if held != 0.0:
            price = mark[i, t]
            _log(desk.tally, journal, t, i, RUINED, -held, -held, price, price, 0.0, 0.0, 0.0, 0.0)
        position[i] = 0.0
    for s in range(t, daily.shape[1]):
        daily[EQUITY, s] = daily[EQUITY, t]
        if len(daily) > 1:
            daily[CASH, s] = daily[EQUITY, t]
            if s > t:
                daily[VALUE, s], daily[DIVIDEND, s], daily[INTEREST, s], daily[BORROW, s] = np.nan, 0.0, 0.0, 0.0
        if len(journal.shares) > 0:
            journal.since[s] = t
    for i in range(len(position) if len(journal.shares) > 0 else 0):
        journal.shares[t, i] = 0.0


@ONCE
def _summarise(equity: F, tally: F, capital: float, stopped: int, out: F) -> None:
    """Write SUMMARY: last equity, mean and deviation (ddof 1) of session returns, drawdown, tallies.

    After ruin the sessions without capital are no returns. Four running sums, used in turn, keep the adders busy; their
    order is fixed.
    """
    alive = len(equity) if stopped < 0 else stopped + 1
    before, peak, worst_low, worst_peak = capital, capital, capital, capital
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(alive):
        now = equity[t]
        change = now / before - 1.0
        before = now
        a, b, c, d = b, c, d, a + change
        e, f, g, h = f, g, h, e + change * change
        peak = max(peak, now)
        if now * worst_peak < worst_low * peak:
            worst_low, worst_peak = now, peak
    for _ in range(-alive % 4):  # until the sum that was used first is the first again
        a, b, c, d = b, c, d, a
        e, f, g, h = f, g, h, e
    added, squared = (a + b) + (c + d), (e + f) + (g + h)
    out[0] = equity[-1] if len(equity) > 0 else capital
    out[1] = added / alive if alive > 0 else np.nan
    out[2] = np.sqrt(max(squared - added * added / alive, 0.0) / (alive - 1)) if alive > 1 else np.nan
    out[3] = worst_low / worst_peak - 1.0
    for j in range(8):
        out[4 + j] = tally[j]
    out[12], out[13], out[14] = tally[ORDERS], tally[CALLS], stopped
