"""Build the loadings of a signal's impulses: baskets, announcers, linked names, each funded by a basket or by cash."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from signals.impulses import Loadings, Row
from signals.past import betas

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from signals.base import Context

__all__ = ["Rows", "against", "past_betas"]

LEAST_RETURNS = 20  # with fewer, an asset's beta is taken to be 1


class Rows:
    """Loadings gathered one by one, each made once; a row without any asset has no number."""

    def __init__(self, context: Context, neutral_to: str | None = None) -> None:
        self.context = context
        self.funding = None if neutral_to is None else context.split(neutral_to)
        self.rows: list[Row] = []
        self.numbers: dict[Hashable, int | None] = {}

    @cached_property
    def columns(self) -> dict[str, int]:
        """Give the column of every asset of a basket; others cannot be traded."""
        named = {asset for members in self.context.baskets.values() for asset in members}
        return {asset: column for column, asset in enumerate(self.context.assets) if asset in named}

    def announcer(self, asset: str) -> int | None:
        """Give the row of one asset, None when no basket has it."""
        return self.names((asset,))

    def names(self, assets: Sequence[str]) -> int | None:
        """Give the row of some assets in equal parts, of those that a basket has."""
        return self._numbered(("names", *sorted(assets)), lambda: self._equal(assets))

    def basket(self, name: str, without: str = "") -> int | None:
        """Give the row of a basket, one asset left out."""
        left_out = without if without in self.context.baskets[name] else ""
        return self._numbered(("basket", name, left_out), lambda: self._basket(name, left_out))

    def mix(self, key: Hashable, make: Callable[[], Row]) -> int | None:
        """Give the row that ``make`` makes; ``key`` names it."""
        return self._numbered(("mix", key), make)

    def loadings(self) -> Loadings:
        """Give all rows gathered so far."""
        return Loadings.of(self.rows, len(self.context.decisions), self.funding)

    def _numbered(self, key: Hashable, make: Callable[[], Row]) -> int | None:
        if key not in self.numbers:
            row = make()
            self.numbers[key] = len(self.rows) if len(row[0]) else None
            if len(row[0]):
                self.rows.append(row)
        return self.numbers[key]

    def _equal(self, assets: Sequence[str]) -> Row:
        found = sorted(self.columns[asset] for asset in set(assets) if asset in self.columns)
        columns = np.array(found, dtype=np.int64)
        listed = self.context.listed(columns).astype(np.float64)
        return columns, listed if len(columns) == 1 else _whole(listed)

    def _basket(self, name: str, without: str) -> Row:
        columns, weights = self.context.split(name)
        if not without:
            return columns, weights
        kept = np.array([self.context.assets[column] != without for column in columns.tolist()], dtype=np.bool_)
        return columns[kept], _whole(weights[:, kept])


def against(row: Row, funding: Row, ratio: NDArray[np.float64] | None = None) -> Row:
    """Give the row less ``ratio`` (1 without, shape (D,)) of the funding; nothing while one of them holds nothing."""
    columns = np.union1d(row[0], funding[0])
    weights = np.zeros((len(row[1]), len(columns)))
    weights[:, np.searchsorted(columns, row[0])] = row[1]
    weights[:, np.searchsorted(columns, funding[0])] -= funding[1] if ratio is None else funding[1] * ratio[:, None]
    both = _holds(row[1]) & _holds(funding[1])
    if ratio is not None:
        both &= ratio > 0.0
    weights[~both] = 0.0
    return columns, weights


def _holds(weights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say at which decisions a row of weights at or above 0 holds anything, shape (D,)."""
    held: NDArray[np.bool_] = weights @ np.ones(weights.shape[1]) > 0.0
    return held


def past_betas(context: Context, lookback: int) -> NDArray[np.float64]:
    """Give every asset's beta on the mean return of all basket assets, from the sessions before; shape (D, N).

    An asset with fewer than LEAST_RETURNS returns, or a market that did not move, has beta 1.
    """
    named = {asset for members in context.baskets.values() for asset in members}
    columns = np.array([at for at, asset in enumerate(context.assets) if asset in named], dtype=np.int64)
    found = np.ones((len(context.decisions), len(context.assets)))
    for at, decision in enumerate(context.decisions.tolist()):
        past = context.past_returns(decision, lookback)
        found[at] = betas(past, _mean(past[:, columns]), LEAST_RETURNS)
    return np.where(np.isnan(found), 1.0, found)


def _mean(past: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(past)
    count = known.sum(axis=1)
    whole = np.cumsum(np.where(known, past, 0.0), axis=1)[:, -1] if past.shape[1] else np.zeros(len(past))
    mean: NDArray[np.float64] = np.divide(whole, count, out=np.full(len(past), np.nan), where=count > 0)
    return mean


def _whole(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.cumsum(raw, axis=1)[:, -1:] if raw.shape[1] else np.zeros((len(raw), 1))
    return np.divide(raw, total, out=np.zeros_like(raw), where=total > 0.0)
