"""How sure the Sharpe ratios are of a run alone: the probabilistic ones, and the record they need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from backtest.inference.sharpe import min_trl, moments, posterior, psr
from backtest.metrics.series import series_of
from backtest.result import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inference.sharpe import Moments
    from data.calendar import Calendar

__all__ = ["FORMULA", "false_discovery", "gone", "judged", "set_to", "skill"]

PRIOR = 0.1  # share of theses that are worth something
WORTH = 1.0  # and how much: their Sharpe ratio a year
FORMULA = "sessions independent, skewness and kurtosis of the sample (divisor n)"


def skill(config: Config, calendar: Calendar, daily: pl.DataFrame) -> tuple[Metric, ...]:
    """Give PSR, minimum track record and probability of a false discovery of the net and of the active returns.

    See ``backtest.inference.sharpe``.
    """
    return tuple(
        metric
        for prefix, whose, series, per_year in judged(config, calendar, daily)
        for metric in _of(prefix, whose, series, per_year)
    )


def judged(
    config: Config, calendar: Calendar, daily: pl.DataFrame
) -> Iterator[tuple[str, str, NDArray[np.float64], float]]:
    """Give what is judged: prefix of the metrics' names, whose returns, the returns per session, sessions per year."""
    own, base = (series_of(config, calendar, daily, name) for name in ("equity", "base"))
    assert own is not None and base is not None  # noqa: S101, PT018 - both columns are always filled
    count = min(len(own.returns), len(base.returns))
    yield "", "net returns over the risk-free rate", own.excess, own.per_year
    yield "active_", "net returns over the untilted mix", own.returns[:count] - base.returns[:count], own.per_year


def _of(prefix: str, whose: str, series: NDArray[np.float64], per_year: float) -> Iterator[Metric]:
    of = moments(series)
    probability = Metric(
        f"{prefix}psr",
        f"Probabilistic Sharpe ratio: {whose}",
        None,
        "ratio",
        convention=f"P(true Sharpe ratio > 0), Bailey and Lopez de Prado 2012, {FORMULA}",
    )
    record = Metric(
        f"{prefix}min_trl",
        f"Minimum track record: {whose}",
        None,
        "years",
        convention=f"years until the PSR reaches 95 %, / {per_year:.1f} sessions; 2012, {FORMULA}",
    )
    false = Metric(
        f"{prefix}false_discovery",
        f"Probability of a false discovery: {whose}",
        None,
        "ratio",
        convention="P(true Sharpe ratio 0 | one at least as high as this was seen), where one thesis in ten is worth a "
        "Sharpe ratio of 1 a year and the others nothing; sessions correlated as they are, Lopez de Prado, Lipton and "
        "Zoonekynd 2025",
    )
    if not math.isfinite(of.sharpe):
        yield from (gone(metric, "the returns do not vary") for metric in (probability, record, false))
        return
    yield set_to(probability, psr(of), "the standard error is 0")
    yield set_to(record, min_trl(of) / per_year, "the Sharpe ratio is not above 0")
    yield set_to(false, false_discovery(of, per_year), "the Sharpe ratio is too far from both to tell")


def false_discovery(of: Moments, per_year: float) -> float:
    """Give the probability that nothing is behind a Sharpe ratio, where a share PRIOR of theses are worth WORTH."""
    return posterior(of, WORTH / math.sqrt(per_year), PRIOR).observed


def gone(metric: Metric, reason: str) -> Metric:
    """Give a metric without a value, and why."""
    return Metric(metric.name, metric.label, None, metric.unit, convention=metric.convention, reason=reason)


def set_to(metric: Metric, value: float, reason: str) -> Metric:
    """Give a metric its value; where that is no number, the reason."""
    if not math.isfinite(value):
        return gone(metric, reason)
    return Metric(metric.name, metric.label, value, metric.unit, convention=metric.convention)
