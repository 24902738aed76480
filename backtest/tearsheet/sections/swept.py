"""A sweep on the page: the Sharpe ratio by two settings, what choosing the best leaves of it, and its way forward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from backtest.result import Metric
from backtest.tearsheet.format import DASH, display, metric_value, number, percent, unit
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.sections.base import Block
from backtest.tearsheet.tables import Cell, Column, Table, counted, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backtest.tearsheet.beside import Swept

__all__ = ["blocks", "framed"]

STRONGEST = 0.42
MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_WINDOWS = 12, 8, 12, 12
FIELDS = ("name", "label", "value", "unit", "lower", "upper", "convention", "reason")

Settings = dict[str, str]


def blocks(sweep: Swept, per_year: float, own: Mapping[str, str]) -> Iterator[Block]:
    """Give the blocks of a sweep.

    Parameters
    ----------
    sweep
        What sweep.json says, and its cells.
    per_year
        Sessions per year, for the windows of the walk-forward.
    own
        Settings of the run that the page tells, by place.

    """
    varied = _varied(sweep)
    caption = say("Sweep {name}: Sharpe ratio", name=display(sweep.about["sweep"], 60))
    if len(varied) > 1:
        yield Block(table=_grid(sweep, varied, own, caption))
        caption = say("The best cells")
    if len(varied) != 2:
        yield Block(table=_list(sweep, caption))
    yield Block(note=_judged(sweep.about))
    if sweep.about.get("overfitting"):
        yield Block(table=_believed(sweep.about["overfitting"]))
    if sweep.about.get("walk_forward"):
        yield Block(table=_forward(sweep.about, per_year))


def _varied(sweep: Swept) -> list[str]:
    """Give the settings with more than one value, those with the most first."""
    settings = list(sweep.about["cells"][0]["settings"])
    counts = {name: sweep.board[name].n_unique() for name in settings}
    return sorted((name for name in settings if counts[name] > 1), key=lambda name: (-counts[name], name))


def _list(sweep: Swept, caption: str) -> Table:
    """Give the best cells with their settings."""
    settings = list(sweep.about["cells"][0]["settings"])
    columns = (*(Column(display(name, 60)) for name in settings), Column(say("Sharpe ratio"), numeric=True))
    rows = tuple(
        (*(text(display(row[name], 40)) for name in settings), counted(number(row["sharpe"], 2), row["sharpe"]))
        for row in sweep.board.head(MOST_CELLS).iter_rows(named=True)
    )
    hidden = sweep.board.height - len(rows)
    note = say("{count} more cells in cells.parquet", count=number(hidden, 0)) if hidden > 0 else ""
    return Table(caption, columns, rows, note)


def _grid(sweep: Swept, varied: Sequence[str], own: Mapping[str, str], caption: str) -> Table:
    """Give the Sharpe ratio by the two settings with the most values, any others as in the run or the best cell."""
    down, across, *others = varied
    board = list(sweep.board.iter_rows(named=True))
    fixed = {name: _held(name, board, own) for name in others}
    shown = [row for row in board if all(row[name] == value for name, value in fixed.items())]
    rows, columns = (_ordered({row[name] for row in shown}) for name in (down, across))
    found = {(row[down], row[across]): row for row in shown}
    known = [row["sharpe"] for row in shown if row["sharpe"] is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    body = tuple(
        (
            text(display(one, 40)),
            *(_shaded(found.get((one, other)), low, high, own) for other in columns[:MOST_COLUMNS]),
        )
        for one in rows[:MOST_ROWS]
    )
    heads = tuple(Column(display(other, 40), numeric=True) for other in columns[:MOST_COLUMNS])
    said = [say("Down: {down}; across: {across}.", down=display(down, 60), across=display(across, 60))]
    if fixed:
        held = ", ".join(f"{display(name, 60)} {display(value, 40)}" for name, value in fixed.items())
        said.append(say("The other settings held at: {held}.", held=held))
    if any(cell.kind == "up here" for row in body for cell in row):
        said.append(say("Framed: the settings of this run."))
    if len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        said.append(say("The rest in cells.parquet."))
    return Table(caption, (Column(display(down, 60)), *heads), body, " ".join(said), "heat sweep")


def _held(name: str, board: Sequence[Mapping[str, Any]], own: Mapping[str, str]) -> str:
    """Give the run's own value of a setting where it was swept, else that of the best cell."""
    mine = (str(row[name]) for row in board if name in own and _same(str(row[name]), own[name]))
    return next(mine, str(board[0][name]))


def _ordered(values: set[str]) -> list[str]:
    """Sort numbers by size, other texts by the alphabet after them."""
    numbers = {value: _number(value) for value in values}
    return sorted(values, key=lambda value: (numbers[value] is None, numbers[value] or 0.0, value))


def _number(value: str) -> float | None:
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _shaded(row: Mapping[str, Any] | None, low: float, high: float, own: Mapping[str, str]) -> Cell:
    value = None if row is None else row["sharpe"]
    if row is None or value is None:
        return Cell(DASH)
    share = (value - low) / (high - low) * STRONGEST if high > low else 0.0
    kind = "up here" if framed(row, own) else "up"
    return Cell(number(value, 2), sort=repr(float(value)), kind=kind, share=f"{share:.2f}")


def framed(row: Mapping[str, Any], own: Mapping[str, str]) -> bool:
    """Say whether a cell has the settings of the run, numbers compared as numbers; no word about places it lacks."""
    there = [name for name in row if name in own]
    return bool(there) and all(_same(str(row[name]), own[name]) for name in there)


def _same(one: str, other: str) -> bool:
    first, second = _number(one), _number(other)
    return one == other if first is None or second is None else first == second


def _judged(about: Mapping[str, Any]) -> str:
    said = [say("{count} cells, worth {effective} independent trials.", count=number(len(about["cells"]), 0),
                effective=number(about["effective_trials"], 1))]  # fmt: skip
    if about["pbo"] is None:
        said.append(say("No probability of overfitting: {reason}.", reason=understood(display(about["pbo_note"], 200))))
    else:
        said.append(say("PBO, the probability that the best of one half is in the lower half of the other: {pbo}.",
                        pbo=percent(about["pbo"], 0)))  # fmt: skip
        if about["pbo_note"]:
            said.append(f"({understood(display(about['pbo_note'], 200))})")
    if not about.get("walk_forward"):
        said.append(_no_forward(about.get("walk_forward_note")))
    return " ".join(said)


def _no_forward(why: str | None) -> str:
    if not why:
        return say("No walk-forward was asked for.")
    return say("No walk-forward: {reason}.", reason=understood(display(why, 200)))


def _believed(stored: Sequence[Mapping[str, Any]]) -> Table:
    """Give what the choice of the best cell leaves of it, as the sweep stored it."""
    metrics = [Metric(**{name: one[name] for name in FIELDS if name in one}) for one in stored]
    columns = (Column(say("What choosing the best leaves of it")), Column(say("Value"), numeric=True))
    rows = tuple((text(understood(display(m.label, 120)), display(m.convention, 600)), _value(m)) for m in metrics)
    return Table(say("The choice among the cells"), columns, rows, kind="narrow")


def _value(metric: Metric) -> Cell:
    value = metric.value
    if not isinstance(value, int | float):
        return Cell(DASH, title=understood(display(metric.reason, 200)))
    is_p = "_p" in metric.name and metric.unit == "ratio" and not metric.name.endswith("psr")
    shown = number(value, 4) if is_p else metric_value(metric)
    per = unit(metric) if metric.unit in {"years", "fraction per year"} else ""
    return Cell(f"{shown} {per}".rstrip(), sort=repr(float(value)))


def _forward(about: Mapping[str, Any], per_year: float) -> Table:
    """Give every window of the walk-forward: what was chosen, and what it made where it was not chosen on."""
    forward, root = about["walk_forward"], math.sqrt(per_year)
    settings = {cell["cell"]: cell["settings"] for cell in about["cells"]}
    rows = tuple(
        (
            Cell(f"{window['held'][0]} {say('to')} {window['held'][1]}", kind="nowrap"),
            text(display(_told(settings.get(window["cell"], {})), 160)),
            *(_annual(window[name], root) for name in ("sharpe_inside", "sharpe_outside")),
        )
        for window in forward["windows"][:MOST_WINDOWS]
    )
    heads = (say("Held"), say("Chosen on the sessions before"))
    numeric = (say("Sharpe ratio there"), say("Sharpe ratio held"))
    whole = forward.get("sharpe_per_session")
    note = say(
        "Walk-forward over {count} windows, {purge} sessions purged: Sharpe ratio {sharpe}, probability above 0: "
        "{psr}.",
        count=len(forward["windows"]), purge=forward["purge_sessions"],
        sharpe=number(None if whole is None else whole * root, 2), psr=number(forward["psr"], 2),
    )  # fmt: skip
    columns = (*map(Column, heads), *(Column(head, numeric=True) for head in numeric))
    return Table(say("Walk-forward"), columns, rows, note, "wide")


def _told(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.rpartition('.')[2]} {value}" for name, value in settings.items())


def _annual(value: float | None, root: float) -> Cell:
    annual = None if value is None else value * root
    return counted(number(annual, 2), annual)
