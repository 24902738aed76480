"""Walk the draws of a placebo: on one exchange by their summaries, on several day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.batch import Batch, walk_many
from backtest.evidence.moved import Mover
from backtest.evidence.paths import alive, day_ends
from backtest.portfolio import Targets
from backtest.views import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from backtest.evidence.draws import Drawn
    from backtest.evidence.line import Line
    from backtest.evidence.moved import Rows
    from backtest.evidence.types import Moved

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Ends", "elsewhere", "walked"]

CHUNK = 256  # draws whose targets are held at a time
MANY = 5000  # draws that pay for a kernel of their own


class Ends(NamedTuple):
    """What draws leave: last equity, mean and deviation (ddof 1) of the returns by session or day, each (B,)."""

    equity: Floats
    mean: Floats
    deviation: Floats


def walked(line: Line, made: Drawn, *, said: Callable[[int], None] | None = None) -> Ends:
    """Walk the run once per draw; ``said`` is told how many are done."""
    movers = [Mover.of(line, at) for at in range(len(line.seen))]
    count, found = len(made.sessions), []
    for at in range(0, count, CHUNK):
        some = made.part(at, at + CHUNK)
        found.append(_summed(line, movers[0], some, many=count >= MANY) if line.inputs.mixed is None
                     else _by_day(line, _joined(line, movers, some)))  # fmt: skip
        if said:
            said(min(at + CHUNK, count))
    return Ends(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _summed(line: Line, mover: Mover, some: Moved, *, many: bool) -> Ends:
    walks = walk_many(line.stage.market, mover.batch(some), line.config.costs, line.config.account, abreast=many)
    return Ends(*(walks.summary[name].to_numpy() for name in Ends._fields))


def _by_day(line: Line, batch: Batch) -> Ends:
    walks = walk_many(line.stage.market, batch, line.config.costs, line.config.account, paths=True)
    assert walks.equity is not None  # noqa: S101 - paths were asked for
    capital, found = line.config.account.capital, []
    for equity in walks.equity[:, day_ends(line)]:
        changes = alive(equity, capital)
        spread = float(changes.std(ddof=1)) if len(changes) > 1 else 0.0
        found.append((float(equity[-1]), float(changes.mean()), spread))
    return Ends(*np.array(found).T)


def elsewhere(line: Line, sessions: Ints) -> list[Ints]:
    """Give the same draws in sessions of every exchange, each (B, E), from those of the first one.

    An exchange that can really trade an event before the first one does trades its placebo in its last fill before the
    first one's, any other in its first fill from there on: placebos keep the time of day.
    """
    at = [np.array([event.session for event in view.dated(line.traded)], dtype=np.int64) for view in line.seen]
    home = line.seen[0].rows
    row = home[np.clip(sessions, 0, len(home) - 1)]
    found = [sessions]
    for view, own in zip(line.seen[1:], at[1:], strict=True):
        there = (own >= 0) & (own < len(view.rows))
        real = home[np.clip(at[0], 0, len(home) - 1)]
        before = there & ((view.rows[np.clip(own, 0, len(view.rows) - 1)] < real) | (at[0] >= len(home)))
        found.append(np.maximum(np.searchsorted(view.rows, row) - before, 0).astype(np.int64))
    return found


def _joined(line: Line, movers: Sequence[Mover], some: Moved) -> Batch:
    """Keep of each exchange's targets those of its own assets, on the rows of the walk."""
    at = elsewhere(line, some.sessions)
    moved = [some._replace(sessions=each) for each in at]
    if not all(mover.plain for mover in movers):
        return Batch.of([_slowly(line, movers, moved, b) for b in range(len(some.sessions))])
    made = [mover.rows(each) for mover, each in zip(movers, moved, strict=True)]
    bad = np.any([mover.broken(each) for mover, each in zip(movers, made, strict=True)], axis=0)
    if bad.any():
        return Batch.of([_slowly(line, movers, moved, b) if one else _taken(line, movers, made, b)
                         for b, one in enumerate(bad.tolist())])  # fmt: skip
    return _merged(line, movers, made)


def _slowly(line: Line, movers: Sequence[Mover], moved: Sequence[Moved], b: int) -> Targets:
    return _laid(line, movers, [mover.retargeted(each.case(b)) for mover, each in zip(movers, moved, strict=True)])


def _taken(line: Line, movers: Sequence[Mover], made: Sequence[Rows], b: int) -> Targets:
    return _laid(line, movers, [mover.own(each, b) for mover, each in zip(movers, made, strict=True)])


def _laid(line: Line, movers: Sequence[Mover], targets: Sequence[Targets]) -> Targets:
    """Lay the targets of one draw, in sessions of each exchange's run, on the rows of the walk."""
    there = [
        Targets(each.session + mover.first, each.start, each.asset, each.part, each.weight)
        for mover, each in zip(movers, targets, strict=True)
    ]
    both = joined(line.seen, there)
    return Targets(both.session - line.stage.first, both.start, both.asset, both.part, both.weight)


def _merged(line: Line, movers: Sequence[Mover], made: Sequence[Rows]) -> Batch:
    """Lay the targets of many draws on the rows of the walk, all at once."""
    keys, assets, weights, wide = [], [], [], len(line.stage.panel.sessions)
    for mover, each in zip(movers, made, strict=True):
        own = np.flatnonzero(mover.view.own[mover.members])
        draw = np.repeat(np.arange(len(each.start) - 1), np.diff(each.start))
        row = mover.view.rows[mover.first + each.session] - line.stage.first
        keys.append(np.repeat(draw * wide + row, len(own)))
        assets.append(np.tile(mover.members[own], len(row)))
        weights.append(each.weight[:, own].ravel())
    key, asset = np.concatenate(keys), np.concatenate(assets)
    order = np.argsort(key * len(line.stage.panel.assets) + asset, kind="stable")
    key = key[order]
    rows = np.unique(key)
    draws = len(made[0].start) - 1
    return Batch(
        np.searchsorted(rows, np.arange(draws + 1) * wide).astype(np.int64),
        (rows % wide).astype(np.int64),
        np.append(np.searchsorted(key, rows), len(key)).astype(np.int64),
        asset[order],
        np.concatenate(weights)[order],
    )
