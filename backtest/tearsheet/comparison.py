"""Runs beside each other: growth on the sessions they share, differences with their standard error, what differs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.sources import measured_on
from backtest.tearsheet.charts.lines import Line, TimeChart, time_chart
from backtest.tearsheet.differences import config_table, convention_differences, hash_table, runs_table
from backtest.tearsheet.figures import Figure, Key
from backtest.tearsheet.format import DASH, display, number
from backtest.tearsheet.messages import say, speaking
from backtest.tearsheet.pages import Row, render_page
from backtest.tearsheet.paired import DRAWS, paired_error
from backtest.tearsheet.rolling import session_returns
from backtest.tearsheet.series import series
from backtest.tearsheet.tables import Cell, Column, Table, counted, text
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from backtest.result import Result

    Floats = NDArray[np.float64]

__all__ = ["common_returns", "render_comparison"]

ROLES = ("a", "b", "c", "d")
LEAST_SPREAD = 1e-12


def render_comparison(runs: Sequence[tuple[str, Result]], *, lang: str = "en") -> str:
    """Give the page; the first run is the reference.

    Parameters
    ----------
    runs
        Each with its name; two to ten.
    lang
        ``en`` or ``ko``.

    Raises
    ------
    RunError
        When the runs share fewer than two sessions.

    """
    days, returns = common_returns([result for _, result in runs])
    with speaking(lang):
        return _page(runs, days, returns)


def _page(runs: Sequence[tuple[str, Result]], days: list[date], returns: Sequence[Floats]) -> str:
    names = [f"{letter}: {display(name, 60)}" for letter, (name, _) in zip("ABCDEFGHIJ", runs, strict=False)]
    results, letters = [result for _, result in runs], [name[0] for name in names]
    differing = convention_differences(results)
    simulated = ", ".join(
        letter for letter, result in zip(letters, results, strict=True) if result.provenance.simulated
    )
    rows = [
        *([Row(note=f"{say('SIMULATED PRICES')}: {simulated}", notice=True)] if simulated else []),
        *(Row(note=sentence, notice=True) for sentence in differing),
        Row(table=runs_table(results, names)),
        Row(figure=_growth(days, names, returns)),
        Row(table=_numbers(results, letters, returns, comparable=not differing)),
        Row(table=hash_table(results, letters)),
        Row(table=config_table(results, letters)),
    ]
    lead = say(
        "{count} runs on the {sessions} sessions they share, {first} to {last}. A is the reference.",
        count=len(runs), sessions=number(len(days), 0), first=days[0], last=days[-1],
    )  # fmt: skip
    return render_page(say("Comparison of runs"), lead, rows, days)


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


def _growth(days: list[date], names: Sequence[str], returns: Sequence[Floats]) -> Figure:
    lines = [
        Line(name, role, np.cumprod(1.0 + r).tolist()) for name, role, r in zip(names, ROLES, returns, strict=False)
    ]
    ends = ", ".join(say("{name} ends at {value}", name=line.name, value=number(line.values[-1], 2)) for line in lines)
    said = say("Growth of 1 on a logarithmic axis: {ends}.", ends=ends)
    chart = TimeChart(said, days, lines, 280, is_log=True, include=(1.0,))
    notes = [say("Net of costs, from the first shared session.")]
    if len(names) > len(lines):
        notes.append(say("Drawn: the first {count}.", count=len(lines)))
    return Figure(
        "growth",
        say("Growth of 1, logarithmic"),
        time_chart(chart),
        tuple(Key(line.name, role=line.role) for line in lines),
        " ".join(notes),
        decimals=4,
        readings=[(line.name[0], list(line.values)) for line in lines],
    )


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
        say("Mean return, % per year"): (100.0, lambda x: np.asarray(x.mean(axis=-1) * per_year)),
        say("Volatility, % per year"): (100.0, lambda x: np.asarray(x.std(axis=-1, ddof=1) * math.sqrt(per_year))),
        say("Sharpe ratio"): (1.0, ratio),
        say("Maximum drawdown, %"): (100.0, fall),
    }


def _numbers(results: Sequence[Result], names: Sequence[str], returns: Sequence[Floats], *, comparable: bool) -> Table:
    config = results[0].config
    per_year = measured_on(config).sessions_per_year
    rate = (1.0 + config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    rows = []
    for label, (factor, measure) in _measures(per_year, rate).items():
        cells = [Cell(label, kind="nowrap")]
        values = [float(measure(r[None, :])[0]) * factor for r in returns]
        for k, value in enumerate(values):
            cells.append(counted(number(value, 2), value if math.isfinite(value) else None))
            if k:
                error = paired_error(returns[0], returns[k], measure, config.seed) if comparable else None
                cells.append(text(_difference(value - values[0], error, factor) if comparable else DASH))
        rows.append(tuple(cells))
    columns = [Column(say("On the shared sessions")), Column(names[0], numeric=True)]
    for name in names[1:]:
        columns += [Column(name, numeric=True), Column(say("{name} minus A, \u00b1 s.e.", name=name), numeric=True)]
    return Table(
        say("Numbers and their differences"), tuple(columns), tuple(rows), _how(config.seed) if comparable else ""
    )


def _how(seed: int) -> str:
    return say(
        "s.e.: paired circular block bootstrap, {draws} draws, blocks of n^(1/3) sessions, seed {seed}.",
        draws=number(DRAWS, 0), seed=seed,
    )  # fmt: skip


def _difference(value: float, error: float | None, factor: float) -> str:
    if not math.isfinite(value):
        return DASH
    return f"{number(value, 2, plus=True)} \u00b1 {number(None if error is None else error * factor, 2)}"
