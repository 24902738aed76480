"""Targets of arrays, checked and laid out as the rows that the walk reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.cells import ENTRY, WEIGHT, kept, within
from backtest.portfolio import Targets
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.kernels import books

__all__ = ["inside", "numbers", "scenarios", "sparse", "taken"]


def sparse(weights: NDArray[np.float64], on: books.Market) -> Targets:
    """Give dense weights as sparse targets: NaN leaves an asset alone."""
    sessions, assets = on.mark.shape
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (sessions, assets):
        raise RunError(f"targets have shape {weights.shape}, expected {(sessions, assets)} like close")
    row, asset = np.nonzero(~np.isnan(weights))
    weight = weights[row, asset]
    if not within(weight, WEIGHT):
        kept("targets", weights, WEIGHT)
    session = np.unique(row)
    start = np.searchsorted(row, np.append(session, sessions)).astype(np.int64)
    return Targets(session, start, asset.astype(np.int64), np.zeros(len(asset), dtype=np.int64), weight)


def numbers(
    session: NDArray[Any], start: NDArray[Any], asset: NDArray[Any], weight: NDArray[Any], of: str = "the targets"
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give targets in the types and the layout that the compiled walk reads.

    Positions must be whole numbers, and every row must own entries that are there: the walk does not look.
    """
    sessions, starts, assets = (
        _positions(name, values, of) for name, values in (("session", session), ("start", start), ("asset", asset))
    )
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != assets.shape:
        raise RunError(f"weight of {of} has shape {weights.shape}, expected {assets.shape} like asset")
    _owned("start", starts, (len(sessions), "row"), (len(assets), "entries"), of)
    return sessions, starts, assets, np.ascontiguousarray(weights)


def scenarios(scenario: NDArray[Any], rows: int) -> NDArray[np.int64]:
    """Give the first row of every scenario and the number of rows, as the compiled walk reads them."""
    first = _positions("scenario", scenario, "the batch")
    _owned("scenario", first, (max(len(first) - 1, 0), "scenario"), (rows, "rows"), "the batch")
    return first


def taken(
    rows: books.Rows, scenario: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[books.Rows, NDArray[np.int64]]:
    """Give the rows of some scenarios alone, in the order in which they are chosen, and where each scenario begins."""
    row, first = _owned_by(chosen, scenario)
    entry, start = _owned_by(row, rows.start)
    some = rows._replace(session=rows.session[row], start=start, asset=rows.asset[entry], weight=rows.weight[entry])
    return some, first


def _owned_by(owners: NDArray[np.int64], first: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the positions of all that the owners own, and where those of each begin among them, and the end."""
    count = first[owners + 1] - first[owners]
    bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(count)])
    return np.arange(bounds[-1]) + np.repeat(first[owners] - bounds[:-1], count), bounds


def _positions(name: str, values: NDArray[Any], of: str) -> NDArray[np.int64]:
    values = np.asarray(values)
    if not np.can_cast(values.dtype, np.int64, "same_kind"):
        raise RunError(f"{name} of {of} holds {values.dtype}, expected whole numbers: positions")
    if values.ndim != 1:
        raise RunError(f"{name} of {of} has {values.ndim} dimensions, expected 1")
    return np.ascontiguousarray(values, dtype=np.int64)


def _owned(name: str, first: NDArray[np.int64], owners: tuple[int, str], things: tuple[int, str], of: str) -> None:
    """Refuse bounds that do not share all things out, in their order, among the owners."""
    count, total = owners[0], things[0]
    if len(first) != count + 1:
        raise RunError(
            f"{name} of {of} has {len(first)} numbers, expected {count + 1}: where each {owners[1]} begins, and the end"
        )
    if first[0] != 0 or first[-1] != total:
        raise RunError(
            f"{name} of {of} runs from {first[0]} to {first[-1]}, expected 0 to {total}, the number of {things[1]}"
        )
    if (first[1:] < first[:-1]).any():
        at = int(np.flatnonzero(first[1:] < first[:-1])[0])
        raise RunError(
            f"{name}[{at + 1}] of {of} is {first[at + 1]}, below {first[at]}, the one before it; it must not fall"
        )


def inside(rows: books.Rows, on: books.Market, scenario: NDArray[np.int64]) -> None:
    """Refuse positions outside the panel, weights out of bounds and sessions out of order: the walk does not look."""
    sessions, assets = on.mark.shape
    for name, values, bound in (("asset", rows.asset, assets), ("session", rows.session, sessions)):
        if len(values) and not 0 <= values.min() <= values.max() < bound:
            raise RunError(f"targets name {name} {values.min()} to {values.max()}, the panel has 0 to {bound - 1}")
    kept("weight", rows.weight, ENTRY)
    back = np.flatnonzero(np.diff(rows.session) <= 0) + 1
    back = back[~np.isin(back, scenario)]
    if len(back):
        before, after = rows.session[back[0] - 1 : back[0] + 1]
        raise RunError(
            f"row {back[0]} of the targets trades in session {after}, the one before it in {before}; sort them"
        )
