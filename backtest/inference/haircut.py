"""Cut a Sharpe ratio for the tests behind it, after Harvey and Liu (2015)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.distributions import normal_ppf, normal_two_sided, student_t_ppf, student_t_two_sided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["Haircut", "Mixture", "autocorrelation_factor", "haircut", "haircuts", "hurdle", "mixture"]

PROCEDURES = ("bonferroni", "holm", "bhy", "average")
DRAWS, FEWEST_DRAWS = 2_000, 100
MOST_VALUES = 20_000_000  # simulated p-values in all: beyond 10,000 tests there are fewer draws
OBSERVED_MONTHS = 240
MONTHLY_VOLATILITY = 0.15 / math.sqrt(12.0)
# Harvey, Liu and Zhu (2016), by correlation of the tests: tests in all, share that is null, mean monthly return of the
# others.
ESTIMATES = {
    0.0: (1295.0, 0.39660, 0.0054995),
    0.2: (1377.0, 0.44589, 0.0055508),
    0.4: (1476.0, 0.48604, 0.0055413),
    0.6: (1773.0, 0.59902, 0.0055512),
    0.8: (3109.0, 0.83901, 0.0055956),
}


@dataclass(frozen=True, slots=True)
class Mixture:
    """The population of tests that a strategy is one of: ``tests`` in all, ``null`` of them (a share) worth nothing."""

    tests: int
    null: float
    mean_return: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Haircut:
    """A Sharpe ratio per year after one way of counting the tests.

    Attributes
    ----------
    p
        Adjusted p-value.
    sharpe
        Sharpe ratio per year that a single test with this p-value would have.
    fraction
        Share of the Sharpe ratio (corrected for autocorrelation) that is cut.

    """

    p: float
    sharpe: float
    fraction: float


def autocorrelation_factor(correlation: float, periods_per_year: float) -> float:
    """Give the factor from a scaled to a true Sharpe ratio per year under AR(1) returns (Lo 2002).

    [1 + 2 r/(1 - r) (1 - (1 - r^q) / (q (1 - r)))]^(-1/2), q periods per year.
    """
    r, q = correlation, periods_per_year
    return 1.0 / math.sqrt(1.0 + 2.0 * r / (1.0 - r) * (1.0 - (1.0 - r**q) / (q * (1.0 - r))))


def mixture(correlation: float) -> Mixture:
    """Give the population that Harvey, Liu and Zhu estimated, between their correlations of the tests by lines."""
    known = sorted(ESTIMATES)
    tests, null, mean = (np.interp(correlation, known, [ESTIMATES[r][at] for r in known]) for at in range(3))
    return Mixture(round(float(tests)), float(null), float(mean), correlation)


def haircut(
    sharpe_per_year: float,
    count: int,
    periods_per_year: float,
    tests: int,
    *,
    seed: int,
    autocorrelation: float = 0.0,
    population: Mixture | None = None,
) -> dict[str, Haircut]:
    """Cut one Sharpe ratio, see `haircuts`."""
    given = (count, periods_per_year, tests)
    return haircuts([sharpe_per_year], *given, seed=seed, autocorrelation=autocorrelation, population=population)[0]


def haircuts(
    sharpes_per_year: Sequence[float],
    count: int,
    periods_per_year: float,
    tests: int,
    *,
    seed: int,
    autocorrelation: float = 0.0,
    population: Mixture | None = None,
) -> list[dict[str, Haircut]]:
    """Cut Sharpe ratios for ``tests`` tests: ``bonferroni``, ``holm``, ``bhy`` and the ``average`` of their p-values.

    Parameters
    ----------
    sharpes_per_year, count, periods_per_year
        Sharpe ratios scaled by sqrt(periods per year), each cut by itself; the returns behind them, their frequency.
    tests
        How many there were; a single one is cut by nothing.
    seed
        Of the simulated tests behind Holm and Benjamini-Hochberg-Yekutieli; the medians of 2,000 draws are taken.
    population
        Of the other tests; that of Harvey, Liu and Zhu at a correlation of 0.4 when not given.

    """
    factor = autocorrelation_factor(autocorrelation, periods_per_year)
    sharpes = [sharpe * factor for sharpe in sharpes_per_year]
    ts = [sharpe / math.sqrt(periods_per_year) * math.sqrt(count) for sharpe in sharpes]
    p = student_t_two_sided(ts, count - 1)
    holm, bhy = _simulated(p, tests, population or mixture(0.4), np.random.default_rng(seed)) if tests > 1 else (p, p)
    adjusted = np.array([np.minimum(p * tests, 1.0), holm, bhy])
    adjusted = np.vstack([adjusted, (adjusted[0] + adjusted[1] + adjusted[2]) / 3.0])
    quantile = np.where(adjusted < 1.0, student_t_ppf(1.0 - adjusted / 2.0, count - 1), 0.0)
    left = np.copysign(quantile / math.sqrt(count) * math.sqrt(periods_per_year), sharpes)
    cut = 1.0 - left / np.asarray(sharpes)
    return [
        {
            name: Haircut(*(float(each[row, at]) for each in (adjusted, left, cut)))
            for row, name in enumerate(PROCEDURES)
        }
        for at in range(len(sharpes))
    ]


def _simulated(p: F, tests: int, of: Mixture, rng: np.random.Generator) -> F:
    """Give medians over draws of other tests of each p's Holm and BHY p-values, (2, values)."""
    draws = max(FEWEST_DRAWS, min(DRAWS, MOST_VALUES // tests))
    adjusted = [_adjusted(p, _others(tests, of, rng)) for _ in range(draws)]
    return np.asarray(np.median(np.array(adjusted), axis=0))


def _others(tests: int, of: Mixture, rng: np.random.Generator) -> F:
    """Draw p-values, ascending, of tests from the population: equally correlated noise, and exponential means."""
    common, own = rng.standard_normal(), rng.standard_normal(tests)
    noise = math.sqrt(of.correlation) * common + math.sqrt(1.0 - of.correlation) * own
    mean = np.where(rng.random(tests) > of.null, rng.exponential(of.mean_return, tests), 0.0)
    t = np.abs(mean / (MONTHLY_VOLATILITY / math.sqrt(OBSERVED_MONTHS)) + noise)
    return np.sort(normal_two_sided(t))


def _adjusted(p: F, others: F) -> F:
    """Give the Holm and BHY p-values of each p among the sorted others, (2, values)."""
    at, n = np.searchsorted(others, p, side="left"), len(others) + 1
    rank = np.arange(1, n + 1)
    factor = float(np.sum(1.0 / rank))
    before = np.maximum.accumulate(np.append(0.0, others * (n - rank[:-1] + 1)))
    after = np.minimum.accumulate(np.append(others * n * factor / rank[1:], 1.0)[::-1])[::-1]
    holm, bhy = np.maximum(before[at], p * (n - at)), np.minimum(after[at], p * n * factor / (at + 1))
    return np.minimum([holm, bhy], 1.0)


def hurdle(
    volatility_per_year: float,
    count: int,
    periods_per_year: float,
    tests: int,
    *,
    seed: int,
    level: float = 0.05,
    population: Mixture | None = None,
) -> dict[str, float]:
    """Give the mean return per period from which a test is significant: ``single``, ``bonferroni``, ``holm``, ``bhy``.

    z(1 - p / 2) x volatility per period / sqrt(count), p the largest p-value that passes among ``tests`` (this one with
    them); the median over simulated others for Holm and BHY. Harvey and Liu 2015, the profitability hurdle. For Holm
    their program takes the t of the first other test that fails in the place of the bound that it failed: in their
    example .687 % a month in the place of .697 %, with which a strategy would fail as well.
    """
    others = (
        _others(tests - 1, population or mixture(0.4), rng)
        for rng in [np.random.default_rng(seed)]
        for _ in range(DRAWS)
    )
    passing = np.array([_passing(each, level) for each in others]) if tests > 1 else np.full((1, 2), level)
    holm, bhy = np.median(passing, axis=0)
    scale = volatility_per_year / math.sqrt(periods_per_year * count)
    bounds = {"single": level, "bonferroni": level / tests, "holm": float(holm), "bhy": float(bhy)}
    return {name: float(normal_ppf(1.0 - p / 2.0)) * scale for name, p in bounds.items()}


def _passing(others: F, level: float) -> tuple[float, float]:
    """Give the largest p-values that pass Holm and BHY among the sorted others."""
    n = len(others) + 1
    rank = np.arange(1, n + 1)
    holm = level / (n - rank + 1)
    failed = np.flatnonzero(others > holm[:-1])
    bhy = rank * level / (n * float(np.sum(1.0 / rank)))
    passed = np.flatnonzero(others <= bhy[1:])
    return float(holm[failed[0] if len(failed) else -1]), float(bhy[passed[-1] + 1 if len(passed) else 0])
