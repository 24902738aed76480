"""Arrays as the walk wants them: references, marks carried forward, sessions with corporate actions, averages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.books import DAILY, ORDER, Desk, Journal, Market

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AVERAGED", "averages", "carried_forward", "desk", "journal", "market"]

F = NDArray[np.float64]
AVERAGED = 21  # sessions behind average volume and volatility


def carried_forward(close: F, split: F) -> F:
    """Give the last close of every asset, shape (T, N); over a gap it follows splits, before the first it is 0."""
    mark = np.empty(close.shape)
    last = np.zeros(close.shape[1])
    for t in range(len(close)):
        mark[t] = last = np.where(np.isnan(close[t]), last / split[min(t, len(split) - 1)], close[t])
    return mark


def _first_marked(close: F, fill: F) -> F:
    """Mark an asset at its fill price until its first close: bought before, it would be worth nothing."""
    unknown = np.logical_and.accumulate(np.isnan(close), axis=0)
    return np.where(unknown, fill, close)


def _complete(prices: F) -> bool:
    """Say whether no price is missing: the least of some numbers is NaN when one of them is, and takes no table."""
    return not np.isnan(prices.min(initial=np.inf))


def averages(close: F, volume: F, split: F | None = None) -> tuple[F, F]:
    """Give average volume and daily volatility over the 21 sessions before each session, shape (T, N).

    Volumes are in the shares of the session itself: its split, known before it opens, and all since restate what was
    traded before, as they do shares held. Returns are close x split / close before. ``split`` is None, or new shares
    per old, shape (T, N); one row stands for every session.

    NaN until 21 sessions are known; a missing volume makes the averages that contain it NaN, and so does a missing
    close those whose returns need it.
    """
    splits = np.broadcast_to(1.0 if split is None else split, close.shape)
    volumes, sigmas = np.full(close.shape, np.nan), np.full(close.shape, np.nan)
    traded, worth = np.array(volume, dtype=np.float64), np.array(close[1:], dtype=np.float64)  # copies, laid out alike
    worth *= splits[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.log(worth) - np.log(close[:-1])
    for t in range(1, len(close)):
        past = slice(max(t - AVERAGED, 0), t)
        if split is not None:
            traded[past] *= splits[t]  # now in the shares of session t
        if t > AVERAGED:
            volumes[t] = traded[past].mean(axis=0)
            sigmas[t] = moves[t - 1 - AVERAGED : t - 1].std(axis=0, ddof=1)
    return np.where(np.isnan(sigmas), np.nan, volumes), sigmas


def market(
    fill: F,
    close: F,
    dividend: F | None,
    split: F | None,
    days: F,
    *,
    volume: F | None = None,
    sigma: F | None = None,
    borrow: F | None = None,
    delistings: Mapping[tuple[int, int], float] | None = None,
) -> Market:
    """Prepare a panel (arrays of shape (T, N)) for the walk; ``delistings`` maps (session, asset) to the return."""
    gone = sorted(delistings or {})
    busy = np.zeros(len(close), dtype=np.bool_)
    busy[[session for session, _ in gone]] = True
    if dividend is not None:
        busy |= (dividend != 0.0).any(axis=1)
    if split is not None:
        busy |= (split != 1.0).any(axis=1)
    nothing = np.zeros((1, close.shape[1]))
    splits = nothing + 1.0 if split is None else np.ascontiguousarray(split)
    priced = _complete(close)
    mark = np.ascontiguousarray(close) if priced else carried_forward(_first_marked(close, fill), splits)
    always = priced if fill is close else _complete(fill)
    tradable = np.ones(fill.shape, dtype=np.bool_) if always else ~np.isnan(fill)
    return Market(
        np.ascontiguousarray(fill if always else _references(fill, tradable, mark, splits)),
        np.ascontiguousarray(tradable),
        mark,
        nothing if dividend is None else np.ascontiguousarray(dividend),
        splits,
        np.ascontiguousarray(days, dtype=np.float64),
        np.flatnonzero(busy).astype(np.int64),
        np.ascontiguousarray(nothing if volume is None else volume),
        np.ascontiguousarray(nothing if sigma is None else sigma),
        np.ascontiguousarray(nothing if borrow is None else borrow),
        np.array([(*key, (delistings or {})[key]) for key in gone], dtype=np.float64).reshape(len(gone), 3),
    )


def _references(fill: F, tradable: NDArray[np.bool_], mark: F, split: F) -> F:
    """Give the fill prices, the last mark where there is none."""
    before = np.vstack([np.zeros((1, fill.shape[1])), mark[:-1]])[: len(fill)] / split
    return np.where(tradable, fill, before)


def desk(sessions: int, assets: int, *, detail: bool) -> Desk:
    """Make the working tables of one walk; ``detail`` keeps all of DAILY, not equity alone."""
    rows = len(DAILY) if detail else 1
    return Desk(np.zeros((4, assets)), np.zeros((10, assets), np.int64), np.zeros((rows, sessions)), np.zeros(10))


def journal(sessions: int, assets: int, orders: int) -> Journal:
    """Make an empty journal with room for so many orders; all zeros for none at all."""
    return Journal(  # nothing is read that was not written, and untouched memory costs nothing
        np.empty((sessions, assets)),
        np.empty(sessions, dtype=np.int64),
        np.empty((orders, 3), dtype=np.int64),
        np.empty((orders, len(ORDER))),
    )
