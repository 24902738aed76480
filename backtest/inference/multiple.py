"""Adjust p-values for their number: Bonferroni, Holm, Benjamini-Hochberg, Benjamini-Yekutieli."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Method", "adjust"]

Method = Literal["bonferroni", "holm", "bh", "by"]


def adjust(p: ArrayLike, method: Method) -> NDArray[np.float64]:
    """Give adjusted p-values in the order of the given ones; NaN stays NaN and is not counted.

    Family-wise: ``bonferroni``, ``holm`` (1979). False discovery rate: ``bh`` (1995, independent or positively
    dependent tests), ``by`` (2001, any dependence).
    """
    given = np.asarray(p, dtype=np.float64)
    out = np.full(given.shape, np.nan)
    known = ~np.isnan(given)
    values = given[known]
    if np.any((values < 0.0) | (values > 1.0)):
        raise ValueError("p-values lie between 0 and 1")
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(len(values))
    adjusted[order] = _sorted(values[order], method)
    out[known] = adjusted
    return out


def _sorted(p: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    n = len(p)
    if method == "bonferroni":
        return np.minimum(p * n, 1.0)
    rank = np.arange(1, n + 1)
    if method == "holm":
        return np.minimum(np.maximum.accumulate(p * (n - rank + 1)), 1.0)
    factor = n * (float(np.sum(1.0 / rank)) if method == "by" else 1.0)
    return np.minimum(np.minimum.accumulate((p * factor / rank)[::-1])[::-1], 1.0)
