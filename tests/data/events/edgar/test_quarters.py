"""Quarters of year-to-date values, their vintages, and what is not made up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from data.calendar import load
from data.events.edgar.company import Answers, Company, company_events
from data.events.edgar.quarters import calendar_quarter, weeks

PPE, PRODUCTIVE = "PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets"
RPO = "RevenueRemainingPerformanceObligation"
MN = 1_000_000
A1, A2, A3, A4 = (f"0000000001-23-00000{number}" for number in (1, 2, 3, 4))
B1, B2 = "0000000001-24-000001", "0000000001-24-000002"
YEAR_2023 = (
    (PPE, "2023-01-01", "2023-03-31", 100 * MN, A1, "2023-04-27"),
    (PPE, "2023-01-01", "2023-06-30", 250 * MN, A2, "2023-07-27"),
    (PPE, "2023-01-01", "2023-09-30", 420 * MN, A3, "2023-10-26"),
    (PPE, "2023-01-01", "2023-12-31", 700 * MN, A4, "2024-02-02"),
)


def events(*documents, **answers):
    return company_events(Company("EX", 1), Answers(documents, **answers), load("XNYS"))


def vintages(found):
    frame = found.frame.select("period", "value", pl.col("known_at").dt.convert_time_zone("America/New_York").dt.date())
    return frame.rows()


def test_quarters_are_differences_of_the_year_to_date(companyfacts):
    """Q1 as stated, Q2 = H1 - Q1, Q3 = 9M - H1, Q4 = FY - 9M, each known with the later of its two filings."""
    assert vintages(events(companyfacts(*YEAR_2023))) == [
        ("CY2023Q1", 100.0, date(2023, 4, 27)),
        ("CY2023Q2", 150.0, date(2023, 7, 27)),
        ("CY2023Q3", 170.0, date(2023, 10, 26)),
        ("CY2023Q4", 280.0, date(2024, 2, 2)),
    ]


def test_a_quarter_is_known_when_both_terms_are(companyfacts):
    """When Q1 is filed after H1, Q2 waits for it."""
    rows = (YEAR_2023[1], (PPE, "2023-01-01", "2023-03-31", 100 * MN, A3, "2023-09-01"))
    assert vintages(events(companyfacts(*rows)))[-1] == ("CY2023Q2", 150.0, date(2023, 9, 1))


def test_a_restatement_is_a_vintage_known_with_its_own_filing(companyfacts):
    """A restated Q1 shows from its own filing on; H1 less the restated Q1 would mix two bases and is never shown."""
    q1 = (PPE, "2023-01-01", "2023-03-31", 90 * MN, B1, "2024-04-25")
    current = (PPE, "2024-01-01", "2024-03-31", 300 * MN, B1, "2024-04-25")
    found = events(companyfacts(*YEAR_2023, q1, current))
    assert vintages(found)[4:] == [("CY2023Q1", 90.0, date(2024, 4, 25)), ("CY2024Q1", 300.0, date(2024, 4, 25))]
    assert found.frame.filter(period="CY2023Q2")["value"].to_list() == [150.0]
    assert "2023-01-01/2023-03-31 was restated" in found.remarks[0]


def test_a_difference_is_restated_when_both_comparatives_are_filed(companyfacts):
    """H1 restated to 230 with Q1 restated to 90 gives a Q2 of 140, known with the filing of H1."""
    rows = (
        (PPE, "2023-01-01", "2023-03-31", 90 * MN, B1, "2024-04-25"),
        (PPE, "2024-01-01", "2024-03-31", 300 * MN, B1, "2024-04-25"),
        (PPE, "2023-01-01", "2023-06-30", 230 * MN, B2, "2024-08-01"),
        (PPE, "2024-01-01", "2024-06-30", 650 * MN, B2, "2024-08-01"),
    )
    found = events(companyfacts(*YEAR_2023, *rows))
    assert found.frame.filter(period="CY2023Q2").select("value", "direction").rows() == [
        (150.0, None),
        (140.0, "restated"),
    ]
    assert ("CY2023Q2", 140.0, date(2024, 8, 1)) in vintages(found)


def test_a_vintage_never_shows_before_it_is_known(companyfacts):
    """The new value is known at the end of its filing's day, not before; the announcement stays the first one's."""
    q1 = (PPE, "2023-01-01", "2023-03-31", 90 * MN, B1, "2024-04-25")
    current = (PPE, "2024-01-01", "2024-03-31", 300 * MN, B1, "2024-04-25")
    frame = events(companyfacts(*YEAR_2023, q1, current)).frame.filter(period="CY2023Q1")
    end_of_day = datetime(2024, 4, 26, 3, 59, 59, 999999, tzinfo=UTC)
    assert frame["known_at"].to_list()[1] == end_of_day
    assert frame["announced_at"].to_list() == [datetime(2023, 4, 28, 3, 59, 59, 999999, tzinfo=UTC)] * 2


def test_a_repeated_value_is_no_vintage(companyfacts):
    """A comparative that repeats the value is counted as a confirmation and gives no event."""
    again = (PPE, "2023-01-01", "2023-03-31", 100 * MN, B1, "2024-04-25")
    current = (PPE, "2024-01-01", "2024-03-31", 300 * MN, B1, "2024-04-25")
    found = events(companyfacts(*YEAR_2023, again, current))
    assert (found.definitions[0].vintages, found.definitions[0].confirmed) == (5, 1)


def test_a_stated_quarter_counts_before_a_difference_and_a_contradiction_is_told(companyfacts):
    """Q2 stated as 155 beside a difference of 150 in one filing: the statement is taken, the other reported."""
    stated = (PPE, "2023-04-01", "2023-06-30", 155 * MN, A2, "2023-07-27")
    found = events(companyfacts(*YEAR_2023, stated))
    assert found.frame.filter(period="CY2023Q2")["value"].to_list() == [155.0]
    assert "stated as 155000000 and differenced as 150000000" in found.remarks[0]


def test_periods_that_begin_on_other_days_are_not_differenced(companyfacts):
    """A year to date that begins a day later is another period: no Q2 comes of it."""
    rows = (YEAR_2023[0], (PPE, "2023-01-02", "2023-06-30", 250 * MN, A2, "2023-07-27"))
    found = events(companyfacts(*rows))
    assert found.frame["period"].to_list() == ["CY2023Q1"]
    assert [(gap.kind, gap.end) for gap in found.gaps] == [("capex_actual", date(2023, 6, 30))]


def test_fourteen_weeks_are_not_thirteen(companyfacts):
    """The long quarter of a 53-week year says so, and does not compare with a quarter of thirteen weeks."""
    row = (PPE, "2022-09-25", "2022-12-31", 3787 * MN, A1, "2023-02-02")
    assert "(14 weeks)" in events(companyfacts(row)).frame["note"][0]
    lengths = [weeks(date(2022, 9, 25), date(2022, 12, 31)), weeks(date(2023, 10, 1), date(2023, 12, 30))]
    assert lengths == [14, 13]


@pytest.mark.parametrize(
    ("end", "label"),
    [
        ("2025-12-31", "CY2025Q4"),
        ("2025-11-30", "CY2025Q4"),
        ("2026-02-28", "CY2026Q1"),
        ("2026-01-25", "CY2025Q4"),
        ("2023-12-30", "CY2023Q4"),
        ("2017-04-01", "CY2017Q1"),
    ],
)
def test_a_quarter_is_named_by_the_calendar_quarter_of_its_middle(end, label):
    """Quarters of fiscal years that begin in any month get consecutive calendar labels."""
    assert calendar_quarter(date.fromisoformat(end)) == label


def test_two_periods_that_would_share_a_label_keep_their_days(companyfacts):
    """A company that moves its fiscal year has two quarters in one: both are named by their days."""
    rows = (
        (PPE, "2023-01-01", "2023-03-31", 100 * MN, A1, "2023-04-27"),
        (PPE, "2023-01-29", "2023-04-29", 110 * MN, A2, "2023-05-27"),
    )
    named = sorted(events(companyfacts(*rows)).frame["period"].to_list())
    assert named == ["2023-01-01/2023-03-31", "2023-01-29/2023-04-29"]


def test_each_tag_is_its_own_definition(companyfacts):
    """A company that moves from one tag to another, or has its own, starts a new definition; nothing is spliced."""
    rows = (
        YEAR_2023[0],
        (PRODUCTIVE, "2023-01-01", "2023-06-30", 260 * MN, A2, "2023-07-27"),
        (PRODUCTIVE, "2023-01-01", "2023-03-31", 105 * MN, A2, "2023-07-27"),
        ("ex:PurchasesOfPropertyAndSoftware", "2023-07-01", "2023-09-30", 170 * MN, A3, "2023-10-26"),
        ("ex:PurchasesOfPropertyNotYetPaid", "2023-07-01", "2023-09-30", 1 * MN, A3, "2023-10-26"),
    )
    found = events(companyfacts(*rows))
    assert found.frame.select("definition", "period", "value").sort("definition", "period").rows() == [
        ("ex:PurchasesOfPropertyAndSoftware", "CY2023Q3", 170.0),
        ("us-gaap:PaymentsToAcquireProductiveAssets", "CY2023Q1", 105.0),
        ("us-gaap:PaymentsToAcquireProductiveAssets", "CY2023Q2", 155.0),
        ("us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", "CY2023Q1", 100.0),
    ]
    assert not found.gaps


def test_a_comparative_under_a_new_tag_is_no_first_print(companyfacts):
    """A quarter that first appears a year late is marked, so that no study takes it for news."""
    rows = (
        (PRODUCTIVE, "2023-01-01", "2023-03-31", 100 * MN, B1, "2024-04-25"),
        (PRODUCTIVE, "2024-01-01", "2024-03-31", 300 * MN, B1, "2024-04-25"),
    )
    directions = events(companyfacts(*rows)).frame.sort("period").select("period", "direction").rows()
    assert directions == [("CY2023Q1", "comparative"), ("CY2024Q1", None)]


def test_a_gap_in_rpo_is_reported_and_not_filled(companyfacts):
    """AMZN's shape: RPO without dimensions ends in 2020 and returns, capex goes on; the quarters between are gaps."""
    ends = ("2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31", "2021-03-31")
    starts = ("2020-01-01", "2020-04-01", "2020-07-01", "2020-10-01", "2021-01-01")
    filed = ("2020-05-01", "2020-07-31", "2020-10-30", "2021-01-29", "2021-04-30")
    accessions = [f"0001018724-20-00000{number}" for number in range(5)]
    capex = [
        (PRODUCTIVE, start, end, 7 * MN, accession, day)
        for start, end, accession, day in zip(starts, ends, accessions, filed, strict=True)
    ]
    rpo = [(RPO, None, ends[at], (40 + at) * 1000 * MN, accessions[at], filed[at]) for at in (0, 1, 4)]
    found = events(companyfacts(*capex, *rpo))
    assert [(gap.kind, gap.end) for gap in found.gaps] == [("rpo", date(2020, 9, 30)), ("rpo", date(2020, 12, 31))]
    assert found.frame.filter(kind="rpo")["period"].to_list() == ["CY2020Q1", "CY2020Q2", "CY2021Q1"]


def test_a_missing_filing_is_a_gap(companyfacts):
    """Two quarters' ends half a year apart: the filing between them is not in the data, and that is said."""
    rows = (YEAR_2023[0], (PPE, "2023-07-01", "2023-09-30", 170 * MN, A3, "2023-10-26"))
    gaps = events(companyfacts(*rows)).gaps
    assert [gap.why for gap in gaps] == ["no 10-Q or 10-K between 2023-03-31 and 2023-09-30 is in the data"]


def test_two_values_for_one_period_in_one_filing_are_set_aside(companyfacts):
    """A filing that says 100 and 101 says neither; the row is listed."""
    other = (PPE, "2023-01-01", "2023-03-31", 101 * MN, A1, "2023-04-27")
    found = events(companyfacts(YEAR_2023[0], other))
    assert found.frame.is_empty()
    assert [(one.field, one.value) for one in found.aside] == [("val", "100000000, 101000000")]


@pytest.mark.parametrize(
    "change",
    [
        {"val": "100"},
        {"val": float("inf")},
        {"end": "2023-13-31"},
        {"accn": "1"},
        {"start": "2023-05-01"},
        {"filed": None},
    ],
)
def test_a_row_that_cannot_be_used_is_listed(companyfacts, change):
    """A damaged row is set aside by number; the others stay."""
    document = companyfacts(*YEAR_2023)
    document["facts"]["us-gaap"][PPE]["units"]["USD"][0].update(change)
    found = events(document)
    assert [one.where for one in found.aside] == [f"EX (CIK 1): us-gaap:{PPE} row 1"]
    assert found.frame["period"].to_list() == ["CY2023Q3", "CY2023Q4"]


def test_the_order_of_rows_and_documents_does_not_matter(companyfacts):
    """Rows backwards, in two overlapping documents, give the same frame."""
    whole = events(companyfacts(*YEAR_2023)).frame
    parts = events(companyfacts(*YEAR_2023[:1:-1]), companyfacts(*YEAR_2023[2::-1])).frame
    assert parts.equals(whole)
