"""``--fail-if``: its little language and its verdicts."""

from __future__ import annotations

import pytest

from backtest.cli.gate_names import check, check_benchmark
from backtest.cli.gates import judge, parse
from backtest.result import Metric
from data.errors import ConfigError

METRICS = (
    Metric("sharpe", "Sharpe ratio", 0.7, "ratio"),
    Metric("beta", "Beta", None, "ratio", reason="no benchmark"),
    Metric("trough", "Trough", "2022-10-12", "date"),
)


@pytest.mark.parametrize(
    ("condition", "failed"),
    [
        ("sharpe<0.5", False),
        ("sharpe < 0.8", True),
        ("sharpe<=0.7", True),
        ("sharpe<0.7", False),
        ("sharpe>0.7", False),
        ("sharpe>=7e-1", True),
        ("sharpe>-1", True),
    ],
)
def test_a_gate_fails_when_its_condition_holds(condition: str, failed: bool) -> None:  # noqa: FBT001
    """The Sharpe ratio is 0.7."""
    assert [outcome.failed for outcome in judge(parse([condition]), METRICS)] == [failed]


def test_an_undefined_metric_fails_and_says_why() -> None:
    """A gate that cannot be judged is not passed."""
    (outcome,) = judge(parse(["beta<100"]), METRICS)
    assert outcome.failed
    assert outcome.found == "beta is undefined: no benchmark"


@pytest.mark.parametrize("text", ["sharpe", "sharpe<", "<1", "sharpe=1", "sharpe<nan", "sharpe<1;x", "a<b", ""])
def test_what_is_no_condition_is_refused(text: str) -> None:
    """Before anything runs."""
    with pytest.raises(ConfigError):
        parse([text])


def test_all_unreadable_gates_are_told_at_once() -> None:
    """Two of three."""
    with pytest.raises(ConfigError) as caught:
        parse(["x", "sharpe<1", "y"])
    assert len(caught.value.findings) == 2


def test_an_unknown_metric_gets_the_nearest() -> None:
    """Exit 2: the gate is the mistake, not the run."""
    with pytest.raises(ConfigError) as caught:
        judge(parse(["sharp<1"]), METRICS)
    assert (caught.value.exit_code, caught.value.findings[0].hint) == (2, "did you mean `sharpe`?")


def test_a_metric_that_is_no_number_is_refused() -> None:
    """A date has no bound."""
    with pytest.raises(ConfigError, match="is not a number"):
        judge(parse(["trough<1"]), METRICS)


def told(*conditions: str) -> list[tuple[str, str]]:
    """Give problem and hint of every finding before a run."""
    with pytest.raises(ConfigError) as caught:
        check(parse(conditions))
    assert caught.value.exit_code == 2
    return [(finding.problem, finding.hint) for finding in caught.value.findings]


def test_names_are_checked_without_a_run() -> None:
    """The nearest name, or a few examples, never the whole list; all gates at once."""
    near, far = told("shrpe<1", "xyzzy<1")
    assert near == ("is not a metric", "did you mean `sharpe`?")
    assert far[0] == "is not a metric"
    assert far[1].count(",") <= 3


def test_a_percent_sign_gets_the_fraction() -> None:
    """5 % is 0.05."""
    with pytest.raises(ConfigError) as caught:
        parse(["cagr<5%"])
    assert caught.value.findings[0].hint == "write 0.05"


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("max_drawdown<-30", "a fraction: write -0.3"),
        ("max_drawdown>30", "a fraction at or below 0: write -0.3"),
        ("max_drawdown>0.3", "a fraction at or below 0: write -0.3"),
        ("cagr<5", "a fraction: write 0.05"),
        ("volatility>20", "a fraction: write 0.2"),
        ("total_return<-20", "a fraction: write -0.2"),
        ("base_max_drawdown<-25", "a fraction: write -0.25"),
        ("placebo_p>5", "a fraction: write 0.05"),
        ("hit_rate<-3", "a fraction: expected 0 to 1"),
        ("max_drawdown_trough<1", "is a date, expected a number"),
    ],
)
def test_a_percentage_of_a_fraction_is_refused(condition: str, problem: str) -> None:
    """No drawdown is deeper than everything, and none is above 0."""
    assert told(condition)[0][0] == problem


@pytest.mark.parametrize(
    "condition",
    ["max_drawdown<-0.3", "max_drawdown<-1", "total_return<1.5", "cagr<0.05", "cagr>1.5", "volatility>1.2",
     "turnover>12", "costs>5000",
     "sharpe<3", "events_traded<10", "events_lost>100", "placebo_p>0.05", "dsr<0.95", "benchmark_cagr>0.1"],
)  # fmt: skip
def test_what_a_number_can_be_is_accepted(condition: str) -> None:
    """Turnover goes beyond 1, and money and counts have no bound."""
    check(parse([condition]))


def test_a_gate_on_a_benchmark_needs_one() -> None:
    """Otherwise the run would be made and thrown away."""
    gates = parse(["benchmark_cagr>0.1", "sharpe<0"])
    check_benchmark(gates, "SPY")
    with pytest.raises(ConfigError, match="the config sets no benchmark") as caught:
        check_benchmark(gates, None)
    assert len(caught.value.findings) == 1
