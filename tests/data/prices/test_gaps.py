"""A limit on gaps counts sessions between two closes, whatever made them empty."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from data import calendar
from data.prices.quality import examine
from data.schema import PRICES, conform

SESSIONS = [date(2024, 1, day) for day in (2, 3, 4, 5, 8, 9)]


def long_gaps(closes: list[float | None], allow: int | None, dropped: tuple[int, ...] = ()) -> list[str]:
    """Give what is refused in two assets of which the second is complete; some rows of the first are left out."""
    rows = [
        (day, "A", close) for at, (day, close) in enumerate(zip(SESSIONS, closes, strict=True)) if at not in dropped
    ]
    frame = pl.DataFrame(
        rows + [(day, "B", 5.0 + day.day) for day in SESSIONS], ("session", "asset", "close"), orient="row"
    )
    found = examine(conform(frame, PRICES), calendar.load(), "split", allow_gaps=allow)
    return [issue.finding.problem for issue in found if issue.rule == "long gap"]


@pytest.mark.parametrize("dropped", [(), (1,), (2, 3), (1, 2, 3)])
def test_missing_rows_and_empty_closes_are_one_gap(dropped: tuple[int, ...]) -> None:
    """Three sessions without a close are three, as rows that are not there, as empty cells, or mixed."""
    closes = [1.0, None, None, None, 1.1, 1.2]

    assert long_gaps(closes, 2, dropped) == ["3 sessions before it without a close, after 2024-01-02"]
    assert long_gaps(closes, 3, dropped) == []


def test_before_the_first_and_after_the_last_close_there_is_no_gap() -> None:
    """An asset that lists late or leaves early has no gap there; without a limit nothing is refused."""
    assert long_gaps([None, None, 1.0, 1.1, None, None], 0) == []
    assert long_gaps([1.0, None, 1.1, 1.2, None, 1.3], 0) == [
        "1 session before it without a close, after 2024-01-02",
        "1 session before it without a close, after 2024-01-05",
    ]
    assert long_gaps([1.0, None, 1.1, 1.2, None, 1.3], None) == []
