"""The walk of many plain scenarios abreast: the arithmetic of ``simulate``, 32 scenarios at a time, to the same bits.

Plain means: no corporate actions, a price in every cell, nothing sold short, proportional costs, no interest on credit
and no bound but ``max_gross`` <= 1. Then a row of targets needs no branches, and the compiler works on many scenarios
at once instead of waiting, sum by sum, for one.

What a row trades depends on the rows before it, not on the sessions between them. So the sessions are taken in blocks
in which no scenario has more than 32 rows. First the rows of a block are traded, the next of every scenario together,
each at its own session's prices, and what is held after each is kept. Then the sessions of the block are marked in
turn, all scenarios together, each with what it holds by then. A scenario that turns out not to be plain is reported and
left to the walk.
"""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import (
    CALLS,
    DEVIATION,
    DRAWDOWN,
    INNER,
    LAST,
    MEAN,
    ORDERS,
    STOPPED,
    TALLIES,
    Desk,
    Rows,
    terms_of,
)
from backtest.kernels.lanes import (
    BEFORE,
    BOUND,
    BUY,
    CASH,
    CHECKED,
    COLUMNS,
    END,
    FIRST,
    FITS,
    FREE,
    HALF_SPREAD,
    HIGH,
    LANES,
    LOW,
    NEXT,
    NO,
    NOBODY,
    PEAK,
    RATE,
    SELL,
    SLIPPAGE,
    SUMS,
    SURELY,
    ZERO,
    B,
    F,
    I,
    Lanes,
)
from backtest.kernels.loading import ascending, horizon, load
from backtest.kernels.objects import entry
from backtest.kernels.rebalance import buy, fit, scale, sell, settle, sure
from backtest.kernels.showing import copy, show


@entry
def walk_abreast(
    reference: F, mark: F, rows: Rows, bits: I, scenario: I, accounts: F, first: int, last: int, desk: Desk,
    lanes: Lanes, summary: F, paths: F, plain: B,
) -> None:  # fmt: skip
    """Walk the scenarios first to last; what ``simulate.walk`` writes to summary and paths, written to the same bits.

    ``reference`` is the market's in one row, ``bits`` are the weights read as integers, ``lanes`` working room.
    plain[s] is cleared for a scenario that is left to ``simulate.walk``: a weight is negative or NaN, or assets
    or sessions do not ascend inside the panel.
    """
    for group in range(first, last, LANES):
        count, t = min(LANES, last - group), ZERO
        odd, kept = plain[group:], paths[group:]
        _open(rows.session, scenario, accounts, lanes, len(mark), odd, group, count)
        while t < len(mark):
            until = horizon(rows.session, lanes.at, len(mark))
            _trade(reference, rows, bits, accounts, desk, lanes, odd, until, group, count)
            show(mark, rows.session, lanes, kept, t, until, count)
            t = until
        for l in range(count):
            _write(lanes.lane, lanes.firsts, lanes.seconds, l, len(mark), summary[group + l])


@INNER
def _open(session: I, scenario: I, accounts: F, lanes: Lanes, sessions: int, plain: B, group: int, count: int) -> None:
    """Begin a group; lanes without a scenario of their own never trade, and nobody reads them."""
    lane, at = lanes.lane, lanes.at
    for j in range(COLUMNS):
        lane[j] = 0.0
    for j in range(4):
        for l in range(LANES):
            lanes.firsts[j, l], lanes.seconds[j, l] = 0.0, 0.0
    for l in range(LANES):
        s = group + min(l, count - 1)
        a = terms_of(accounts[s if len(accounts) > 1 else 0])
        at[NEXT + l], at[END + l] = scenario[s], scenario[s + 1] if l < count else scenario[s]
        if not ascending(session, at[NEXT + l], at[END + l], sessions):
            plain[l], at[END + l] = NO, at[NEXT + l]
        at[CHECKED + l] = at[NEXT + l]
        lane[CASH + l], lane[RATE + l], lane[BOUND + l], lane[FREE + l] = (
            a.capital, a.commission, a.max_gross, 1.0 - a.max_gross + SURELY,
        )  # fmt: skip
        lane[BUY + l], lane[SELL + l] = 1.0 + (a.half_spread + a.slippage), 1.0 - (a.half_spread + a.slippage)
        lane[HALF_SPREAD + l], lane[SLIPPAGE + l] = a.half_spread, a.slippage
        lane[BEFORE + l] = lane[PEAK + l] = lane[LOW + l] = lane[HIGH + l] = a.capital
    N = len(lanes.wish)
    for l in range(LANES):
        for i in range(N):
            lanes.past[0, i, l] = lanes.shown[i, l] = 0.0
        lanes.past[0, N, l] = lanes.shown[N, l] = lane[CASH + l]


@INNER
def _trade(
    reference: F, rows: Rows, bits: I, accounts: F, desk: Desk, lanes: Lanes, plain: B, until: int, group: int,
    count: int,
) -> None:  # fmt: skip
    """Trade the rows of a block; keep what is held after each step, and where all lanes met in one session."""
    past, price, wish, lane, at, step = lanes.past, lanes.price, lanes.wish, lanes.lane, lanes.at, ZERO
    for l in range(LANES):
        at[FIRST + l] = at[NEXT + l]
    while True:
        lanes.meeting[step] = load(reference, rows, bits, lanes, plain, until, count)
        if lanes.meeting[step] == NOBODY:
            break
        sell(past[step], price, lanes.weight, wish, lane)
        buy(price, wish, lane)
        if not sure(lane, at):
            fit(past[step], price, wish, lane)
            for l in range(count):
                if lane[FITS + l] == 0.0:
                    s = group + l
                    scale(past[step], price, wish, lane, desk, terms_of(accounts[s if len(accounts) > 1 else 0]), l)
        settle(past[step], past[step + 1], wish, lane, at)
        step += 1
    if step > 0:
        copy(past[step], past[0])


@INNER
def _write(lane: F, firsts: F, seconds: F, l: int, T: int, out: F) -> None:
    """Write the summary of a lane."""
    added = (firsts[0, l] + firsts[1, l]) + (firsts[2, l] + firsts[3, l])
    squared = (seconds[0, l] + seconds[1, l]) + (seconds[2, l] + seconds[3, l])
    out[LAST] = lane[BEFORE + l]
    out[MEAN] = added / T
    out[DEVIATION] = np.sqrt(max(squared - added * added / T, 0.0) / (T - 1)) if T > 1 else np.nan
    out[DRAWDOWN] = lane[LOW + l] / lane[HIGH + l] - 1.0
    for j in range(ORDERS):
        out[TALLIES + j] = lane[SUMS + LANES * j + l]
    out[TALLIES + ORDERS], out[TALLIES + CALLS], out[STOPPED] = lane[SUMS + LANES * ORDERS + l], 0.0, -1.0
