"""Times and columns that can be read and are doubtful all the same: the row stays, the doubt is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.events.source import doubts

if TYPE_CHECKING:
    from tests.data.events.conftest import Loader

HEADER = "event_id,kind,asset,announced_at,channel"


def remarks(events_of: Loader, stated: str, channel: str = "8-K") -> list[tuple[str, ...]]:
    """Give where, reason and detail of the remarks on one row, which stays."""
    found = events_of(f"{HEADER}\nx,other,AAPL,{stated},{channel}\n")
    assert found.frame.height == 1
    assert found.remarks is not None
    return found.remarks.select("where", "reason", "detail").rows()


@pytest.mark.parametrize(
    ("stated", "reason", "says"),
    [
        ("2026-01-29T16:30:33Z", "false Z?", "is 11:30 in New York, within the session"),
        ("2026-01-29T16:30:33Z", "false Z?", "would make it 16:30"),
        ("2026-07-30T17:05:00+00:00", "false Z?", "is 13:05 in New York"),
        ("2026-01-29T08:31:00Z", "hour without filings", "is Thursday 03:31 in New York"),
        ("2026-01-29T23:15:00-05:00", "hour without filings", "is Thursday 23:15"),
        ("2026-01-31T12:00:00-05:00", "hour without filings", "is Saturday 12:00"),
    ],
)
def test_a_filing_at_a_doubtful_clock_is_remarked_upon(events_of: Loader, stated: str, reason: str, says: str) -> None:
    """Apple's filing of 2026-01-29 was accepted at 16:30 in New York; its Z is false."""
    ((where, told, detail),) = remarks(events_of, stated)

    assert (where, told) == ("events.csv row 2", reason)
    assert says in detail
    assert "<ACCEPTANCE-DATETIME>" in detail


@pytest.mark.parametrize(
    ("stated", "channel"),
    [
        ("2026-01-28T21:04:38Z", "8-K"),
        ("2026-01-29T11:30:33-05:00", "8-K"),
        ("2026-01-29", "8-K"),
        ("2026-01-29T16:30:33Z", "press"),
        ("2026-01-31T12:00:00Z", ""),
    ],
)
def test_other_times_are_not_doubted(events_of: Loader, stated: str, channel: str) -> None:
    """After the close, New York's own offset, a date, and what is no filing."""
    assert remarks(events_of, stated, channel) == []


@pytest.mark.parametrize(
    ("day", "flag", "told"),
    [
        ("2026-02-07", "regular", ["no session that day"]),
        ("2024-12-25", "regular", ["no session that day"]),
        ("2026-02-05", "regular", []),
        ("2026-02-07", "post", []),
    ],
)
def test_a_session_flag_on_a_day_without_one_is_remarked_upon(
    events_of: Loader, day: str, flag: str, told: list[str]
) -> None:
    """A Saturday and Christmas; the event trades in the next session all the same."""
    found = events_of(f"event_id,kind,asset,announced_at,session_flag\nx,other,A,{day},{flag}\n")

    assert found.frame.height == 1
    assert found.remarks is not None
    assert found.remarks["reason"].to_list() == told


@pytest.mark.parametrize(("column", "field"), [("ticker", "asset"), ("Session", "session_flag"), ("company", "asset")])
def test_a_column_that_is_called_like_a_missing_field_is_told(events_of: Loader, column: str, field: str) -> None:
    """It would else be passed over, and the events have no announcer or the later reading of their day."""
    found = events_of(f"event_id,kind,announced_at,{column}\nx,other,2026-02-05,pre\n")

    assert found.remarks is not None
    ((where, _, reason, detail),) = found.remarks.rows()
    assert (where, reason) == ("events.csv", "column not read")
    assert f"map it as `columns: {{{field}: {column}}}`" in detail


def test_a_mapped_column_is_not_told(events_of: Loader) -> None:
    """It is read."""
    found = events_of("event_id,kind,announced_at,ticker\nx,other,2026-02-05,A\n", columns={"asset": "ticker"})

    assert found.remarks is not None
    assert found.remarks.is_empty()
    assert doubts(found) == ()


def test_a_run_is_told_how_many_doubts_there_are(events_of: Loader) -> None:
    """One sentence, by reason."""
    rows = "x,other,A,2026-01-29T16:30:33Z,8-K\ny,other,A,2026-01-31T12:00:00Z,10-Q\nz,other,A,2026-02-02T16:30:33Z,8-K"

    (said,) = doubts(events_of(f"{HEADER}\n{rows}\n"))

    assert said == (
        "3 doubts about the events (false Z? 2, hour without filings 1); `backtest events check` lists each."
    )
