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
    dependent tests), ``by`` (2001, any dependence). Of several axes the last one is a family.
    """
    given = np.asarray(p, dtype=np.float64)
    if np.any((given < 0.0) | (given > 1.0)):
        raise ValueError("p-values lie between 0 and 1")
    order = np.argsort(given, axis=-1, kind="stable")  # NaN comes last
    out = np.empty(given.shape)
    n = (~np.isnan(given)).sum(axis=-1, keepdims=True)
    np.put_along_axis(out, order, _sorted(np.take_along_axis(given, order, axis=-1), n, method), axis=-1)
    return out


def _sorted(p: NDArray[np.float64], n: NDArray[np.int64], method: Method) -> NDArray[np.float64]:
    """Adjust ascending p-values, n of each family known."""
    rank = np.arange(1, p.shape[-1] + 1)
    if method == "bonferroni":
        return np.minimum(p * n, 1.0)
    if method == "holm":
        return np.minimum(np.maximum.accumulate(p * (n - rank + 1), axis=-1), 1.0)
    factor = n * (np.where(rank <= n, 1.0 / rank, 0.0).sum(axis=-1, keepdims=True) if method == "by" else 1.0)
    least = np.fmin.accumulate((p * factor / rank)[..., ::-1], axis=-1)[..., ::-1]
    return np.where(np.isnan(p), np.nan, np.minimum(least, 1.0))
