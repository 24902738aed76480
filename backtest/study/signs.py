"""Tests on signs and on ranks of one number per event; exact for few events."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from backtest.study import exact
from backtest.study.case import Statistic

if TYPE_CHECKING:
    from backtest.study.case import Case

__all__ = ["signs"]


def signs(case: Case) -> dict[str, Statistic]:
    """Sign, generalised sign (Cowan 1992), Wilcoxon's signed ranks; exact below 30 events; zeros are not positive."""
    car, expected = case.measured.car, case.common.positive
    N, up = len(car), int((car > 0.0).sum())
    general = (up - N * expected) / math.sqrt(N * expected * (1.0 - expected)) if 0.0 < expected < 1.0 else math.nan
    plus, ranks = exact.signed_ranks(car)
    n = len(ranks)
    z = (plus - n * (n + 1) / 4.0) / math.sqrt(n * (n + 1) * (2 * n + 1) / 24.0) if n else math.nan
    small = N < exact.FEW
    return {
        "sign": Statistic((up - N / 2.0) / (math.sqrt(N) / 2.0), p=exact.binomial(up, N, 0.5) if small else None),
        "generalised_sign": Statistic(general, p=exact.binomial(up, N, expected) if small else None),
        "wilcoxon": Statistic(z, p=exact.wilcoxon(plus, ranks) if small else None),
    }
