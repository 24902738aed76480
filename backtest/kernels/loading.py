"""The next rows of scenarios that walk abreast, looked at and laid out lane by lane."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import INNER, ONCE, Rows
from backtest.kernels.lanes import (
    ACTIVE,
    CHECKED,
    END,
    HEAD,
    LANES,
    LARGEST,
    NEXT,
    NO,
    ONE,
    PRICE,
    RING,
    SESSION,
    SOME,
    TAIL,
    WEIGHT,
    WHOLE,
    YES,
    ZERO,
    B,
    F,
    I,
)


@INNER
def advance(session: I, at: I, sessions: int, plain: B, l: int) -> None:
    """Look up the session of a lane's next row; the end where there is none, or where it is not as it should be."""
    k, t = at[NEXT, l], ZERO + sessions
    if k < at[END, l]:
        t = session[k]
        if not at[SESSION, l] < t < sessions:
            plain[l], at[END, l], t = NO, k, ZERO + sessions
    at[SESSION, l] = t


@INNER
def load(reference: F, rows: Rows, bits: I, table: F, at: I, plain: B) -> bool:
    """Lay out the next row of every lane that has one and room in its ring: its prices, and its weights, else NaN."""
    N, t = len(table), -ONE
    together: np.bool_ = YES
    for l in range(LANES):
        at[ACTIVE, l] = 1 if at[NEXT, l] < at[END, l] and at[HEAD, l] - at[TAIL, l] < RING - 1 else 0
        if at[ACTIVE, l] == 1:
            together &= t < 0 or at[SESSION, l] == t
            t = at[SESSION, l]
    if t < 0:
        return NO
    if together:
        prices = reference[t]
        for i in range(N):
            asset = table[i]
            for l in range(LANES):
                asset[PRICE + l] = prices[i]
    for l in range(LANES):
        k = at[NEXT, l]
        if at[ACTIVE, l] == 0:
            for i in range(N):
                table[i, WEIGHT + l] = np.nan
            continue
        if not together:
            prices = reference[at[SESSION, l]]
            for i in range(N):
                table[i, PRICE + l] = prices[i]
        if k == at[CHECKED, l]:
            at[CHECKED, l] = min(k + SOME, at[END, l])
            at[WHOLE, l] = _whole(rows, bits, k, at[CHECKED, l], N)
        if at[WHOLE, l] == 1:
            weights = rows.weight[rows.start[k] : rows.start[k + 1]]
            for i in range(N):
                table[i, WEIGHT + l] = weights[i]
        elif not _load_some(table, rows, k, l):
            plain[l] = NO
    return YES


@INNER
def _whole(rows: Rows, bits: I, first: int, last: int, N: int) -> int:
    """Say (1 or 0) whether the rows first to last name every asset in order, with plain weights.

    A float64 is neither negative nor infinite nor NaN when its bits, read as an integer, lie between 0 and LARGEST.
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
            signs |= weights[i] | (LARGEST - weights[i])
    return 1 if wrong == 0 and signs >= 0 else 0


@ONCE
def _load_some(table: F, rows: Rows, k: int, l: int) -> bool:
    """Lay out the weights of row k; say whether it is plain."""
    N, before, fine = len(table), -ONE, YES
    for i in range(N):
        table[i, WEIGHT + l] = np.nan
    for e in range(rows.start[k], rows.start[k + 1]):
        i = rows.asset[e]
        fine &= before < i < N and 0.0 <= rows.weight[e] < np.inf
        if 0 <= i < N:
            table[i, WEIGHT + l] = rows.weight[e]
        before = i
    return fine
