"""``--fail-if``: conditions on metrics that turn a finished run into exit code 1."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from data.errors import ConfigError, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backtest.result import Metric

__all__ = ["Gate", "Outcome", "judge", "misnamed", "parse"]

CONDITION = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=|<|>)\s*(\S+)\s*")
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Gate:
    """Fail when the metric stands in this relation to the bound."""

    text: str
    metric: str
    operator: str
    bound: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A gate once judged, with what was found."""

    gate: Gate
    failed: bool
    found: str


def parse(texts: Sequence[str]) -> list[Gate]:
    """Read conditions as ``sharpe<0.5``; all that cannot be read are told at once."""
    gates, findings = [], []
    for text in texts:
        match = CONDITION.fullmatch(text)
        bound = _number(match[3]) if match else None
        if match and bound is not None:
            gates.append(Gate(text, match[1], match[2], bound))
        else:
            hint = _percentage(match[3]) if match else ""
            findings.append(Finding(f"--fail-if {text}", "", "", "expected `metric < number` (or <=, >, >=)", hint))
    if findings:
        raise ConfigError("a gate cannot be read", findings)
    return gates


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _percentage(text: str) -> str:
    """Say how a percentage is written; nothing for anything else."""
    value = _number(text.removesuffix("%")) if text.endswith("%") else None
    return "" if value is None else f"write {value / 100.0:g}"


def judge(gates: Sequence[Gate], metrics: Sequence[Metric]) -> list[Outcome]:
    """Judge every gate; an undefined metric fails it.

    Raises
    ------
    ConfigError
        When a gate names no metric, or one that is no number.

    """
    known = {metric.name: metric for metric in metrics}
    findings = [finding for gate in gates if (finding := _unjudged(gate, known))]
    if findings:
        raise ConfigError("a gate names no number of this run", findings)
    return [_outcome(gate, known[gate.metric]) for gate in gates]


def _unjudged(gate: Gate, known: dict[str, Metric]) -> Finding | None:
    if gate.metric not in known:
        return misnamed(gate, list(known))
    value = known[gate.metric].value
    return Finding(f"--fail-if {gate.text}", gate.metric, value, "is not a number") if isinstance(value, str) else None


def _outcome(gate: Gate, metric: Metric) -> Outcome:
    if not isinstance(metric.value, (int, float)):
        return Outcome(gate, failed=True, found=f"{gate.metric} is undefined: {metric.reason}")
    failed = OPERATORS[gate.operator](metric.value, gate.bound)
    return Outcome(gate, failed, f"{gate.metric} is {metric.value:.6g}")


def misnamed(gate: Gate, known: Sequence[str]) -> Finding:
    """Say that a gate names no number, and the nearest name."""
    near = get_close_matches(gate.metric, known, 1)
    hint = f"did you mean `{near[0]}`?" if near else "as sharpe, cagr, max_drawdown; `--json` of a run names them all"
    return Finding(f"--fail-if {gate.text}", gate.metric, "", "is not a metric", hint)
