"""Block-bootstrap intervals of a run's metrics, in place of those that take sessions as independent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import numpy as np
import polars as pl

from backtest.inference import bootstrap
from backtest.inference.bootstrap import FEWEST_SESSIONS, PATHS, Interval, Plan, Sample, intervals, of_mean
from backtest.kernels.books import COSTS
from backtest.metrics.series import cost_shares, series_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inference.bootstrap import Method
    from backtest.metrics.series import Series
    from backtest.result import Metric
    from data.calendar import Calendar

__all__ = ["INTERVALS", "with_intervals"]

COUNT = 1_000  # resamples of a metric
METHODS: tuple[Method, ...] = ("bca", "percentile", "studentised")  # the first is the one shown beside the metric
NAMED = {"bca": "BCa", "percentile": "percentile"}
NEEDS = {"active_return": "base", "active_ratio": "base", "beta": "benchmark", "alpha": "benchmark",
         "information_ratio": "benchmark"}  # fmt: skip
PREFIXES = ("base", "benchmark")
BOOKED = ("turnover", "costs", "exposure")
YEARLY = "costs_per_year"
KNOWN: dict[str, bootstrap.Metric] = {name: name for name in get_args(bootstrap.Metric)}
INTERVALS = {
    "metric": pl.String, "method": pl.String, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "unit": pl.String, "level": pl.Float64, "kind": pl.String, "block_sessions": pl.Float64, "resamples": pl.Int64,
    "undefined": pl.Int64, "warning": pl.String, "reason": pl.String,
}  # fmt: skip


def with_intervals(
    config: Config, calendar: Calendar, daily: pl.DataFrame, metrics: Sequence[Metric]
) -> tuple[tuple[Metric, ...], pl.DataFrame]:
    """Give the metrics with a 95 % interval of the stationary bootstrap, and a frame of intervals by every method.

    Functions of session returns, turnover, costs and exposure have one; so have drawdowns, percentile only. Blocks have
    the automatic length of the metric's influence function, resamples come from ``config.seed``. A ruined account,
    whose returns are no series of a run, keeps what it has.
    """
    found = {name: series_of(config, calendar, daily, name) for name in ("equity", *PREFIXES)}
    sessions = daily.height
    if sessions < FEWEST_SESSIONS or any(one is not None and len(one.returns) < sessions for one in found.values()):
        return tuple(metrics), pl.DataFrame(schema=INTERVALS)
    samples = {name: _sample(one, found) for name, one in found.items() if one is not None}
    made = {metric.name: _intervals(config, samples, daily, metric) for metric in metrics}
    rows = [_row(metric, one) for metric in metrics for one in made[metric.name]]
    shown = tuple(_said(metric, made[metric.name][0]) if made[metric.name] else metric for metric in metrics)
    return shown, pl.DataFrame(rows, schema=INTERVALS, orient="row")


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


def _intervals(config: Config, samples: dict[str, Sample], daily: pl.DataFrame, metric: Metric) -> tuple[Interval, ...]:
    """Give a metric's intervals, the one that is shown first; none where there is nothing to resample."""
    if not isinstance(metric.value, float):
        return ()
    plan = Plan(count=COUNT, seed=config.seed)
    if metric.name in BOOKED:
        return of_mean(*_booked(metric.name, daily, samples["equity"]), plan, METHODS)
    prefix, _, rest = metric.name.partition("_")
    who, name = (prefix, rest) if prefix in PREFIXES else ("equity", metric.name)
    if name == YEARLY and who in samples:
        shares = cost_shares(config, daily, who)
        return () if shares is None else of_mean(shares, samples[who].per_year, plan, METHODS)
    if who not in samples or name not in KNOWN:
        return ()
    sample, known = samples[who], KNOWN[name]
    flat = name == "volatility" and not np.ptp(sample.returns) > 0.0
    if flat or getattr(sample, NEEDS.get(name, "returns")) is None:
        return ()
    return intervals(known, sample, plan, ("percentile",) if known in PATHS else METHODS)


def _booked(name: str, daily: pl.DataFrame, sample: Sample) -> tuple[NDArray[np.float64], float]:
    """Give the series of the account that a metric is a number of times the mean of, and how many times."""
    if name == "turnover":
        return daily["turnover"].fill_nan(0.0).to_numpy(), sample.per_year
    if name == "exposure":
        return daily["gross"].fill_nan(0.0).to_numpy(), 1.0
    return np.asarray(np.add.reduce([daily[kind].to_numpy() for kind in COSTS])), float(daily.height)


def _row(metric: Metric, of: Interval) -> tuple[object, ...]:
    kind = "circular" if of.method == "studentised" else "stationary"
    return (
        metric.name, of.method, metric.value, of.lower, of.upper, metric.unit, Plan().level, kind, of.length, of.count,
        of.undefined, of.warning, of.reason,
    )  # fmt: skip


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
