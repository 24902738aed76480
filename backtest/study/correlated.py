"""How much events move together: correlations of their residuals, by how far their windows lie apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.kernels import study as kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.fits import Fits

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["correlation", "correlations", "shared_part"]


def correlation(fits: Fits, length: int) -> float:
    """Give the mean correlation of two events' abnormal returns over a window, r of Kolari and Pynnonen (2010).

    A pair counts with the correlation of its residuals over common calendar sessions times the part of the two event
    windows that falls on the same sessions: 1 on a common date, 0 where the windows do not meet.
    """
    return shared_part(correlations(fits, length), len(fits.session), length)


def correlations(fits: Fits, longest: int) -> Floats:
    """Give the sums of the correlations of all ordered pairs by the sessions between their events, shape (longest,)."""
    N, out = len(fits.session), np.zeros(longest)
    order = np.argsort(fits.session, kind="stable")
    residual, begin, session = np.ascontiguousarray(fits.residual[order]), fits.begin[order], fits.session[order]
    if N > 1 and session[0] == session[-1] and np.isfinite(residual).all():
        out[0] = _common(residual) * (N * (N - 1))
    elif N > 1:
        kernel.pairs(residual, begin, session, out)
    return out


def _common(residual: Floats) -> float:
    """Give the mean correlation of complete, aligned rows: [sum_t (sum_i z_it)^2 / (M - 1) - N] / (N (N - 1))."""
    N, M = residual.shape
    z = residual - residual.mean(axis=1)[:, None]
    z /= np.sqrt((z * z).sum(axis=1) / (M - 1))[:, None]
    total = z.sum(axis=0)
    return float(((total * total).sum() / (M - 1) - N) / (N * (N - 1)))


def shared_part(found: Floats, events: int, length: int) -> float:
    """Give the mean over pairs of events of correlation times the shared part of their windows; NaN below two."""
    if events < 2:
        return math.nan
    share = (length - np.arange(length)) / length
    return math.fsum((found[:length] * share).tolist()) / (events * (events - 1))
