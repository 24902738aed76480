"""``--fail-if``: its little language and its verdicts."""

from __future__ import annotations

import pytest

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
