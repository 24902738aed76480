"""Events of the simulated market: when they were stated, in which grade, and what each of them moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.prices.factors import stream
from data.prices.market import NOISE_KIND, PlantedEffect
from data.schema import EVENTS, check, conform
from data.timing import read_stated, tradable_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.calendar import Calendar
    from data.prices.market import SimulatedMarket
    from data.timing import Grade

    Floats = NDArray[np.float64]

__all__ = ["Announcement", "Window", "announcements", "events_frame", "shift"]

BPS = 1e-4
# How often an event is stated in each way, in percent.
WAYS = {"post": 35, "pre": 20, "during": 10, "post flag": 10, "pre flag": 10, "date": 15}
SPREAD_OF_STRENGTH = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The simulated sessions: ``count`` of the calendar's from index ``start`` on."""

    calendar: Calendar
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """One simulated event; ``first`` is the index of its first tradable session, counted in the simulated window."""

    kind: str
    asset: str
    stated: str
    at: datetime
    grade: Grade
    strength: float
    first: int


def announcements(settings: SimulatedMarket, window: Window) -> list[Announcement]:
    """Draw the events, ascending by the instant at which they were known.

    For every kind of effect, a Poisson number of events at ``events_per_year`` and as many of NOISE_KIND; without
    effects, the events of the default effect, which then move nothing.
    """
    drawn = []
    for kind, sector in _announcers(settings).items():
        years = window.count / window.calendar.sessions_per_year
        count = int(stream(settings.seed, f"count/{kind}").poisson(settings.events_per_year * years))
        for name, stem in ((kind, f"events/{kind}"), (NOISE_KIND, f"noise/{kind}")):
            drawn += _draw(stream(settings.seed, stem), name, settings.members[sector], count, window)
    return sorted(drawn, key=lambda event: (event.at, event.kind, event.asset, event.strength))


def _announcers(settings: SimulatedMarket) -> dict[str, str]:
    """Give the sector whose assets announce, by kind."""
    default = PlantedEffect()
    if not settings.effects:
        known = default.up in settings.sectors
        return {default.kind: default.up if known else next(iter(settings.sectors))}
    return {effect.kind: effect.up for effect in reversed(settings.effects)}


def _draw(
    random: np.random.Generator, kind: str, members: tuple[str, ...], count: int, window: Window
) -> list[Announcement]:
    calendar = window.calendar
    sessions = random.integers(window.start, window.start + window.count, count).tolist()
    ways = random.choice(list(WAYS), count, p=np.array([*WAYS.values()]) / sum(WAYS.values())).tolist()
    seconds = random.integers(0, 1800, count).tolist()
    who = random.integers(0, len(members), count).tolist()
    strengths = np.round(1.0 + SPREAD_OF_STRENGTH * (2.0 * random.random(count) - 1.0), 2).tolist()
    stated = [_state(way, at, second, calendar) for way, at, second in zip(ways, sessions, seconds, strict=True)]
    read = [read_stated(text, flag, calendar, None) for text, flag in stated]
    known = np.array([time.at.replace(tzinfo=None) for time in read if time.at], dtype="datetime64[us]")
    firsts = (tradable_index(known, calendar, "open") - window.start).tolist()
    return [
        Announcement(kind, members[who[i]], " ".join(stated[i]).strip(), at, grade, strengths[i], firsts[i])
        for i, (at, grade) in enumerate((time.at, time.grade) for time in read)
        if at is not None and grade is not None
    ]


def _state(way: str, session: int, second: int, calendar: Calendar) -> tuple[str, str]:
    """Write a time as a source would: (text, session flag)."""
    day = str(calendar.sessions[session])
    if way == "date":
        return day, ""
    if way.endswith("flag"):
        return day, way.removesuffix(" flag")
    minutes, since = {
        "post": (5, calendar.close_at),
        "pre": (-120, calendar.open_at),
        "during": (60, calendar.open_at),
    }[way]
    instant = since[session] + np.timedelta64(minutes * 60 + second, "s")
    return instant.item().replace(tzinfo=UTC).astimezone(calendar.zone).isoformat(), ""


def shift(settings: SimulatedMarket, events: list[Announcement], sector: str, count: int) -> tuple[Floats, Floats]:
    """Give the planted log shift of a sector's opens and closes, each of shape (session,).

    An event of strength s whose first tradable session is f moves the close of session t >= f by
    ``s drift (1 - 2 ** -((t - f + 1) / half_life))``; the whole drift comes between opens and closes, so that a fill
    at the open of f has all of it ahead. The jump comes before that open.
    """
    opens, closes = np.zeros(count), np.zeros(count)
    for effect in settings.effects:
        sign = (effect.up == sector) - (effect.down == sector)
        for event in events if sign else ():
            if event.kind == effect.kind and event.first < count:
                come = 1.0 - np.exp2(-np.arange(count - event.first + 1) / effect.half_life_sessions)
                size = sign * event.strength * BPS
                opens[event.first :] += size * (effect.jump_bps + effect.drift_bps * come[:-1])
                closes[event.first :] += size * (effect.jump_bps + effect.drift_bps * come[1:])
    return opens, closes


def events_frame(events: list[Announcement]) -> pl.DataFrame:
    """Give the EVENTS frame, named SIM-0001 on in the order in which they were known."""
    names = [f"SIM-{number:04d}" for number in range(1, len(events) + 1)]
    known = pl.Series([event.at for event in events], dtype=EVENTS["announced_at"].dtype)
    frame = pl.DataFrame(
        {
            "event_id": pl.Series(names, dtype=pl.String),
            "group_id": pl.Series(names, dtype=pl.String),
            "kind": pl.Series([event.kind for event in events], dtype=pl.String),
            "asset": pl.Series([event.asset for event in events], dtype=pl.String),
            "announced_at": known,
            "timing": pl.Series([event.grade for event in events], dtype=pl.String),
            "known_at": known,
            "stated": pl.Series([event.stated for event in events], dtype=pl.String),
            "value": pl.Series([event.strength for event in events], dtype=pl.Float64),
        },
    ).with_columns(
        metric=pl.lit("strength"), unit=pl.lit("strength"), confidence=pl.lit("high"), source=pl.lit("simulated")
    )
    return check(conform(frame, EVENTS), EVENTS, "simulated events")
