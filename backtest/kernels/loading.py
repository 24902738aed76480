"""The next rows of scenarios that walk abreast, looked at and laid out lane by lane."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import INNER, Rows
from backtest.kernels.lanes import (
    ACTIVE,
    AHEAD,
    APART,
    CHECKED,
    END,
    HEAVIEST,
    LANES,
    LARGEST,
    MOST_WEIGHT,
    NEXT,
    NO,
    NOBODY,
    ONE,
    ORIGIN,
    SCATTERED,
    SESSION,
    SOME,
    WEIGHTS,
    WHOLE,
    YES,
    ZERO,
    B,
    F,
    I,
    Lanes,
)


@INNER
def ascending(session: I, first: int, last: int, sessions: int) -> bool:
    """Say whether the rows first to last trade in sessions of the panel, one after the other."""
    signs = ZERO
    for k in range(first, last):
        signs |= session[k] | (sessions - ONE - session[k])
    for k in range(first + 1, last):
        signs |= session[k] - session[k - 1] - ONE
    return signs >= 0


@INNER
def horizon(session: I, at: I, sessions: int) -> int:
    """Give the session up to which no lane has more rows than it may trade ahead."""
    until = sessions
    for l in range(LANES):
        k = at[NEXT + l] + AHEAD
        if k < at[END + l]:
            until = min(until, session[k])
    return until


@INNER
def load(reference: F, rows: Rows, bits: I, lanes: Lanes, plain: B, until: int, count: int) -> int:
    """Lay out the next row before ``until`` of every lane that has one: its prices, and its weights, else NaN.

    Gives the session when all lanes trade in the same, SCATTERED when not, NOBODY when there is none.
    """
    at, N = lanes.at, len(lanes.wish)
    if len(rows.session) == 0:
        return NOBODY
    active, first, last = _turn_to(rows.session, at, until)
    if active == 0:
        return NOBODY
    for l in range(LANES):
        if at[ACTIVE + l] == 1 and at[NEXT + l] == at[CHECKED + l]:
            k = at[NEXT + l]
            at[CHECKED + l] = min(k + SOME, at[END + l])
            at[WHOLE + l] = _whole(rows, bits, k, at[CHECKED + l], N)
            at[ORIGIN + l] = rows.start[k] - k * N
    lowest, whole = _find_weights(at, N)
    if first == last:
        _spread(reference[first * N : (first + 1) * N], lanes.price)
    else:
        _gather(reference, lanes.price, at[SESSION : SESSION + LANES], N, first * N)
    if whole >= 0:
        _gather(rows.weight, lanes.weight, at[WEIGHTS : WEIGHTS + LANES], ONE, whole)
    for l in range(LANES if lowest < 0 else 0):
        if at[WEIGHTS + l] < 0 and not _load_some(lanes.weight, rows, at[NEXT + l], at[ACTIVE + l], l):
            plain[l] = NO
    return first if first == last and active == count else SCATTERED


@APART
def _turn_to(session: I, at: I, until: int) -> tuple[int, int, int]:
    """Look up which lanes trade now; give how many do, and their first and last session."""
    active, first, last = ZERO, until + ZERO, NOBODY
    for l in range(LANES):
        k = at[NEXT + l]
        here = k < at[END + l]
        t = session[np.uint64(k if here else ZERO)]
        trades = here and t < until
        at[ACTIVE + l] = 1 if trades else 0
        at[SESSION + l] = t if trades else NOBODY
        active += at[ACTIVE + l]
        first = min(first, np.int64(t) if trades else first)
        last = max(last, at[SESSION + l])
    return active, first, last


@APART
def _find_weights(at: I, N: int) -> tuple[int, int]:
    """Find where the weights of rows that name every asset stand, NOBODY for other lanes; give the extremes."""
    lowest, highest = LARGEST, NOBODY
    for l in range(LANES):
        stands = at[ACTIVE + l] & at[WHOLE + l]
        at[WEIGHTS + l] = at[ORIGIN + l] + at[NEXT + l] * N if stands == 1 else NOBODY
        lowest, highest = min(lowest, at[WEIGHTS + l]), max(highest, at[WEIGHTS + l])
    return lowest, highest


@APART
def _spread(values: F, table: F) -> None:
    """Give every lane the same values."""
    for i in range(len(table)):
        row, each = table[i], values[i]
        for l in range(LANES):
            row[l] = each


@APART
def _gather(values: F, table: F, start: I, step: int, else_from: int) -> None:
    """Give every lane the values that begin at its start times a step; elsewhere when its start is negative."""
    for i in range(len(table)):
        row = table[i]
        for l in range(LANES):
            row[l] = values[np.uint64((start[l] * step if start[l] >= 0 else else_from) + i)]


@INNER
def _whole(rows: Rows, bits: I, first: int, last: int, N: int) -> int:
    """Say (1 or 0) whether the rows first to last name every asset in order, with plain weights.

    A float64 is neither negative nor NaN nor above MOST_WEIGHT when its bits, read as an integer, lie between 0 and
    HEAVIEST.
    """
    wrong, signs = ZERO, ZERO
    for k in range(first, last):
        start = rows.start[k]
        if rows.start[k + 1] - start != N:
            return 0
        assets, weights = rows.asset[start : start + N], bits[start : start + N]
        for i in range(N):
            wrong |= assets[i] ^ i
        for i in range(N):
            signs |= weights[i] | (HEAVIEST - weights[i])
    return 1 if wrong == 0 and signs >= 0 else 0


@INNER
def _load_some(table: F, rows: Rows, k: int, active: int, l: int) -> bool:
    """Lay out the weights of row k, none when the lane does not trade; say whether it is plain."""
    N, before, fine = len(table), -ONE, YES
    for i in range(N):
        table[i, l] = np.nan
    if active == 0:
        return fine
    for e in range(rows.start[k], rows.start[k + 1]):
        i = rows.asset[e]
        fine &= before < i < N and 0.0 <= rows.weight[e] <= MOST_WEIGHT
        if 0 <= i < N:
            table[i, l] = rows.weight[e]
        before = i
    return fine
