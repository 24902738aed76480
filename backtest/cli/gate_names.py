"""What ``--fail-if`` may name: metrics of a run and a few numbers beside them, each with what it can be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from backtest.cli.gates import misnamed
from backtest.result import Metric
from data.errors import ConfigError, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtest.cli.gates import Gate
    from backtest.result import Result

__all__ = ["beside", "check", "check_benchmark"]

BESIDE = {"placebo_p": "fraction", "events_traded": "count", "events_lost": "count"}
NUMBERS = ("fraction", "fraction per year", "ratio", "currency", "currency per year", "count", "years")
# Least and most of a bound, by the name without `base_` or `benchmark_`; beyond them (400 % a year is
# more than anybody asks for) it is a percentage.
SHARE, GROWTH, SWING = (0.0, 1.0), (-1.0, 4.0), (0.0, 4.0)
LIMITS = {
    "max_drawdown": (-1.0, 0.0), "total_return": GROWTH, "cagr": GROWTH, "volatility": SWING, "alpha": GROWTH,
    "active_return": GROWTH, "costs_per_year": SHARE, "hit_rate": SHARE, "psr": SHARE, "dsr": SHARE,
    "false_discovery": SHARE, "active_psr": SHARE, "active_dsr": SHARE, "active_false_discovery": SHARE,
    "sharpe_difference_p": SHARE, "placebo_p": SHARE,
}  # fmt: skip
PERCENT = 100.0
NO_BENCHMARK = "the config sets no benchmark"


def check(gates: Sequence[Gate]) -> None:
    """Refuse gates on what no run has, or whose bound the number cannot have; all are told at once.

    Raises
    ------
    ConfigError
        With one finding per gate.

    """
    if not gates:
        return
    # Inside: it measures an account, which takes the engine's imports.
    from backtest.metrics.catalogue import catalogue

    units = {**{metric.name: metric.unit for metric in catalogue()}, **BESIDE}
    findings = [finding for gate in gates for finding in _findings(gate, units)]
    if findings:
        raise ConfigError("a gate cannot be judged", findings)


def check_benchmark(gates: Sequence[Gate], benchmark: str | None) -> None:
    """Refuse gates on the benchmark's own numbers where the config has none.

    Raises
    ------
    ConfigError
        With one finding per gate.

    """
    named = [gate for gate in gates if gate.metric.startswith("benchmark_")]
    if named and benchmark is None:
        hint = "set `benchmark`, or leave the gate out"
        raise ConfigError(
            "a gate cannot be judged",
            [Finding(f"--fail-if {gate.text}", gate.metric, "", NO_BENCHMARK, hint) for gate in named],
        )


def _findings(gate: Gate, units: dict[str, str]) -> Iterator[Finding]:
    if gate.metric not in units:
        yield misnamed(gate, list(units))
    elif units[gate.metric] not in NUMBERS:
        yield Finding(f"--fail-if {gate.text}", gate.metric, "", f"is a {units[gate.metric]}, expected a number")
    else:
        yield from _beyond(gate)


def _beyond(gate: Gate) -> Iterator[Finding]:
    """Say that a bound is a percentage, or that a fall has the wrong sign."""
    name = gate.metric.removeprefix("base_").removeprefix("benchmark_")
    least, most = LIMITS.get(name, (-math.inf, math.inf))
    if least <= gate.bound <= most:
        return
    is_fall = name == "max_drawdown"
    share = gate.bound if is_fall and abs(gate.bound) <= 1.0 else gate.bound / PERCENT
    meant = -abs(share) if is_fall else share
    kind = "a fraction at or below 0" if is_fall and gate.bound > 0.0 else "a fraction"
    # Two mistakes are possible below 0 for a share; only a percentage has a number to write instead.
    hint = f"write {meant:g}" if least <= meant <= most else f"expected {least:g} to {most:g}"
    yield Finding(f"--fail-if {gate.text}", gate.metric, f"{gate.bound:g}", f"{kind}: {hint}")


def beside(result: Result) -> tuple[Metric, ...]:
    """Give the numbers that are no metrics: the placebo's p, and events that were traded and lost."""
    read, traded = result.funnel.counts[0], result.funnel.reached("traded")
    found = None if result.evidence is None else result.evidence.placebo
    p = None if found is None else found.p_return
    reason = "" if p is not None else (found.reason if found else "") or "no placebo was made"
    return (
        Metric("placebo_p", "Placebo p", p, BESIDE["placebo_p"], reason=reason),
        Metric("events_traded", "Events traded", float(traded), BESIDE["events_traded"]),
        Metric("events_lost", "Events lost", float(read - traded), BESIDE["events_lost"]),
    )
