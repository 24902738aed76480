"""How far the best cell of a sweep may be believed: what choosing among so many leaves of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.inference.blocks import Blocks, block_length
from backtest.inference.comparison import reality_check, sampled, spa, step_m
from backtest.inference.deflation import dsr, dsr_of_maximum, min_btl, variance_of_trials
from backtest.inference.haircut import hurdle
from backtest.inference.sharpe import min_trl, psr
from backtest.metrics.luck import METHODS, NOT_ABOVE_0, cut
from backtest.metrics.skill import set_to
from backtest.result import Metric
from data.counts import many
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from backtest.inference.sharpe import Moments

    F = NDArray[np.float64]

__all__ = ["Believed", "Best", "believed"]

RESAMPLES = 2_000
LEVEL = 0.05
STILL = ("cell never leaves its mix and takes", "cells never leave their mix and take")
OVER = "net returns of the cells over their untilted mixes"
GONE = "the cells share no sessions, or a cell or its mix was ruined"


@dataclass(frozen=True, slots=True)
class Best:
    """The cell with the highest Sharpe ratio, and what it was chosen from.

    Attributes
    ----------
    moments
        Of its net returns over the risk-free rate; None when no cell has a Sharpe ratio.
    per_year
        Sessions per year.
    sharpes
        Sharpe ratios per session of all cells that have one.
    cells, effective
        Cells, and the independent trials that they are worth.
    volatility
        Of its returns over the untilted mix, per year; None when they do not vary.

    """

    moments: Moments | None
    per_year: float
    sharpes: tuple[float, ...]
    cells: int
    effective: float
    volatility: float | None


@dataclass(frozen=True, slots=True)
class Believed:
    """Numbers with units, conventions and reasons, and the positions of the cells that StepM leaves standing."""

    metrics: tuple[Metric, ...]
    survivors: tuple[int, ...]


def believed(best: Best, active: F | None, seed: int) -> Believed:
    """Judge the choice of the best cell.

    ``active``: returns of the cells over their untilted mixes, (sessions, cells), all finite; None when there are none
    to compare.
    """
    tests, survivors = _compared(active, seed)
    return Believed((*_sharpe(best, seed), *tests, *_hurdles(best, seed)), survivors)


def _sharpe(best: Best, seed: int) -> Iterator[Metric]:
    """Give what is left of the Sharpe ratio: net, over the risk-free rate."""
    of = best.moments
    annual = math.nan if of is None else of.sharpe * math.sqrt(best.per_year)
    why = "no cell has a Sharpe ratio" if of is None else NOT_ABOVE_0
    is_above = annual > 0.0
    among = f"{best.cells} cells, worth {best.effective:.1f} independent trials"
    said = "net, over the risk-free rate, a year"
    yield _number("best_sharpe", "Sharpe ratio of the best cell", annual, why, said=said)
    if of is None:
        return
    spread = variance_of_trials(best.sharpes, of.count)
    deflated, later = dsr(of, best.effective, spread), dsr_of_maximum(of, best.effective, spread)
    alone = "P(true Sharpe ratio > 0), as if it had been the only trial"
    yield _number("best_psr", "Probabilistic Sharpe ratio of the best cell", psr(of), why, said=alone)
    said = (
        f"P(true Sharpe ratio > that of the best of as many worthless trials): {among}; variance that of the cells' "
        "Sharpe ratios but at least 1 / (n - 1)"
    )
    yield _number("best_dsr", "Deflated Sharpe ratio of the best cell", deflated, why, said=said)
    said = (
        "the same, sessions correlated as they are, the best of many varying less than one, Lopez de Prado, Lipton "
        f"and Zoonekynd 2025: {among}"
    )
    yield _number("best_dsr_2025", "Deflated Sharpe ratio of the best cell, form of 2025", later, why, said=said)
    cuts = cut(of, best.per_year, best.cells, seed) if is_above else {}
    for suffix, (name, method) in METHODS.items():
        one = cuts.get(method)
        text = "" if one is None else f"; adjusted p {one.p:.3g}, {one.fraction:.0%} cut"
        yield _number(
            f"best_haircut_sharpe{suffix}",
            f"Haircut Sharpe ratio of the best cell, {name}",
            math.nan if one is None else one.sharpe,
            why,
            said=f"a year, Harvey and Liu 2015, {best.cells} tests{text}",
        )
    yield from _lengths(best, of, annual, among)


def _lengths(best: Best, of: Moments, annual: float, among: str) -> Iterator[Metric]:
    """Give the years that the best cell has and needs."""
    luck = min_btl(best.effective, annual) if annual > 0.0 else math.nan
    years = {
        "best_min_btl": ("Minimum backtest length of the best cell", luck,
                         f"years in which luck alone is expected to show its Sharpe ratio: {among}"),
        "best_min_trl": ("Minimum track record of the best cell", min_trl(of) / best.per_year,
                         "years until its probabilistic Sharpe ratio reaches 95 %, as if it had been the only trial"),
        "best_years": ("Record of the best cell", of.count / best.per_year, "sessions / sessions per year"),
    }  # fmt: skip
    for name, (label, value, said) in years.items():
        yield _number(name, label, value, NOT_ABOVE_0, said=said, unit="years")


def _compared(active: F | None, seed: int) -> tuple[tuple[Metric, ...], tuple[int, ...]]:
    """Test whether any cell beats its untilted mix; those that never leave it cannot, and take no part."""
    moving = np.empty(0, np.int64) if active is None else np.flatnonzero(np.ptp(active, axis=0) > 0.0)
    if active is None or not len(moving):
        return _tests({}, GONE if active is None else "no cell differs from its untilted mix", ""), ()
    length = max(block_length(active[:, at]) for at in moving.tolist())
    try:
        drawn = sampled(np.ascontiguousarray(active[:, moving]), Blocks(length, seed=seed), RESAMPLES)
    except RunError as error:
        return _tests({}, error.message, ""), ()
    best, found = reality_check(drawn), spa(drawn)
    stands = tuple(moving[step_m(drawn, LEVEL)].tolist())
    values = {
        "reality_check_p": best.p,
        "spa_p": found["consistent"].p,
        "spa_p_lower": found["lower"].p,
        "spa_p_upper": found["upper"].p,
        "spa_statistic": found["consistent"].statistic,
        "step_m": float(len(stands)),
    }
    still = active.shape[1] - len(moving)
    apart = f"; {many(still, *STILL)} no part" if still else ""
    how = f"{OVER}, stationary bootstrap, blocks of {length:.1f} sessions on average, {RESAMPLES:,} resamples{apart}"
    return _tests(values, "", how), stands


TESTS = (
    ("reality_check_p", "Reality check (White 2000): p", "largest mean, not studentised"),
    ("spa_p", "Superior predictive ability (Hansen 2005): p, consistent", "largest studentised mean"),
    ("spa_p_lower", "Superior predictive ability: p, lower bound", "largest studentised mean"),
    ("spa_p_upper", "Superior predictive ability: p, upper bound", "largest studentised mean"),
    ("spa_statistic", "Superior predictive ability: statistic", "sqrt(n) x the largest studentised mean"),
    ("step_m", "Cells that beat their untilted mix (StepM)",
     "Romano and Wolf 2005, studentised, family-wise error 5 %"),
)  # fmt: skip


def _tests(values: dict[str, float], reason: str, how: str) -> tuple[Metric, ...]:
    return tuple(
        _number(
            name,
            label,
            values.get(name, math.nan),
            reason,
            said=f"{text}; {how}" if how else text,
            unit="count" if name == "step_m" else "ratio",
        )
        for name, label, text in TESTS
    )


def _hurdles(best: Best, seed: int) -> Iterator[Metric]:
    """Give the return over the untilted mix that the best cell's volatility asks for after so many tests."""
    of, found = best.moments, dict[str, float]()
    if of is not None and best.volatility is not None:
        found = hurdle(best.volatility, of.count, best.per_year, best.cells, seed=seed)
    names = {"bonferroni": "Bonferroni", "holm": "Holm", "bhy": "Benjamini, Hochberg and Yekutieli"}
    said = (
        f"a year, significant at 5 % among {best.cells} tests at the best cell's volatility over its mix, Harvey and "
        "Liu 2015"
    )
    for method, name in names.items():
        yield _number(
            f"hurdle_{method}",
            f"Hurdle for the return over the untilted mix, {name}",
            found[method] * best.per_year if found else math.nan,
            "the best cell never leaves its mix",
            said=said,
            unit="fraction per year",
        )


def _number(name: str, label: str, value: float, reason: str, *, said: str, unit: str = "ratio") -> Metric:
    return set_to(Metric(name, label, None, unit, convention=said), value, reason)
