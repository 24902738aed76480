"""Overfitting: what the Sharpe ratio is worth after so many trials, and the sweeps over the same data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.config.normal import normal
from backtest.inference.sharpe import min_trl, moments, psr
from backtest.sources import measured_on
from backtest.tearsheet.differences import settings
from backtest.tearsheet.format import DASH, display, metric_value, number, unit
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.rolling import session_returns
from backtest.tearsheet.sections import swept
from backtest.tearsheet.sections.base import Block, Section
from backtest.tearsheet.tables import Cell, Column, Table, counted, missing, text

if TYPE_CHECKING:
    from backtest.result import Metric
    from backtest.tearsheet.sections.base import View

__all__ = ["section"]

OF_EACH = ("psr", "false_discovery", "min_trl", "dsr", "haircut_sharpe", "min_btl")
NAMES = (*OF_EACH, *(f"active_{name}" for name in OF_EACH), "trials", "trials_best_sharpe")
MOST_SWEEPS = 2


def section(view: View) -> Section:
    """Make the section."""
    blocks = [Block(table=_line(view))]
    per_year, own = measured_on(view.result.config).sessions_per_year, settings(normal(view.result.config))
    for sweep in view.beside.sweeps[:MOST_SWEEPS]:
        blocks += swept.blocks(sweep, per_year, own)
    if not view.beside.sweeps:
        blocks.append(Block(note=say("No sweep over these data in the folder of runs: `backtest sweep` makes one.")))
    return Section("robustness", say("Overfitting and robustness"), tuple(blocks))


def _line(view: View) -> Table:
    """Give what the metrics say of the Sharpe ratio and the trials; reckon PSR and MinTRL where they say nothing."""
    known = {metric.name: metric for metric in view.result.metrics}
    rows = [
        (
            text(understood(display(known[name].label, 120))),
            Cell(_told(known[name]), _exact(known[name].value), understood(display(known[name].reason, 200))),
        )
        for name in NAMES
        if name in known
    ]
    columns = (Column(say("How far the Sharpe ratio may be believed")), Column(say("Value"), numeric=True))
    note = say("Probabilities from 0 to 1; PSR and MinTRL after Bailey and Lopez de Prado 2012, DSR 2014.")
    if "trials" in known:
        note += " " + say("Trials: those counted when the run was made.")
    return Table(say("Overfitting"), columns, tuple(rows) or _reckoned(view), note, "narrow")


def _told(metric: Metric) -> str:
    """Give the value, with its unit where that is a time."""
    shown = metric_value(metric)
    return f"{shown} {unit(metric)}" if metric.unit in {"years", "sessions"} and shown != DASH else shown


def _exact(value: float | str | None) -> str:
    return repr(float(value)) if isinstance(value, int | float) else ""


def _reckoned(view: View) -> tuple[tuple[Cell, ...], ...]:
    per_year = measured_on(view.result.config).sessions_per_year
    rate = (1.0 + view.result.config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    r = session_returns(view.found.strategy)
    of = moments(r[np.isfinite(r)] - rate)
    needed = min_trl(of) if math.isfinite(of.sharpe) else math.nan
    return (
        _row(say("PSR: probability that the true Sharpe ratio is above 0"), _chance(of), 3),
        _row(say("MinTRL: sessions needed for a PSR of 0.95"), needed if math.isfinite(needed) else None, 0),
        (text(say("DSR")), missing(say("not known, trials are counted in a folder of runs"))),
    )


def _chance(of: Any) -> float | None:
    value = psr(of) if math.isfinite(of.sharpe) else math.nan
    return value if math.isfinite(value) else None


def _row(label: str, value: float | None, decimals: int) -> tuple[Cell, ...]:
    why = say("the returns do not vary, or are too few, or their mean is not above 0")
    return (text(label), counted(number(value, decimals), value, why))
