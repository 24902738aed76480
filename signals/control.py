"""Scores of signals that no event is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from signals.base import NO_EVENT, Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["plain"]


def plain(values: NDArray[np.float64], columns: NDArray[np.int64]) -> Scores:
    """Give the scores of tilts of shape (D, columns)."""
    decision, at = np.nonzero(values)
    none = np.full(len(decision), NO_EVENT, dtype=np.int64)
    return Scores(decision.astype(np.int64), columns[at], none, values[decision, at])
