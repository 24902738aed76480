"""Fetching prices from a vendor: one asset after the other, patiently, each stored as it comes, every failure named."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import Finding, MissingDataError
from data.prices import stored, vintages
from data.prices.arrivals import settle
from data.prices.stored import LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

    from data.calendar import Calendar
    from data.prices.vintages import Vintage

__all__ = ["Answer", "FetchError", "Fetched", "Line", "Place", "failed", "fetch_all"]

ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 2.0


def _now() -> datetime:
    return datetime.now(UTC)


def _say_nothing(step: str) -> None:
    del step


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The way to a vendor.

    Attributes
    ----------
    session
        A requests or curl_cffi session; the library's own when None.
    now, pause
        The clock, and how to wait some seconds.
    say
        Where progress is told.

    """

    session: Any = None
    now: Callable[[], datetime] = _now
    pause: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = _say_nothing


class Place(NamedTuple):
    """Where what is fetched goes: the name of its source, the store, and the exchange of the assets."""

    source: str
    folder: Path
    calendar: Calendar


class Answer(NamedTuple):
    """What a vendor sent: HISTORY rows, facts about the question and the answer, and notes on days."""

    frame: pl.DataFrame
    about: dict[str, str]
    notes: list[tuple[str, str]]


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


class FetchError(Exception):
    """An answer that cannot be used: why, what to do, may asking again help, and does it stop the others."""

    def __init__(self, problem: str, hint: str = "", *, again: bool = False, stops: str = "") -> None:
        super().__init__(problem)
        self.problem, self.hint, self.again, self.stops = problem, hint, again, stops


def fetch_all(ask: Callable[[str], Answer], place: Place, assets: Sequence[str], line: Line) -> list[Fetched]:
    """Ask for assets, one after the other by name, and store each as it comes.

    After an asset that stays refused for too many requests, or unreachable, the rest is not tried.

    Returns
    -------
    list[Fetched]
        One per asset, ascending by name.

    """
    results: list[Fetched] = []
    stopped = ""
    for at, asset in enumerate(sorted(set(assets)), 1):
        line.say(f"{LABEL}: {asset} ({at} of {len(set(assets))})")
        if stopped:
            found = Finding(LABEL, "asset", asset, f"was not tried: {stopped}", "try again later")
            results.append(Fetched(asset, None, None, found))
            continue
        try:
            results.append(_one(ask, place, asset, line))
        except FetchError as failure:
            stopped = failure.stops
            results.append(Fetched(asset, None, None, Finding(LABEL, "asset", asset, failure.problem, failure.hint)))
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
        kept = f"the other {wanted - len(problems)} are stored" if wanted > len(problems) else "nothing new is stored"
        raise MissingDataError(f"{LABEL}: {len(problems)} of {wanted} assets could not be fetched; {kept}", problems)


def _one(ask: Callable[[str], Answer], place: Place, asset: str, line: Line) -> Fetched:
    answer = _persistently(ask, asset, line)
    wrong = stored.misfit(asset, answer.about["zone"], place.calendar)
    if wrong is not None:
        raise FetchError(wrong.problem, wrong.hint)
    at = line.now()
    frame, notes = settle(answer.frame, place.calendar, at)
    if frame["close"].null_count() == frame.height:
        raise FetchError("has no close on any session of the period", "check the period and the calendar")
    facts = {
        "source": place.source,
        "asset": asset,
        "at": at.isoformat(timespec="seconds"),
        "about": answer.about,
        "notes": tuple(sorted([*answer.notes, *notes])),
    }
    return Fetched(asset, *vintages.save(place.folder, frame, facts), None)


def _persistently(ask: Callable[[str], Answer], asset: str, line: Line) -> Answer:
    """Ask until there is an answer: at most four times, with longer and longer pauses that differ between assets."""
    jitter = random.Random(asset)  # noqa: S311 - it spreads requests, it protects nothing
    attempt = 0
    while True:
        try:
            return ask(asset)
        except FetchError as failure:
            attempt += 1
            if not failure.again or attempt == ATTEMPTS:
                raise
            line.pause(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * (1.0 + jitter.random()))
