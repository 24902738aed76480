"""The study's statistic over many placebo draws: one table of SCARs, and BMP's t of every draw read from it.

Every SCAR of every asset and session is reckoned once; a draw is then one look-up per event.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.kernels import study as kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.settings import Study, Window

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Sums", "bmp_of_draws", "car_and_scar", "p_of_draws", "prefix_sums", "scar_table"]

SLICE = 64  # draws that one thread takes before it looks for more

Sums = tuple["Floats", "Floats"]


def prefix_sums(y: Floats, x: Floats, mask: NDArray[np.bool_] | None = None) -> Sums:
    """Add up returns y (T, A) and the market x (T,): the sums to fit on, without masked cells, and those to measure.

    One array twice when nothing is masked. Both are taken about the same constants, the means of the whole panel.
    """
    known = np.isfinite(y) & np.isfinite(x)[:, None]
    centre = np.where(known, y, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    middle = float(x[np.isfinite(x)].mean()) if np.isfinite(x).any() else 0.0
    measured = _summed(y, centre, x, middle)
    return (measured if mask is None else _summed(np.where(mask, np.nan, y), centre, x, middle)), measured


def _summed(y: Floats, centre: Floats, x: Floats, middle: float) -> Floats:
    sums = np.empty((y.shape[1], len(y) + 1, 6))
    rows = np.ascontiguousarray(y.T)
    kernel.prefix(rows, centre, np.ascontiguousarray(x), middle, sums)
    return sums


def car_and_scar(sums: Sums, asset: Ints, session: Ints, settings: Study, window: Window) -> Floats:
    """Give CAR, SCAR and the valid sessions of one window of every event under the market model, shape (event, 3)."""
    _inside("asset", asset, len(sums[0]))
    begin = settings.span[0] - settings.gap - settings.estimation_sessions
    span = np.array([begin, begin + settings.estimation_sessions, window[0], window[1] + 1], dtype=np.int64)
    out = np.empty((len(asset), 3))
    fewest = float(settings.min_estimation_obs)
    kernel.windows(sums[0], sums[1], asset, session, span, fewest, out)
    return out


def scar_table(y: Floats, x: Floats, settings: Study, window: Window, mask: NDArray[np.bool_] | None = None) -> Floats:
    """Give the SCAR of a window around every asset and session as if it held an event, shape (A, T).

    NaN where there is none to be had: too few observations, or more missing sessions than the settings allow.
    """
    sessions, assets = y.shape
    asset = np.repeat(np.arange(assets, dtype=np.int64), sessions)
    session = np.tile(np.arange(sessions, dtype=np.int64), assets)
    found = car_and_scar(prefix_sums(y, x, mask), asset, session, settings, window)
    length = window[1] - window[0] + 1
    scar = np.where(length - found[:, 2] <= settings.max_missing_event, found[:, 1], np.nan)
    return np.asarray(scar.reshape(assets, sessions))


def bmp_of_draws(table: Floats, asset: Ints, session: Ints, sign: Floats | None = None, *, threads: int = 1) -> Floats:
    """Give BMP's t, the mean SCAR and the number of SCARs of every draw, shape (B, 3), the same for any threads.

    Parameters
    ----------
    table
        See ``scar_table``.
    asset, session, sign
        Placebo events, shape (B, E); sign None: as they are. See ``designs``.
    threads
        Threads that share the draws.

    """
    _inside("asset", asset, table.shape[0])
    _inside("session", session, table.shape[1])
    signs = np.ones((1, 1)) if sign is None else np.ascontiguousarray(sign, dtype=np.float64)
    columns, rows = np.ascontiguousarray(asset), np.ascontiguousarray(session)
    out = np.empty((len(rows), 3))
    padded = np.ones(rows.shape) if sign is not None and signs.size == 1 else signs

    def part(first: int) -> None:
        kernel.bmp(table, columns, rows, padded, first, min(first + SLICE, len(rows)), out)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(0, len(rows), SLICE)))
    return out


def _inside(name: str, codes: Ints, bound: int) -> None:
    """Refuse positions outside the table: the compiled loops do not look."""
    if codes.size and not 0 <= codes.min() <= codes.max() < bound:
        raise IndexError(f"{name} {codes.min()} to {codes.max()} of a table of {bound}")


def p_of_draws(actual: float, drawn: Floats) -> float:
    """Give (1 + draws at least as far from zero) / (draws with a value + 1); NaN without an actual value."""
    known = drawn[np.isfinite(drawn)]
    beyond = int((np.abs(known) >= abs(actual) * (1.0 - 1e-12)).sum())
    return (1 + beyond) / (len(known) + 1) if np.isfinite(actual) else np.nan
