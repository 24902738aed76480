"""Tests on means: cross-sectional, corrected for skewness, for dependence, standardised, and these adjusted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.study.case import Statistic, deviation, ratio

if TYPE_CHECKING:
    from backtest.study.case import Case

__all__ = ["dependence", "moments", "standardised"]


def moments(case: Case) -> dict[str, Statistic]:
    """Cross-sectional t, and Johnson's and Hall's corrections for skewness (Lyon, Barber and Tsai 1999)."""
    car = case.measured.car
    N, spread = len(car), deviation(car)
    S = float(car.mean()) / spread
    g = ratio(float(((car - car.mean()) ** 3).sum()), N * spread**3)
    johnson = math.sqrt(N) * (S + g * S * S / 3.0 + g / (6.0 * N))
    return {
        "cross_sectional": Statistic(math.sqrt(N) * S, N - 1),
        "skewness_adjusted": Statistic(johnson, N - 1),
        "skewness_adjusted_hall": Statistic(johnson + math.sqrt(N) * g * g * S**3 / 27.0, N - 1),
    }


def dependence(case: Case) -> dict[str, Statistic]:
    """Crude dependence adjustment and time-series test (Brown and Warner 1980, 1985)."""
    m, series = case.measured, case.common.series
    N, caar = len(m.car), float(m.car.mean())
    return {
        "crude_dependence": Statistic(caar / (deviation(series) * math.sqrt(case.length)), len(series) - 1),
        "time_series": Statistic(ratio(caar, math.sqrt(float((m.valid * case.fits.s2).sum()) / N**2))),
    }


def standardised(case: Case) -> dict[str, Statistic]:
    """Patell (1976), Boehmer-Musumeci-Poulsen (1991) and both adjusted for correlation (Kolari-Pynnonen 2010)."""
    m, freedom = case.measured, case.fits.freedom
    N, r = len(m.car), case.together
    patell = float((m.csar / np.sqrt(m.valid * freedom / (freedom - 2.0))).sum()) / math.sqrt(N)
    bmp = math.sqrt(N) * float(m.scar.mean()) / deviation(m.scar)
    inflation = 1.0 + (N - 1) * r
    if not (inflation > 0.0 and r < 1.0):
        unadjusted = Statistic(math.nan, reason=f"mean correlation {r:.3f} leaves no variance")
        adjusted = {"adjusted_patell": unadjusted, "adjusted_bmp": unadjusted}
    else:
        adjusted = {
            "adjusted_patell": Statistic(patell / math.sqrt(inflation)),
            "adjusted_bmp": Statistic(bmp * math.sqrt((1.0 - r) / inflation), N - 1),
        }
    return {"patell": Statistic(patell), "bmp": Statistic(bmp, N - 1), **adjusted}
