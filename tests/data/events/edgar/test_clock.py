"""Which clock a filer's stamps show, and what each reading may err by."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from data.calendar import load
from data.events.edgar.clock import Filing, accepted_at, judge, objection, to_utc
from data.events.edgar.dating import date_filings
from data.events.edgar.submissions import read_header


def filing(stamp, filed, form="10-Q", accession="0000000001-24-000001"):
    return Filing(accession, form, date.fromisoformat(filed), datetime.fromisoformat(stamp) if stamp else None)


UTC_ONLY = [filing("2024-01-30T23:05:00", "2024-01-30", "4"), filing("2024-02-01T22:30:00", "2024-02-01", "4")]
YORK_ONLY = [filing("2024-02-01T06:01:00", "2024-02-01"), filing("2024-02-02T08:01:00", "2024-02-02")]
EITHER = [filing("2024-02-06T16:05:00", "2024-02-06"), filing("2024-02-07T12:05:00", "2024-02-07")]


@pytest.mark.parametrize(
    ("stamp", "clock", "at"),
    [
        ("2024-01-31T16:30:00", "UTC", datetime(2024, 1, 31, 16, 30, tzinfo=UTC)),
        ("2024-01-31T16:30:00", "New York", datetime(2024, 1, 31, 21, 30, tzinfo=UTC)),
        ("2024-07-31T16:30:00", "New York", datetime(2024, 7, 31, 20, 30, tzinfo=UTC)),
        ("2024-11-03T01:30:00", "New York", datetime(2024, 11, 3, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_stamp_is_read_in_its_clock(stamp, clock, at):
    """Winter and summer time count; an hour that the clock showed twice is the later one."""
    assert to_utc(datetime.fromisoformat(stamp), clock) == at


@pytest.mark.parametrize(
    ("stamp", "filed", "form", "utc", "new_york"),
    [
        ("2024-02-01T23:05:00", "2024-02-01", "4", "", "hours"),
        ("2024-02-01T06:01:00", "2024-02-01", "10-Q", "hours", ""),
        ("2024-02-01T21:07:00", "2024-02-01", "10-Q", "", "filed"),
        ("2024-02-01T18:03:00", "2024-02-02", "10-Q", "filed", ""),
        ("2024-02-03T00:30:00", "2024-02-02", "4", "", "hours"),
        ("2024-02-03T12:30:00", "2024-02-05", "10-Q", "weekend", "weekend"),
        ("2024-02-01T16:05:00", "2024-02-01", "10-Q", "", ""),
        ("2024-02-01T17:30:40", "2024-02-01", "8-K", "", ""),
    ],
)
def test_a_reading_is_held_against_the_rules_of_edgar(stamp, filed, form, utc, new_york):
    """Hours, weekends and the filing date of what comes after 17:30 object to one reading, to both or to none."""
    one = filing(stamp, filed, form)
    assert (objection(one, "UTC"), objection(one, "New York")) == (utc, new_york)


def test_true_utc_needs_proof():
    """Three stamps that cannot be New York's prove UTC; two do not, and then the later reading is taken."""
    third = filing("2024-02-05T21:07:00", "2024-02-05")
    proven, unproven = judge([*UTC_ONLY, third, *EITHER], {}), judge([*UTC_ONLY, *EITHER], {})
    assert (proven.clock, proven.proven, proven.asked) == ("UTC", True, 5)
    assert (proven.against_utc, proven.against_new_york) == ({}, {"filed": 1, "hours": 2})
    assert (unproven.clock, unproven.proven) == ("New York", False)


def test_a_new_york_clock_is_proven_by_its_stamps():
    """Stamps at six in the morning and after 17:30 with the next day's date cannot be UTC."""
    verdict = judge([*YORK_ONLY, filing("2024-05-02T18:04:00", "2024-05-03"), *EITHER], {})
    assert (verdict.clock, verdict.proven, verdict.against_utc) == ("New York", True, {"filed": 1, "hours": 2})


def test_contradicting_evidence_gives_the_later_reading():
    """As many objections to one reading as to the other: not proven, New York, which is later."""
    verdict = judge([*UTC_ONLY, *YORK_ONLY, *EITHER], {})
    assert (verdict.clock, verdict.proven) == ("New York", False)


def test_what_the_sec_files_itself_is_not_asked():
    """EFFECT and NO ACT keep other hours: they prove nothing."""
    assert judge([filing("2024-05-07T04:15:33", "2024-05-06", form) for form in ("EFFECT", "NO ACT")], {}).asked == 0


def test_a_single_stamp_that_cannot_be_utc_is_read_later():
    """In a filer of true UTC, one stamp that only New York's clock allows is read with it."""
    verdict = judge([*UTC_ONLY, filing("2024-02-05T21:07:00", "2024-02-05")], {})
    odd = filing("2024-02-01T06:01:00", "2024-02-01")
    assert accepted_at(odd, verdict, {}) == datetime(2024, 2, 1, 11, 1, tzinfo=UTC)


def test_the_sgml_header_wins_and_is_evidence():
    """Headers of three stamps that agree with UTC prove UTC, and their own times are taken as Eastern."""
    accessions = [f"0000000001-24-00000{number}" for number in range(3)]
    filings = [filing("2024-02-06T20:05:00", "2024-02-06", "4", accession) for accession in accessions]
    headers = dict.fromkeys(accessions, datetime(2024, 2, 6, 15, 5))  # noqa: DTZ001 - naive Eastern, as headers are
    verdict = judge(filings, headers)
    assert (verdict.clock, verdict.against_new_york) == ("UTC", {"header": 3})
    assert accepted_at(filings[0], judge(filings, {}), headers) == datetime(2024, 2, 6, 20, 5, tzinfo=UTC)


def test_a_header_is_read():
    """Accession and naive Eastern time stand in an SGML header; a text without them is none."""
    text = "<SEC-HEADER>\n<ACCEPTANCE-DATETIME>20230427160522\nACCESSION NUMBER:\t\t0001326801-23-000067\n"
    assert read_header(text) == ("0001326801-23-000067", datetime(2023, 4, 27, 16, 5, 22))  # noqa: DTZ001
    assert read_header("<html>") is None


@pytest.mark.parametrize(
    ("filings", "at", "grade"),
    [
        ([filing("2026-08-11T19:24:00", "2026-08-12")], datetime(2026, 8, 11, 23, 24, tzinfo=UTC), "A"),
        ([filing("2026-08-12T00:00:00", "2026-08-12")], datetime(2026, 8, 13, 3, 59, 59, 999999, tzinfo=UTC), "C"),
        ([filing(None, "2026-08-12")], datetime(2026, 8, 13, 3, 59, 59, 999999, tzinfo=UTC), "C"),
        ([], datetime(2026, 8, 13, 3, 59, 59, 999999, tzinfo=UTC), "C"),
    ],
)
def test_a_filing_is_known_at_its_acceptance_or_at_the_end_of_its_filing_day(filings, at, grade):
    """CRWV's 10-Q accepted at 19:24 carries the next day's date: the date alone errs late, never early."""
    dating = date_filings(filings, {}, load("XNYS"))
    known = dating.known("0000000001-24-000001", date(2026, 8, 12))
    assert (known.at, known.grade) == (at, grade)
