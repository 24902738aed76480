"""Test whether a window's mean abnormal return is zero: every statistic of the field, each robust to something else.

A statistic is two-sided. ``freedom`` is the degrees of freedom of Student's t, infinite for the normal; where a test
has its own distribution (exact sign, exact Wilcoxon, wild bootstrap) it gives its own p.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from backtest.study.calendar_time import calendar_time
from backtest.study.case import Statistic
from backtest.study.moments import dependence, moments, standardised
from backtest.study.ranks import ranks
from backtest.study.signs import signs
from backtest.study.wild import wild

if TYPE_CHECKING:
    from backtest.study.case import Case

__all__ = ["HEADLINE", "TESTS", "every_test"]

HEADLINE = ("adjusted_bmp", "grank_t")
TESTS = (
    "adjusted_bmp", "grank_t", "bmp", "adjusted_patell", "patell", "cross_sectional", "skewness_adjusted",
    "skewness_adjusted_hall", "crude_dependence", "time_series", "sign", "generalised_sign", "wilcoxon", "rank",
    "grank_z", "calendar_time", "wild_bootstrap",
)  # fmt: skip


def every_test(case: Case) -> dict[str, Statistic]:
    """Give every test of a window; fewer than two events have none."""
    N = len(case.fits.session)
    if N < 2:
        reason = "no event" if N == 0 else "one event: see its own t"
        return {name: Statistic(math.nan, reason=reason) for name in TESTS}
    case = replace(case, known=case.common)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            **moments(case),
            **dependence(case),
            **standardised(case),
            **signs(case),
            **ranks(case),
            "calendar_time": calendar_time(case),
            "wild_bootstrap": wild(case),
        }
    return {name: _explained(found[name]) for name in TESTS}


def _explained(one: Statistic) -> Statistic:
    if math.isfinite(one.value) or one.reason:
        return one if math.isfinite(one.value) else one._replace(value=math.nan)
    return Statistic(math.nan, one.freedom, reason="undefined: the events do not vary, or too few are left")
