"""What was fitted on training events: every number with its interval, and each half-life drawn over the decay used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from backtest.tearsheet.charts.xy import Band, Curve, Plot, plot
from backtest.tearsheet.figures import Figure, Key
from backtest.tearsheet.format import DASH, display, number, percent
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.sections.base import Block, paired
from backtest.tearsheet.tables import Column, Table, counted, text

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import View

__all__ = ["blocks"]

MOST, MOST_FIGURES = 12, 4
HEIGHT = 150
TICKS = 6
ABSENT = {"p": None, "drift": None, "used": "", "reason": ""}  # runs written before these were kept
WORDS = ("Signal", "Setting", "Fitted until", "Used in the run")


def blocks(view: View) -> list[Block]:
    """Make the table, and a figure for each half-life that has a path; nothing when nothing was fitted."""
    fits = view.result.fits
    if not fits.height:
        return []
    rows = [row for row in _rows(view) if row["setting"] == "half_life_sessions"]
    figures = [
        Block(figure=_figure(at, row, path))
        for at, row in enumerate(rows[:MOST_FIGURES])
        if (path := _path(view, row["signal"])).height
    ]
    return [*(paired(*figures[k : k + 2]) for k in range(0, len(figures), 2)), Block(table=_table(view))]


def _rows(view: View) -> list[dict[str, Any]]:
    return [ABSENT | row for row in view.result.fits.head(MOST).iter_rows(named=True)]


def _path(view: View, signal: str) -> pl.DataFrame:
    paths = view.result.fit_paths
    return paths.filter(pl.col("signal") == signal) if paths.height else paths


def _figure(at: int, row: dict[str, Any], path: pl.DataFrame) -> Figure:
    sessions = path["sessions"].to_list()
    mean, fit, shorter, longer, used = (
        path[name].to_list() for name in ("mean", "fitted", "shorter", "longer", "used")
    )
    title = say("{signal}: drift after training events, %", signal=display(row["signal"], 40))
    curves = [Curve("c", mean), *([Curve("a", fit)] if fit[0] is not None else [])]
    keys = [
        Key(say("Mean abnormal return"), role="c"),
        *([Key(say("Fitted, 95 % interval"), role="a")] if fit[0] is not None else []),
    ]
    if row["used"]:
        curves.append(Curve("b", used))
        keys.append(Key(say("Used: {decay}", decay=display(row["used"], 60)), role="b"))
    step = max(1, sessions[-1] // TICKS)
    ticks = [(float(x), str(x)) for x in sessions if x % step == 0]
    note = _note(row)
    # The drifts of the two ends cross: the shorter half-life comes first and is overtaken.
    band = Band("a", [min(pair) for pair in zip(shorter, longer, strict=True)],
                [max(pair) for pair in zip(shorter, longer, strict=True)])  # fmt: skip
    chart = Plot(f"{title}. {note}", sessions, curves, HEIGHT, ticks, band, in_percent=True)
    return Figure(f"fit-{at}", title, plot(chart), tuple(keys), note)


def _note(row: dict[str, Any]) -> str:
    seen = say(
        "{count} training events to {until}, sessions after the fill; without any drift as much would be seen with "
        "p {p}.",
        count=number(row["events"], 0), until=row["train_until"], p=number(row["p"], 3),
    )  # fmt: skip
    if row["value"] is None:
        return f"{say('Half-life {dash}: {reason}.', dash=DASH, reason=_reason(row))} {seen}"
    said = say(
        "Half-life {value} sessions ({lower} to {upper}), whole drift {drift}.",
        value=number(row["value"], 1), lower=number(row["lower"], 1), upper=number(row["upper"], 1),
        drift=percent(row["drift"], plus=True),
    )  # fmt: skip
    is_open = row["lower"] is None or row["upper"] is None
    return " ".join([said, *([say("A dash: the data leave that end open.")] if is_open else []), seen])


def _reason(row: dict[str, Any]) -> str:
    return display(understood(row["reason"]), 300)


def _table(view: View) -> Table:
    found, why = _rows(view), say("the fit has no such number")
    rows = tuple(
        (
            text(display(row["signal"], 40)), text(display(row["setting"], 40)),
            *(counted(number(row[name], 4), row[name], why) for name in ("value", "lower", "upper")),
            counted(number(row["p"], 3), row["p"], why), counted(number(row["events"], 0), row["events"], why),
            text(str(row["train_until"] or DASH), title="" if row["train_until"] else why),
            text(display(row["used"], 60) or say("the fit")),
        )
        for row in found
    )  # fmt: skip
    labels = ("Signal", "Setting", "Value", "Lower", "Upper", "p without a drift", "Events", "Fitted until",
              "Used in the run")  # fmt: skip
    columns = tuple(Column(say(label), numeric=label not in WORDS) for label in labels)
    note = " ".join(
        say("{signal} has none: {reason}.", signal=display(row["signal"], 40), reason=_reason(row))
        for row in found
        if row["reason"]
    )
    return Table(say("Fitted on training events"), columns, rows, note)
