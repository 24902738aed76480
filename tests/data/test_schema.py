"""The schema checker: every breach at once, with row and hint."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from data.errors import InputError
from data.schema import EVENTS, PRICES, SCORES, check, conform, empty, offences

GOOD = pl.DataFrame(
    {
        "session": [date(2026, 2, 5), date(2026, 2, 6)],
        "asset": ["A", "A"],
        "signal": ["s", "s"],
        "event_id": ["e", "e"],
        "score": [0.1, 0.2],
    },
)


@pytest.mark.parametrize("schema", [PRICES, EVENTS, SCORES])
def test_an_empty_frame_keeps_its_schema(schema: dict) -> None:
    """empty() has every column in its dtype and breaches nothing."""
    assert offences(empty(schema), schema, "x") == []
    assert empty(schema).columns == list(schema)


def test_a_good_frame_comes_back_as_it_is() -> None:
    """Check returns its argument."""
    assert check(GOOD, SCORES, "scores") is GOOD


def test_all_breaches_are_reported_at_once() -> None:
    """A missing column, a wrong dtype, an empty cell with its row, and an unknown column."""
    bad = GOOD.drop("signal").with_columns(
        pl.Series("score", [1, 2]),
        pl.Series("asset", ["A", None]),
        pl.lit("x").alias("extra"),
    )

    with pytest.raises(InputError) as caught:
        check(bad, SCORES, "scores")

    found = {(finding.where, finding.field, finding.problem) for finding in caught.value.findings}
    assert found == {
        ("scores", "signal", "column is missing"),
        ("scores", "score", "dtype is Int64, expected Float64"),
        ("scores row 2", "asset", "is empty, a value is required"),
        ("scores", "extra", "unknown column"),
    }
    assert "4 breaches" in caught.value.message


def test_conform_orders_the_columns_and_adds_the_optional_ones() -> None:
    """Absent optional columns come as nulls of their dtype."""
    at = datetime(2026, 2, 5, 21, 1, tzinfo=UTC)
    texts = {"kind": ["rpo"], "event_id": ["e"], "timing": ["A"], "stated": ["2026-02-05"]}
    frame = pl.DataFrame({**texts, "known_at": [at], "announced_at": [at]}).with_columns(
        pl.col("known_at", "announced_at").dt.cast_time_unit("us"),
    )

    found = conform(frame, EVENTS)

    assert found.columns == list(EVENTS)
    assert offences(found, EVENTS, "x") == []
    assert found["prior_low"].to_list() == [None]
