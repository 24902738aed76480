"""The calendar-time portfolio: every asset held inside its event window, the intercept tested."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.study.case import Statistic, ratio

if TYPE_CHECKING:
    from backtest.study.case import Case

__all__ = ["calendar_time"]

FEW_SESSIONS = 10


def calendar_time(case: Case) -> Statistic:
    """Hold every asset inside its window, equally weighted; the intercept on the model's regressors (Jaffe 1974)."""
    window = case.fits.session[:, None] + np.arange(case.window[0], case.window[1] + 1)
    inside = (window >= 0) & (window < len(case.on.y))
    asset = np.broadcast_to(case.fits.asset[:, None], window.shape)
    cells = np.unique(window[inside] * case.on.y.shape[1] + asset[inside])
    at, column = cells // case.on.y.shape[1], cells % case.on.y.shape[1]
    value = case.on.y[at, column]
    known = np.isfinite(value) & np.isfinite(case.on.x[at]).all(axis=1)
    at = at[known]  # ascending, as the cells are
    fresh = np.append(True, at[1:] != at[:-1])[: len(at)]
    days, position = at[fresh], np.cumsum(fresh) - 1
    p = 1 + case.on.x.shape[1]
    if len(days) < FEW_SESSIONS + p:
        return Statistic(math.nan, reason=f"{len(days)} sessions in the windows, {FEW_SESSIONS + p} needed")
    mean = np.bincount(position, value[known]) / np.bincount(position)
    design = np.column_stack([np.ones(len(days)), case.on.x[days]])
    inverse = np.linalg.pinv(np.einsum("ti,tj->ij", design, design))
    slope = inverse @ np.einsum("ti,t->i", design, mean)
    left = mean - np.einsum("ti,i->t", design, slope)
    s2 = float((left * left).sum()) / (len(days) - p)
    return Statistic(ratio(float(slope[0]), math.sqrt(s2 * float(inverse[0, 0]))), len(days) - p)
