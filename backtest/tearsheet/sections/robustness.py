"""Overfitting: what the Sharpe ratio is worth after so many trials, and the sweeps over the same data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.inference.sharpe import min_trl, moments, psr
from backtest.sources import measured_on
from backtest.tearsheet.format import DASH, display, metric_value, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.rolling import session_returns
from backtest.tearsheet.sections.base import Block, Section
from backtest.tearsheet.tables import Cell, Column, Table, counted, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backtest.tearsheet.beside import Swept
    from backtest.tearsheet.sections.base import View

__all__ = ["section"]

NAMES = ("psr", "min_trl", "dsr", "active_psr", "active_min_trl", "active_dsr", "trials")
STRONGEST = 0.42
MOST_ROWS, MOST_COLUMNS, MOST_SWEEPS, MOST_CELLS = 12, 8, 2, 12


def section(view: View) -> Section:
    """Make the section."""
    blocks = [Block(table=_line(view))]
    for sweep in view.beside.sweeps[:MOST_SWEEPS]:
        blocks += [Block(table=_sweep(sweep)), Block(note=_judged(sweep.about))]
    if not view.beside.sweeps:
        blocks.append(Block(note=say("No sweep over these data in the folder of runs: `backtest sweep` makes one.")))
    return Section("robustness", say("Overfitting and robustness"), tuple(blocks))


def _line(view: View) -> Table:
    """Give what the metrics say of the Sharpe ratio and the trials; reckon PSR and MinTRL where they say nothing."""
    known = {metric.name: metric for metric in view.result.metrics}
    rows = [
        (
            text(understood(display(known[name].label, 120))),
            Cell(metric_value(known[name]), _exact(known[name].value), understood(display(known[name].reason, 200))),
        )
        for name in NAMES
        if name in known
    ]
    columns = (Column(say("How far the Sharpe ratio may be believed")), Column(say("Value"), numeric=True))
    note = say("Probabilities from 0 to 1; PSR and MinTRL after Bailey and Lopez de Prado 2012, DSR 2014.")
    return Table(say("Overfitting"), columns, tuple(rows) or _reckoned(view), note)


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
        (text(say("DSR: not known, trials are counted in a folder of runs")), text(DASH)),
    )


def _chance(of: Any) -> float | None:
    value = psr(of) if math.isfinite(of.sharpe) else math.nan
    return value if math.isfinite(value) else None


def _row(label: str, value: float | None, decimals: int) -> tuple[Cell, ...]:
    return (text(label), counted(number(value, decimals), value))


def _sweep(sweep: Swept) -> Table:
    """Give the Sharpe ratio by two settings as a heat map; other numbers of settings as a list, the best first."""
    settings = list(sweep.about["cells"][0]["settings"])
    varied = [name for name in settings if sweep.board[name].n_unique() > 1]
    caption = say("Sweep {name}: Sharpe ratio", name=display(sweep.about["sweep"], 60))
    if len(varied) == 2:
        return _grid(sweep, varied, caption)
    columns = (*(Column(display(name, 60)) for name in settings), Column(say("Sharpe ratio"), numeric=True))
    rows = tuple(
        (*(text(display(row[name], 40)) for name in settings), counted(number(row["sharpe"], 2), row["sharpe"]))
        for row in sweep.board.head(MOST_CELLS).iter_rows(named=True)
    )
    hidden = sweep.board.height - len(rows)
    note = say("{count} more cells in cells.parquet", count=number(hidden, 0)) if hidden > 0 else ""
    return Table(caption, columns, rows, note)


def _grid(sweep: Swept, varied: Sequence[str], caption: str) -> Table:
    down, across = varied
    cells = [cell["settings"] for cell in sweep.about["cells"]]
    rows, columns = (list(dict.fromkeys(str(cell[name]) for cell in cells)) for name in (down, across))
    found = {(row[down], row[across]): row["sharpe"] for row in sweep.board.iter_rows(named=True)}
    known = [value for value in found.values() if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    body = tuple(
        (text(display(one, 40)), *(_shaded(found.get((one, other)), low, high) for other in columns[:MOST_COLUMNS]))
        for one in rows[:MOST_ROWS]
    )
    heads = tuple(Column(display(other, 40), numeric=True) for other in columns[:MOST_COLUMNS])
    cut = len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS
    note = say("Down: {down}; across: {across}.", down=display(down, 60), across=display(across, 60))
    more = " " + say("The rest in cells.parquet.") if cut else ""
    return Table(caption, (Column(display(down, 60)), *heads), body, note + more, "heat grid")


def _shaded(value: float | None, low: float, high: float) -> Cell:
    if value is None:
        return Cell(DASH)
    share = (value - low) / (high - low) * STRONGEST if high > low else 0.0
    return Cell(number(value, 2), sort=repr(float(value)), kind="up", share=f"{share:.2f}")


def _judged(about: Mapping[str, Any]) -> str:
    said = [say("{count} cells, worth {effective} independent trials.", count=number(len(about["cells"]), 0),
                effective=number(about["effective_trials"], 1))]  # fmt: skip
    if about["pbo"] is None:
        said.append(say("No probability of overfitting: {reason}.", reason=understood(display(about["pbo_note"], 200))))
    else:
        said.append(say("PBO, the probability that the best of one half is in the lower half of the other: {pbo}.",
                        pbo=percent(about["pbo"], 0)))  # fmt: skip
    forward = about.get("walk_forward")
    if forward:
        said.append(
            say("Walk-forward over {count} windows, {purge} sessions purged: Sharpe ratio per session {sharpe}, "
                "probability above 0: {psr}.", count=len(forward["windows"]), purge=forward["purge_sessions"],
                sharpe=number(forward["sharpe_per_session"], 3), psr=number(forward["psr"], 2))
        )  # fmt: skip
    else:
        said.append(say("No walk-forward was asked for."))
    return " ".join(said)
