"""Intervals of the tearsheet's metrics from block resamples of its sessions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from backtest.inference import ends, functionals
from backtest.inference.blocks import Blocks, Kind, block_length, draws, means
from backtest.inference.functionals import Functional, Scale
from backtest.inference.pivots import pivots
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["PATHS", "SMOOTH", "Interval", "Method", "Metric", "Plan", "Sample", "interval", "intervals", "of_mean"]

Method = Literal["percentile", "basic", "bca", "studentised"]
Metric = Literal[
    "total_return", "cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "active_return",
    "active_ratio", "beta", "alpha", "information_ratio", "tracking_error",
]  # fmt: skip
CHUNK = 64
FEWEST_SESSIONS = 20
MOST_UNDEFINED = 0.05
FLAT = 1e-12  # what moves less is rounding
FEWEST_RESAMPLES = 100
PATH_WARNING = "depends on the order of sessions and is not smooth: its percentile interval is rough"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Returns of the same sessions, and how to annualise them.

    Attributes
    ----------
    returns
        The strategy's, (sessions,).
    base, benchmark
        Those of the untilted mix and of the benchmark; None when there is none.
    per_year
        Sessions per year.
    years
        Calendar years from the session before the first to the last, for the CAGR.
    rate
        Risk-free return per session.

    """

    returns: F
    per_year: float
    years: float
    rate: float = 0.0
    base: F | None = None
    benchmark: F | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How to make an interval: a method, resamples, coverage; blocks of automatic length where none is given."""

    method: Method = "bca"
    count: int = 2_000
    level: float = 0.95
    seed: int = 0
    kind: Kind = "stationary"
    length: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of a metric, or the reason why there is none.

    Attributes
    ----------
    value
        The metric itself.
    lower, upper
        Ends; None without an interval.
    method, length, count
        What made them: method, sessions in a block, resamples.
    undefined
        Resamples without a value; they are left out, and above 5 % there is no interval.
    warning, reason
        What to keep in mind; why there is no interval.

    """

    value: float | None
    lower: float | None
    upper: float | None
    method: Method
    length: float
    count: int
    undefined: int = 0
    warning: str = ""
    reason: str = ""


SMOOTH: dict[Metric, tuple[Functional, str]] = {
    "total_return": (functionals.TOTAL, "own"),
    "cagr": (functionals.GROWTH, "own"),
    "volatility": (functionals.VOLATILITY, "own"),
    "sharpe": (functionals.RATIO, "excess"),
    "sortino": (functionals.SORTINO, "excess"),
    "active_return": (functionals.MEAN, "over base"),
    "active_ratio": (functionals.RATIO, "over base"),
    "beta": (functionals.BETA, "excess of both"),
    "alpha": (functionals.ALPHA, "excess of both"),
    "information_ratio": (functionals.RATIO, "over benchmark"),
    "tracking_error": (functionals.VOLATILITY, "over benchmark"),
}
PATHS: dict[Metric, Callable[[F, Scale], F]] = {"max_drawdown": ends.drawdown, "calmar": ends.calmar}


def interval(metric: Metric, sample: Sample, plan: Plan | None = None) -> Interval:
    """Give the interval of one metric of the tearsheet by one method.

    ``percentile``: quantiles of the resamples. ``basic``: reflected about the value. ``bca``: corrected for bias and
    acceleration (Efron 1987), the latter from sums of the influence function over blocks. ``studentised``: quantiles of
    (resample - value) / its own standard error, in circular blocks (Goetze and Kuensch 1996). The automatic length is
    that of the metric's influence function, so volatility gets the longer memory of squared returns. Maximum drawdown
    and Calmar ratio: percentile only, with a warning.

    All of them hold less than promised where sessions depend on each other, the studentised one least so: blocks of a
    length that errs least (Politis and White 2004) leave out the correlation beyond them, which is a bias downwards of
    the variance of order 1 / length (Kuensch 1989; Lahiri 2003, chapter 5), and neither bias correction nor
    acceleration mends a variance. docs/verdict.md has measured coverages.

    Raises
    ------
    RunError
        When the method does not suit the metric, the sample lacks the series, or is too short.

    """
    plan = plan or Plan("percentile" if metric in PATHS else "bca")
    return intervals(metric, sample, plan, (plan.method,))[0]


def intervals(
    metric: Metric, sample: Sample, plan: Plan | None = None, methods: Sequence[Method] = ("bca",)
) -> tuple[Interval, ...]:
    """Give the intervals of one metric by several methods, which share their resamples where they can."""
    plan = plan or Plan()
    for method in methods:
        _check(metric, sample, replace(plan, method=method))
    if metric in PATHS:
        return tuple(_of_path(metric, sample, replace(plan, method="percentile")) for _ in methods)
    functional, which = SMOOTH[metric]
    series, other = _series(sample, which)
    scale = Scale(len(series), sample.per_year, sample.years)
    return _of_means(functional, functional.columns(series, other), scale, [replace(plan, method=m) for m in methods])


def of_mean(series: F, times: float, plan: Plan, methods: Sequence[Method] = ("bca",)) -> tuple[Interval, ...]:
    """Give the intervals of ``times`` x the mean of a series, as a cost per year, by several methods."""
    return _of_means(
        functionals.MEAN, series[:, None], Scale(len(series), times, 1.0), [replace(plan, method=m) for m in methods]
    )


def _check(metric: Metric, sample: Sample, plan: Plan) -> None:
    if metric not in SMOOTH and metric not in PATHS:
        raise RunError(f"{metric!r} has no bootstrap interval, expected one of {', '.join(get_args(Metric))}")
    if metric in PATHS and plan.method != "percentile":
        raise RunError(f"{metric} allows the percentile interval only, not {plan.method}: it is not smooth")
    if len(sample.returns) < FEWEST_SESSIONS:
        raise RunError(f"{len(sample.returns)} sessions are too few to resample, at least {FEWEST_SESSIONS} are needed")
    if not 0.0 < plan.level < 1.0 or plan.count < FEWEST_RESAMPLES:
        wanted = f"a level between 0 and 1, at least {FEWEST_RESAMPLES}"
        raise RunError(f"level {plan.level}, {plan.count} resamples: expected {wanted}")
    if plan.length and not 1.0 <= plan.length <= len(sample.returns) / 2.0:
        raise RunError(f"blocks of {plan.length} of {len(sample.returns)} sessions: expected 1 to half of them")


def _series(sample: Sample, which: str) -> tuple[F, F]:
    own = sample.returns
    if which in {"own", "excess"}:
        return own - (sample.rate if which == "excess" else 0.0), own
    other = sample.base if which == "over base" else sample.benchmark
    if other is None:
        raise RunError("the sample has no untilted mix" if which == "over base" else "the sample has no benchmark")
    return (own - sample.rate, other - sample.rate) if which == "excess of both" else (own - other, other)


def _of_means(of: Functional, columns: F, scale: Scale, plans: Sequence[Plan]) -> tuple[Interval, ...]:
    gone, value = "a session lost everything, or is no number", math.nan
    if np.isfinite(columns).all():
        gone, value = "the metric itself is undefined", float(of.value(columns.mean(axis=0), scale))
    if not math.isfinite(value):
        return tuple(Interval(None, None, None, plan.method, 1.0, plan.count, reason=gone) for plan in plans)
    influence = functionals.influence(of, columns, columns.mean(axis=0), scale)
    if not np.ptp(influence) > FLAT * max(1.0, abs(value)):
        flat = "the metric moves in no session"
        return tuple(Interval(value, None, None, plan.method, 1.0, plan.count, reason=flat) for plan in plans)
    drawn: dict[Blocks, F] = {}
    found = []
    for plan in plans:
        blocks = _blocks(plan, influence)
        if plan.method != "studentised" and blocks not in drawn:
            drawn[blocks] = of.value(means(columns, blocks, plan.count), scale)
        x = pivots(of, columns, scale, blocks, plan.count) if plan.method == "studentised" else drawn[blocks]
        found.append(_closed(plan, blocks, value, x, _ends(plan, value, influence, blocks)))
    return tuple(found)


def _ends(plan: Plan, value: float, influence: F, blocks: Blocks) -> Callable[[F], F]:
    """Give what makes the ends of an interval of its resamples."""
    level = plan.level
    if plan.method == "studentised":
        spread = float(ends.error_of(influence, blocks))
        return lambda t: ends.reflected(t, level, value, spread)
    if plan.method == "bca":
        bent = ends.acceleration_of(influence, blocks)
        return lambda x: ends.bca(x, level, value, bent)
    plain = ends.percentile if plan.method == "percentile" else ends.basic
    return lambda x: plain(x, level, value)


def _blocks(plan: Plan, influence: F) -> Blocks:
    kind: Kind = "circular" if plan.method == "studentised" else plan.kind
    length = plan.length or block_length(influence, kind)
    return Blocks(float(math.ceil(length)) if kind == "circular" else length, kind, plan.seed)


def _closed(plan: Plan, blocks: Blocks, value: float, x: F, found: Callable[[F], F]) -> Interval:
    """Make the interval of the defined resamples, or say why there is none."""
    known = x[np.isfinite(x)]
    undefined = len(x) - len(known)
    if undefined > MOST_UNDEFINED * len(x):
        reason = f"{undefined} of {len(x)} resamples leave the metric undefined"
        return Interval(value, None, None, plan.method, blocks.length, plan.count, undefined, reason=reason)
    lower, upper = (float(end) for end in found(known))
    warning = f"{undefined} of {len(x)} resamples were undefined and left out" if undefined else ""
    return Interval(value, lower, upper, plan.method, blocks.length, plan.count, undefined, warning)


def _of_path(metric: Metric, sample: Sample, plan: Plan) -> Interval:
    of, x = PATHS[metric], sample.returns
    scale = Scale(len(x), sample.per_year, sample.years)
    squares = (x - x.mean()) ** 2  # drawdowns come with volatility: its memory, not that of the returns
    blocks = _blocks(plan, squares)
    value = float(of(x, scale))
    if not math.isfinite(value):
        return Interval(
            None, None, None, plan.method, blocks.length, plan.count, reason="the metric itself is undefined"
        )
    resampled = np.concatenate(
        [
            of(x[draws(blocks, len(x), min(CHUNK, plan.count - first), first)], scale)
            for first in range(0, plan.count, CHUNK)
        ]
    )
    found = _closed(plan, blocks, value, resampled, lambda drawn: ends.percentile(drawn, plan.level, value))
    warning = "; ".join(text for text in (f"{metric} {PATH_WARNING}", found.warning) if text)
    return Interval(value, found.lower, found.upper, plan.method, blocks.length, plan.count, found.undefined, warning,
                    found.reason)  # fmt: skip
