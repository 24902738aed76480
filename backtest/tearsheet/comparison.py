"""Runs beside each other: growth on the sessions they share, differences with their standard error, what differs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.config.normal import normal
from backtest.sources import measured_on
from backtest.tearsheet.charts.lines import Line, TimeChart, time_chart
from backtest.tearsheet.figures import Figure, Key
from backtest.tearsheet.format import DASH, display, number
from backtest.tearsheet.pages import Row, render_page
from backtest.tearsheet.paired import DRAWS, paired_error
from backtest.tearsheet.rolling import session_returns
from backtest.tearsheet.series import series
from backtest.tearsheet.tables import Cell, Column, Table, counted, text
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from backtest.result import Result

    Floats = NDArray[np.float64]

__all__ = ["common_returns", "config_differences", "convention_differences", "render_comparison"]

ROLES = ("a", "b", "c", "d")
MOST_CHANGES = 200
LEAST_SPREAD = 1e-12


def render_comparison(runs: Sequence[tuple[str, Result]]) -> str:
    """Give the page; the first run is the reference.

    Raises
    ------
    RunError
        When the runs share fewer than two sessions.

    """
    days, returns = common_returns([result for _, result in runs])
    names = [f"{letter}: {display(name, 60)}" for letter, (name, _) in zip("ABCDEFGHIJ", runs, strict=False)]
    results = [result for _, result in runs]
    differing = convention_differences(results)
    rows = [Row(note=sentence, notice=True) for sentence in differing]
    rows.append(Row(figure=_growth(days, names, returns)))
    rows.append(Row(table=_numbers(results, names, returns, comparable=not differing)))
    rows.append(Row(table=_hashes(results, names)))
    rows.append(Row(table=_configs(results, names)))
    lead = f"{len(runs)} runs on the {len(days):,} sessions they share, {days[0]} to {days[-1]}. A is the reference."
    return render_page("Comparison of runs", lead, rows)


def common_returns(results: Sequence[Result]) -> tuple[list[date], list[Floats]]:
    """Give the shared sessions in which every run has a return, and the returns per run."""
    known = []
    for result in results:
        found = series(result)
        pairs = zip(found.sessions, session_returns(found.strategy).tolist(), strict=True)
        known.append({session: r for session, r in pairs if math.isfinite(r)})
    days = sorted(set.intersection(*(set(each) for each in known)))
    if len(days) < 2:
        raise RunError(f"the runs share {len(days)} sessions with a return; a comparison needs at least two")
    return days, [np.array([each[day] for day in days]) for each in known]


def convention_differences(results: Sequence[Result]) -> list[str]:
    """Say in what the runs count differently: then their numbers are shown, their differences are not."""
    ways: dict[str, Callable[[Result], str]] = {
        "calendar": lambda r: r.config.calendar,
        "risk-free rate": lambda r: str(r.config.risk_free_per_year),
        "price adjustment": lambda r: r.provenance.adjustment,
        "kind of prices": lambda r: "simulated" if r.provenance.simulated else "real",
        "kind of fill": lambda r: r.config.account.fill,
    }
    found = []
    for what, way in ways.items():
        said = [way(result) for result in results]
        if len(set(said)) > 1:
            found.append(f"Conventions differ, so no difference is shown: {what} is {', '.join(said)}.")
    return found


def _growth(days: list[date], names: Sequence[str], returns: Sequence[Floats]) -> Figure:
    lines = [
        Line(name, role, np.cumprod(1.0 + r).tolist()) for name, role, r in zip(names, ROLES, returns, strict=False)
    ]
    ends = ", ".join(f"{line.name} ends at {number(line.values[-1], 2)}" for line in lines)
    chart = TimeChart(f"Growth of 1 on a logarithmic axis: {ends}.", days, lines, 280, is_log=True, include=(1.0,))
    note = f"Net of costs, from the first shared session. Drawn: the first {len(lines)}." if len(names) > 4 else ""
    legend = tuple(Key(line.name, role=line.role) for line in lines)
    return Figure("growth", "Growth of 1, logarithmic", time_chart(chart), legend, note)


def _measures(per_year: float, rate: float) -> dict[str, tuple[float, Callable[[Floats], Floats]]]:
    def ratio(x: Floats) -> Floats:
        mean, spread = x.mean(axis=-1) - rate, x.std(axis=-1, ddof=1)
        out: Floats = np.full(np.shape(mean), np.nan)
        np.divide(mean, spread, out=out, where=spread > LEAST_SPREAD)
        return out * math.sqrt(per_year)

    def fall(x: Floats) -> Floats:
        path = np.cumprod(1.0 + x, axis=-1)
        peaks = np.maximum(np.maximum.accumulate(path, axis=-1), 1.0)
        return np.asarray((path / peaks - 1.0).min(axis=-1))

    return {
        "Mean return, % per year": (100.0, lambda x: np.asarray(x.mean(axis=-1) * per_year)),
        "Volatility, % per year": (100.0, lambda x: np.asarray(x.std(axis=-1, ddof=1) * math.sqrt(per_year))),
        "Sharpe ratio": (1.0, ratio),
        "Maximum drawdown, %": (100.0, fall),
    }


def _numbers(results: Sequence[Result], names: Sequence[str], returns: Sequence[Floats], *, comparable: bool) -> Table:
    config = results[0].config
    per_year = measured_on(config).sessions_per_year
    rate = (1.0 + config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    rows = []
    for label, (factor, measure) in _measures(per_year, rate).items():
        cells: list[Cell] = [text(label)]
        values = [float(measure(r[None, :])[0]) * factor for r in returns]
        for k, value in enumerate(values):
            cells.append(counted(number(value, 2), value if math.isfinite(value) else None))
            if k:
                error = paired_error(returns[0], returns[k], measure, config.seed) if comparable else None
                cells.append(text(_difference(value - values[0], error, factor) if comparable else DASH))
        rows.append(tuple(cells))
    columns = [Column("On the shared sessions"), Column(names[0], numeric=True)]
    for name in names[1:]:
        columns += [Column(name, numeric=True), Column("minus A, \u00b1 s.e.", numeric=True)]
    note = f"s.e.: paired circular block bootstrap, {DRAWS:,} draws, blocks of n^(1/3) sessions, seed {config.seed}."
    return Table("Numbers and their differences", tuple(columns), tuple(rows), note)


def _difference(value: float, error: float | None, factor: float) -> str:
    if not math.isfinite(value):
        return DASH
    return f"{number(value, 2, plus=True)} \u00b1 {number(None if error is None else error * factor, 2)}"


def _hashes(results: Sequence[Result], names: Sequence[str]) -> Table:
    kinds = ("config_hash", "prices_hash", "events_hash", "code_hash")
    rows = []
    for kind in kinds:
        found = [getattr(result.provenance, kind) for result in results]
        same = "same" if len(set(found)) == 1 else "differs"
        rows.append((text(kind.removesuffix("_hash")), text(same), *(text(display(one[:12], 12)) for one in found)))
    return Table("Inputs by hash", (Column("Input"), Column(""), *(Column(name) for name in names)), tuple(rows))


def _configs(results: Sequence[Result], names: Sequence[str]) -> Table:
    changes = config_differences([normal(result.config) for result in results])
    rows = tuple(
        (text(display(place, 120)), *(text(display(value, 120)) for value in values))
        for place, values in changes[:MOST_CHANGES]
    )
    hidden = len(changes) - len(rows)
    note = f"{hidden} more differences" if hidden else "" if rows else "The configs say the same."
    return Table("Settings that differ", (Column("Setting"), *(Column(name) for name in names)), rows, note)


def config_differences(configs: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Give (place, value per config) of every leaf that is not the same in all; an absent one is a dash."""
    flat = [dict(_leaves(config, "")) for config in configs]
    places = list(dict.fromkeys(place for leaves in flat for place in leaves))
    rows = [(place, [leaves.get(place, DASH) for leaves in flat]) for place in places]
    return [(place, values) for place, values in rows if len(set(values)) > 1]


def _leaves(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for k, inner in enumerate(value):
            yield from _leaves(inner, f"{place}.{k}")
    else:
        yield place, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
