"""Fetching prices from a vendor: asked for patiently, stored by name as they were sent, every failure named."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from data.clocks import MOST_SKEW_SECONDS, Clock, skew
from data.errors import Finding, MissingDataError
from data.prices import stored, vintages
from data.prices.answers import FetchError, swapped
from data.prices.arrivals import settle
from data.prices.crew import Alone, Crew
from data.prices.stored import LABEL
from data.prices.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from data.calendar import Calendar
    from data.prices.answers import Answer, Ask, Hands
    from data.prices.turns import Come
    from data.prices.vintages import Vintage

__all__ = ["Fetched", "Interrupted", "Line", "Place", "failed", "fetch_all"]

MOST_WORKERS = 4
# A worker takes seconds to start; for fewer assets it is not worth them.
ASSETS_PER_WORKER = 4


def _say_nothing(step: str) -> None:
    del step


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The way to a vendor.

    Attributes
    ----------
    opens
        Gives a requests or curl_cffi session; the library's own when None. Several workers get it pickled.
    clock
        Seconds, waiting and the wall clock.
    say, tell
        Where progress is told, and what the user has to mend.
    workers
        The most processes that ask; one asks in this process.

    """

    opens: Callable[[], Any] | None = None
    clock: Clock = field(default_factory=Clock)
    say: Callable[[str], None] = _say_nothing
    tell: Callable[[str], None] = _say_nothing
    workers: int = MOST_WORKERS


class Place(NamedTuple):
    """Where what is fetched goes: the name of its source, and the store."""

    source: str
    folder: Path


class Fetched(NamedTuple):
    """What became of one asset: its vintage and the one before, or the problem."""

    asset: str
    vintage: Vintage | None
    before: Vintage | None
    problem: Finding | None

    @property
    def is_changed(self) -> bool:
        """Say whether a vintage was added."""
        return self.vintage is not None and self.vintage != self.before


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C: what came is stored; ``fetched`` says what became of each asset."""

    def __init__(self, fetched: list[Fetched]) -> None:
        super().__init__()
        self.fetched = fetched


def fetch_all(ask: Ask, place: Place, listed: Mapping[str, Calendar], line: Line) -> list[Fetched]:
    """Ask for assets, each with its exchange, and store what comes in the order of their names.

    Several workers give the same as one: answers are verified against their question and taken in by name. After an
    asset that stays refused for too many requests, or unreachable, the rest is not tried.

    Returns
    -------
    list[Fetched]
        One per asset, ascending by name.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the same list.

    """
    names = sorted(listed)
    hands = _hands(ask, line, len(names))
    turns = Turns(hands, line.clock, lambda step: line.say(f"{LABEL}: {step}"))
    turns.open(names)
    keep = _Keeper(place, line)
    results: list[Fetched] = []
    try:
        for asset in names:
            turns.outcome(asset)
            results.append(keep.kept(asset, listed[asset], turns.outcomes[asset]))
    except KeyboardInterrupt as stop:
        turns.give_up("interrupted")
        rest = names[len(results) :]
        results += [keep.kept(asset, listed[asset], turns.outcomes[asset]) for asset in rest]
        raise Interrupted(results) from stop
    finally:
        hands.close()
    return results


def failed(fetched: Sequence[Fetched], wanted: int) -> None:
    """Raise when assets could not be fetched.

    Raises
    ------
    MissingDataError
        With each of them and the reason.

    """
    problems = [one.problem for one in fetched if one.problem is not None]
    if problems:
        rest = wanted - len(problems)
        kept = (
            "nothing new is stored"
            if not rest
            else "the other is stored"
            if rest == 1
            else f"the other {rest} are stored"
        )
        raise MissingDataError(f"{LABEL}: {len(problems)} of {wanted} assets could not be fetched; {kept}", problems)


def _hands(ask: Ask, line: Line, assets: int) -> Hands:
    workers = min(line.workers, assets // ASSETS_PER_WORKER)
    return Crew(ask, line.opens, workers) if workers > 1 else Alone(ask, line.opens)


@dataclass(slots=True)
class _Keeper:
    """Stores answers; ``warned`` once the clock of this machine was found wrong."""

    place: Place
    line: Line
    warned: bool = False

    def kept(self, asset: str, calendar: Calendar, come: Come) -> Fetched:
        """Store an answer, or name what is wrong with it."""
        try:
            if isinstance(come.outcome, FetchError):
                raise come.outcome
            return Fetched(asset, *self._stored(asset, calendar, come.outcome, come.at), None)
        except FetchError as failure:
            return Fetched(asset, None, None, Finding(LABEL, "asset", asset, failure.problem, failure.hint))

    def _stored(self, asset: str, calendar: Calendar, answer: Answer, came: datetime) -> tuple[Vintage, Vintage | None]:
        if answer.symbol != asset:
            raise swapped(asset, answer.symbol)
        wrong = stored.misfit(asset, answer.about["zone"], calendar)
        if wrong is not None:
            raise FetchError(wrong.problem, wrong.hint)
        at, said = self._true(answer.told, came)
        frame, notes = settle(answer.frame, calendar, at)
        if frame["close"].null_count() == frame.height:
            raise FetchError("has no close on any session of the period", "check the period and the calendar")
        facts = {
            "source": self.place.source,
            "asset": asset,
            "at": at.isoformat(timespec="seconds"),
            "about": answer.about,
            "notes": tuple(sorted([*answer.notes, *notes, *said])),
        }
        return vintages.save(self.place.folder, frame, facts)

    def _true(self, told: str, came: datetime) -> tuple[datetime, list[tuple[str, str]]]:
        """Give the instant of an answer: a clock that is wrong would take an open session for a closed one."""
        ahead = skew(told, came)
        if ahead is None or abs(ahead) <= MOST_SKEW_SECONDS:
            return came, []
        at = came - timedelta(seconds=ahead)
        way = "ahead of" if ahead > 0 else "behind"
        said = f"the clock of this machine is {abs(ahead):.0f} s {way} the vendor's, which is used"
        if not self.warned:
            self.line.tell(f"{LABEL}: {said}: set it right")
        self.warned = True
        return at, [(str(at.date()), said)]
