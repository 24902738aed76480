"""CAR and SCAR of the market model from running sums: of events, in any number, or of every session of every asset."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from backtest.kernels import study as kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.settings import Study, Window

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Series", "car_and_scar", "inside", "scar_table"]

CENTRED = 16  # sessions that an asset's constant is taken from: it need not be exact, only near
TILE = 16  # assets whose every session is an event at once


class Series(NamedTuple):
    """What is studied: returns (T, A), the market (T,), and the cells that estimations leave out, (T, A).

    A masked cell still counts in an event window; a return or a market that is not finite counts nowhere.
    """

    y: Floats
    x: Floats
    mask: NDArray[np.bool_] | None = None


def car_and_scar(on: Series, asset: Ints, session: Ints, settings: Study, window: Window) -> Floats:
    """Give CAR, SCAR and the valid sessions of one window of every event, in any order, shape (E, 3)."""
    inside("asset", asset, on.y.shape[1])
    order = np.argsort(session)
    begin = settings.span[0] - settings.gap - settings.estimation_sessions
    span = np.array([begin, begin + settings.estimation_sessions, window[0], window[1] + 1], dtype=np.int64)
    out = np.empty((len(order), 3))
    if len(order):
        at = session[order]
        sums = _sums(on, asset[order], at, span)
        kernel.windows(sums, order, at, span, len(on.y), float(settings.min_estimation_obs), out)
    return out


def _sums(on: Series, asset: Ints, session: Ints, span: Ints) -> Floats:
    """Give the sums before every boundary of the events, shape (4, E, 6), all about the same constants."""
    some = on.y[:: max(1, len(on.y) // CENTRED)]
    known, market = np.isfinite(some), on.x[np.isfinite(on.x)]
    centre = np.where(known, some, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    given = (centre, np.ascontiguousarray(on.x), float(market.mean()) if len(market) else 0.0, asset, session)
    sums, room, reached = np.empty((4, len(asset), 6)), np.empty((6, len(centre))), np.empty(4, dtype=np.int64)

    def run(y: Floats, part: slice) -> None:
        kernel.running(np.ascontiguousarray(y), *given, span[part], reached[part], room, sums[part])

    if on.mask is None:
        run(on.y, slice(4))
    else:
        run(np.where(on.mask, np.nan, on.y), slice(2))
        run(on.y, slice(2, 4))
    return sums


def scar_table(on: Series, settings: Study, window: Window) -> Floats:
    """Give the SCAR of a window around every asset and session as if it held an event, shape (A, T).

    NaN where there is none to be had: too few observations, or more missing sessions than the settings allow.
    """
    sessions, assets = on.y.shape
    table = np.empty((assets, sessions))
    fewest = window[1] - window[0] + 1 - settings.max_missing_event
    for first in range(0, assets, TILE):
        columns = slice(first, min(first + TILE, assets))
        tile = Series(on.y[:, columns], on.x, None if on.mask is None else on.mask[:, columns])
        asset = np.tile(np.arange(tile.y.shape[1], dtype=np.int64), sessions)
        session = np.repeat(np.arange(sessions, dtype=np.int64), tile.y.shape[1])
        found = car_and_scar(tile, asset, session, settings, window)
        table[columns] = np.where(found[:, 2] >= fewest, found[:, 1], np.nan).reshape(sessions, -1).T
    return table


def inside(name: str, codes: Ints, bound: int) -> None:
    """Refuse positions outside a table: the compiled loops do not look."""
    if codes.size and not 0 <= codes.min() <= codes.max() < bound:
        raise IndexError(f"{name} {codes.min()} to {codes.max()} of a table of {bound}")
