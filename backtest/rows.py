"""Targets of arrays, checked and laid out as the rows that the walk reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.portfolio import Targets
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.kernels import books

__all__ = ["inside", "numbers", "sparse"]


def sparse(weights: NDArray[np.float64], on: books.Market) -> Targets:
    """Give dense weights as sparse targets: NaN leaves an asset alone."""
    sessions, assets = on.mark.shape
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (sessions, assets):
        raise RunError(f"targets have shape {weights.shape}, expected {(sessions, assets)} like close")
    if np.isinf(weights).any():
        raise RunError("targets hold an infinite weight; NaN leaves an asset alone, 0 closes it")
    row, asset = np.nonzero(~np.isnan(weights))
    session = np.unique(row)
    start = np.searchsorted(row, np.append(session, sessions)).astype(np.int64)
    return Targets(session, start, asset.astype(np.int64), np.zeros(len(asset), dtype=np.int64), weights[row, asset])


def numbers(
    session: NDArray[Any], start: NDArray[Any], asset: NDArray[Any], weight: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give targets in the types and the layout that the compiled walk reads; positions must be whole numbers."""
    given = {"session": np.asarray(session), "start": np.asarray(start), "asset": np.asarray(asset)}
    for name, values in given.items():
        if not np.can_cast(values.dtype, np.int64, "same_kind"):
            raise RunError(f"{name} of the targets holds {values.dtype}, expected whole numbers: positions")
    places = [np.ascontiguousarray(values, dtype=np.int64) for values in given.values()]
    return places[0], places[1], places[2], np.ascontiguousarray(weight, dtype=np.float64)


def inside(rows: books.Rows, on: books.Market, scenario: NDArray[np.int64]) -> None:
    """Refuse positions outside the panel and sessions out of order: the compiled walk does not look."""
    sessions, assets = on.mark.shape
    for name, values, bound in (("asset", rows.asset, assets), ("session", rows.session, sessions)):
        if len(values) and not 0 <= values.min() <= values.max() < bound:
            raise RunError(f"targets name {name} {values.min()} to {values.max()}, the panel has 0 to {bound - 1}")
    odd = np.flatnonzero(~np.isfinite(rows.weight))
    if len(odd):
        raise RunError(
            f"weight {odd[0]} of the targets is {rows.weight[odd[0]]}; leave out what is left alone, 0 closes"
        )
    back = np.flatnonzero(np.diff(rows.session) <= 0) + 1
    back = back[~np.isin(back, scenario)]
    if len(back):
        before, after = rows.session[back[0] - 1 : back[0] + 1]
        raise RunError(
            f"row {back[0]} of the targets trades in session {after}, the one before it in {before}; sort them"
        )
