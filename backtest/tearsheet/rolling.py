"""Sharpe, beta and volatility over a moving window of sessions; nothing while the window is not full."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.tearsheet.series import Values

__all__ = ["WINDOW", "rolling_beta", "rolling_sharpe", "rolling_volatility", "session_returns"]

WINDOW = 126
SMALLEST = 1e-12


def session_returns(growth: Sequence[float | None]) -> NDArray[np.float64]:
    """Give simple returns per session, the first from 1; NaN where the growth is unknown or starts from nothing."""
    path = np.array([1.0, *(math.nan if v is None else v for v in growth)])
    out: NDArray[np.float64] = np.full(len(growth), math.nan)
    np.divide(path[1:], path[:-1], out=out, where=path[:-1] > 0.0)
    return out - 1.0


def rolling_volatility(r: NDArray[np.float64], per_year: float, window: int = WINDOW) -> Values:
    """Give sd (ddof 1) x sqrt(per_year) of the last ``window`` returns."""
    return _filled(_windows(r, window).std(axis=1, ddof=1) * math.sqrt(per_year), window)


def rolling_sharpe(excess: NDArray[np.float64], per_year: float, window: int = WINDOW) -> Values:
    """Give mean / sd (ddof 1) x sqrt(per_year) of the last ``window`` excess returns; None where they do not vary."""
    parts = _windows(excess, window)
    return _filled(_over(parts.mean(axis=1), parts.std(axis=1, ddof=1), SMALLEST) * math.sqrt(per_year), window)


def rolling_beta(r: NDArray[np.float64], market: NDArray[np.float64], window: int = WINDOW) -> Values:
    """Give cov(r, market) / var(market) over the last ``window`` sessions; None where the market does not vary."""
    own, other = _windows(r, window), _windows(market, window)
    centred = other - other.mean(axis=1, keepdims=True)
    return _filled(_over((centred * own).sum(axis=1), (centred**2).sum(axis=1), SMALLEST**2), window)


def _windows(series: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Give every full window as a row; a series shorter than the window has none."""
    return np.lib.stride_tricks.sliding_window_view(series, window) if len(series) >= window else np.empty((0, window))


def _over(above: NDArray[np.float64], below: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    out: NDArray[np.float64] = np.full(len(above), math.nan)
    np.divide(above, below, out=out, where=below > least)
    return out


def _filled(values: NDArray[np.float64], window: int) -> Values:
    """Put the warm-up before the values; a window with a gap is undefined."""
    blank: Values = [None] * (window - 1)
    return [*blank, *(value if math.isfinite(value) else None for value in values.tolist())]
