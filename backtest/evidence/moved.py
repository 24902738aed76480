"""The whole backtest on moved events: the targets that other event sessions would have set, walked in the batch.

Sizes, loadings and features stay with their events; only sessions move (or signs flip). Where a portfolio is base plus
capped tilts a kernel sets the targets; with combination steps, a hedge or rebalancing on drift every scenario goes the
way of the run itself, which is slower.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import TYPE_CHECKING

import numpy as np

from backtest.batch import Batch, walk_many
from backtest.kernels.cache import guarded
from backtest.kernels.redraw import Tilts, redraw
from backtest.plan import context, draft, replanned, untilted
from backtest.portfolio import Targets, decisions
from backtest.portfolio.limits import breaching
from backtest.portfolio.targets import totals_of
from signals.impulses import endings

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.evidence.line import Line
    from backtest.plan import Draft
    from signals.impulses import Impulses

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Mover"]

CHUNK = 256  # scenarios whose targets are held at a time
MANY = 5000  # scenarios that pay for a kernel of their own
FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """A run made ready for moved events: what its signals move, with loadings known for every session.

    Attributes
    ----------
    whole
        The run's draft with a decision in every session of the run.
    grid
        Sessions in which targets are set anyway, as a flag per session of the run, shape (D,).

    """

    line: Line
    config: Config
    whole: Draft
    grid: NDArray[np.bool_]

    @staticmethod
    def of(line: Line) -> Mover:
        """Ask the signals what they would move at every session."""
        config, inputs = line.config, line.seen[0].inputs
        last = len(inputs.panel.sessions) - 1
        every = np.arange(inputs.first, last + 1, dtype=np.int64)
        grid = decisions(inputs.first, last, config.portfolio.rebalance_every_sessions, ())
        # A placebo may pile events up as the real ones never did: then the tilts shrink, the run is not refused.
        shrinking = config.portfolio.model_copy(update={"infeasible": "shrink"})
        softened = config.model_copy(update={"portfolio": shrinking})
        whole = draft(context(config, inputs, line.traded, every), line.signals)
        return Mover(line, softened, whole, np.isin(every, grid))

    @property
    def first(self) -> int:
        """Give the first session of the run, in sessions of the panel."""
        return self.line.seen[0].inputs.first

    @property
    def plain(self) -> bool:
        """Say whether the kernel can set the targets."""
        portfolio = self.config.portfolio
        return not self.config.combination and portfolio.neutral is None and portfolio.rebalance_on_drift is None

    def walked(
        self, sessions: Ints, signs: Floats | None = None, *, said: Callable[[int], None] | None = None
    ) -> pl.DataFrame:
        """Walk the run once per row of sessions of the panel, shape (B, E), and give a row of summary for each.

        ``signs`` (B, E) multiply the sizes of the events. ``said`` is told how many are done.
        """
        import polars as pl

        frames, market = [], self.line.stage.market
        for at in range(0, len(sessions), CHUNK):
            some = slice(at, at + CHUNK)
            batch = self.batch(sessions[some], None if signs is None else signs[some])
            walks = walk_many(market, batch, self.config.costs, self.config.account, abreast=len(sessions) >= MANY)
            frames.append(walks.summary)
            if said:
                said(min(at + CHUNK, len(sessions)))
        return pl.concat(frames)

    def batch(self, sessions: Ints, signs: Floats | None = None) -> Batch:
        """Give the targets of every row of sessions, in sessions of the walk."""
        if not self.plain:
            return self._one_by_one(sessions, signs)
        on = self.decided(sessions)
        weight, session, start = _drawn(self, sessions, signs, on)
        members = self._members()
        bad = breaching(self.config.portfolio, weight, self.config.account.gross_limit)
        if bad.any():
            return self._mended(sessions, signs, np.add.reduceat(bad, start[:-1]) > 0, (weight, session, start))
        return Batch(
            start, session, np.arange(len(session) + 1, dtype=np.int64) * len(members),
            np.tile(members, len(session)), weight.ravel(),
        )  # fmt: skip

    def decided(self, sessions: Ints) -> NDArray[np.bool_]:
        """Say in which sessions of the run targets are set, shape (B, D)."""
        on = np.repeat(self.grid[None, :], len(sessions), axis=0)
        if self.config.portfolio.rebalance_on_events and sessions.shape[1]:
            place = sessions - self.first
            row, column = np.nonzero((place >= 0) & (place < on.shape[1]))
            on[row, place[row, column]] = True
        return on

    def retargeted(self, sessions: Ints, signs: Floats | None = None) -> Targets:
        """Give the targets of one scenario, by the way of the run itself; sessions are those of the walk."""
        made = self.whole if signs is None else _signed(self.whole, signs)
        targets = replanned(self.config, made, sessions=sessions)
        kept = self.decided(sessions[None, :])[0]
        return _rows(targets, np.flatnonzero(kept))

    def base(self, sessions: Ints) -> Targets:
        """Give the base weights alone, set in the sessions of one scenario."""
        return _rows(untilted(self.config, self.whole), np.flatnonzero(self.decided(sessions[None, :])[0]))

    def _members(self) -> Ints:
        assets = self.whole.context.assets
        named = {asset for basket in self.config.baskets.values() for asset in basket}
        return np.array([at for at, asset in enumerate(assets) if asset in named], dtype=np.int64)

    def _one_by_one(self, sessions: Ints, signs: Floats | None) -> Batch:
        return Batch.of([self.retargeted(*self._case(sessions, signs, b)) for b in range(len(sessions))])

    def _case(self, sessions: Ints, signs: Floats | None, b: int) -> tuple[Ints, Floats | None]:
        return sessions[b], None if signs is None else signs[b]

    def _mended(
        self, sessions: Ints, signs: Floats | None, bad: NDArray[np.bool_], drawn: tuple[Floats, Ints, Ints]
    ) -> Batch:
        """Set the targets of the scenarios that break a bound by the way of the run, which shrinks them."""
        weight, session, start = drawn
        members, cases = self._members(), []
        for b in range(len(sessions)):
            if bad[b]:
                cases.append(self.retargeted(*self._case(sessions, signs, b)))
                continue
            own = slice(start[b], start[b + 1])
            count = start[b + 1] - start[b]
            entries = np.tile(members, count)
            starts = np.arange(count + 1, dtype=np.int64) * len(members)
            cases.append(Targets(session[own], starts, entries, np.zeros_like(entries), weight[own].ravel()))
        return Batch.of(cases)


def _drawn(mover: Mover, sessions: Ints, signs: Floats | None, on: NDArray[np.bool_]) -> tuple[Floats, Ints, Ints]:
    """Give weights (rows, members), the session of each row, and the first row of each scenario."""
    tilts, plain = _tilts(mover.whole), _plain(mover)
    since, until = _lives(mover, sessions)
    members = mover._members()  # noqa: SLF001 - same file
    start = np.concatenate([[0], np.cumsum(on.sum(axis=1))]).astype(np.int64)
    session, weight = np.zeros(start[-1], dtype=np.int64), np.zeros((start[-1], len(members)))
    sign = np.zeros((0, 0)) if signs is None else np.ascontiguousarray(signs)

    width = max(len(tilts.event), len(tilts.first), len(tilts.cap), plain.shape[1])

    def part(first: int, last: int) -> None:
        room = np.zeros((4, width))
        redraw(tilts, plain, members, since, until, sign, on, start, first, last, room, session, weight)

    guarded(lambda: part(0, 0))
    edges = np.linspace(0, len(sessions), (cpu_count() or 1) + 1).astype(int).tolist()
    with ThreadPoolExecutor(len(edges) - 1) as pool:
        list(pool.map(part, edges[:-1], edges[1:]))
    return weight, session, start


def _lives(mover: Mover, sessions: Ints) -> tuple[Ints, Ints]:
    """Give the sessions of the run in which every impulse begins and ends, each (B, J)."""
    since, until = [], []
    for impulses in mover.whole.impulses.values():
        if impulses.cooldown or impulses.until_next:
            ends = [endings(impulses, row, FAR) for row in sessions]
            since.append(np.array([each.since for each in ends]).reshape(len(sessions), -1))
            until.append(np.array([each.until for each in ends]).reshape(len(sessions), -1))
        else:
            since.append(sessions[:, impulses.event])
            until.append(since[-1] + len(impulses.table))
    none = np.zeros((len(sessions), 0), dtype=np.int64)
    both = (np.concatenate([none, *each], axis=1) - mover.first for each in (since, until))
    first, last = (np.ascontiguousarray(each) for each in both)
    return first, last


def _plain(mover: Mover) -> Floats:
    """Give the weights that no event moves (base mix and controls), per session and asset."""
    still = mover.whole.context
    return totals_of(mover.config.portfolio, still, list(mover.whole.plain.values()))


def _tilts(made: Draft) -> Tilts:
    """Lay the impulses of all signals one after another."""
    every = list(made.impulses.values())
    sizes = [len(each.loadings) for each in every]
    own, columns = _starts(sizes), _starts([len(each.loadings.asset) for each in every])
    event = _joined([each.event for each in every])
    signal = np.repeat(np.arange(len(every)), [len(each.event) for each in every]).astype(np.int64)
    days = len(made.context.decisions)
    return Tilts(
        event,
        signal,
        _joined([each.loading + own[s] for s, each in enumerate(every)]),
        _numbers([each.size for each in every]),
        np.lexsort((np.arange(len(event)), signal, event)).astype(np.int64),
        np.append(_joined([each.loadings.first[:-1] + columns[s] for s, each in enumerate(every)]), columns[-1]),
        _joined([each.loadings.asset for each in every]),
        np.concatenate([np.zeros((days, 0)), *(each.loadings.weight for each in every)], axis=1),
        np.ascontiguousarray(
            np.concatenate([np.zeros((0, days), dtype=np.bool_), *(each.loadings.live for each in every)]).T
        ),
        own,
        _starts([len(each.loadings.funding_asset) for each in every]),
        _joined([each.loadings.funding_asset for each in every]),
        np.concatenate([np.zeros((days, 0)), *(each.loadings.funding_weight for each in every)], axis=1),
        np.array([each.cap for each in every], dtype=np.float64),
        _starts([len(each.table) for each in every]),
        _numbers([each.table for each in every]),
    )


def _starts(sizes: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _numbers(parts: list[Floats]) -> Floats:
    return np.concatenate([np.zeros(0), *parts])


def _signed(made: Draft, signs: Floats) -> Draft:
    from dataclasses import replace

    def flipped(impulses: Impulses) -> Impulses:
        return replace(impulses, size=impulses.size * signs[impulses.event])

    return replace(made, impulses={name: flipped(each) for name, each in made.impulses.items()})


def _rows(targets: Targets, rows: Ints) -> Targets:
    """Keep some rows of targets that are set in every session; sessions count from the first of them."""
    counts = np.diff(targets.start)[rows]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    entry = np.repeat(targets.start[rows] - start[:-1], counts) + np.arange(start[-1])
    return Targets(rows.astype(np.int64), start, targets.asset[entry], targets.part[entry], targets.weight[entry])
