"""The tables that the walk reads and writes, and the codes that stand in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.objects import inner

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

REASONS = (
    "filled", "delayed", "scaled", "partial", "turnover", "margin", "band", "waiting", "no_volume", "delisted",
    "in_lieu", "ruin", "lot",
)  # fmt: skip
(
    FILLED, DELAYED, SCALED, PARTIAL, TURNOVER, MARGIN, BAND, WAITING, NO_VOLUME, DELISTED, IN_LIEU, RUINED, LOT,
) = (np.int64(code) for code in range(len(REASONS)))  # fmt: skip
NO, YES = np.bool_(0), np.bool_(1)
ZERO = np.int64(0)  # a typed zero: a literal 0 would compile every kernel that takes it twice

ORDER = ("requested", "shares", "reference", "price", "half_spread", "slippage", "commission", "impact")
REQUESTED, SHARES, REFERENCE, PRICE, IN_SPREAD, IN_SLIPPAGE, IN_COMMISSION, IN_IMPACT = range(8)
COSTS = (*ORDER[IN_SPREAD:], "borrow")  # the kinds of cost: those of an order, and the fee of borrowing
DAILY = ("equity", "cash", "value", "dividend", "interest", "borrow")
SUMMARY = (
    "equity", "mean", "deviation", "max_drawdown", "turnover", "half_spread", "slippage", "commission", "impact",
    "borrow", "interest", "dividend", "orders", "margin_calls", "stopped",
)  # fmt: skip
LAST, MEAN, DEVIATION, DRAWDOWN, TALLIES = range(5)  # the tallies stand in SUMMARY as in Desk.tally
STOPPED = len(SUMMARY) - 1
EQUITY, CASH, VALUE, DIVIDEND, INTEREST, BORROW = range(6)
TURNED, SPREAD, SLIPPED, COMMISSION, IMPACT, LENT, EARNED, PAID_OUT, ORDERS, CALLS = range(10)

# Rows of Desk.amount and Desk.codes: a few tables compile in half the time that many arrays take.
POSITION, TARGET, WANTED, ASKED = range(4)
SINCE, WHY, PENDING, ORDERED, BUYS, WAITS, CARRIED, GONE, HELD, MARKED = range(10)

# What kernels call neither allocates nor raises: docs/adr/0005 has what that saves.
INNER = inner()


class Market(NamedTuple):
    """Prices of T sessions and N assets, in account currency.

    reference (T, N): fill price, else the last mark, 0 before the first. tradable (T, N): there is a fill price.
    mark (T, N): last close, carried forward. dividend, split (T, N), or (1, N) when there is none. days (T,): calendar
    days since the session before. actions: sessions with a dividend, split or delisting, ascending. volume, sigma
    (T, N): average shares and daily volatility known before the session, or (1, N) when nothing asks for them. borrow
    (T, N) or (1, N): fraction per year; (0, N) where that of the terms counts. gone (., 3): session, asset and return
    of delistings, ascending by session.
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


class Quotes(NamedTuple):
    """What orders of one session are sized and filled by, each (N,)."""

    reference: F
    volume: F
    sigma: F


class Rows(NamedTuple):
    """Targets: row k trades in session[k] and owns the entries start[k] to start[k + 1] of asset and weight."""

    session: I
    start: I
    asset: I
    weight: F


class Terms(NamedTuple):
    """Costs and bounds of one scenario; the order is that of the columns of the array of accounts.

    Fractions: half_spread, slippage, commission, impact (a coefficient). Currency: capital, per_share, minimum. Per
    year: credit, debit, borrow (on panels without fees of their own). Bounds, 0 for none: band, lot, turnover_cap,
    participation_cap, maintenance. sequential: 0, or 1 to fill buys in turn from what cash is left, the smallest first,
    as vectorbt does (differential tests only).
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
    borrow: float


class Desk(NamedTuple):
    """Working tables of one walk, used again by the next.

    amount (4, N) and codes (10, N): see the names of their rows; daily (DAILY, or equity alone, T); tally (10,).
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


@INNER
def terms_of(a: F) -> Terms:
    """Give a row of the array of accounts its names."""
    return Terms(
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15], a[16]
    )


@INNER
def note(desk: Desk, t: int, value: float, dividend: float, interest: float, borrow: float) -> None:
    """Book what a session paid and earned."""
    desk.tally[EARNED] += interest
    desk.tally[LENT] += borrow
    daily = desk.daily
    if len(daily) > 1:
        daily[VALUE, t], daily[DIVIDEND, t], daily[INTEREST, t], daily[BORROW, t] = value, dividend, interest, borrow


@INNER
def log(
    tally: F, journal: Journal, t: int, i: int, why: int, requested: float, shares: float, reference: float,
    price: float,
) -> int:  # fmt: skip
    """Write the line of an order, free of costs, while there is room; give its number.

    The tally counts every line, so that a journal can be made large enough.
    """
    n = np.int64(tally[ORDERS])
    tally[ORDERS] += 1.0
    if n < len(journal.label):
        label, line = journal.label[n], journal.order[n]
        label[0], label[1], label[2] = t, i, why
        line[REQUESTED], line[SHARES], line[REFERENCE], line[PRICE] = requested, shares, reference, price
        line[IN_SPREAD], line[IN_SLIPPAGE], line[IN_COMMISSION], line[IN_IMPACT] = 0.0, 0.0, 0.0, 0.0
    return n
