"""Intervals of what is a function of a Sharpe ratio: its ends put into the formula, or why there are none."""

from __future__ import annotations

import math

import polars as pl
import pytest

from backtest.engine import tried
from backtest.inference.haircut import haircut, haircuts
from backtest.metrics.carried import Formula, carried
from backtest.metrics.intervals import INTERVALS
from backtest.metrics.luck import Tried
from backtest.result import Metric


def row(method, lower, upper, metric="sharpe"):
    return (metric, method, 1.0, lower, upper, "ratio", 0.95, "stationary", 3.0, 1_000, 0, "", "")


def frame(*rows):
    return pl.DataFrame(list(rows), schema=INTERVALS, orient="row")


INVERSE = {"years": Formula("", lambda given: [1.0 / one if one > 0.0 else math.nan for one in given])}


def test_ends_go_through_the_formula_in_their_order():
    """A falling formula turns them; every method has its row, the first is the one shown."""
    (shown,), found = carried(
        (Metric("years", "Years", 1.0, "years", convention="one over"),),
        frame(row("bca", 0.5, 2.0), row("percentile", 0.25, 4.0)),
        INVERSE,
    )
    assert (shown.lower, shown.upper) == (0.5, 2.0)
    assert shown.convention == "one over; 95 % interval: that of the Sharpe ratio, put into the formula"
    assert found.filter(metric="years").select("method", "lower", "upper", "unit").rows() == [
        ("bca", 0.5, 2.0, "years"),
        ("percentile", 0.25, 4.0, "years"),
    ]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([row("bca", -0.1, 2.0)], "that of the Sharpe ratio reaches 0"), ([], "the Sharpe ratio has none")],
)
def test_where_there_is_no_interval_the_reason_stands(rows, reason):
    """Where the formula knows no end, or the Sharpe ratio has no interval."""
    metric = Metric("years", "Years", 1.0, "years", convention="one over")
    (shown,), _ = carried((metric,), frame(*rows), INVERSE)
    assert (shown.lower, shown.upper) == (None, None)
    assert shown.convention == f"one over; no interval: {reason}"


def test_what_is_carried_again_replaces_what_was():
    """A run is weighed once more by the trials counted: no row twice, no sentence twice."""
    metric = Metric("years", "Years", 1.0, "years", convention="one over")
    once, first = carried((metric,), frame(row("bca", 0.5, 2.0)), INVERSE)
    again, second = carried(once, first, INVERSE)
    assert again == once
    assert second.equals(first)


def test_every_number_of_a_run_has_an_interval_or_says_why(small):
    """Those of luck and skill too; PSR at the ends is its formula, moments of the sample held."""
    result = small.run()
    known = {metric.name: metric for metric in result.metrics}
    for metric in result.metrics:
        assert not isinstance(metric.value, float) or metric.lower is not None or "no interval: " in metric.convention
    sharpe, psr = known["sharpe"], known["psr"]
    assert psr.lower < psr.value < psr.upper
    assert (psr.lower > 0.5) == (sharpe.lower > 0.0)


def test_more_trials_move_the_interval_of_the_deflated_ratio(small):
    """As its value; the haircut's is that of the ends of the Sharpe ratio, each cut by itself."""
    result = small.run()
    one, many = (
        {metric.name: metric for metric in tried(result, count).metrics}
        for count in (Tried(), Tried(100, 50.0, (0.01, 0.02)))
    )
    assert many["dsr"].upper < one["dsr"].upper
    assert many["dsr"].lower <= many["dsr"].value <= many["dsr"].upper


def test_cuts_together_are_cuts_alone():
    """Several Sharpe ratios share the simulated others, so each is cut as if it were alone."""
    given = (1_000, 252.0, 40)
    together = haircuts([0.4, 1.1, 3.0], *given, seed=3)
    assert together == [haircut(sharpe, *given, seed=3) for sharpe in (0.4, 1.1, 3.0)]
