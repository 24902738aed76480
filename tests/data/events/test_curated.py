"""The curated events: clean, complete, sourced, and equal to the SEC's files where those reach."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from data.calendar import load as load_calendar
from data.events import curated
from data.events.features import changes, surprises
from data.events.periods import read_period
from data.events.series import Series, backlog_over_capex, total
from data.events.settings import BUILT_IN, CuratedEvents
from data.timing import tradable_index

if TYPE_CHECKING:
    from pathlib import Path

    from data.events.source import Events

FACT = ("asset", "kind", "metric", "definition", "period", "announced_at", "known_at", "direction")
GUIDES = {"AMZN": "FY2026", "GOOGL": "FY2026", "META": "FY2026", "MSFT": "CY2026"}
CLOUDS = {"AMZN": "rpo_total", "GOOGL": "cloud_backlog", "MSFT": "rpo_commercial"}


@pytest.fixture(scope="module")
def everything() -> Events:
    """Give all rows, those of low confidence and from memory too, each an event."""
    return curated.load(CuratedEvents(exclude_confidence=(), group="all"), load_calendar())


@pytest.fixture(scope="module")
def events() -> Events:
    """Give what a config with `source: curated` reads."""
    return curated.load(CuratedEvents(), load_calendar())


def rows(name: str) -> list[dict[str, str]]:
    """Give a shipped file as the csv module reads it."""
    with (curated.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def evening(day: str) -> datetime:
    """Give the end of a day in New York, and an hour more."""
    return datetime.fromisoformat(f"{day}T06:00:00+00:00").astimezone(UTC)


def test_every_row_is_sound(everything: Events) -> None:
    """Nothing is set aside but the restatement, which is no second event; nothing is doubtful."""
    assert everything.rejected.select("event_id", "reason").rows() == [
        ("META-2023Q1-capex_actual-capex_cash_ppe-restated", "later vintage of an event")
    ]
    assert everything.remarks is not None
    assert everything.remarks.rows() == []


def test_every_row_has_a_source_a_grade_and_a_definition(everything: Events) -> None:
    """An event without a source is a rumour about a rumour."""
    frame = everything.frame

    assert frame.filter(pl.col("source").is_null() | (pl.col("source").str.len_chars() < 8)).height == 0
    assert set(frame["timing"]) == {"A", "B", "C"}
    numbered = frame.filter(pl.any_horizontal(pl.col("value", "low", "high").is_not_null()))
    assert set(numbered["definition"]) <= {row["definition"] for row in rows("definitions")}


def test_by_default_memory_and_low_are_quarantined_and_counted(events: Events, everything: Events) -> None:
    """400 rows; 11 low, 5 from memory, 2 later in their groups, 1 restatement."""
    assert Counter(events.rejected["reason"]) == {
        "confidence low": 11,
        "confidence memory": 5,
        "later in its group": 2,
        "later vintage of an event": 1,
    }
    assert events.read == everything.read == events.frame.height + events.rejected.height == 400
    assert set(events.frame["confidence"]) == {"high", "medium"}


def test_there_is_one_row_per_fact(everything: Events) -> None:
    """No fact stands twice under two ids."""
    assert everything.ledger.frame.filter(pl.col("period").is_not_null()).select(FACT).is_duplicated().sum() == 0
    assert everything.frame["event_id"].is_unique().all()


def test_labels_and_units_are_in_their_normal_form(everything: Events) -> None:
    """Dollars, not millions of one row and billions of another; FY2026Q3 and CY2018Q3, nothing else."""
    frame = everything.frame

    assert set(frame["unit"].drop_nulls()) == {"USD", "text", "months", "pct"}
    for label in frame["period"].drop_nulls().unique():
        period = read_period(label)
        assert period is not None
        assert period.label == label


def test_no_text_speaks_of_folders_or_of_the_collecting() -> None:
    """Sources are for readers of this project."""
    unwanted = re.compile(r"saved:|edgar_samples|seeds? \d|the seed|session\)|read earlier|PyPI|/work|remembered")
    for path in curated.FOLDER.glob("*.csv"):
        assert unwanted.findall(path.read_text(encoding="utf-8")) == [], path.name


def test_what_has_no_address_or_no_day_is_apart(everything: Events) -> None:
    """It is shipped with its reason, and never loaded."""
    apart = rows("set_aside")

    assert Counter(row["reason"] for row in apart) == {"address not retained": 23, "no day known": 6}
    assert not {row["event_id"] for row in apart} & set(everything.frame["event_id"])
    for kind in BUILT_IN:
        assert not any("not retained" in row["source"] for row in rows(kind))


def test_a_backlog_that_only_the_filing_states_is_known_with_the_filing(events: Events) -> None:
    """Amazon's of 2018Q3: released Thursday 2018-10-25, filed the next day at the latest, traded on Monday."""
    (row,) = events.frame.filter(event_id="AMZN-2018Q3-rpo-rpo_aws_commitments").to_dicts()
    known = events.frame.filter(event_id=row["event_id"])["known_at"].to_numpy().astype("datetime64[us]")
    calendar = load_calendar()

    assert row["stated"] == "2018-10-25 unknown, known 2018-10-26"
    assert str(calendar.sessions[tradable_index(known, calendar, "open")[0]]) == "2018-10-29"
    assert events.frame.filter(pl.col("known_at") < pl.col("announced_at")).height == 0


def test_chosen_kinds_are_read_alone() -> None:
    """Only the files of the kinds are opened."""
    found = curated.load(CuratedEvents(kinds=("rpo", "compute_resale")), load_calendar())

    assert set(found.frame["kind"]) == {"rpo", "compute_resale"}


def test_four_guides_for_2026_add_up_as_announced(events: Events) -> None:
    """200 + 180 + 125 on 2026-02-06: 505, for Microsoft gave no number (650 counts estimates of it).

    With its 190 and the raises of 2026-04-29: 200 + 185 + 135 + 190 = 710; in August 200 + 200 + 137.5 + 175.
    """
    series = [Series(asset, "capex_guidance", "capex_guidance", period) for asset, period in GUIDES.items()]

    found = total(events.ledger, series, [evening("2026-02-06"), evening("2026-05-01"), evening("2026-08-01")])

    assert found["total"].to_list() == [505e9, 710e9, 712.5e9]
    assert found["known"].to_list() == [3, 4, 4]
    assert found.select("up", "down").rows() == [(0, 0), (2, 0), (2, 0)]


def test_three_clouds_owe_about_eleven_hundred_billions_in_february_2026(events: Events) -> None:
    """244 + 240 + 625 = 1,109; every one of them up on the quarter before."""
    series = [Series(asset, "rpo", metric) for asset, metric in CLOUDS.items()]

    found = total(events.ledger, series, [evening("2026-02-06")])

    assert found.select("total", "known", "breadth").rows() == [(1109e9, 3, 1.0)]


def test_oracles_backlog_over_its_trailing_capex(events: Events) -> None:
    """638 over 55.663, the gross outlay of fiscal 2026 from four quarters, in August 2026."""
    found = backlog_over_capex(
        events.ledger,
        Series("ORCL", "rpo", "rpo_total"),
        Series("ORCL", "capex_actual", "capex_cash"),
        [evening("2026-08-01")],
    )

    assert found["capex"].to_list() == [55_663e6]
    assert found["ratio"][0] == pytest.approx(638 / 55.663)


def test_microsofts_new_yardstick_is_no_cut(events: Events) -> None:
    """190 became 175 on 2026-07-29 when leases left the metric."""
    (row,) = events.frame.filter(pl.col("direction") == "redefined").to_dicts()
    guide = pl.col("event_id") == row["event_id"]

    assert (row["value"], row["prior"]) == (175e9, 190e9)
    assert surprises(events.frame).filter(guide)["over_prior"].to_list() == [None]
    assert changes(events.ledger).filter(guide)["revision"].to_list() == [None]


def test_googles_backlogs_of_two_definitions_are_not_compared(events: Events) -> None:
    """92.4 to 467.6 in a year would be +406 percent, and is not like for like."""
    found = changes(events.ledger).filter(asset="GOOGL", kind="rpo", metric="rpo_total")

    assert found.filter(period="CY2026Q1").select("over_year", "over_quarter").rows() == [(None, None)]
    assert found.filter(period="CY2025Q4")["over_year"][0] == pytest.approx(242.8 / 93.2 - 1)


def first_filed(folder: Path, names: tuple[str, ...], tag: str) -> dict[tuple[str | None, str], float]:
    """Give the first filed value of every (start, end) of a tag in saved answers of the SEC."""
    filed: dict[tuple[str | None, str], tuple[str, float]] = {}
    for name in names:
        facts = json.loads((folder / name).read_text())["facts"]["us-gaap"]
        for row in facts[tag]["units"]["USD"]:
            key, value = (row.get("start"), row["end"]), (row["filed"], float(row["val"]))
            filed[key] = min(filed.get(key, value), value)
    return {key: value for key, (_, value) in filed.items()}


def quarter_of(filed: dict[tuple[str | None, str], float], end: str) -> float | None:
    """Give the quarter that ends on a day: filed as one, else the year to date less the one before."""
    starts = sorted((start for start, last in filed if last == end and start is not None), reverse=True)
    for start in starts:
        if (date.fromisoformat(end) - date.fromisoformat(start)).days < 100:
            return filed[start, end]
    for start in starts:
        before = max((last for first, last in filed if first == start and last < end), default=None)
        if before and (date.fromisoformat(end) - date.fromisoformat(before)).days < 100:
            return filed[start, end] - filed[start, before]
    return None


CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
RPO = "RevenueRemainingPerformanceObligation"
ATLAS, TOOLS = "capex-atlas/{}_companyfacts_trimmed.json", "edgartools/companyfacts_CIK{}.json"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("asset", "names", "covered"),
    [
        ("GOOGL", (TOOLS.format("0001652044_GOOGL"), ATLAS.format("googl")), 32),
        ("AAPL", (TOOLS.format("0000320193_AAPL"),), 30),
        ("MSFT", (ATLAS.format("msft"),), 14),
        ("META", (ATLAS.format("meta"),), 13),
    ],
)
def test_quarterly_capex_is_what_was_first_filed(
    everything: Events, shared: Path, asset: str, names: tuple[str, ...], covered: int
) -> None:
    """To the dollar, wherever the saved answers reach."""
    filed = first_filed(shared / "edgar", names, CAPEX)
    actual = everything.frame.filter(asset=asset, metric="capex_cash").filter(pl.col("period").str.contains("Q"))

    compared = {
        row["period"]: (row["value"], quarter_of(filed, str(row["period_end"]))) for row in actual.iter_rows(named=True)
    }
    checked = {period: pair for period, pair in compared.items() if pair[1] is not None}

    assert {period: pair for period, pair in checked.items() if pair[0] != pair[1]} == {}
    assert len(checked) >= covered


@pytest.mark.shared
@pytest.mark.parametrize(
    ("asset", "names", "rounding", "covered"),
    [
        ("GOOGL", (TOOLS.format("0001652044_GOOGL"), ATLAS.format("googl")), 0.05e9, 27),
        ("MSFT", (ATLAS.format("msft"),), 0.5e9, 14),
    ],
)
def test_backlogs_are_what_was_first_filed(
    everything: Events, shared: Path, asset: str, names: tuple[str, ...], rounding: float, covered: int
) -> None:
    """To the rounding in which they are recorded."""
    filed = {end: value for (start, end), value in first_filed(shared / "edgar", names, RPO).items() if start is None}
    backlog = everything.frame.filter(asset=asset, metric="rpo_total").select("period", "period_end", "value").rows()

    gaps = {period: value - filed[str(end)] for period, end, value in backlog if str(end) in filed}

    assert {period: gap for period, gap in gaps.items() if abs(gap) > rounding * 1.001} == {}
    assert len(gaps) >= covered


@pytest.mark.shared
def test_metas_restated_quarter_is_the_one_filed_later(everything: Events, shared: Path) -> None:
    """6,842 in the report of 2023-04-27, 6,823 in that of 2024-04-25."""
    facts = json.loads((shared / "edgar" / ATLAS.format("meta")).read_text())["facts"]["us-gaap"][CAPEX]["units"]["USD"]
    filed = {row["filed"]: row["val"] for row in facts if row["end"] == "2023-03-31"}
    quarter = everything.ledger.frame.filter(definition="META.capex_cash", period="CY2023Q1")

    assert quarter["value"].to_list() == [filed["2023-04-27"], filed["2024-04-25"]] == [6842e6, 6823e6]


@pytest.mark.shared
def test_the_shipped_files_are_those_that_the_tool_makes(root: Path, shared: Path, tmp_path: Path) -> None:
    """Whoever doubts a row can make it again."""
    command = [sys.executable, str(root / "tools" / "curate.py"), str(shared / "events"), str(tmp_path)]
    subprocess.run(command, check=True, cwd=root)

    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}

    assert made == {path.name: path.read_bytes() for path in curated.FOLDER.glob("*.csv")}
