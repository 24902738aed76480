"""How sure the Sharpe ratios are: probabilistic and deflated ones, and the record they need."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.inference.deflation import dsr
from backtest.inference.sharpe import min_trl, moments, psr
from backtest.metrics.series import series_of
from backtest.result import Metric
from data.calendar import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from data.calendar import Calendar

__all__ = ["Tried", "deflated", "skill"]

FORMULA = "sessions independent, skewness and kurtosis of the sample (divisor n)"


def skill(config: Config, calendar: Calendar, daily: pl.DataFrame) -> tuple[Metric, ...]:
    """Give PSR and minimum track record of the net and of the active returns; see ``backtest.inference.sharpe``."""
    return tuple(
        metric
        for prefix, whose, series, per_year in _series(config, calendar, daily)
        for metric in _of(prefix, whose, series, per_year)
    )


def _series(
    config: Config, calendar: Calendar, daily: pl.DataFrame
) -> Iterator[tuple[str, str, NDArray[np.float64], float]]:
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
    if not math.isfinite(of.sharpe):
        yield from (_gone(metric, "the returns do not vary") for metric in (probability, record))
        return
    yield _set(probability, psr(of), "the standard error is 0")
    yield _set(record, min_trl(of) / per_year, "the Sharpe ratio is not above 0")


@dataclass(frozen=True, slots=True)
class Tried:
    """How much was tried on the same data, this trial among it: configs, and independent trials they are worth."""

    trials: int = 1
    effective: float = 1.0


def deflated(config: Config, daily: pl.DataFrame, tried: Tried) -> tuple[Metric, ...]:
    """Give the trials counted, and the deflated Sharpe ratios of the net and of the active returns.

    DSR = PSR against SR0 = E[max of N] / sqrt(n - 1): the best of N worthless, independent trials, whose Sharpe ratios
    per session have the variance 1 / (n - 1) (Bailey and Lopez de Prado 2014). With one trial it is the PSR.
    """
    trials = Metric(
        "trials",
        "Trials on these data",
        float(tried.trials),
        "count",
        convention="configs counted in the ledger against these prices, events, assets and period",
    )
    plural = "s" if tried.trials != 1 else ""
    return trials, *(
        _set(
            Metric(
                f"{prefix}dsr",
                f"Deflated Sharpe ratio, {tried.trials} trial{plural}: {whose}",
                None,
                "ratio",
                convention=f"P(true Sharpe ratio > that of the best of {tried.effective:.1f} worthless independent "
                f"trials), null variance 1 / (n - 1), Bailey and Lopez de Prado 2014, {FORMULA}",
            ),
            _dsr(series, tried.effective),
            "the returns do not vary",
        )
        for prefix, whose, series, _ in _series(config, load(config.calendar), daily)
    )


def _dsr(series: NDArray[np.float64], trials: float) -> float:
    of = moments(series)
    return dsr(of, trials, 1.0 / (of.count - 1)) if math.isfinite(of.sharpe) else math.nan


def _gone(metric: Metric, reason: str) -> Metric:
    return Metric(metric.name, metric.label, None, metric.unit, convention=metric.convention, reason=reason)


def _set(metric: Metric, value: float, reason: str) -> Metric:
    if not math.isfinite(value):
        return _gone(metric, reason)
    return Metric(metric.name, metric.label, value, metric.unit, convention=metric.convention)
