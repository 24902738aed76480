"""Abnormal returns from prefix sums, ranks, correlations and placebo statistics: what an event study repeats often.

Prefix sums: (n, y, x, yy, xy, xx) added up over the sessions before one, on which return and market are both known,
each about a constant of the asset, so that nothing cancels. An estimation window is then one subtraction, whatever its
length, and so is an event window. The sums run with the sessions and are kept only where an event asks for them: all of
them would be six times the returns, and writing them would take longer than everything else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.objects import entry

F = NDArray[np.float64]
I = NDArray[np.int64]

TILE = 128  # events whose assets' rows are kept near while the draws pass over them
ROUNDING = 1e-13  # of the sums so far: a residual sum of squares below it is rounding, not variance


@entry
def running(
    y: F, centre: F, x: F, middle: float, asset: I, session: I, span: I, reached: I, room: F, sums: F
) -> None:  # fmt: skip
    """Add up returns y (T, A) about centre (A,) and a market x (T,) about middle; keep what events ask for.

    asset, session (E,) ascend by session, span (boundaries,) ascends. Fills sums (boundaries, E, 6) with n, y, x, yy,
    xy, xx over the sessions before session + span[boundary]. reached (boundaries,), room (6, A): working room. Sessions
    run outside: returns are read once, as they lie. What the market alone decides is added up once for all assets, less
    what each has missed.
    """
    sessions, assets = y.shape
    begin = min(max(session[0] + span[0], 0), sessions)
    end = min(max(session[-1] + span[-1], 0), sessions)
    sy, syy, sxy, missed, mx, mxx = room[0], room[1], room[2], room[3], room[4], room[5]
    room[:] = 0.0
    reached[:] = 0
    n, sx, sxx = 0.0, 0.0, 0.0
    for t in range(begin, end + 1):
        for k in range(len(span)):
            i = reached[k]
            while i < len(session) and (session[i] + span[k] <= t or t == end):
                a, row = asset[i], sums[k, i]
                row[1], row[3], row[4] = sy[a], syy[a], sxy[a]
                row[0], row[2], row[5] = n - missed[a], sx - mx[a], sxx - mxx[a]
                i += 1
            reached[k] = i
        if t == end or not np.isfinite(x[t]):
            continue
        u = x[t] - middle
        u2 = u * u
        n, sx, sxx = n + 1.0, sx + u, sxx + u2
        gaps = np.int64(0)
        for a in range(assets):
            v = y[t, a] - centre[a]
            known = np.isfinite(v)
            v = v if known else 0.0
            gaps += not known
            sy[a] += v
            syy[a] += v * v
            sxy[a] += u * v
        for a in range(assets if gaps > 0 else 0):
            gone = 0.0 if np.isfinite(y[t, a]) else 1.0
            missed[a] += gone
            mx[a] += u * gone
            mxx[a] += u2 * gone


@entry
def windows(sums: F, order: I, session: I, span: I, sessions: int, fewest: float, out: F) -> None:
    """Fill out[order] (E, 3) with CAR, SCAR and the valid sessions of one event window under the market model.

    sums: as ``running`` fills it for the begin and end of the estimation and of the event window, ends exclusive. NaN
    where the windows leave the panel, fewer than ``fewest`` observations are left, or returns or market do not vary.
    V = s^2 (L + L^2 / M + (sum of the market about its estimation mean)^2 / SSx); SCAR = CAR / sqrt V.
    """
    for i in range(len(session)):
        found = out[order[i]]
        found[0], found[1], found[2] = np.nan, np.nan, 0.0
        if session[i] + span[1] <= 0 or session[i] + span[2] < 0 or session[i] + span[3] > sessions:
            continue
        low, high, first, final = sums[0, i], sums[1, i], sums[2, i], sums[3, i]
        n = high[0] - low[0]
        if n < fewest or n < 3.0:
            continue
        my, mx = (high[1] - low[1]) / n, (high[2] - low[2]) / n
        cxx = high[5] - low[5] - n * mx * mx
        cxy = high[4] - low[4] - n * mx * my
        cyy = high[3] - low[3] - n * my * my
        if cxx <= ROUNDING * high[5]:
            continue
        beta = cxy / cxx
        left = cyy - beta * cxy
        if left <= ROUNDING * high[3]:
            continue
        valid = final[0] - first[0]
        moved = final[2] - first[2] - valid * mx
        car = final[1] - first[1] - valid * my - beta * moved
        variance = left / (n - 2.0) * (valid + valid * valid / n + moved * moved / cxx)
        found[2] = valid
        if valid > 0.0:
            found[0], found[1] = car, car / np.sqrt(variance)


@entry
def bmp(table: F, asset: I, session: I, sign: F, first: int, last: int, out: F) -> None:
    """Fill out (draw, 3) for draws first to last with BMP's t, the mean SCAR and the number of known SCARs.

    table (A, T): SCAR of every asset and session; asset, session, sign (draw, event), sign (1, 1) when all are +1.
    t = sqrt(n) mean / deviation with n - 1; NaN below two events or without spread. Tiles of events run outside,
    draws inside, so that assets' rows stay near; every draw still adds its events in their order.
    """
    signed = sign.shape[0] > 1 or sign.shape[1] > 1
    for d in range(first, last):
        out[d, 0], out[d, 1], out[d, 2] = 0.0, 0.0, 0.0  # here the sums are kept until all events are added
    for tile in range(0, session.shape[1], TILE):
        for d in range(first, last):
            n, total, squares = out[d, 0], out[d, 1], out[d, 2]
            for i in range(tile, min(tile + TILE, session.shape[1])):
                value = table[asset[d, i], session[d, i]]
                if not np.isnan(value):
                    value = value * sign[d, i] if signed else value
                    n, total, squares = n + 1.0, total + value, squares + value * value
            out[d, 0], out[d, 1], out[d, 2] = n, total, squares
    for d in range(first, last):
        n, total, squares = out[d, 0], out[d, 1], out[d, 2]
        out[d, 0], out[d, 1], out[d, 2] = np.nan, total / n if n > 0.0 else np.nan, n
        left = squares - total * total / n if n > 1.0 else 0.0
        if left > 1e-12 * squares:
            out[d, 0] = total / n * np.sqrt(n * (n - 1.0) / left)


@entry
def midranks(values: F, orders: I, out: F) -> None:
    """Fill out (N, C) with rank / (count + 1) - 1/2 of every row; ties share their mean rank, NaN stays NaN.

    orders (N, C) sorts each row, NaN last: numpy sorts, because numba would compile a sort for seconds.
    """
    for i in range(values.shape[0]):
        order = orders[i]
        count = np.int64(0)
        for j in range(values.shape[1]):
            out[i, j] = np.nan
            count += np.int64(not np.isnan(values[i, j]))
        at = np.int64(0)
        while at < count:
            end = at
            while end + 1 < count and values[i, order[end + 1]] == values[i, order[at]]:
                end += 1
            for j in range(at, end + 1):
                out[i, order[j]] = (0.5 * (at + end) + 1.0) / (count + 1.0) - 0.5
            at = end + 1


@entry
def pairs(residual: F, begin: I, session: I, out: F) -> None:
    """Add to out (distances,) the correlations of ordered pairs by how many sessions apart their events are.

    residual (N, L) begins at row ``begin`` of the panel; events ascend by session; pairs further apart than out are
    left out. Correlations run over the calendar rows that both have, at least three.
    """
    count, width = residual.shape
    for i in range(count):
        for j in range(i + 1, count):
            apart = session[j] - session[i]
            if apart >= len(out):
                break
            shift = begin[i] - begin[j]
            n, sa, sb = 0.0, 0.0, 0.0
            for k in range(max(np.int64(0), -shift), min(width, width - shift)):
                if not (np.isnan(residual[i, k]) or np.isnan(residual[j, k + shift])):
                    n, sa, sb = n + 1.0, sa + residual[i, k], sb + residual[j, k + shift]
            if n < 3.0:
                continue
            sa, sb, saa, sbb, sab = sa / n, sb / n, 0.0, 0.0, 0.0
            for k in range(max(np.int64(0), -shift), min(width, width - shift)):
                if not (np.isnan(residual[i, k]) or np.isnan(residual[j, k + shift])):
                    u, v = residual[i, k] - sa, residual[j, k + shift] - sb
                    saa, sbb, sab = saa + u * u, sbb + v * v, sab + u * v
            if saa > 0.0 and sbb > 0.0:
                out[apart] += 2.0 * sab / np.sqrt(saa * sbb)


@entry
def among(residual: F, deviation: F, alone: F, value: F, total: F, count: F) -> None:
    """Rank each event's value among its standardised residuals; add ranks and counts up by column.

    residual (N, L), NaN where unknown; deviation, value (N,); alone (N, L): ranks of the residuals by themselves, as
    ``midranks`` gives them. total, count (L + 1,): the value's own rank comes last. Ranks are rank / (n + 2) - 1/2.
    """
    width = residual.shape[1]
    for i in range(residual.shape[0]):
        n, below, equal = 0.0, 0.0, 0.0
        for k in range(width):
            scaled = residual[i, k] / deviation[i]
            if not np.isnan(scaled):
                n, below, equal = n + 1.0, below + (scaled < value[i]), equal + (scaled == value[i])
        for k in range(width):
            scaled = residual[i, k] / deviation[i]
            if not np.isnan(scaled):
                rank = np.rint(2.0 * (alone[i, k] + 0.5) * (n + 1.0)) / 2.0
                rank += (scaled > value[i]) + 0.5 * (scaled == value[i])
                total[k] += rank / (n + 2.0) - 0.5
                count[k] += 1.0
        total[width] += (1.0 + below + 0.5 * equal) / (n + 2.0) - 0.5
        count[width] += 1.0


@entry
def clustered(weights: F, sums: F, size: F, out: F) -> None:
    """Fill out (draws,) with mean / cluster-robust error of the mean, per row of weights (draws, G) on cluster sums."""
    n = 0.0
    for g in range(len(size)):
        n += size[g]
    for d in range(weights.shape[0]):
        total, squares = 0.0, 0.0
        for g in range(len(sums)):
            total += weights[d, g] * sums[g]
        mean = total / n
        for g in range(len(sums)):
            left = weights[d, g] * sums[g] - size[g] * mean
            squares += left * left
        out[d] = mean * n / np.sqrt(squares)
