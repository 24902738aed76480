"""Tests on ranks of an event's returns among those of its estimation: Corrado's, and the generalised ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.kernels import study as kernel
from backtest.study.case import Statistic, deviation, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.case import Case
    from backtest.study.fits import Fits

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["ranked", "ranks", "residual_ranks"]


def residual_ranks(fits: Fits) -> Floats:
    """Rank residuals and the whole span's abnormal returns together, per event, shape (N, L + W) (Corrado 1989)."""
    return ranked(np.concatenate([fits.residual, fits.ar], axis=1))


def ranked(values: Floats) -> Floats:
    """Give rank / (count + 1) - 1/2 along every row; NaN stays NaN."""
    out = np.empty_like(values)
    rows = np.ascontiguousarray(values)
    orders = np.argsort(rows, axis=1, kind="stable").astype(np.int64)
    kernel.midranks(rows, orders, out)
    return out


def ranks(case: Case) -> dict[str, Statistic]:
    """Corrado's rank test over a window (Cowan 1992) and GRANK-T and -Z (Kolari and Pynnonen 2011)."""
    weighted = case.common.weighted
    here = np.isfinite(weighted)
    S = math.sqrt(float((weighted[here] ** 2).mean()))
    first = case.fits.residual.shape[1] + case.window[0] - case.fits.first
    inside = weighted[first : first + case.length]
    inside = inside[np.isfinite(inside)]
    rank = ratio(float(inside.sum()), math.sqrt(len(inside)) * S)
    return {"rank": Statistic(rank), **_generalised_rank(case)}


def _generalised_rank(case: Case) -> dict[str, Statistic]:
    scar = case.measured.scar
    N = len(scar)
    event = scar / deviation(scar)
    if not np.isfinite(event).all():
        none = Statistic(math.nan, reason="undefined: the standardised returns of the events do not vary")
        return {"grank_t": none, "grank_z": none}
    total, count = np.zeros(case.order.shape[1] + 1), np.zeros(case.order.shape[1] + 1)
    given = (np.ascontiguousarray(case.fits.residual), np.sqrt(case.fits.s2), np.ascontiguousarray(case.order))
    kernel.among(*given, event, total, count)
    here = count > 0.0
    mean = total / count
    T = int(here.sum())
    S = math.sqrt(float((count[here] / N * mean[here] ** 2).sum()) / T)
    Z, final = ratio(float(mean[-1]), S), float(mean[-1])
    left = T - 1.0 - Z * Z
    t = Z * math.sqrt((T - 2.0) / left) if left > 0.0 else math.nan
    return {
        "grank_t": Statistic(t, T - 2),
        "grank_z": Statistic(final * math.sqrt(12.0 * N * (T + 1.0) / (T - 1.0))),
    }
