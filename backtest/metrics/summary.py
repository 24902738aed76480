"""The metrics of a run, in the order in which they are shown, each with its convention in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels.books import COSTS
from backtest.metrics import moments
from backtest.metrics.moments import Estimate
from backtest.metrics.series import cost_shares, series_of
from backtest.metrics.skill import skill
from backtest.result import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.metrics.series import Series
    from data.calendar import Calendar

__all__ = ["summary"]

WHEN = "session of the close; no interval: it is one session of this path"
NO_BENCHMARK = "no benchmark is set"
IID = "95 % interval: 1.96 standard errors, sessions taken as independent"


def summary(config: Config, calendar: Calendar, daily: pl.DataFrame, events: pl.DataFrame) -> tuple[Metric, ...]:
    """Measure a run; ``daily`` and ``events`` are those of the Result."""
    own, base, benchmark = (series_of(config, calendar, daily, name) for name in ("equity", "base", "benchmark"))
    assert own is not None and base is not None  # noqa: S101, PT018 - both columns are always filled
    sessions = daily["session"].to_list()
    return (
        *_account(own, sessions),
        *_against_base(own, base),
        *_against_benchmark(own, benchmark),
        *_trading(config, daily, own),
        _hit_rate(events),
        *skill(config, calendar, daily),
        *_others("base", "untilted mix", base, sessions),
        *_costs_of("base", "untilted mix", base, cost_shares(config, daily, "base")),
        *(_others("benchmark", str(config.benchmark), benchmark, sessions) if benchmark else ()),
        *(_costs_of("benchmark", str(config.benchmark), benchmark, cost_shares(config, daily, "benchmark"))
          if benchmark else ()),
    )  # fmt: skip


def _account(own: Series, sessions: list[object]) -> Iterator[Metric]:
    yield _total(own)
    yield _cagr(own)
    yield _of("volatility", "Volatility", moments.volatility(own.returns, own.per_year), "fraction per year",
              f"sd of session returns (ddof 1) x sqrt({own.per_year:.1f}); interval by the delta method")  # fmt: skip
    yield _sharpe(own)
    yield _of("sortino", "Sortino ratio", moments.sortino(own.excess, own.per_year), "ratio",
              f"mean excess return / root mean square of losses over all n, x sqrt({own.per_year:.1f})")  # fmt: skip
    yield from _drawdown(own, sessions)
    yield _calmar(own)


def _total(s: Series) -> Metric:
    value = s.equity[-1] / s.capital - 1.0
    return Metric("total_return", "Total return", float(value), "fraction", convention="last equity / capital - 1, net")


def _cagr(s: Series) -> Metric:
    convention = f"(last equity / capital)^(1 / years) - 1 over {s.years:.2f} calendar years (days / 365.25); "
    convention += "interval from the standard error of log returns"
    metric = Metric("cagr", "CAGR, net", None, "fraction per year", convention=convention)
    if s.equity[-1] <= 0.0:
        return _undefined(metric, "the account was ruined")
    if s.years < 1.0:
        return _undefined(metric, f"{s.years:.2f} years: annualising less than one year would exaggerate")
    growth = math.log(s.equity[-1] / s.capital) / s.years
    error = float(np.std(np.log1p(s.returns), ddof=1)) * math.sqrt(len(s.returns)) / s.years
    low, high = growth - moments.Z95 * error, growth + moments.Z95 * error
    return _with(metric, math.expm1(growth), math.expm1(low), math.expm1(high))


def _sharpe(s: Series) -> Metric:
    convention = (
        f"mean / sd (ddof 1) of session returns over {s.rate:.2%} a year, x sqrt({s.per_year:.1f}); standard error "
        "after Mertens 2002 (skewness and kurtosis), sessions taken as independent"
    )
    return _of("sharpe", "Sharpe ratio", moments.ratio(s.excess, s.per_year), "ratio", convention)


def _drawdown(s: Series, sessions: list[object]) -> Iterator[Metric]:
    depth, peak, trough, recovery = moments.drawdown(s.equity, s.capital)
    yield Metric("max_drawdown", "Maximum drawdown", depth, "fraction",
                 convention="deepest fall of closing equity from a peak; the capital is the first peak")  # fmt: skip
    none = "equity never fell below its peak" if depth == 0.0 else ""
    dates = {
        "peak": (peak, "the capital before the first session" if peak < 0 else ""),
        "trough": (trough, ""),
        "recovery": (recovery, "not recovered by the last session" if recovery is None else ""),
    }
    for name, (at, reason) in dates.items():
        value = None if none or reason or at is None else str(sessions[at])
        yield Metric(f"max_drawdown_{name}", f"Drawdown {name}", value, "date",
                     convention=WHEN, reason=none or reason)  # fmt: skip


def _calmar(s: Series) -> Metric:
    metric = Metric("calmar", "Calmar ratio", None, "ratio", convention="CAGR / |maximum drawdown|")
    cagr, depth = _cagr(s), moments.drawdown(s.equity, s.capital)[0]
    if not isinstance(cagr.value, float):
        return _undefined(metric, cagr.reason)
    return _undefined(metric, "no drawdown") if depth == 0.0 else _with(metric, cagr.value / -depth)


def _against_base(own: Series, base: Series) -> Iterator[Metric]:
    count = min(len(own.returns), len(base.returns))
    active = own.returns[:count] - base.returns[:count]
    text = "mean of session returns minus those of the untilted mix (same costs)"
    yield _of("active_return", "Return over untilted mix", moments.mean(active, own.per_year), "fraction per year",
              f"{text}, x {own.per_year:.1f}; {IID}")  # fmt: skip
    yield _of("active_ratio", "Information ratio over untilted mix", moments.ratio(active, own.per_year), "ratio",
              f"{text}: mean / sd (ddof 1) x sqrt({own.per_year:.1f}); standard error after Mertens 2002")  # fmt: skip


def _against_benchmark(own: Series, benchmark: Series | None) -> Iterator[Metric]:
    gone = Estimate(None, reason=NO_BENCHMARK)
    beta = alpha = information = gone
    if benchmark is not None:
        count = min(len(own.returns), len(benchmark.returns))
        beta, alpha = moments.regression(own.excess[:count], benchmark.excess[:count], own.per_year)
        active = own.returns[:count] - benchmark.returns[:count]
        information = moments.ratio(active, own.per_year)
    line = "ordinary least squares of excess session returns on the benchmark's; OLS standard errors"
    yield _of("beta", "Beta to benchmark", beta, "ratio", line)
    yield _of("alpha", "Alpha to benchmark", alpha, "fraction per year", f"intercept x {own.per_year:.1f}, {line}")
    yield _of("information_ratio", "Information ratio", information, "ratio",
              f"mean / sd (ddof 1) of returns minus the benchmark's, x sqrt({own.per_year:.1f})")  # fmt: skip


def _trading(config: Config, daily: pl.DataFrame, own: Series) -> Iterator[Metric]:
    yield _yearly(own, "turnover", "Turnover", daily["turnover"].fill_nan(0.0).to_list(),
                  "traded notional / equity, buys and sells both, per year of sessions")  # fmt: skip
    costs = math.fsum(value for kind in COSTS for value in daily[kind].to_list())
    yield Metric("costs", "Costs, all kinds", costs, "currency",
                 convention="half spread + slippage + commission + impact + borrow fees, whole run")  # fmt: skip
    yield from _costs_of("", "", own, cost_shares(config, daily, "equity"))
    gross = daily["gross"].fill_nan(0.0).to_list()
    yield Metric("exposure", "Mean gross exposure", math.fsum(gross) / len(gross), "fraction",
                 convention="mean over sessions of sum |position| / equity at the close")  # fmt: skip


def _costs_of(prefix: str, whose: str, own: Series, shares: NDArray[np.float64] | None) -> Iterator[Metric]:
    """Give the costs of an account a year; nothing where they were not kept."""
    if shares is not None:
        name, label = ("costs_per_year", "Costs per year")
        yield _yearly(own, f"{prefix}_{name}" if prefix else name, f"{label}: {whose}" if whose else label,
                      shares.tolist(),
                      "sum over sessions of costs / equity before the session, per year of sessions")  # fmt: skip


def _yearly(own: Series, name: str, label: str, values: list[float], convention: str) -> Metric:
    """Give a sum over sessions per year of sessions; of less than a year it would be the first purchase, blown up."""
    metric = Metric(name, label, None, "fraction per year", convention=convention)
    years = len(own.equity) / own.per_year
    short = f"{years:.2f} years: annualising less than one year would exaggerate"
    return _undefined(metric, short) if years < 1.0 else _with(metric, math.fsum(values) / years)


def _hit_rate(events: pl.DataFrame) -> Metric:
    pnl = events.filter(events["status"] == "traded")["pnl"].to_list()
    hits = moments.share(sum(value > 0.0 for value in pnl), len(pnl))
    metric = Metric("hit_rate", "Events with a gain", None, "fraction",
                    convention="traded events with P&L net of their costs > 0; Wilson 95 % interval, events taken as "
                    "independent")  # fmt: skip
    return _undefined(metric, "no event was traded") if hits is None else _with(metric, *hits)


def _others(prefix: str, whose: str, s: Series, sessions: list[object]) -> Iterator[Metric]:
    for metric in (_total(s), _cagr(s), _of("volatility", "Volatility", moments.volatility(s.returns, s.per_year),
                   "fraction per year", "as for the strategy"), _sharpe(s), *_drawdown(s, sessions)):  # fmt: skip
        yield Metric(
            f"{prefix}_{metric.name}",
            f"{metric.label}: {whose}",
            metric.value,
            metric.unit,
            metric.lower,
            metric.upper,
            metric.convention,
            metric.reason,
        )


def _of(name: str, label: str, estimate: Estimate, unit: str, convention: str) -> Metric:
    return Metric(name, label, estimate.value, unit, estimate.lower, estimate.upper, convention, estimate.reason)


def _undefined(metric: Metric, reason: str) -> Metric:
    return Metric(metric.name, metric.label, None, metric.unit, convention=metric.convention, reason=reason)


def _with(metric: Metric, value: float, lower: float | None = None, upper: float | None = None) -> Metric:
    return Metric(metric.name, metric.label, value, metric.unit, lower, upper, metric.convention)
