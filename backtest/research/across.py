"""Choice across time: the best cell of most of the sessions, held in the others, in every combination (CPCV).

Combinatorial purged cross-validation, Lopez de Prado 2018, chapter 12. A walk-forward gives one history of choosing;
here every session is held by several choices, none of which has seen it, so there are as many histories.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.inference.sharpe import moments
from backtest.inference.splits import combinatorial, paths, row_labels
from backtest.result import Metric
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["GROUPS", "TESTED", "Across", "chosen_across", "told"]

GROUPS, TESTED = 6, 2  # 15 choices, 5 histories
FEWEST = 60  # sessions to choose on


@dataclass(frozen=True, slots=True, eq=False)
class Across:
    """Cells chosen, one for every split, and the returns of every history, (histories, sessions)."""

    cells: tuple[int, ...]
    returns: F


def chosen_across(returns: F, *, purge: int = 0) -> Across:
    """Choose among the columns of (sessions, cells) on four of six groups of sessions, and hold on the other two.

    Sessions within ``purge`` of a held one, before and after, are not chosen on: events move the weights of both. Ties
    go to the first cell.

    Raises
    ------
    RunError
        When too few sessions are left to choose on, or nothing varies in them.

    """
    rows = len(returns)
    splits = combinatorial(row_labels(rows), GROUPS, TESTED, purge=purge) if rows >= GROUPS else []
    least = min((len(split.train) for split in splits), default=0)
    if least < FEWEST:
        raise RunError(
            f"{least} of {rows} sessions are left to choose on, {purge} purged around what is held; "
            f"at least {FEWEST} are needed"
        )
    cells = tuple(_best(returns[split.train]) for split in splits)
    held = np.full((len(splits), rows), np.nan)
    for at, (split, cell) in enumerate(zip(splits, cells, strict=True)):
        for group in split.test:
            held[at, group] = returns[group, cell]
    groups = np.array_split(np.arange(rows), GROUPS)
    history = [np.concatenate([held[at, group] for at, group in zip(path, groups, strict=True)])
               for path in paths(GROUPS, TESTED)]  # fmt: skip
    return Across(cells, np.array(history))


def _best(returns: F) -> int:
    spread = returns.std(axis=0, ddof=1)
    varies = spread > 0.0
    if not varies.any():
        raise RunError("no cell's returns vary in the sessions to choose on")
    return int(np.argmax(np.where(varies, returns.mean(axis=0) / np.where(varies, spread, 1.0), -np.inf)))


def told(found: Across | None, per_year: float, reason: str, purge: int) -> tuple[Metric, ...]:
    """Give the Sharpe ratios of the histories in the middle and at worst, per year, or why there are none."""
    ratios = [] if found is None else [moments(each).sharpe * math.sqrt(per_year) for each in found.returns]
    known = [] if any(map(math.isnan, ratios)) else sorted(ratios)
    why = "" if known else reason or "the returns of a history do not vary"
    count = math.comb(GROUPS - 1, TESTED - 1)
    said = (
        f"net, over the risk-free rate, a year; {count} histories of choosing the best cell on {GROUPS - TESTED} of "
        f"{GROUPS} groups of sessions and holding it on the others, {purge} sessions purged around what is held, Lopez "
        "de Prado 2018"
    )
    label = "Sharpe ratio of choosing across time (CPCV)"
    values = {"cpcv_sharpe": ("median", known[count // 2] if known else None),
              "cpcv_lowest_sharpe": ("lowest", known[0] if known else None)}  # fmt: skip
    return tuple(
        Metric(name, f"{label}, {which}", value, "ratio", convention=said, reason=why)
        for name, (which, value) in values.items()
    )
