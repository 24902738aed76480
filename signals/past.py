"""Total returns of a panel, each from its own row and the rows before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.panel import Panel

__all__ = ["betas", "returns", "volatilities"]


def returns(panel: Panel) -> NDArray[np.float64]:
    """Give (close x split + dividend x split) / close before - 1, shape (T, N); NaN where a close is missing.

    A dividend is per share of the new basis, as the walk credits it.
    """
    out = np.full(panel.close.shape, np.nan)
    worth = (panel.close[1:] + panel.dividend[1:]) * panel.split[1:]
    out[1:] = worth / panel.close[:-1] - 1.0
    return out


def volatilities(past: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """Give the standard deviation (ddof 1) per asset, NaN with fewer than ``least`` returns; shape (N,)."""
    known = ~np.isnan(past)
    count = known.sum(axis=0)
    filled = np.where(known, past, 0.0)
    mean = _added(filled) / np.maximum(count, 1)
    squares = _added(np.where(known, (filled - mean) ** 2, 0.0))
    enough = count >= max(least, 2)
    return np.where(enough, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def betas(past: NDArray[np.float64], market: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """Give cov(asset, market) / var(market) per asset over the sessions both have, NaN with fewer than ``least``."""
    known = ~np.isnan(past) & ~np.isnan(market)[:, None]
    count = known.sum(axis=0)
    safe = np.maximum(count, 1)
    ours, theirs = np.where(known, past, 0.0), np.where(known, np.nan_to_num(market)[:, None], 0.0)
    ours = np.where(known, ours - _added(ours) / safe, 0.0)
    theirs = np.where(known, theirs - _added(theirs) / safe, 0.0)
    shared, spread = _added(ours * theirs), _added(theirs * theirs)
    enough = (count >= max(least, 2)) & (spread > 0.0)
    found: NDArray[np.float64] = np.divide(shared, spread, out=np.full(past.shape[1], np.nan), where=enough)
    return found


def _added(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add down the sessions one after another: the same bits whatever the number of assets."""
    if not len(values):
        return np.zeros(values.shape[1])
    total: NDArray[np.float64] = np.cumsum(values, axis=0)[-1]
    return total
