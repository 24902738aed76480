"""Rows that are set aside: each rule with its countable reason, its place and a sentence that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.data.events.conftest import Loader

COLUMNS = (
    "event_id", "kind", "announced_at", "session_flag", "known_at", "period_end",
    "value", "low", "high", "prior", "confidence",
)  # fmt: skip
GOOD = {"event_id": "x", "kind": "k", "announced_at": "2026-02-05", "confidence": "high"}


def csv_of(*rows: dict[str, str]) -> str:
    """Give a file of rows, GOOD where they say nothing."""
    lines = [",".join(f'"{(GOOD | row).get(column, "")}"' for column in COLUMNS) for row in rows]
    return "\n".join([",".join(COLUMNS), *lines])


CASES = [
    ({"event_id": ""}, "empty event_id", "event_id"),
    ({"event_id": "  "}, "empty event_id", "event_id"),
    ({"kind": ""}, "empty kind", "kind"),
    ({"announced_at": ""}, "no time", "announced_at"),
    ({"announced_at": "2025-10"}, "unreadable time", "'2025-10'"),
    ({"announced_at": "03/04/2024"}, "unreadable time", "expected a date (2026-02-05)"),
    ({"announced_at": "2024-03-10 02:30"}, "nonexistent local time", "give the offset"),
    ({"announced_at": "2024-11-03 01:30"}, "ambiguous local time", "give the offset"),
    ({"announced_at": "2026-02-05T12:00", "session_flag": "post"}, "flag contradicts clock", "12:00:00"),
    ({"session_flag": "evening"}, "unknown session flag", "evening"),
    ({"known_at": "2026-02-04"}, "known before announced", "2026-02-05"),
    ({"known_at": "2026-02-05T10:00", "session_flag": "post"}, "known before announced", "known_at"),
    ({"known_at": "soon"}, "unreadable time", "known_at = 'soon'"),
    ({"announced_at": "1985-05-05"}, "outside the calendar", "1990-01-02 to 2027-12-31"),
    ({"known_at": "2031-01-02"}, "outside the calendar", "known_at = '2031-01-02'"),
    ({"value": "1,234"}, "bad number", "without a thousands separator"),
    ({"value": "nan"}, "bad number", "leave what is not known empty"),
    ({"value": "-inf"}, "bad number", "leave what is not known empty"),
    ({"value": "1e400"}, "bad number", "no finite number"),
    ({"value": "~200"}, "bad number", "`qualifier`"),
    ({"value": "29-34"}, "bad number", "`low` and `high`"),
    ({"value": "٣"}, "bad number", "no finite number"),
    ({"prior": "about 30"}, "bad number", "prior = 'about 30'"),
    ({"low": "5", "high": "4"}, "low above high", "exchange the two"),
    ({"prior": "34-29"}, "low above high", "prior = '34.0'"),
    ({"value": "3", "low": "4", "high": "5"}, "value outside its range", "low = 4.0"),
    ({"value": "6", "high": "5"}, "value outside its range", "high = 5.0"),
    ({"period_end": "2026-02-30"}, "unreadable period_end", "2026-03-31"),
    ({"confidence": "memory"}, "confidence memory", "exclude_confidence"),
    ({"confidence": "Low"}, "confidence low", "exclude_confidence"),
]


@pytest.mark.parametrize(("change", "reason", "says"), CASES)
def test_a_faulty_row_is_set_aside_and_the_others_stay(
    events_of: Loader, change: dict[str, str], reason: str, says: str
) -> None:
    """The row is named as in the file, the reason can be counted, the sentence shows the value and the remedy."""
    found = events_of(csv_of({"event_id": "good"}, change, {"event_id": "also"}))

    assert found.frame["event_id"].to_list() == ["also", "good"]
    (row,) = found.rejected.rows(named=True)
    assert (row["where"], row["stage"], row["reason"]) == ("events.csv row 3", "valid", reason)
    assert row["event_id"] == (GOOD | change)["event_id"].strip()
    assert (row["kind"], row["asset"]) == ((GOOD | change)["kind"] or None, None)
    assert says in row["detail"]
    assert found.read == 3


def test_without_a_declared_zone_an_instant_needs_an_offset(events_of: Loader) -> None:
    """Dates and instants with an offset pass; the other one is told both remedies."""
    times = ("2026-02-05", "2026-02-05T16:01-05:00", "2026-02-05T16:01")
    rows = [{"event_id": str(number), "announced_at": text} for number, text in enumerate(times)]

    found = events_of(csv_of(*rows), timezone=None)

    assert found.frame["event_id"].to_list() == ["1", "0"]
    assert found.rejected["reason"].to_list() == ["no time zone"]
    assert "declare `timezone:`" in found.rejected["detail"][0]


def test_a_row_with_several_faults_counts_once_and_tells_all(events_of: Loader) -> None:
    """The first fault in the order of the rules gives the reason: times, numbers, confidence."""
    found = events_of(csv_of({"announced_at": "2025-10", "value": "many", "confidence": "low"}))

    assert found.rejected["reason"].to_list() == ["unreadable time"]
    detail = found.rejected["detail"][0]
    assert detail.index("'2025-10'") < detail.index("'many'") < detail.index("'low'")


def test_nothing_is_excluded_when_the_settings_exclude_nothing(events_of: Loader) -> None:
    """Confidence is the reader's choice."""
    found = events_of(csv_of({"confidence": "memory"}, {"event_id": "y", "confidence": ""}), exclude_confidence=())

    assert found.frame.height == 2


def test_a_long_value_is_cut_and_control_characters_are_escaped_in_the_sentence(events_of: Loader) -> None:
    """The sentence goes to terminals and pages; the row itself is in the file."""
    found = events_of(csv_of({"value": "\u202e\x1b[31m" + "9" * 500 + "x"}))

    detail = found.rejected["detail"][0]
    assert len(detail) < 300
    assert detail.isprintable()


def test_a_file_of_nothing_but_faults_loads_as_no_events(events_of: Loader) -> None:
    """The funnel, not the loader, says that nothing is left."""
    found = events_of(csv_of({"kind": ""}, {"announced_at": ""}))

    assert (found.read, found.frame.height, found.rejected.height) == (2, 0, 2)
