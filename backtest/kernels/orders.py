"""The orders of a session: targets taken in, sized on one valuation, held to their asset's volume."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import (
    ASKED,
    BAND,
    BUYS,
    CARRIED,
    DELAYED,
    DELISTED,
    FILLED,
    GONE,
    INNER,
    LOT,
    NO_VOLUME,
    ORDERED,
    PARTIAL,
    PENDING,
    POSITION,
    RUINED,
    SINCE,
    TARGET,
    WAITING,
    WAITS,
    WANTED,
    WHY,
    ZERO,
    B,
    Desk,
    F,
    I,
    Journal,
    Quotes,
    Rows,
    Terms,
    log,
)
from backtest.kernels.charges import lots

DUST = 1e-12  # of V: smaller differences from a target are rounding, not orders


@INNER
def accept(rows: Rows, k: int, desk: Desk, journal: Journal, t: int) -> int:
    """Take row k in; a newer target supersedes a pending one, a delisted asset refuses it. Give how many are pending.

    They stand by asset, so that the order of a session's fills does not depend on what waited before it.
    """
    codes = desk.codes
    for e in range(rows.start[k], rows.start[k + 1]):
        i = rows.asset[e]
        if codes[GONE, i] == 1:
            log(desk.tally, journal, t, i, DELISTED, 0.0, 0.0, np.nan, np.nan)
            continue
        desk.amount[TARGET, i], codes[SINCE, i], codes[CARRIED, i], codes[WAITS, i] = rows.weight[e], t, 0, 1
    return listed(codes, WAITS, PENDING)


@INNER
def listed(codes: I, flag: int, line: int) -> int:
    """List the assets that have a flag, in ascending order; give their number."""
    count = ZERO
    for i in range(codes.shape[1]):
        if codes[flag, i] == 1:
            codes[line, count] = i
            count += 1
    return count


@INNER
def size(
    quotes: Quotes, tradable: B, terms: Terms, desk: Desk, journal: Journal, count: int, value: float, t: int
) -> tuple[np.int64, np.int64, float]:
    """Size the pending orders, sells before buys; give how many still wait, how many are ordered, their notional."""
    needs_volume = terms.participation_cap > 0.0 or terms.impact > 0.0
    position, target, codes = desk.amount[POSITION], desk.amount[TARGET], desk.codes
    ordered, bought, pending, waits = codes[ORDERED], codes[BUYS], codes[PENDING], codes[WAITS]
    kept, sells, buys, total = ZERO, ZERO, ZERO, 0.0
    for j in range(count):
        i = pending[j]
        held, price = position[i], quotes.reference[i]
        closing = target[i] == 0.0 or value <= 0.0
        wanted = -held if closing else target[i] * value / price - held
        waits[i] = 0
        if closing and held == 0.0:
            if target[i] != 0.0:
                log(desk.tally, journal, t, i, RUINED, 0.0, 0.0, np.nan, np.nan)
            continue
        if (needs_volume and not quotes.volume[i] > 0.0) or not tradable[i]:
            waits[i], pending[kept] = 1, i
            kept += 1
            if codes[SINCE, i] == t:
                _log_wait(desk, journal, wanted, price, NO_VOLUME if tradable[i] else WAITING, i, t)
            continue
        asked = wanted
        if not closing:
            if abs(asked) * price <= DUST * value:
                continue
            wanted = lots(asked, terms.lot)
            small = abs(wanted) * price < terms.band * value and codes[CARRIED, i] == 0
            if small or wanted == 0.0:
                log(desk.tally, journal, t, i, BAND if small else LOT, asked, 0.0, price, np.nan)
                continue
        desk.amount[ASKED, i] = asked
        codes[WHY, i] = DELAYED if codes[SINCE, i] < t else FILLED
        most = _allowed(quotes, terms, abs(wanted), i)
        if most < abs(wanted):
            wanted = most if wanted > 0.0 else -most
            codes[WHY, i], codes[CARRIED, i], waits[i], pending[kept] = PARTIAL, 1, 1, i
            kept += 1
        desk.amount[WANTED, i] = wanted
        total += abs(wanted) * price
        selling = desk.amount[ASKED, i] < 0.0
        ordered[sells] = i  # what is no sell is overwritten: no branch on a sign that nobody can guess
        bought[buys] = i
        sells += 1 if selling else 0
        buys += 0 if selling else 1
    _append(bought, buys, ordered, sells)
    if terms.sequential > 0.0:  # no cap and no margin is asked for with it: nothing comes between this and the fills
        _sort(quotes.reference, target, position, ordered, sells, buys, value)
    return kept, sells + buys, total


@INNER
def _allowed(quotes: Quotes, terms: Terms, shares: float, i: int) -> float:
    """Give what the asset's volume allows of an order: the whole but for rounding, or whole lots of the cap."""
    if terms.participation_cap == 0.0:
        return shares
    bound = terms.participation_cap * quotes.volume[i]
    most = lots(bound, terms.lot)
    return most if shares > max(bound, most) * (1.0 + DUST) else shares


@INNER
def _log_wait(desk: Desk, journal: Journal, wanted: float, price: float, why: int, i: int, t: int) -> None:
    """Log an order that cannot be traded yet; an asset that never had a price has no size either."""
    known = price if price > 0.0 else np.nan
    log(desk.tally, journal, t, i, why, wanted * known / known, 0.0, known, np.nan)


@INNER
def _append(bought: I, buys: int, ordered: I, sells: int) -> None:
    for j in range(buys):
        ordered[sells + j] = bought[j]


@INNER
def _sort(reference: F, target: F, position: F, ordered: I, sells: int, buys: int, value: float) -> None:
    """Put the buys in ascending order of value, ties by asset."""
    for j in range(sells + 1, sells + buys):
        i, k = ordered[j], j
        while k > sells:
            h = ordered[k - 1]
            if target[h] * value - position[h] * reference[h] <= target[i] * value - position[i] * reference[i]:
                break
            ordered[k] = h
            k -= 1
        ordered[k] = i
