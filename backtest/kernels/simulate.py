"""The walk: portfolios through one price panel, cash-exact; the order of things inside a session is written here.

Inside session t
----------------
1. Corporate actions: a split changes shares, never value (fractions of whole lots are paid out); a dividend credits
   longs and debits shorts on its ex-date; a delisted asset is closed at its last mark times (1 + delisting return).
2. Accrual for the calendar days since the last session: interest on credit or debit cash, borrow fee on shorts.
3. Trade towards the pending targets at the fill price. Every order is sized on V = cash + positions at the fill's
   reference price (the last mark where there is none), taken once before any order. An asset without a fill price
   waits. What exceeds the participation or turnover cap is carried over. Sales are filled first. What would lift
   gross exposure above ``max_gross`` x equity after costs is scaled by one factor; what reduces a position is never
   scaled.
4. Costs: half spread and slippage move the price, commission and impact are booked beside it.
5. Mark at the close; without a price the last mark is kept.
6. Ruin and margin: equity <= 0 closes everything at the mark and ends the walk; equity below ``maintenance`` x gross
   exposure scales positions back within ``max_gross`` in the next session, all that can be traded; no cap holds it.

Sessions on which nothing happens are passed in one sweep over the held assets; they change nothing but the marks. All
sums run in a fixed order, so the same inputs give the same bytes, whatever the number of scenarios or threads. Every
phase has a file of its own beside this one: ``actions`` (1, 2), ``trading`` (3, 4), ``marking`` (5, 6).
"""

from __future__ import annotations

import numpy as np

from backtest.kernels.actions import accrue, corporate_actions, forget_gone
from backtest.kernels.books import (
    EQUITY,
    GONE,
    INNER,
    NO,
    POSITION,
    WAITS,
    ZERO,
    Desk,
    F,
    I,
    Journal,
    Market,
    Rows,
    Terms,
    note,
    terms_of,
)
from backtest.kernels.marking import close_ruined, mark
from backtest.kernels.objects import entry
from backtest.kernels.orders import accept
from backtest.kernels.summary import summarise
from backtest.kernels.trading import trade


@entry
def walk(
    market: Market, rows: Rows, scenario: I, accounts: F, first: int, last: int, desk: Desk, summary: F, paths: F,
    journal: Journal,
) -> None:  # fmt: skip
    """Walk the scenarios first to last.

    Scenario s owns the rows scenario[s] to scenario[s + 1] and the terms accounts[s] (accounts[0] when there is one
    only). Writes SUMMARY to summary[s], DAILY to paths[s] where paths has rows, and the journal, which is for a single
    scenario, where it has room.
    """
    for s in range(first, last):
        terms = terms_of(accounts[s if len(accounts) > 1 else 0])
        stopped = _walk(market, rows, scenario[s], scenario[s + 1], terms, desk, journal)
        summarise(desk.daily[EQUITY], desk.tally, terms.capital, stopped, summary[s])
        if len(paths) > 0:
            for row in range(desk.daily.shape[0]):
                for t in range(desk.daily.shape[1]):
                    paths[s, row, t] = desk.daily[row, t]


@INNER
def _walk(market: Market, rows: Rows, k: int, end: int, terms: Terms, desk: Desk, journal: Journal) -> int:
    """Walk one scenario; give the session of its ruin, -1 when there is none."""
    _clear(desk)
    cash, called = terms.capital, NO
    count, a, g, t, stopped = ZERO, ZERO, ZERO, ZERO, ZERO - 1
    while t < len(market.mark):
        value = np.nan
        # 1. corporate actions
        dividend = 0.0
        if a < len(market.actions) and market.actions[a] == t:
            dividend, paid, g = corporate_actions(market, terms.lot, desk, journal, g, t)
            cash, a = cash + paid, a + 1
            count = forget_gone(desk, journal, count, t)
        # 2. accrual; the dividend of today earns nothing yet
        interest, borrow = accrue(market, terms, desk.amount[POSITION], cash, t)
        cash += dividend + interest - borrow
        # 3. trade, 4. costs
        if k < end and rows.session[k] == t:
            count = accept(rows, k, desk, journal, t)
            k += 1
        if count > 0 or called:
            cash, value, count = trade(market, terms, desk, journal, count, cash, called, t)
        note(desk, t, value, dividend, interest, borrow)
        # 5. mark, through the quiet sessions that follow; 6. ruin and margin
        busy = len(market.mark) if count == 0 else t + 1
        busy = _sooner(rows.session, k, end, _sooner(market.actions, a, len(market.actions), busy))
        cash, t, stopped, called = mark(market, terms, desk, journal, cash, t, busy)
        if stopped >= 0:
            close_ruined(market.mark, desk, journal, stopped)
            break
    return stopped


@INNER
def _clear(desk: Desk) -> None:
    """Make the desk ready for a scenario."""
    for i in range(desk.amount.shape[1]):
        desk.amount[POSITION, i] = 0.0
        desk.codes[WAITS, i], desk.codes[GONE, i] = 0, 0
    for j in range(len(desk.tally)):
        desk.tally[j] = 0.0


@INNER
def _sooner(session: I, at: int, end: int, busy: int) -> int:
    """Give the next of some sessions, when it comes before the one known."""
    return min(session[at], busy) if at < end else busy
