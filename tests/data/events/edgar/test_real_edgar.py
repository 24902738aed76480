"""What the real answers of the SEC must give: META's restatement, GOOGL's quarters, AAPL's clock."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime

import polars as pl
import pytest

from data.calendar import load
from data.events.edgar.company import Answers, Company, company_events
from data.events.edgar.frame import csv_text
from data.events.edgar.saved import read_saved
from data.events.files import load as load_events
from data.events.ledger import Ledger
from data.events.settings import EventFiles
from data.schema import EVENTS

CIKS = {"GOOGL": 1652044, "META": 1326801, "MSFT": 789019, "AAPL": 320193}
PPE = "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def events_of(shared):
    found = {}
    for asset, cik in CIKS.items():
        company = Company(asset, cik)
        found[asset] = company_events(company, read_saved(shared / "edgar", company), load("XNYS"))
    return found


def shown(frame, instant):
    return Ledger.of(frame).as_of(instant).filter(period="CY2023Q1", definition=PPE)["value"].to_list()


def test_meta_shows_the_first_print_until_the_restatement(events_of):
    """Q1 2023 is 6,842 from 2023-04-28 until the end of 2024-04-25 in New York, and 6,823 from then on."""
    frame = events_of["META"].frame
    assert shown(frame, datetime(2023, 4, 27, 20, 0, tzinfo=UTC)) == []
    assert shown(frame, datetime(2023, 4, 28, 4, 0, tzinfo=UTC)) == [6842.0]
    assert shown(frame, datetime(2024, 4, 25, 20, 0, tzinfo=UTC)) == [6842.0]
    assert shown(frame, datetime(2024, 4, 26, 4, 0, tzinfo=UTC)) == [6823.0]
    assert shown(frame, datetime(2026, 1, 1, tzinfo=UTC)) == [6823.0]


def test_meta_quarters_of_2023_add_up_in_both_bases(events_of):
    """First prints add up to the first 27,266 of the year, latest vintages to the restated 27,045."""
    of_2023 = events_of["META"].frame.filter(pl.col("period_end").is_between(date(2023, 1, 1), date(2023, 12, 31)))
    ledger = Ledger.of(of_2023)
    assert sum(ledger.first_print()["value"].to_list()) == 27266.0
    assert sum(ledger.latest_vintage()["value"].to_list()) == 27045.0


@pytest.mark.parametrize("asset", ["GOOGL", "AAPL", "MSFT", "META"])
def test_first_prints_equal_the_collected_rows(events_of, shared, asset):
    """Every quarter that the collection of events and the filings both have is the same number of millions."""
    rows = pl.read_csv(shared / "events" / "events.csv", infer_schema=False)
    rows = rows.filter(company=asset, metric="capex_cash_ppe", confidence="high").filter(
        ~pl.col("period").str.contains("^FY..$")
    )
    collected = Counter(float(value) for value in rows["value"].to_list())
    first = Ledger.of(events_of[asset].frame.filter(definition=PPE)).first_print()
    ours = Counter(first.filter(pl.col("period_end") >= date(2018, 9, 1))["value"].to_list())
    assert sum((ours & collected).values()) == min(ours.total(), collected.total())


def test_googl_quarters_equal_the_collected_rows_by_period(events_of, shared):
    """The 32 quarters from 2018Q3 to 2026Q2, each against the row of its own label."""
    rows = pl.read_csv(shared / "events" / "events.csv", infer_schema=False).filter(
        company="GOOGL", metric="capex_cash_ppe"
    )
    collected = {f"CY{period}": float(value) for period, value in rows.select("period", "value").rows()}
    first = Ledger.of(events_of["GOOGL"].frame.filter(definition=PPE)).first_print()
    ours = dict(first.select("period", "value").rows())
    assert len(collected) == 32
    assert {period: ours.get(period) for period in collected} == collected


def test_aapls_stamps_are_new_yorks_and_msfts_are_utc(events_of):
    """Both verdicts are proven, by a hundred stamps and more."""
    assert events_of["AAPL"].clock.startswith(
        "New York clock (proven): of 981 stamps 109 (filed 45, hours 64) cannot be UTC"
    )
    assert events_of["MSFT"].clock.startswith("UTC clock (proven): of 993 stamps 1 (filed 1) cannot be UTC")


@pytest.mark.parametrize(
    ("asset", "period", "at"),
    [
        ("AAPL", "CY2025Q4", datetime(2026, 1, 30, 11, 1, 32, tzinfo=UTC)),
        ("AAPL", "CY2019Q2", datetime(2019, 7, 31, 20, 31, 53, tzinfo=UTC)),
        ("MSFT", "CY2025Q4", datetime(2026, 1, 28, 21, 7, 34, tzinfo=UTC)),
    ],
)
def test_filings_that_the_submissions_cover_are_exact(events_of, asset, period, at):
    """06:01:32 and 16:31:53 in New York for Apple's false Z, 21:07:34 UTC for Microsoft's true one."""
    row = events_of[asset].frame.filter(period=period, definition=PPE)
    assert row.select("announced_at", "known_at", "timing").rows() == [(at, at, "A")]


def test_msft_three_months_and_differences_agree(events_of, shared):
    """Without its stated quarters, Microsoft's year-to-date values give the same quarters."""
    company = Company("MSFT", CIKS["MSFT"])
    answers = read_saved(shared / "edgar", company)
    document = json.loads(json.dumps(answers.facts[0]))
    units = document["facts"]["us-gaap"][PPE.removeprefix("us-gaap:")]["units"]
    days = [(date.fromisoformat(row["end"]) - date.fromisoformat(row["start"])).days for row in units["USD"]]
    first_quarters = [row["start"][5:] == "07-01" for row in units["USD"]]
    units["USD"] = [
        row for row, length, q1 in zip(units["USD"], days, first_quarters, strict=True) if length > 100 or q1
    ]
    differenced = company_events(company, Answers([document]), load("XNYS")).frame.filter(definition=PPE)
    stated = dict(events_of["MSFT"].frame.filter(definition=PPE).select("period", "value").rows())
    compared = dict(differenced.select("period", "value").rows())
    assert len(compared) >= 10
    assert compared == {period: stated[period] for period in compared}
    assert events_of["MSFT"].remarks == ()


def test_the_loader_of_files_reads_the_same_events(events_of, tmp_path):
    """All vintages of the four companies, written as CSV, come back column by column."""
    path = tmp_path / "edgar.csv"
    path.write_text(csv_text(row for one in events_of.values() for row in one.rows), encoding="utf-8")
    loaded = load_events(EventFiles(path=path.name), path, load("XNYS"))
    ours = pl.concat([one.frame for one in events_of.values()]).sort("known_at", "event_id")
    assert loaded.vintages.select(list(EVENTS)).equals(ours)


def test_a_large_answer_is_read(shared):
    """Alphabet's 3.4 MB give its events."""
    path = shared / "edgar" / "edgartools" / "companyfacts_CIK0001652044_GOOGL.json"
    found = company_events(Company("GOOGL", 1652044), Answers([json.loads(path.read_bytes())]), load("XNYS"))
    assert found.frame.height > 50
