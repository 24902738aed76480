"""Moves from close to close against the splits that are listed, and those that a jump looks like.

Real shares fall by a quarter in a session, and by more, so a jump alone is a doubt; a listed split that the price
contradicts, or a factor of a hundred, is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.prices.series import Issue, Series
    from data.prices.settings import Adjustment

__all__ = ["moves"]

JUMP = 0.40
# How near a move must come to a split or to a change of units to be taken for it: a session's own move is added to it.
NEAR_SPLIT, NEAR_UNIT = 0.10, 0.05
PLAIN_SPLITS = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0)
NEAR_PLAIN = 0.03
UNIT = 100.0


def moves(one: Series, adjustment: Adjustment) -> Iterator[Issue]:
    """Check every move from close to close against the splits: listed ones, and those that a jump looks like."""
    move = one.move
    split = one.numbers["split"]
    listed = np.isfinite(split) & (split > 0) & (split != 1) & (move > 0)
    for at in np.flatnonzero(listed):
        problem = _split_problem(float(move[at]), float(split[at]), adjustment)
        if problem:
            yield one.issue(int(at), "error", problem[0], ("split", one.shown("split", int(at)), *problem[1:]))
    cash = np.where(np.isnan(move) | (adjustment == "total"), 0.0, np.nan_to_num(one.numbers["dividend"], posinf=0.0))
    with_cash = move + np.divide(cash, one.before, out=np.zeros_like(move), where=~np.isnan(move))
    for at in np.flatnonzero((np.abs(with_cash - 1.0) > JUMP) & ~listed):
        yield _jump(one, int(at), float(move[at]))


def _split_problem(move: float, split: float, adjustment: Adjustment) -> tuple[str, str, str] | None:
    """Say what is clearly wrong with the move on the session of a listed split; small splits drown in the move."""
    if abs(np.log(split)) <= 2 * NEAR_SPLIT:
        return None
    expected = 1.0 / split if adjustment == "raw" else 1.0
    near = min((1.0, 1.0 / split, split), key=lambda level: abs(np.log(move / level)))
    if 2 * abs(np.log(move / near)) > abs(np.log(move / expected)):
        return None
    if adjustment == "raw":
        text = f"is not in the price, which became {move:.4g} of itself; raw prices would become {1 / split:.4g}"
        hint = "are these split-adjusted? then declare adjustment: split; or the split is false"
        return "split not applied", text, hint
    if near == split:
        text = f"was applied twice: the price became {move:.4g} of itself"
        return "split applied twice", text, "fetch it again, or take raw prices"
    text = f"was not applied: the price became {move:.4g} of itself"
    return "split not applied", text, "these are raw prices: declare adjustment: raw"


def _jump(one: Series, at: int, move: float) -> Issue:
    value = f"{one.shown('close', at)} after {one.before[at]:.6g}"
    factor = max(move, 1.0 / move)
    if abs(factor / UNIT - 1.0) <= NEAR_UNIT:
        text = f"became {move:.4g} of itself: a switch of units (GBp and GBP), or a split that is not listed"
        return one.issue(at, "error", "unit switch", ("close", value, text, "bring the column to one unit"))
    split = next((plain for plain in PLAIN_SPLITS if abs(factor / plain - 1.0) <= NEAR_PLAIN), None)
    like = f", about as a {split:g}:1 split that is not applied would" if split and move < 1 else ""
    like = f", about as a 1:{split:g} reverse split that is not applied would" if split and move > 1 else like
    text = f"moved by {move - 1:+.0%} without a split on that session{like}"
    hint = "real moves may stay; if it was a split, list it, or fetch the whole history again"
    return one.issue(at, "warning", "jump", ("close", value, text, hint))
