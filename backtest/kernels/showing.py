"""The sessions of scenarios that walk abreast, marked in turn, each lane with what it holds by then."""

from __future__ import annotations

from backtest.kernels.books import INNER
from backtest.kernels.lanes import (
    APART,
    BEFORE,
    FIRST,
    HIGH,
    LANES,
    LINK,
    LOW,
    NEXT,
    NOBODY,
    NOW,
    PEAK,
    SCATTERED,
    SEEN,
    ZERO,
    F,
    I,
    Lanes,
)


@INNER
def show(mark: F, session: I, lanes: Lanes, paths: F, start: int, end: int, count: int) -> None:
    """Mark a block of sessions, whose rows have all been traded."""
    at, meeting, due, step = lanes.at, lanes.meeting, lanes.due, ZERO
    for l in range(count):
        at[SEEN + l] = 0
        _await(session, at, meeting, due, l)
    while meeting[step] == SCATTERED:
        step += 1
    for t in range(start, end):
        if meeting[step] == t:
            step += 1
            copy(lanes.past[step], lanes.shown)
            if meeting[step] < 0:
                for l in range(count):
                    at[SEEN + l] = step
                    _await(session, at, meeting, due, l)
                while meeting[step] == SCATTERED:
                    step += 1
        l = due[t]
        due[t] = NOBODY
        while l >= 0:
            after = at[LINK + l]
            at[SEEN + l] += 1
            _turn(lanes.past[at[SEEN + l]], lanes.shown, l)
            _await(session, at, meeting, due, l)
            l = after
        _value(mark[t], lanes.shown, lanes.lane)
        _add_up(lanes.lane, lanes.firsts[t % 4], lanes.seconds[t % 4])
        for l in range(count if len(paths) > 0 else 0):
            paths[l, 0, t] = lanes.lane[BEFORE + l]


@INNER
def _await(session: I, at: I, meeting: I, due: I, l: int) -> None:
    """Enter a lane where its next row of the block is due, unless all lanes meet there."""
    k = at[FIRST + l] + at[SEEN + l]
    if k < at[NEXT + l] and meeting[at[SEEN + l]] < 0:
        at[LINK + l], due[session[k]] = due[session[k]], l


@APART
def copy(past: F, shown: F) -> None:
    """Copy what all lanes hold."""
    for i in range(len(shown)):
        before, after = past[i], shown[i]
        for l in range(LANES):
            after[l] = before[l]


@APART
def _turn(past: F, shown: F, l: int) -> None:
    for i in range(len(shown)):
        shown[i, l] = past[i, l]


@APART
def _value(mark: F, shown: F, lane: F) -> None:
    """Value what every lane holds, added in the order of the assets, cash at last."""
    N = len(mark)
    for l in range(LANES):
        lane[NOW + l] = 0.0
    for i in range(N):
        held, price = shown[i], mark[i]
        for l in range(LANES):
            lane[NOW + l] += held[l] * price
    cash = shown[N]
    for l in range(LANES):
        lane[NOW + l] += cash[l]


@APART
def _add_up(lane: F, firsts: F, seconds: F) -> None:
    """Add up the session's returns, in four sums used in turn, and follow the drawdowns."""
    for l in range(LANES):
        now = lane[NOW + l]
        change = now / lane[BEFORE + l] - 1.0
        lane[BEFORE + l] = now
        firsts[l] += change
        seconds[l] += change * change
        peak, low, high = max(lane[PEAK + l], now), lane[LOW + l], lane[HIGH + l]
        deeper = now * high < low * peak
        lane[PEAK + l] = peak
        lane[LOW + l] = now if deeper else low
        lane[HIGH + l] = peak if deeper else high
