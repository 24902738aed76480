"""Block resampling and combinatorial splits: draws that depend on the seed and their own number alone.

Every resample has a generator of its own (splitmix64, seeded by seed and number), so chunks and threads change nothing.
A stationary resample joins blocks of geometric length with a uniform start (Politis and Romano 1994), a circular one
blocks of one length (1992); both wrap around the end. Sums over a block are differences of running sums, so a resample
costs its blocks, not its sessions.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.objects import entry, inner

F = NDArray[np.float64]
I = NDArray[np.int64]

INNER = inner(inline=True)
OK, FLAT = 0, 1
FLAT_SHARE = 1e-12  # of the mean square: a variance below it is rounding
GOLDEN, FIRST, SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
S11, S27, S30, S31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)
UNIT = 2.0**-53


@INNER
def _mixed(state: np.uint64) -> np.uint64:
    z = (state ^ (state >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return z ^ (z >> S31)


@INNER
def _started(seed: np.int64, number: np.int64) -> np.uint64:
    return _mixed(_mixed(np.uint64(seed) + GOLDEN) ^ _mixed(np.uint64(number) * GOLDEN + FIRST))


@INNER
def _block(state: np.uint64, sessions: np.int64, length: float, stationary: bool) -> tuple[np.uint64, int, int]:
    """Draw one block: the generator's next state, the block's start and its length."""
    state += GOLDEN
    start = np.int64(float(_mixed(state) >> S11) * UNIT * sessions)
    if not stationary:
        return state, start, np.int64(length)
    state += GOLDEN
    drawn = float(_mixed(state) >> S11) * UNIT
    if length <= 1.0:
        return state, start, np.int64(1)
    more = math.log(1.0 - drawn) / math.log(1.0 - 1.0 / length)
    return state, start, np.int64(1) + np.int64(min(more, 1e15))


@entry
def indices(out: I, length: float, stationary: bool, seed: np.int64, first: np.int64) -> None:
    """Fill out (resamples, sessions) with the sessions of resamples ``first``, ``first + 1``, ..."""
    count, sessions = out.shape
    for b in range(count):
        state = _started(seed, first + b)
        t = 0
        while t < sessions:
            state, start, run = _block(state, sessions, length, stationary)
            for step in range(min(run, sessions - t)):
                out[b, t + step] = (start + step) % sessions
            t += run


@entry
def sums(out: F, running: F, length: float, stationary: bool, seed: np.int64, first: np.int64) -> None:
    """Fill out (resamples, columns) with sums over resamples; running (sessions + 1, columns) begins with zeros."""
    sessions, columns = running.shape[0] - 1, running.shape[1]
    for b in range(out.shape[0]):
        state = _started(seed, first + b)
        out[b] = 0.0
        left = sessions
        while left > 0:
            state, start, run = _block(state, sessions, length, stationary)
            run = min(run, left)
            left -= run
            end = start + run
            for k in range(columns):
                if end <= sessions:
                    out[b, k] += running[end, k] - running[start, k]
                else:
                    out[b, k] += running[sessions, k] - running[start, k] + running[end - sessions, k]


@entry
def gathered(out: F, values: F, index: I) -> None:
    """Fill out (resamples, columns) with sums of values (sessions, columns) over an explicit index matrix."""
    for b in range(out.shape[0]):
        out[b] = 0.0
        for t in index[b]:
            for k in range(values.shape[1]):
                out[b, k] += values[t, k]


@INNER
def _sharpes(out: F, totals: F, squares: F, n: float) -> int:
    """Fill out with mean / sd (ddof 1), 0 where nothing was earned at all; say how many gains do not vary."""
    flat = 0
    scale = n * n / (n - 1.0)
    for k in range(len(out)):
        spread = squares[k] - totals[k] * totals[k] / n
        varies = spread > FLAT_SHARE * squares[k]
        flat += (not varies) & (squares[k] > 0.0)
        out[k] = totals[k] / math.sqrt(spread * scale if varies else 1.0)
    return flat


@INNER
def _added(to: F, row: F) -> None:
    for k in range(len(to)):
        to[k] += row[k]


@entry
def splits(counts: F, totals: F, squares: F, inside: NDArray[np.bool_], room: F, best: I, told: F) -> int:
    """Choose the best strategy inside every split and see how it does outside.

    Parameters
    ----------
    counts, totals, squares
        Sessions (S,), sums and sums of squares (S, N) of every block.
    inside
        Which blocks are in sample, (C, S).
    room
        Working room, (6, N).
    best, told
        Filled: the strategy chosen (C,); its Sharpe ratio inside and outside, and its midrank outside from 1 (C, 3).

    """
    blocks, strategies = totals.shape
    total, square, within, without = room[:2], room[2:4], room[4], room[5]
    for c in range(inside.shape[0]):
        total[:] = 0.0
        square[:] = 0.0
        sessions, ours = 0.0, 0.0
        for s in range(blocks):
            side = 0 if inside[c, s] else 1
            sessions += counts[s]
            ours += counts[s] if inside[c, s] else 0.0
            _added(total[side], totals[s])
            _added(square[side], squares[s])
        flat = _sharpes(within, total[0], square[0], ours) + _sharpes(without, total[1], square[1], sessions - ours)
        if flat > 0:
            return FLAT
        chosen = 0
        for k in range(strategies):
            chosen = k if within[k] > within[chosen] else chosen
        level = without[chosen]
        below, equal = 0, 0
        for k in range(strategies):
            below += without[k] < level
            equal += without[k] == level
        best[c] = chosen
        told[c, 0], told[c, 1], told[c, 2] = within[chosen], level, below + (equal + 1.0) / 2.0
    return OK
