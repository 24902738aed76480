"""What changed between two vintages: every change is listed, and a rescaling is one line."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from data.prices.differences import differences
from data.prices.vintages import HISTORY

FIRST = date(2024, 1, 1)


def history(closes: dict[int, float], **columns: dict[int, float]) -> pl.DataFrame:
    """Give a history from the day's number to its close."""
    rows = [
        {"session": FIRST + timedelta(days=at), "close": close, **{name: by.get(at) for name, by in columns.items()}}
        for at, close in closes.items()
    ]
    frame = pl.DataFrame(rows, schema_overrides=HISTORY)
    return frame.with_columns(pl.lit(None, HISTORY[name]).alias(name) for name in HISTORY if name not in frame.columns)


def said(old: pl.DataFrame, new: pl.DataFrame) -> list[tuple[str, str]]:
    """Give kind and words of each change."""
    return [(change.kind, change.text) for change in differences(old, new)]


def test_the_same_history_has_not_changed() -> None:
    """Also where digits beyond single precision differ."""
    assert said(history({0: 1.0, 1: 2.0}), history({0: 1.0, 1: 2.0 * (1 + 1e-8)})) == []


def test_sessions_that_came_and_went_are_listed() -> None:
    """One lost inside, two added at the end."""
    old, new = history({0: 1.0, 1: 2.0, 2: 3.0}), history({0: 1.0, 2: 3.0, 3: 4.0, 4: 5.0})
    assert said(old, new) == [("lost", "lost 2024-01-02"), ("added", "added 2 sessions from 2024-01-04 to 2024-01-05")]


def test_a_split_rescales_the_history_before_it_in_one_line() -> None:
    """Ten for one on the eleventh day: ten closes are a tenth, the dividend with them, and a split stands there."""
    old = history({at: 100.0 + at for at in range(10)}, dividend={3: 1.0})
    new = history({at: 10.0 + at / 10 for at in range(11)}, dividend={3: 0.1}, split={10: 10.0})
    assert said(old, new) == [
        ("rescaled", "all prices of 10 sessions to 2024-01-10 multiplied by 0.1 (a 10:1 split)"),
        ("added", "added 2024-01-11"),
    ]


def test_a_restated_dividend_and_a_new_split_are_listed_with_both_values() -> None:
    """0.5 became 0.55; a split of 2 appeared; a dividend went."""
    closes = {0: 1.0, 1: 2.0, 2: 3.0}
    old = history(closes, dividend={0: 0.5, 2: 0.1})
    new = history(closes, dividend={0: 0.55}, split={1: 2.0})
    assert said(old, new) == [
        ("dividend", "dividend 0.5 became 0.55"),
        ("split", "split none became 2"),
        ("dividend", "dividend 0.1 became none"),
    ]


def test_single_closes_are_listed_one_by_one_with_both_values() -> None:
    """A correction, and a close that vanished."""
    old, new = history({0: 1.0, 1: 2.0, 2: 3.0}), history({0: 1.0, 1: 2.2, 2: float("nan")})
    assert said(old, new) == [("close", "close 2 became 2.2"), ("close", "close 3 became none")]


def test_other_columns_are_counted() -> None:
    """Two volumes and one high."""
    closes = {0: 1.0, 1: 2.0}
    old = history(closes, volume={0: 10.0, 1: 20.0}, high={0: 1.0})
    new = history(closes, volume={0: 11.0, 1: 21.0}, high={0: 1.5})
    assert said(old, new) == [
        ("other", "high of 1 session from 2024-01-01 to 2024-01-01 changed"),
        ("other", "volume of 2 sessions from 2024-01-01 to 2024-01-02 changed"),
    ]
