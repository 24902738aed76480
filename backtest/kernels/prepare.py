"""Arrays as the walk wants them: marks carried forward, sessions with corporate actions, days between sessions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.simulate import Market

__all__ = ["carried_forward", "market"]

F = NDArray[np.float64]


def carried_forward(close: F, split: F) -> F:
    """Give the last close of every asset, shape (N, T); over a gap it follows splits, before the first it is NaN."""
    mark = np.empty(close.T.shape)
    last = np.full(close.shape[1], np.nan)
    for t in range(len(close)):
        last = np.where(np.isnan(close[t]), last / split[t], close[t])
        mark[:, t] = last
    return mark


def market(fill: F, close: F, dividend: F, split: F, sessions: NDArray[np.datetime64]) -> Market:
    """Prepare a panel (arrays of shape (T, N)) for the walk."""
    days = np.zeros(len(sessions))
    days[1:] = np.diff(sessions).astype(np.float64)
    actions = np.flatnonzero((dividend != 0.0).any(axis=1) | (split != 1.0).any(axis=1)).astype(np.int64)
    mark = carried_forward(close, split)
    return Market(np.ascontiguousarray(fill), mark, np.ascontiguousarray(dividend), split, days, actions)
