"""Content hashes: equal for equal content, different for any other."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime

import polars as pl
import pytest

from data.hashing import frame_hash, text_hash

FRAME = pl.DataFrame(
    {
        "id": ["a", "b", "c"],
        "text": ["x", None, ""],
        "number": [1.5, None, float("nan")],
        "day": [date(2026, 2, 5), None, date(2026, 2, 6)],
        "at": [datetime(2026, 2, 5, 21, tzinfo=UTC), None, datetime(2026, 2, 6, tzinfo=UTC)],
        "count": [1, 2, None],
        "flag": [True, None, False],
    },
)
HASH = frame_hash(FRAME, ("id",))


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    """A shuffled frame has the same hash."""
    assert frame_hash(FRAME.reverse().select(reversed(FRAME.columns)), ("id",)) == HASH


@pytest.mark.parametrize(
    "change",
    [
        pl.lit("y").alias("text"),
        pl.col("text").fill_null(""),
        pl.col("number").fill_null(0.0),
        pl.col("number") + 1e-12,
        pl.col("number").fill_nan(None),
        pl.col("day").dt.offset_by("1d"),
        pl.col("at").dt.offset_by("1us"),
        pl.col("count").fill_null(0),
        pl.col("flag").fill_null(value=False),
        pl.col("count").cast(pl.Float64),
        pl.col("text").alias("text2"),
    ],
)
def test_any_change_of_content_changes_the_hash(change: pl.Expr) -> None:
    """A value, a null made explicit, a dtype, a column."""
    assert frame_hash(FRAME.with_columns(change), ("id",)) != HASH


def test_texts_do_not_run_into_each_other() -> None:
    """The same letters cut differently are another content."""
    one, two = (pl.DataFrame({"id": texts}) for texts in (["ab", "c"], ["a", "bc"]))

    assert frame_hash(one, ("id",)) != frame_hash(two, ("id",))


def test_zero_has_one_sign_and_nan_one_shape() -> None:
    """-0.0 equals 0.0, and every NaN counts as the same."""
    odd_nan = struct.unpack("<d", bytes.fromhex("010000000000f87f"))[0]
    plain = pl.DataFrame({"id": [1, 2], "x": [0.0, float("nan")]})
    odd = pl.DataFrame({"id": [1, 2], "x": [-0.0, odd_nan]})

    assert frame_hash(plain, ("id",)) == frame_hash(odd, ("id",))


def test_a_json_value_is_hashed_in_its_normal_form() -> None:
    """Key order does not matter; the expected digest is that of the text {"a":[1,"é"],"b":null} by sha256sum."""
    digest = "1e02bc81a26af2f027329541e97eef36f3290bedc6dfe043dbe66b057ecb13ba"

    assert text_hash({"b": None, "a": [1, "é"]}) == digest == text_hash({"a": [1, "é"], "b": None})
