"""What the evidence of a run is made of; a part that could not be had says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from backtest.study.study import StudyResult

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["BRIDGE", "DRAWS", "STRESS", "Gathered", "Hindsight", "Moved", "Placebo", "Power"]

DRAWS = ("draw", "net_return", "sharpe")
STRESS = ("label", "shift", "events", "net_return", "sharpe", "active_return")
BRIDGE = ("step", "value", "running", "note")


class Moved(NamedTuple):
    """Some draws: sessions of one exchange's panel (B, E); signs alike, and stand-ins (B, families, N), where drawn."""

    sessions: Ints
    signs: Floats | None = None
    firms: Ints | None = None

    def case(self, b: int) -> Moved:
        """Give one draw alone."""
        return self.part(slice(b, b + 1))

    def part(self, some: slice) -> Moved:
        """Give some of the draws."""
        signs = None if self.signs is None else self.signs[some]
        return Moved(self.sessions[some], signs, None if self.firms is None else self.firms[some])


@dataclass(frozen=True, slots=True, eq=False)
class Placebo:
    """The whole backtest on placebo events.

    Attributes
    ----------
    design
        What was moved, and why this design.
    exhaustive
        Whether every possible placebo was tried instead of random ones.
    draws
        draw (from 0), net_return (over the run, after costs, a fraction) and sharpe (a year, of the net returns; null
        when they do not vary).
    net_return, sharpe
        Of the actual events.
    p_return, p_sharpe
        (1 + placebos at least as good) / (draws + 1), one-sided; None without draws.
    reason
        Why there is nothing, empty when there is.

    """

    design: str
    exhaustive: bool
    draws: pl.DataFrame
    net_return: float
    sharpe: float | None
    p_return: float | None
    p_sharpe: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hindsight:
    """The same run on what was known at the time and on what is known today.

    Attributes
    ----------
    first_print, latest_vintage
        Net return over the run, fractions.
    alpha
        latest_vintage - first_print: what a test on today's numbers would have claimed for nothing.
    changed
        Events whose number, direction or session differs between the two.
    reason
        Why there is nothing, empty when there is.

    """

    first_print: float | None
    latest_vintage: float | None
    alpha: float | None
    changed: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Power:
    """What the run could have found at all, before its outcome is looked at.

    Attributes
    ----------
    events, clusters
        Events traded, and distinct sessions among them.
    minimum_drift
        Smallest true net gain per event, a fraction of the notional it moves, found in 80 of 100 such runs by a
        two-sided test at 5 %; None when undefined.
    minimum_active_return
        The same as a return a year over the untilted mix.
    cost_per_event
        Round trip, a fraction of the notional moved.
    informative
        Whether an edge of a plausible size could have been seen; ``sentence`` says by what standard.
    sentence
        For people.

    """

    events: int
    clusters: int
    minimum_drift: float | None
    minimum_active_return: float | None
    cost_per_event: float | None
    informative: bool
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """All evidence of a run.

    Attributes
    ----------
    study
        The event study; None when it was not asked for or not possible.
    placebo, hindsight, power
        None when not asked for.
    stress
        label, shift (sessions; null for the worst case of grade C), events (that still trade), net_return, sharpe and
        active_return a year: the run with all events that much later. Empty when not asked for.
    bridge
        From the mean abnormal return to the net P&L: step, value, running (fractions of the capital), note; the values
        of the steps sum exactly to the last running one. Empty when not possible.
    remarks
        Why something is missing, by the name of the part.

    """

    study: StudyResult | None
    placebo: Placebo | None
    hindsight: Hindsight | None
    power: Power | None
    stress: pl.DataFrame
    bridge: pl.DataFrame
    remarks: dict[str, str]
