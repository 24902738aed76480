"""Which placebo events a run is set against: the design, why it was chosen, and the sessions and signs it draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.study import designs
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.evidence.line import Line

    Ints = NDArray[np.int64]

__all__ = ["CLEAR", "Drawn", "drawn"]

CLEAR = 5  # sessions that a placebo keeps from the real events of its announcer, before and after
WORDS = {
    "random_dates": "every event at a random session of its own",
    "whole_dates": "every date, with all its events, at a random session",
    "circular_shift": "the whole calendar of events turned by a random number of sessions",
    "sign_flips": "the direction of every date's events turned around, or not, by chance",
}


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Sessions of the panel per draw and event, shape (B, E); signs alike, or None; whether these are all there are."""

    design: str
    words: str
    sessions: Ints
    signs: NDArray[np.float64] | None
    exhaustive: bool


def drawn(line: Line, draws: int) -> Drawn:
    """Draw placebo events for a run; a design with no more possibilities than ``draws`` is gone through whole.

    Raises
    ------
    RunError
        When the design needs something that the run has not.

    """
    at = np.array([event.session for event in line.traded], dtype=np.int64)
    design = line.config.evidence.placebo_design
    clustered = len(np.unique(at)) < len(at)
    if design == "auto":
        design = "whole_dates" if clustered else "random_dates"
    if design == "random_assets":
        raise RunError(
            "evidence.placebo_design: random_assets moves announcers, and signals trade baskets whoever announces; "
            "choose whole_dates, random_dates, circular_shift or sign_flips"
        )
    make = {"whole_dates": _dates, "random_dates": _dates, "circular_shift": _shifts, "sign_flips": _flips}[design]
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
    seed = line.config.seed
    try:
        if len(np.unique(at)) == 1:
            rows = np.flatnonzero(allowed[:, np.unique(asset)].all(axis=1)).astype(np.int64)
            if 0 < len(rows) <= draws:
                sessions = np.repeat(rows[:, None], len(at), axis=1)
                return Drawn(design, WORDS[design], sessions, None, exhaustive=True)
        if design == "whole_dates":
            sessions, _ = designs.whole_dates(allowed, asset, at, draws=draws, seed=seed)
        else:
            sessions, _ = designs.random_dates(allowed, asset, draws=draws, seed=seed)
    except ValueError as error:
        raise RunError(f"no placebo of design {design}: {error}; try placebo_design: circular_shift") from error
    return Drawn(design, WORDS[design], sessions, None, exhaustive=False)


def _shifts(line: Line, at: Ints, draws: int, design: str) -> Drawn:
    first, last = _run(line)
    length = last - first + 1
    if length - 1 <= draws:
        shift = np.arange(1, length, dtype=np.int64)
        sessions = first + (at[None, :] - first + shift[:, None]) % length
        return Drawn(design, WORDS[design], sessions, None, exhaustive=True)
    asset = np.zeros(len(at), dtype=np.int64)
    sessions, _ = designs.circular_shift(at, asset, (first, last), draws=draws, seed=line.config.seed)
    return Drawn(design, WORDS[design], sessions, None, exhaustive=False)


def _flips(line: Line, at: Ints, draws: int, design: str) -> Drawn:
    _, cluster = np.unique(at, return_inverse=True)
    count = int(cluster.max()) + 1
    if count < 40 and 2**count - 1 <= draws:
        codes = np.arange(2**count - 1, dtype=np.int64)  # the last code, all ones, is the run itself
        signs = np.where((codes[:, None] >> np.arange(count)) & 1, 1.0, -1.0)[:, cluster]
        exhaustive = True
    else:
        signs, exhaustive = designs.sign_flips(cluster.astype(np.int64), draws=draws, seed=line.config.seed), False
    sessions = np.repeat(at[None, :], len(signs), axis=0)
    return Drawn(design, WORDS[design], sessions, signs, exhaustive=exhaustive)
