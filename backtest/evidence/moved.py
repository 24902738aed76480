"""The whole backtest on moved events: the targets that other event sessions would have set, made in the batch.

Sizes, loadings and features stay with their events; only sessions move, signs flip, or other assets stand in. Where a
portfolio is base plus capped tilts a kernel sets the targets; with combination steps, a hedge or rebalancing on drift
every scenario goes the way of the run itself, which is slower.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.batch import Batch
from backtest.evidence.tables import draws_of, tilts_of
from backtest.kernels.redraw import redraw
from backtest.plan import context, draft, replanned
from backtest.portfolio import Targets, decisions
from backtest.portfolio.limits import breaching_sums
from backtest.portfolio.targets import totals_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.evidence.line import Line
    from backtest.evidence.types import Moved
    from backtest.kernels.redraw import Tilts
    from backtest.plan import Draft
    from backtest.views import View
    from signals.impulses import Impulses

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Mover", "Rows", "real"]

SLICE = 16  # draws that one thread takes before it looks for more


class Rows(NamedTuple):
    """Targets of draws: weights of the members (rows, M), the session of each row, the first row of each draw.

    ``sums`` (rows, 4): smallest weight, largest by size, sum of the sizes, sum.
    """

    weight: Floats
    session: Ints
    start: Ints
    sums: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """A run made ready for moved events on one exchange: what its signals move, with loadings known for every session.

    Attributes
    ----------
    view
        What the exchange sees.
    whole
        The run's draft with a decision in every session of the run.
    tilts, still
        What events move, for the kernel, and the weights that no event moves, shape (D, N).
    grid
        Sessions in which targets are set anyway, as a flag per session of the run, shape (D,).
    family
        Code of the session that each event really has: events of one share their stand-ins, shape (E,).

    """

    config: Config
    view: View
    whole: Draft
    tilts: Tilts
    still: Floats
    grid: NDArray[np.bool_]
    family: Ints

    @staticmethod
    def of(line: Line, exchange: int = 0) -> Mover:
        """Ask the signals what they would move at every session."""
        config, view = line.config, line.seen[exchange]
        inputs, events = view.inputs, view.dated(line.traded)
        last = len(inputs.panel.sessions) - 1
        every = np.arange(inputs.first, last + 1, dtype=np.int64)
        grid = decisions(inputs.first, last, config.portfolio.rebalance_every_sessions, ())
        # A placebo may pile events up as the real ones never did: then the tilts shrink, the run is not refused.
        shrinking = config.portfolio.model_copy(update={"infeasible": "shrink"})
        softened = config.model_copy(update={"portfolio": shrinking})
        whole = draft(context(config, inputs, events, every), line.signals)
        still = totals_of(shrinking, whole.context, list(whole.plain.values()))
        family = np.unique(real(line), return_inverse=True)[1].astype(np.int64)
        return Mover(softened, view, whole, tilts_of(whole), still, np.isin(every, grid), family)

    @property
    def first(self) -> int:
        """Give the first session of the run, in sessions of the panel."""
        return self.view.inputs.first

    @property
    def members(self) -> Ints:
        """Give the assets of the baskets, ascending."""
        assets = self.whole.context.assets
        named = {asset for basket in self.config.baskets.values() for asset in basket}
        return np.array([at for at, asset in enumerate(assets) if asset in named], dtype=np.int64)

    @property
    def plain(self) -> bool:
        """Say whether the kernel can set the targets."""
        portfolio = self.config.portfolio
        return not self.config.combination and portfolio.neutral is None and portfolio.rebalance_on_drift is None

    def batch(self, moved: Moved) -> Batch:
        """Give the targets of every draw, in sessions of the walk of a run on one exchange."""
        if not self.plain:
            return Batch.of([self.retargeted(moved.case(b)) for b in range(len(moved.sessions))])
        made = self.rows(moved)
        bad = self.broken(made)
        return self._mended(moved, bad, made) if bad.any() else _batch(made, self.members)

    def rows(self, moved: Moved) -> Rows:
        """Let the kernel set the targets of the members, shrunk by no bound."""
        on = self.decided(moved.sessions)
        members, tilts = self.members, self.tilts
        given = draws_of(tilts, moved, self.family, on, self.first)
        count = int(given.start[-1])
        made = Rows(np.zeros((count, len(members))), np.zeros(count, dtype=np.int64), given.start, np.zeros((count, 4)))
        wide = max(len(tilts.event), len(tilts.first), len(tilts.cap), self.still.shape[1])
        deep = max(len(tilts.event), int(tilts.group.max(initial=0)) + 1)

        def part(first: int) -> None:
            room, places = np.zeros((4, wide)), np.zeros((4, deep), dtype=np.int64)
            until = min(first + SLICE, len(on))
            written = (made.session, made.weight, made.sums)
            redraw(tilts, self.still, members, given, first, until, room, places, *written)

        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            list(pool.map(part, range(0, len(on), SLICE)))
        return made

    def broken(self, made: Rows) -> NDArray[np.bool_]:
        """Say which draws break a bound, shape (B,)."""
        bad = breaching_sums(self.config.portfolio, made.sums, self.config.account.gross_limit)
        return np.add.reduceat(bad, made.start[:-1]) > 0

    def decided(self, sessions: Ints) -> NDArray[np.bool_]:
        """Say in which sessions of the run targets are set, shape (B, D)."""
        on = np.repeat(self.grid[None, :], len(sessions), axis=0)
        if self.config.portfolio.rebalance_on_events and sessions.shape[1]:
            place = sessions - self.first
            row, column = np.nonzero((place >= 0) & (place < on.shape[1]))
            on[row, place[row, column]] = True
        return on

    def retargeted(self, case: Moved) -> Targets:
        """Give the targets of one draw, by the way of the run itself; sessions count from the first of the run."""
        made = self.whole if case.signs is None else _signed(self.whole, case.signs[0])
        firms = None if case.firms is None else case.firms[0][self.family]
        targets = replanned(self.config, made, sessions=case.sessions[0], firms=firms)
        return _kept(targets, np.flatnonzero(self.decided(case.sessions)[0]))

    def _mended(self, moved: Moved, bad: NDArray[np.bool_], made: Rows) -> Batch:
        """Set the targets of the draws that break a bound by the way of the run, which shrinks them."""
        cases = [self.retargeted(moved.case(b)) if bad[b] else self.own(made, b) for b in range(len(bad))]
        return Batch.of(cases)

    def own(self, made: Rows, b: int) -> Targets:
        """Give the targets that the kernel has set for one draw."""
        rows = slice(made.start[b], made.start[b + 1])
        count, members = int(made.start[b + 1] - made.start[b]), self.members
        entries = np.tile(members, count)
        starts = np.arange(count + 1, dtype=np.int64) * len(members)
        return Targets(made.session[rows], starts, entries, np.zeros_like(entries), made.weight[rows].ravel())


def real(line: Line) -> Ints:
    """Give the session of the run in which the first exchange trades every event, shape (E,)."""
    inputs = line.seen[0].inputs
    at = np.array([event.session for event in line.seen[0].dated(line.traded)], dtype=np.int64)
    return np.clip(at, inputs.first, len(inputs.panel.sessions) - 1)


def _batch(made: Rows, members: Ints) -> Batch:
    count = len(made.session)
    starts = np.arange(count + 1, dtype=np.int64) * len(members)
    return Batch(made.start, made.session, starts, np.tile(members, count), made.weight.ravel())


def _signed(made: Draft, signs: Floats) -> Draft:
    def flipped(impulses: Impulses) -> Impulses:
        return replace(impulses, size=impulses.size * signs[impulses.event])

    return replace(made, impulses={name: flipped(each) for name, each in made.impulses.items()})


def _kept(targets: Targets, rows: Ints) -> Targets:
    """Keep some rows of targets that are set in every session; sessions count from the first of them."""
    counts = np.diff(targets.start)[rows]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    entry = np.repeat(targets.start[rows] - start[:-1], counts) + np.arange(start[-1])
    return Targets(rows.astype(np.int64), start, targets.asset[entry], targets.part[entry], targets.weight[entry])
