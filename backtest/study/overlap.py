"""Events of one asset that fall into each other's windows: which of them count, and what is masked around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.study.settings import Overlap

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["left_out", "masked"]


def left_out(
    event_id: Sequence[str], asset: Sequence[str], session: Ints, length: int, policy: Overlap
) -> tuple[str, ...]:
    """Give the reason why the policy leaves an event out, empty for those that count.

    Two events of one asset overlap when they are fewer than ``length`` sessions apart. ``first`` walks forward and
    ``last`` backward, leaving out what overlaps an event that counts; ``drop`` leaves out every event that overlaps
    another; ``merge`` counts events of one asset in one session once, under the first event_id.
    """
    order = sorted(range(len(event_id)), key=lambda i: (asset[i], int(session[i]), event_id[i]))
    if policy == "last":
        order.reverse()
    reasons, place = [""] * len(event_id), {event: at for at, event in enumerate(order)}
    width = 1 if policy == "merge" else length
    for at, this in enumerate(order):
        if policy == "keep":
            break
        near = _near(order, at, asset, session, width)
        kept = [other for other in near if place[other] < at and not reasons[other]]
        if policy == "drop" and near:
            reasons[this] = f"overlaps {event_id[near[0]]}"
        elif policy == "merge" and kept:
            reasons[this] = f"merged into {event_id[kept[0]]} of the same session"
        elif kept:
            reasons[this] = f"overlaps {event_id[kept[-1]]}, which counts"
    return tuple(reasons)


def _near(order: Sequence[int], at: int, asset: Sequence[str], session: Ints, width: int) -> list[int]:
    this, found = order[at], []
    for step in (-1, 1):
        to = at + step
        while 0 <= to < len(order) and asset[order[to]] == asset[this]:
            if abs(int(session[order[to]]) - int(session[this])) >= width:
                break
            found.append(order[to])
            to += step
    return found


def masked(shape: tuple[int, int], column: Ints, session: Ints, window: tuple[int, int]) -> NDArray[np.bool_]:
    """Mark the sessions of a window around every event of an asset, shape (T, A); columns of -1 mark nothing."""
    mask = np.zeros(shape, dtype=np.bool_)
    for offset in range(window[0], window[1] + 1):
        rows = session + offset
        inside = (column >= 0) & (rows >= 0) & (rows < shape[0])
        mask[rows[inside], column[inside]] = True
    return mask
