"""The study's statistic over many placebo draws: BMP's t of every draw, read from one table of SCARs.

Every SCAR of every asset and session is reckoned once (``prefix.scar_table``); a draw is then one look-up per event.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.kernels import study as kernel
from backtest.study.prefix import inside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["bmp_of_draws", "p_of_draws"]

SLICE = 64  # draws that one thread takes before it looks for more


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
    inside("asset", asset, table.shape[0])
    inside("session", session, table.shape[1])
    signs = np.ones((1, 1)) if sign is None else np.ascontiguousarray(sign, dtype=np.float64)
    columns, rows = np.ascontiguousarray(asset), np.ascontiguousarray(session)
    out = np.empty((len(rows), 3))
    padded = np.ones(rows.shape) if sign is not None and signs.size == 1 else signs

    def part(first: int) -> None:
        kernel.bmp(table, columns, rows, padded, first, min(first + SLICE, len(rows)), out)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(0, len(rows), SLICE)))
    return out


def p_of_draws(actual: float, drawn: Floats) -> float:
    """Give (1 + draws at least as far from zero) / (draws with a value + 1); NaN without an actual value."""
    known = drawn[np.isfinite(drawn)]
    beyond = int((np.abs(known) >= abs(actual) * (1.0 - 1e-12)).sum())
    return (1 + beyond) / (len(known) + 1) if np.isfinite(actual) else np.nan
