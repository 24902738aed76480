"""Block-bootstrap intervals of a run's metrics, in place of those that take sessions as independent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from backtest.inference.bootstrap import FEWEST_SESSIONS, PATHS, SMOOTH, Interval, Plan, Sample, interval
from backtest.metrics.series import cost_shares, series_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.metrics.series import Series
    from backtest.result import Metric
    from data.calendar import Calendar

__all__ = ["with_intervals"]

COUNT = 1_000  # resamples of a metric
NAMED = {"bca": "BCa", "percentile": "percentile"}
NEEDS = {"active_return": "base", "active_ratio": "base", "beta": "benchmark", "alpha": "benchmark",
         "information_ratio": "benchmark"}  # fmt: skip
PREFIXES = ("base", "benchmark")
COSTS = "costs_per_year"


def with_intervals(
    config: Config, calendar: Calendar, daily: pl.DataFrame, metrics: Sequence[Metric]
) -> tuple[Metric, ...]:
    """Give the metrics, those that are functions of session returns with a 95 % interval of the stationary bootstrap.

    Blocks have the automatic length of the metric's influence function, resamples come from ``config.seed``. A ruined
    account, whose returns are no series of a run, keeps what it has.
    """
    found = {name: series_of(config, calendar, daily, name) for name in ("equity", *PREFIXES)}
    sessions = daily.height
    if sessions < FEWEST_SESSIONS or any(one is not None and len(one.returns) < sessions for one in found.values()):
        return tuple(metrics)
    samples = {name: _sample(one, found) for name, one in found.items() if one is not None}
    spent = {name: _spent(one, cost_shares(config, daily, name)) for name, one in found.items() if one is not None}
    return tuple(
        _with_costs(config, spent, metric) if metric.name.endswith(COSTS) else _with(config, samples, metric)
        for metric in metrics
    )


def _spent(own: Series, shares: NDArray[np.float64] | None) -> Sample | None:
    """Give the costs of an account as if they were returns over nothing: their mean a year is the metric."""
    none = np.zeros(len(own.returns))
    return None if shares is None else Sample(shares, own.per_year, own.years, 0.0, none, None)


def _with_costs(config: Config, spent: dict[str, Sample | None], metric: Metric) -> Metric:
    sample = spent.get("equity" if metric.name == COSTS else metric.name.removesuffix(f"_{COSTS}"))
    if sample is None or not isinstance(metric.value, float) or not np.ptp(sample.returns) > 0.0:
        return metric
    return _said(metric, interval("active_return", sample, Plan("bca", count=COUNT, seed=config.seed)))


def _sample(own: Series, found: dict[str, Series | None]) -> Sample:
    base, benchmark = found["base"], found["benchmark"]
    return Sample(
        own.returns,
        own.per_year,
        own.years,
        (1.0 + own.rate) ** (1.0 / own.per_year) - 1.0,
        None if base is None else base.returns,
        None if benchmark is None else benchmark.returns,
    )


def _with(config: Config, samples: dict[str, Sample], metric: Metric) -> Metric:
    """Give one metric its interval, where the bootstrap has one."""
    prefix, _, rest = metric.name.partition("_")
    who, name = (prefix, rest) if prefix in PREFIXES else ("equity", metric.name)
    if who not in samples or (name not in SMOOTH and name not in PATHS) or not isinstance(metric.value, float):
        return metric
    sample = samples[who]
    if getattr(sample, NEEDS.get(name, "returns")) is None or (who != "equity" and name in PATHS):
        return metric
    if name == "volatility" and not np.ptp(sample.returns) > 0.0:
        return metric
    plan = Plan("percentile" if name in PATHS else "bca", count=COUNT, seed=config.seed)
    return _said(metric, interval(name, sample, plan))


def _said(metric: Metric, found: Interval) -> Metric:
    text = (
        metric.convention.partition("; 95 % interval")[0].partition("; interval ")[0].partition("; standard error")[0]
    )
    if found.lower is None or found.upper is None:
        return replace(metric, lower=None, upper=None, convention=f"{text}; no interval: {found.reason}")
    blocks = f"stationary bootstrap, blocks of {found.length:.1f} sessions on average, {found.count} resamples"
    rough = "; it depends on the order of sessions: the interval is rough" if found.warning else ""
    said = f"{text}; 95 % interval: {NAMED[found.method]}, {blocks}{rough}"
    return replace(metric, lower=found.lower, upper=found.upper, convention=said)
