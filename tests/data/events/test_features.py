"""Features of events: by hand, and against slow twins that look at every row for every instant."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from data.events.features import changes, surprises
from data.events.ledger import Ledger
from data.events.series import Series, backlog_over_capex, steps, total, trailing
from tests.data.events.test_ledger import frame_of

if TYPE_CHECKING:
    import polars as pl

    from tests.data.events.conftest import Loader

HEAD = "event_id,kind,announced_at,session_flag,asset,period,metric,value,low,high,unit,prior,expected,direction\n"
START = datetime(2020, 1, 1, tzinfo=UTC)
CAPEX = Series("A", "capex_actual", "capex")


def at(text: str) -> datetime:
    """Give an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_surprises_by_hand(events_of: Loader) -> None:
    """125-145 after 115-135: 135 / 125 - 1 = 0.08, width 20 / 135; 75 against the Street's 60: a quarter above."""
    found = events_of(
        HEAD + "a,capex_guidance,2026-04-29,post,META,FY2026,g,,125,145,USD_bn,115-135,,raised\n"
        "b,capex_guidance,2025-02-04,post,GOOGL,FY2025,g,75,,,USD_bn,,60,issued\n"
    )

    rows = surprises(found.frame).sort("event_id").select("number", "over_prior", "over_expected", "width").rows()

    assert rows == [
        (135.0, pytest.approx(0.08), None, pytest.approx(20 / 135)),
        (75.0, None, pytest.approx(0.25), None),
    ]


@pytest.mark.parametrize("direction", ["issued", "redefined", "qualitative_up", ""])
def test_a_redefined_or_first_guide_is_no_surprise_against_its_prior(events_of: Loader, direction: str) -> None:
    """Microsoft's 190 became 175 when leases left the metric: no cut of 8 percent."""
    row = f"a,capex_guidance,2026-07-29,post,MSFT,CY2026,g,175,,,USD_bn,190,,{direction}\n"

    assert surprises(events_of(HEAD + row).frame)["over_prior"].to_list() == [None]


def test_a_redefinition_breaks_every_change(events_of: Loader) -> None:
    """190 issued, 175 redefined, 180 raised: the last compares with 175 alone, 5 / 175."""
    rows = (
        "a,capex_guidance,2026-04-29,post,MSFT,CY2026,g,190,,,USD_bn,,,issued\n"
        "b,capex_guidance,2026-07-29,post,MSFT,CY2026,g,175,,,USD_bn,190,,redefined\n"
        "c,capex_guidance,2026-10-28,post,MSFT,CY2026,g,180,,,USD_bn,175,,raised\n"
    )
    ledger = events_of(HEAD + rows).ledger

    found = changes(ledger)
    taken = steps(ledger, Series("MSFT", "capex_guidance", "g", "CY2026"))

    assert found["revision"].to_list() == [None, None, pytest.approx(5 / 175)]
    assert taken.level.tolist() == [190e9, 175e9, 180e9]
    assert taken.moved.tolist() == [0, 0, 1]


def test_growth_and_acceleration_by_hand(events_of: Loader) -> None:
    """10, 11 | 12, 22: the quarter doubles (22 / 11), the one before grew 20 percent: 0.8 of acceleration."""
    values = {"2024Q3": 10, "2024Q4": 11, "2025Q3": 12, "2025Q4": 22}
    days = ("2024-10-29", "2025-02-04", "2025-10-29", "2026-02-04")
    rows = [
        f"e{number},capex_actual,{day},post,A,{period},capex,{values[period]},,,USD_bn,,,\n"
        for number, (period, day) in enumerate(zip(values, days, strict=True))
    ]

    found = changes(events_of(HEAD + "".join(rows)).ledger).row(3, named=True)

    assert found["over_quarter"] == pytest.approx(22 / 12 - 1)
    assert found["over_year"] == pytest.approx(1.0)
    assert found["acceleration"] == pytest.approx(0.8)


@pytest.mark.parametrize("other", ["FY2025Q2", "2025Q2YTD", "2025H2", "CY2025", "2025-2026"])
def test_unequal_periods_are_never_compared(events_of: Loader, other: str) -> None:
    """A fiscal quarter, a year to date, a half, a year: none is the quarter a year before 2026Q2."""
    rows = (
        f"a,capex_actual,2025-07-29,post,A,{other},capex,10,,,USD_bn,,,\n"
        "b,capex_actual,2026-07-29,post,A,2026Q2,capex,20,,,USD_bn,,,\n"
    )

    found = changes(events_of(HEAD + rows).ledger).filter(event_id="b").row(0, named=True)

    assert [found[name] for name in ("revision", "over_quarter", "over_year", "acceleration")] == [None] * 4


def test_definitions_are_never_compared(events_of: Loader) -> None:
    """30.9 in cash and 37.5 with leases are no step-down, as some wrote."""
    rows = (
        "a,capex_actual,2026-01-28,post,MSFT,FY26Q2,incl_leases,37.5,,,USD_bn,,,\n"
        "b,capex_actual,2026-04-29,post,MSFT,FY26Q3,cash,30900,,,USD_mn,,,\n"
    )

    assert changes(events_of(HEAD + rows).ledger)["over_quarter"].to_list() == [None, None]


def test_a_backlog_over_four_quarters_of_capex_by_hand(events_of: Loader) -> None:
    """Four quarters of 10 are known from February 2026: 80 / 40 = 2; before, nothing; a fifth of 20: 80 / 50."""
    quarters = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]
    days = ["2025-04-29", "2025-07-29", "2025-10-29", "2026-02-04", "2026-04-29"]
    rows = [
        f"c{number},capex_actual,{day},post,A,{quarter},capex,{20 if number == 4 else 10},,,USD_bn,,,\n"
        for number, (quarter, day) in enumerate(zip(quarters, days, strict=True))
    ]
    backlog = "r,rpo,2025-10-30,post,A,2025Q3,rpo_total,80000,,,USD_mn,,,\n"

    found = backlog_over_capex(
        events_of(HEAD + "".join(rows) + backlog).ledger,
        Series("A", "rpo", "rpo_total"),
        CAPEX,
        [at("2025-10-20"), at("2026-01-31"), at("2026-02-06"), at("2026-05-01")],
    )

    assert found["ratio"].to_list() == [None, None, 2.0, 1.6]


def random_facts(seed: int) -> Ledger:
    """Give quarters of three companies that arrive late, are restated, change definition, tie, or are redefined."""
    draw = random.Random(seed)  # noqa: S311
    rows = [
        {
            "event_id": f"e{draw.randrange(1000):04}-{number}",
            "kind": "capex_actual",
            "asset": draw.choice("ABC"),
            "metric": "capex",
            "definition": draw.choice(("v1", "v1", "v2")),
            "period": f"202{draw.randrange(3)}Q{draw.randrange(1, 5)}" if draw.random() < 0.9 else "CY2021",
            "value": float(draw.randrange(1, 50)) if draw.random() < 0.9 else None,
            "unit": draw.choice(("USD_bn", "USD_mn")),
            "direction": "redefined" if draw.random() < 0.05 else None,
            "known_at": START + timedelta(hours=draw.randrange(100)),
        }
        for number in range(120)
    ]
    return Ledger.of(frame_of(rows))


def seen(ledger: Ledger, asset: str, instant: datetime) -> list[dict[str, Any]]:
    """Give the rows with a number of one company known at an instant, in the order in which they became known."""
    rows = [row for row in ledger.frame.to_dicts() if row["asset"] == asset and row["value"] is not None]
    known = [row | {"usd": row["value"] * {"USD_bn": 1e9, "USD_mn": 1e6}[row["unit"]]} for row in rows]
    return sorted(
        (row for row in known if row["known_at"] <= instant), key=lambda row: (row["known_at"], row["event_id"])
    )


def quarter(row: dict[str, Any]) -> int | None:
    """Count the quarters, None for a year."""
    label = row["period"]
    return 4 * int(label[:4]) + int(label[5]) if label[4:5] == "Q" else None


def latest_level(rows: list[dict[str, Any]]) -> tuple[float, str] | None:
    """Give level and definition of the last vintage of the latest quarter."""
    quarters = [row for row in rows if quarter(row) is not None]
    if not quarters:
        return None
    newest = max(quarter(row) for row in quarters)
    last = [row for row in quarters if quarter(row) == newest][-1]
    return last["usd"], last["definition"]


INSTANTS = [START + timedelta(hours=hour, microseconds=offset) for hour in range(0, 101, 7) for offset in (-1, 0)]


@pytest.mark.parametrize("seed", range(4))
def test_sums_and_breadth_equal_the_slow_twin(seed: int) -> None:
    """At every instant, from nothing but the rows known by then."""
    ledger = random_facts(seed)
    found = total(ledger, [Series(asset, "capex_actual", "capex") for asset in "ABC"], INSTANTS)

    for instant, row in zip(INSTANTS, found.iter_rows(named=True), strict=True):
        levels, moves = [], []
        for asset in "ABC":
            rows = [row for row in seen(ledger, asset, instant) if quarter(row) is not None]
            now, before = latest_level(rows), latest_level(rows[:-1])
            if now is None:
                continue
            levels.append(now[0])
            comparable = before is not None and before[1] == now[1] and rows[-1]["direction"] != "redefined"
            moves.append((now[0] > before[0]) - (now[0] < before[0]) if comparable else 0)
        assert row["known"] == len(levels)
        assert row["total"] == (pytest.approx(math.fsum(levels)) if levels else None)
        assert (row["up"], row["down"]) == (moves.count(1), moves.count(-1))
        assert row["breadth"] == (pytest.approx(sum(moves) / len(moves)) if moves else None)


@pytest.mark.parametrize("seed", range(4))
def test_changes_equal_the_slow_twin(seed: int) -> None:
    """For every row, from the rows of its definition up to it and since the last redefinition."""
    ledger = random_facts(seed)
    for found in changes(ledger).iter_rows(named=True):
        rows = [
            row for row in seen(ledger, found["asset"], found["known_at"]) if row["definition"] == found["definition"]
        ]
        rows = rows[: [row["event_id"] for row in rows].index(found["event_id"]) + 1]
        broken = [place for place, row in enumerate(rows) if row["direction"] == "redefined"]
        rows = rows[broken[-1] :] if broken else rows
        past = {row["period"]: row["usd"] for row in rows[:-1]}
        now = past | {rows[-1]["period"]: rows[-1]["usd"]}
        own = quarter(rows[-1])

        def growth(number: int | None, back: int, levels: dict[str, float]) -> float | None:
            if number is None:
                return None
            new, old = (levels.get(f"{(count - 1) // 4}Q{(count - 1) % 4 + 1}") for count in (number, number - back))
            return None if new is None or old is None else new / old - 1

        year = growth(own, 4, now)
        before = growth(None if own is None else own - 1, 4, now)
        old = past.get(found["period"])
        expected = (
            None if old is None else rows[-1]["usd"] / old - 1,
            growth(own, 1, now),
            year,
            None if year is None or before is None else year - before,
        )
        names = ("revision", "over_quarter", "over_year", "acceleration")
        assert [found[name] for name in names] == [None if one is None else pytest.approx(one) for one in expected]


@pytest.mark.parametrize("seed", range(4))
def test_trailing_capex_equals_the_slow_twin(seed: int) -> None:
    """The latest four quarters of the latest quarter's definition, or nothing."""
    ledger = random_facts(seed)
    taken = trailing(ledger, CAPEX)
    instants = [START + timedelta(microseconds=int(us) - int(START.timestamp() * 1e6)) for us in taken.known_us]
    last = {int(us): level for us, level in zip(taken.known_us, taken.level, strict=True)}

    for instant, us in zip(instants, taken.known_us.tolist(), strict=True):
        rows = [row for row in seen(ledger, "A", instant) if quarter(row) is not None]
        broken = [place for place, row in enumerate(rows) if row["direction"] == "redefined"]
        rows = rows[broken[-1] :] if broken else rows
        levels = {(row["definition"], quarter(row)): row["usd"] for row in rows}
        newest = max(number for _, number in levels)
        definitions = {definition for definition, number in levels if number == newest}
        sums = [
            math.fsum(levels.get((definition, newest - back), math.nan) for back in range(4))
            for definition in definitions
        ]
        assert any(last[us] == pytest.approx(one, nan_ok=True) for one in sums)


def test_a_feature_of_the_past_does_not_change_with_the_future() -> None:
    """Cut the ledger off at an instant: everything dated by then stays the same."""
    ledger = random_facts(11)
    instant = START + timedelta(hours=50)
    known = Ledger.of(ledger.frame.filter(ledger.frame["known_at"] <= instant).drop("fact", "vintage", "vintages"))
    series = [Series(asset, "capex_actual", "capex") for asset in "ABC"]

    past: pl.DataFrame = changes(ledger).filter(changes(ledger)["known_at"] <= instant)

    assert changes(known).equals(past)
    assert total(known, series, [instant]).equals(total(ledger, series, [instant]))
