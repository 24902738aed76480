"""The ledger: vintages survive, and what was known at an instant equals a brute-force scan."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from data.events.ledger import Ledger
from data.schema import EVENTS, conform

if TYPE_CHECKING:
    from tests.data.events.conftest import Loader

HEAD = "event_id,kind,announced_at,known_at,asset,period,metric,value,low,high,direction,group_id,channel\n"
META = (
    "first,capex_actual,2023-04-26T16:05-04:00,,META,2023Q1,capex,6842,,,,,8-K\n"
    "restated,capex_actual,2023-04-26T16:05-04:00,2024-04-25T06:00-04:00,META,2023Q1,capex,6823,,,,,10-Q\n"
)
KEY = ("asset", "kind", "metric", "definition", "period")
START = datetime(2020, 1, 1, tzinfo=UTC)


def on(day: str) -> datetime:
    """Give noon UTC of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def test_a_restatement_is_a_vintage_and_no_second_event(events_of: Loader) -> None:
    """META's first quarter of 2023: 6,842 until 2024-04-25, then 6,823; the signals see one event."""
    found = events_of(HEAD + META)
    ledger = found.ledger

    assert found.frame["event_id"].to_list() == ["first"]
    assert found.rejected.select("event_id", "reason").rows() == [("restated", "later vintage of an event")]
    assert ledger.as_of(on("2024-04-24"))["value"].to_list() == [6842.0]
    assert ledger.as_of(on("2024-04-25"))["value"].to_list() == [6823.0]
    assert ledger.as_of(on("2023-04-26")).height == 0


def test_a_vintage_may_keep_its_events_id(events_of: Loader) -> None:
    """The same id, the same announcement, a later known_at: a vintage, not an id used twice."""
    found = events_of(HEAD + META.replace("restated", "first"))

    assert found.rejected["reason"].to_list() == ["later vintage of an event"]
    assert found.ledger.frame["value"].to_list() == [6842.0, 6823.0]
    assert found.read == found.frame.height + found.rejected.height == 2


def test_first_print_and_latest_vintage_stand_side_by_side(events_of: Loader) -> None:
    """6,823 - 6,842 = -19; the guide moved from the middle of 115-135 to that of 125-145, ten up."""
    guides = (
        "g1,capex_guidance,2026-01-28T16:05-05:00,,META,FY2026,guide,,115,135,issued,,\n"
        "g2,capex_guidance,2026-04-29T16:05-04:00,,META,FY2026,guide,,125,145,raised,,\n"
    )

    found = events_of(HEAD + META + guides).ledger.compared()

    columns = ("metric", "vintages", "first_event_id", "first", "latest_event_id", "latest", "difference")
    assert found.select(columns).rows() == [
        ("capex", 2, "first", 6842.0, "restated", 6823.0, -19.0),
        ("guide", 2, "g1", 125.0, "g2", 135.0, 10.0),
    ]


def test_a_raised_guide_is_an_event_and_a_vintage(events_of: Loader) -> None:
    """Two announcements of one fact: both are traded, and each counts until the next is known."""
    found = events_of(
        HEAD + "g1,g,2026-02-04T16:05-05:00,,GOOGL,FY2026,guide,,175,185,issued,,\n"
        "g2,g,2026-04-29T16:05-04:00,,GOOGL,FY2026,guide,,180,190,raised,,\n"
    )

    assert found.frame["event_id"].to_list() == ["g1", "g2"]
    assert found.ledger.as_of(on("2026-04-01"))["event_id"].to_list() == ["g1"]
    assert found.ledger.as_of(on("2026-05-01"))["event_id"].to_list() == ["g2"]


def test_remarks_without_period_and_number_never_supersede_each_other(events_of: Loader) -> None:
    """Two remarks under one metric say different things that the columns do not hold."""
    found = events_of(HEAD + "a,r,2026-02-05,,UBER,,thrift,,,,,,\nb,r,2026-03-05,,UBER,,thrift,,,,,,\n")

    assert sorted(found.ledger.as_of(on("2026-04-01"))["event_id"]) == ["a", "b"]


def test_copies_are_no_vintages(events_of: Loader) -> None:
    """A repeated row and the same fact under another id stay out; a later member of a group stays in."""
    rumour = "r,k,2026-04-14,,UBER,2026,budget,4,,,,uber,press\n"
    found = events_of(
        HEAD + rumour + rumour + rumour.replace("r,k", "s,k", 1) + "c,k,2026-05-25,,UBER,2026,roi,,,,,uber,press\n"
    )

    assert found.ledger.frame["event_id"].to_list() == ["r", "c"]
    assert found.frame["event_id"].to_list() == ["r"]


GROUP = (
    "rumour,k,2026-04-14,,UBER,,,,,,,uber,press\n"
    "coo,k,2026-05-25,,UBER,,,,,,,uber,call\n"
    "late,k,2026-05-26,,UBER,,,,,,,uber,8-K\n"
    "leak,k,2026-07-01,,META,,,,,,,meta,press\n"
)


@pytest.mark.parametrize(
    ("group", "kept", "reasons"),
    [
        ("first", ["rumour", "leak"], {"later in its group"}),
        ("confirmation", ["coo"], {"not the confirmation of its group", "group not confirmed"}),
        ("all", ["rumour", "coo", "late", "leak"], set()),
    ],
)
def test_the_config_says_which_row_of_a_group_counts(
    events_of: Loader, group: str, kept: list[str], reasons: set[str]
) -> None:
    """The first known, the first by the company itself, or all; the ledger holds all in each case."""
    found = events_of(HEAD + GROUP, group=group)

    assert found.frame["event_id"].to_list() == kept
    assert set(found.rejected["reason"]) == reasons
    assert found.read == found.frame.height + found.rejected.height
    assert found.ledger.frame.height == 4


def test_as_of_needs_an_instant_with_a_zone(events_of: Loader) -> None:
    """Without one nobody knows which hour is meant."""
    with pytest.raises(ValueError, match="time zone"):
        events_of(HEAD + META).ledger.as_of(datetime(2024, 1, 1))  # noqa: DTZ001


def frame_of(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Give an EVENTS frame of rows that are announced when they are known."""
    types = {name: column.dtype for name, column in EVENTS.items() if name in rows[0]}
    frame = pl.DataFrame(rows, schema_overrides=types)
    stated = {"timing": pl.lit("A"), "stated": pl.lit("made up")}
    return conform(frame.with_columns(announced_at="known_at", **stated), EVENTS)


def random_events(count: int, seed: int) -> pl.DataFrame:
    """Give vintages of few facts with many ties in time, nulls in the keys and rows that state nothing."""
    draw = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(count):
        known = START + timedelta(minutes=draw.randrange(count))
        stated = draw.random() < 0.8
        rows.append(
            {
                "event_id": f"e{draw.randrange(10 * count):05}-{number}",
                "kind": draw.choice(("rpo", "capex")),
                "asset": draw.choice(("AMZN", "META", None)),
                "metric": draw.choice(("total", None)),
                "definition": draw.choice(("v1", "v2", None)),
                "period": draw.choice(("2026Q1", "2026Q2", None)) if stated else None,
                "value": float(number) if stated else None,
                "known_at": known,
            }
        )
    return frame_of(rows)


def facts(events: pl.DataFrame) -> list[tuple[object, tuple[datetime, str]]]:
    """Give of every row what it is about, and when it was known under which id."""
    found = []
    for row in events.to_dicts():
        nothing = all(row[name] is None for name in ("period", "value", "low", "high"))
        fact = (*(row[name] for name in KEY), row["event_id"] if nothing else None)
        found.append((fact, (row["known_at"], row["event_id"])))
    return found


def scan(rows: list[tuple[object, tuple[datetime, str]]], instant: datetime) -> set[str]:
    """Give the ids visible at an instant by looking at every row."""
    latest: dict[object, tuple[datetime, str]] = {}
    for fact, vintage in rows:
        if vintage[0] <= instant:
            latest[fact] = max(latest.get(fact, (START, "")), vintage)
    return {event_id for _, event_id in latest.values()}


def test_ten_thousand_questions_are_answered_as_by_a_scan() -> None:
    """Random instants on the minute of a vintage, just before and just after it, over five random ledgers."""
    draw, asked = random.Random(3), 0  # noqa: S311
    for seed in range(5):
        events = random_events(120, seed)
        ledger, rows = Ledger.of(events.sample(fraction=1, shuffle=True, seed=seed)), facts(events)
        for _ in range(2000):
            instant = START + timedelta(minutes=draw.randrange(-1, 122), microseconds=draw.choice((-1, 0, 1)))
            seen = ledger.as_of(instant)
            assert set(seen["event_id"]) == scan(rows, instant)
            assert seen["known_at"].max() is None or seen["known_at"].max() <= instant
            asked += 1
    assert asked == 10_000


def test_a_change_after_the_instant_changes_no_answer() -> None:
    """Cut the events off at an instant: what was known by then stays the same (law 25)."""
    events = random_events(300, 9)
    for minute in (10, 60, 150, 299):
        instant = START + timedelta(minutes=minute)
        past = Ledger.of(events.filter(pl.col("known_at") <= instant)).as_of(instant)

        columns = list(EVENTS)
        assert past.select(columns).equals(Ledger.of(events).as_of(instant).select(columns))


def test_a_value_that_comes_back_is_known_again(events_of: Loader) -> None:
    """Restated A, B, A, B: four vintages, each the answer in its turn; a repetition in between is none."""
    days = ("2023-04-27", "2023-07-27", "2023-10-26", "2023-11-30", "2024-01-25")
    values = (6842, 6823, 6842, 6842, 6823)
    rows = [
        f"v{at},capex_actual,2023-04-26T16:05-04:00,{day}T16:05-05:00,META,2023Q1,capex,{value},,,,,\n"
        for at, (day, value) in enumerate(zip(days, values, strict=True))
    ]

    found = events_of(HEAD + "".join(rows))

    assert found.frame["event_id"].to_list() == ["v0"]
    assert found.ledger.frame["event_id"].to_list() == ["v0", "v1", "v2", "v4"]
    known = [found.ledger.as_of(on(f"{day}") + timedelta(days=1))["value"].to_list() for day in days]
    assert known == [[float(value)] for value in values]
