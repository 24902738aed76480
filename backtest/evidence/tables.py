"""The impulses of all signals and the draws of their events, laid out for the kernel that sets targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels.redraw import Draws, Tilts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.evidence.types import Moved
    from backtest.plan import Draft
    from signals.impulses import Impulses

    Ints = NDArray[np.int64]

__all__ = ["draws_of", "tilts_of"]

NO_FIRMS = np.zeros((0, 0, 0), dtype=np.int64)


def tilts_of(made: Draft) -> Tilts:
    """Lay the impulses of all signals one after another."""
    every = list(made.impulses.values())
    own, columns = (
        _starts([len(each.loadings) for each in every]),
        _starts([len(each.loadings.asset) for each in every]),
    )
    event = _ints([each.event for each in every])
    signal = np.repeat(np.arange(len(every)), [len(each.event) for each in every]).astype(np.int64)
    order = np.lexsort((np.arange(len(event)), signal, event)).astype(np.int64)
    groups = _starts([int(each.group.max(initial=-1)) + 1 for each in every])
    days = len(made.context.decisions)
    return Tilts(
        event=event,
        signal=signal,
        loading=_ints([each.loading + own[s] for s, each in enumerate(every)]),
        group=_ints([each.group + groups[s] for s, each in enumerate(every)]),
        size=_floats([each.size for each in every]),
        order=order,
        rank=np.argsort(order).astype(np.int64),
        first=np.append(_ints([each.loadings.first[:-1] + columns[s] for s, each in enumerate(every)]), columns[-1]),
        asset=_ints([each.loadings.asset for each in every]),
        weight=np.concatenate([np.zeros((days, 0)), *(each.loadings.weight for each in every)], axis=1),
        live=np.ascontiguousarray(
            np.concatenate([np.zeros((0, days), dtype=np.bool_), *(each.loadings.live for each in every)]).T
        ),
        own=own,
        funding=_starts([len(each.loadings.funding_asset) for each in every]),
        paying=_ints([each.loadings.funding_asset for each in every]),
        payment=np.concatenate([np.zeros((days, 0)), *(each.loadings.funding_weight for each in every)], axis=1),
        cap=np.array([each.cap for each in every], dtype=np.float64),
        cooldown=np.array([each.cooldown for each in every], dtype=np.int64),
        ends=np.array([_ends(each) for each in every], dtype=np.int64),
        ages=_starts([len(each.table) for each in every]),
        table=_floats([each.table for each in every]),
    )


def draws_of(tilts: Tilts, moved: Moved, family: Ints, on: NDArray[np.bool_], first: int) -> Draws:
    """Lay draws out; sessions count from ``first``, impulses stand in a queue by the session they begin in."""
    since = np.ascontiguousarray(moved.sessions[:, tilts.event] - first)
    queue = np.argsort(since, axis=1, kind="stable").astype(np.int64)
    sign = np.zeros((0, 0)) if moved.signs is None else np.ascontiguousarray(moved.signs)
    firm = NO_FIRMS if moved.firms is None else np.ascontiguousarray(moved.firms)
    start = np.concatenate([[0], np.cumsum(np.count_nonzero(on, axis=1))]).astype(np.int64)
    return Draws(since, queue, sign, firm, family, on, start)


def _ends(impulses: Impulses) -> int:
    return (2 if impulses.replaces else 1) if impulses.until_next else 0


def _starts(sizes: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _ints(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _floats(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *parts])
