"""The one place where a long frame becomes arrays: sessions by assets, NaN where an asset cannot be traded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

__all__ = ["Panel", "panel"]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Prices of some assets on some sessions.

    Attributes
    ----------
    sessions
        datetime64[D], shape (T,), ascending.
    assets
        Names, ascending, length N.
    open, close
        Quote currency per share, float64, shape (T, N); NaN: not tradable.
    dividend
        Cash per share on the ex-date, shape (T, N), 0 where none.
    split
        New shares per old, shape (T, N), 1 where none.
    volume
        Shares traded, shape (T, N); NaN: unknown.

    """

    sessions: NDArray[np.datetime64]
    assets: tuple[str, ...]
    open: NDArray[np.float64]
    close: NDArray[np.float64]
    dividend: NDArray[np.float64]
    split: NDArray[np.float64]
    volume: NDArray[np.float64]

    def column(self, asset: str) -> int:
        """Give the position of an asset."""
        return self.assets.index(asset)


def panel(prices: pl.DataFrame, sessions: NDArray[np.datetime64], assets: tuple[str, ...]) -> Panel:
    """Scatter a PRICES frame onto the given sessions and assets.

    Rows of other sessions or assets are left out; splits and dividends on a left-out row are therefore the caller's
    to avoid (the loaders refuse rows that are no session of the exchange).
    """
    names = tuple(sorted(assets))
    rows = _positions(prices["session"].to_numpy().astype("datetime64[D]"), sessions)
    columns = _columns(prices["asset"], names)
    inside = (rows >= 0) & (columns >= 0)
    at = (rows[inside], columns[inside])
    shape = (len(sessions), len(names))

    def scatter(name: str, default: float) -> NDArray[np.float64]:
        values = np.full(shape, default)
        if name in prices.columns:
            found = prices[name].to_numpy().astype(np.float64)[inside]
            values[at] = np.where(np.isnan(found), default, found)
        return values

    return Panel(
        sessions,
        names,
        scatter("open", np.nan),
        scatter("close", np.nan),
        scatter("dividend", 0.0),
        scatter("split", 1.0),
        scatter("volume", np.nan),
    )


def _positions(days: NDArray[np.datetime64], sessions: NDArray[np.datetime64]) -> NDArray[np.int64]:
    at = np.searchsorted(sessions, days)
    safe = np.minimum(at, len(sessions) - 1)
    return np.where((at < len(sessions)) & (sessions[safe] == days), at, -1) if len(sessions) else at - 1 - at


def _columns(assets: pl.Series, names: tuple[str, ...]) -> NDArray[np.int64]:
    order = {name: position for position, name in enumerate(names)}
    columns: NDArray[np.int64] = np.array([order.get(name, -1) for name in assets.to_list()], dtype=np.int64)
    return columns
