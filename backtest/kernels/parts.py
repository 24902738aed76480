"""Targets by part, as both walks want them: totals per asset for the first, (asset, part) pairs for the second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.attribute import Parts
from backtest.kernels.books import Rows

__all__ = ["parts", "totals"]

F = NDArray[np.float64]
I = NDArray[np.int64]


def totals(session: I, start: I, asset: I, weight: F) -> Rows:
    """Sum the entries of one asset within a row, one after the other, in their order; it stands where it stood first.

    ``start`` must share out all entries, in their order.
    """
    rises = asset[1:] > asset[:-1]
    begun, ended = np.searchsorted(start, 0, side="right"), np.searchsorted(start, len(asset))
    rises[start[begun:ended] - 1] = True  # from one row to the next
    if rises.all():
        return Rows(session, start, asset, weight)
    together = (rises | (asset[1:] == asset[:-1])).all()
    row = np.repeat(np.arange(len(session)), np.diff(start))
    order = np.arange(len(asset)) if together else np.lexsort((asset, row))  # stable
    fresh = np.ones(len(asset), dtype=np.bool_)
    fresh[1:] = (row[order][1:] != row[order][:-1]) | (asset[order][1:] != asset[order][:-1])
    if fresh.all():
        return Rows(session, start, asset, weight)
    summed = np.bincount(np.cumsum(fresh) - 1, weight[order]).astype(np.float64)
    first = order[fresh]
    turn = np.argsort(first)
    first = first[turn]
    return Rows(session, np.searchsorted(first, start).astype(np.int64), asset[first], summed[turn])


def parts(session: I, start: I, asset: I, part: I, weight: F, assets: int) -> Parts:
    """Give numbers to the distinct (asset, part) pairs, ascending by asset, then part."""
    key = asset * (int(part.max()) + 1 if len(part) else 1) + part
    pairs, position = np.unique(key, return_inverse=True)
    width = int(part.max()) + 1 if len(part) else 1
    pair_asset, pair_part = (pairs // width).astype(np.int64), (pairs % width).astype(np.int64)
    first = np.searchsorted(pair_asset, np.arange(assets + 1)).astype(np.int64)
    return Parts(session, start, position.astype(np.int64), weight, first, pair_asset, pair_part)
