"""Which placebo events a run is set against: the design, why it was chosen, and what it draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.evidence.moved import real
from backtest.evidence.types import Moved
from backtest.study import designs
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.evidence.line import Line

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["CLEAR", "Drawn", "drawn", "interchangeable"]

CLEAR = 5  # sessions that a placebo keeps from the real events of its announcer, before and after
WORDS = {
    "random_dates": "every event at a random session of its own",
    "whole_dates": "every date, with all its events, at a random session",
    "circular_shift": "the whole calendar of events turned by a random number of sessions",
    "random_assets": "every date's events on random firms: what they move of one asset is moved of another",
    "sign_flips": "the direction of every date's events turned around, or not, by chance",
}


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What a design draws.

    Attributes
    ----------
    design, words
        Its name, and what it moves.
    sessions
        Sessions of the first exchange's panel per draw and event, shape (B, E).
    signs
        A factor per draw and event, or None.
    firms
        The stand-in of every asset per draw and family of events, shape (B, F, N), or None. Where ``allowed`` (F, N) is
        given instead they are drawn part by part, from ``seed``.
    exhaustive
        Whether these are all there are.

    """

    design: str
    words: str
    sessions: Ints
    exhaustive: bool
    signs: NDArray[np.float64] | None = None
    firms: Ints | None = None
    allowed: Flags | None = None
    seed: int = 0

    def part(self, first: int, last: int) -> Moved:
        """Give the draws first to last."""
        moved = Moved(self.sessions, self.signs, self.firms).part(slice(first, last))
        if self.allowed is None:
            return moved
        numbers = range(first, first + len(moved.sessions))
        return moved._replace(firms=designs.stand_ins(self.allowed, numbers, seed=self.seed))


def drawn(line: Line, draws: int) -> Drawn:
    """Draw placebo events for a run; a design with no more possibilities than ``draws`` is gone through whole.

    Raises
    ------
    RunError
        When the design needs something that the run has not.

    """
    at = real(line)
    design = line.config.evidence.placebo_design
    if design == "auto":
        design = "whole_dates" if len(np.unique(at)) < len(at) else "random_dates"
    make = {
        "whole_dates": _dates, "random_dates": _dates, "circular_shift": _shifts, "random_assets": _firms,
        "sign_flips": _flips,
    }[design]  # fmt: skip
    return make(line, at, draws, design)


def _run(line: Line) -> tuple[int, int]:
    inputs = line.seen[0].inputs
    return inputs.first, len(inputs.panel.sessions) - 1


def _dates(line: Line, at: Ints, draws: int, design: str) -> Drawn:
    first, last = _run(line)
    names = sorted({event.asset for event in line.traded})
    asset = np.array([names.index(event.asset) for event in line.traded], dtype=np.int64)
    possible = np.zeros((last + 1, len(names)), dtype=np.bool_)
    possible[first:] = True
    allowed = designs.admissible(possible, asset, at, before=CLEAR, after=CLEAR)
    whole, seed = design == "whole_dates", line.config.seed
    try:
        everyone = designs.every_choice(allowed, asset, at, whole=whole, most=draws)
        if everyone is not None:
            return Drawn(design, WORDS[design], everyone, exhaustive=True)
        if whole:
            sessions, _ = designs.whole_dates(allowed, asset, at, draws=draws, seed=seed)
        else:
            sessions, _ = designs.random_dates(allowed, asset, draws=draws, seed=seed)
    except ValueError as error:
        raise RunError(f"no placebo of design {design}: {error}; try placebo_design: circular_shift") from error
    return Drawn(design, WORDS[design], sessions, exhaustive=False)


def _shifts(line: Line, at: Ints, draws: int, design: str) -> Drawn:
    first, last = _run(line)
    length = last - first + 1
    if length - 1 <= draws:
        shift = np.arange(1, length, dtype=np.int64)
        sessions = first + (at[None, :] - first + shift[:, None]) % length
        return Drawn(design, WORDS[design], sessions, exhaustive=True)
    asset = np.zeros(len(at), dtype=np.int64)
    sessions, _ = designs.circular_shift(at, asset, (first, last), draws=draws, seed=line.config.seed)
    return Drawn(design, WORDS[design], sessions, exhaustive=False)


def _firms(line: Line, at: Ints, draws: int, design: str) -> Drawn:
    allowed = interchangeable(line, at)
    if allowed.sum(axis=1).max(initial=0) < 2:
        raise RunError(
            f"no placebo of design {design}: no event has two assets of the baskets that are priced as long as it "
            "lasts; choose whole_dates, random_dates, circular_shift or sign_flips"
        )
    firms = designs.every_stand_in(allowed, most=draws)
    count = draws if firms is None else len(firms)
    sessions = np.broadcast_to(at, (count, len(at)))
    if firms is None:
        return Drawn(design, WORDS[design], sessions, exhaustive=False, allowed=allowed, seed=line.config.seed)
    return Drawn(design, WORDS[design], sessions, exhaustive=True, firms=firms)


def interchangeable(line: Line, at: Ints) -> Flags:
    """Say which assets may stand in for each other in the events of each date, shape (dates, N).

    Assets of the baskets with a price in every session in which one of the date's events may move something, so that
    no stand-in is left without a trade. ``at``: session of every event, shape (E,).
    """
    view, draft = line.seen[0], line.drafts[0]
    named = {asset for basket in line.config.baskets.values() for asset in basket}
    member = np.array([asset in named for asset in draft.context.assets], dtype=np.bool_)
    longest = max((len(each.table) for each in draft.impulses.values()), default=0)
    priced, last = ~np.isnan(view.inputs.panel.close), len(view.inputs.panel.sessions)
    return np.array([member & priced[one : min(one + longest, last)].all(axis=0) for one in np.unique(at).tolist()])


def _flips(line: Line, at: Ints, draws: int, design: str) -> Drawn:
    _, cluster = np.unique(at, return_inverse=True)
    count = int(cluster.max()) + 1
    if count < 40 and 2**count - 1 <= draws:
        codes = np.arange(2**count - 1, dtype=np.int64)  # the last code, all ones, is the run itself
        signs = np.where((codes[:, None] >> np.arange(count)) & 1, 1.0, -1.0)[:, cluster]
        exhaustive = True
    else:
        signs, exhaustive = designs.sign_flips(cluster.astype(np.int64), draws=draws, seed=line.config.seed), False
    return Drawn(design, WORDS[design], np.broadcast_to(at, signs.shape), exhaustive=exhaustive, signs=signs)
