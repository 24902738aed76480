"""Timing stress: the whole run with every event some sessions later, and with date-only events at their worst."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.evidence.paths import Outcome, equities, measured
from backtest.evidence.types import STRESS
from backtest.plan import plan, untilted
from backtest.views import joined
from data.counts import many
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.evidence.line import Line
    from backtest.portfolio import Targets

__all__ = ["WORST", "stress"]

WORST = "grade C one session later"
TYPES = (pl.String, pl.Int64, pl.Int64, pl.Float64, pl.Float64, pl.Float64)
SCHEMA = dict(zip(STRESS, TYPES, strict=True))
Pair = tuple["Targets", "Targets"]


def stress(line: Line) -> pl.DataFrame:
    """Run the line with its events moved, all scenarios in one batch.

    Every scenario follows the rules of the run: targets are set on the grid and in the sessions of its own events, and
    it is measured against the untilted mix set in the same sessions; so a shift of 0 is the run, bit for bit. A shift
    of -1 trades before the news. ``data.timing`` already takes the last instant that a date-only (grade C) statement
    allows; its worst case here is that the date itself is one day early, so these events trade one session later.
    Events moved out of the run trade no more. A scenario whose targets break a bound has no numbers.
    """
    grades = dict(line.inputs.events.frame.select("event_id", "timing").iter_rows())
    late = np.array([grades[event.event_id] == "C" for event in line.traded], dtype=np.int64)
    cases: list[tuple[str, int | None, NDArray[np.int64]]] = [
        (_label(shift), shift, np.full(len(late), shift)) for shift in line.config.evidence.shifts
    ]
    if late.any():
        cases.append((WORST, None, late))
    pairs = [_pair(line, moved) for _, _, moved in cases]
    walked = iter(_outcomes(line, [pair for pair, _ in pairs if pair]))
    none = Outcome(np.nan, None, None)
    rows = [
        (label, shift, count, *(next(walked) if pair else none))
        for (label, shift, _), (pair, count) in zip(cases, pairs, strict=True)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def _label(shift: int) -> str:
    if shift < 0:
        return f"{-shift} session earlier: look-ahead, no strategy"
    return "as run" if shift == 0 else f"{many(shift, 'session')} later"


def _pair(line: Line, moved: NDArray[np.int64]) -> tuple[Pair | None, int]:
    """Give the targets with the events moved, those of the mix set in the same sessions, and how many events trade."""
    ends = [len(view.inputs.panel.sessions) for view in line.seen]
    dated = [view.dated(line.traded) for view in line.seen]
    at = np.array([[event.session for event in each] for each in dated]).reshape(len(dated), -1) + moved
    firsts = np.array([view.inputs.first for view in line.seen])[:, None]
    inside = ((at >= firsts) & (at < np.array(ends)[:, None])).any(axis=0)
    kept = np.flatnonzero(inside | (moved == 0)).tolist()
    try:
        plans = [
            plan(line.config, view.inputs, line.signals,
                 [replace(each[place], session=int(row[place])) for place in kept])
            for view, each, row in zip(line.seen, dated, at, strict=True)
        ]  # fmt: skip
    except RunError:
        return None, int(inside.sum())
    tilted = joined(line.seen, [each.targets for each in plans])
    plain = joined(line.seen, [untilted(line.config, each.draft) for each in plans])
    return (tilted, plain), int(inside.sum())


def _outcomes(line: Line, pairs: Sequence[Pair]) -> list[Outcome]:
    if not pairs:
        return []
    equity = equities(line, [targets for pair in pairs for targets in pair])
    return [measured(line, equity[2 * at], equity[2 * at + 1]) for at in range(len(pairs))]
