"""The quality pass: each fault is found with its row and value, and what only looks like one survives."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from data import calendar
from data.prices.quality import examine
from data.schema import PRICES, conform

if TYPE_CHECKING:
    from pathlib import Path

    from data.prices.series import Issue

SESSIONS = [date(2024, 1, day) for day in (2, 3, 4, 5, 8, 9, 10, 11, 12, 16, 17, 18, 19)]


def prices(closes: list[float | None], asset: str = "A", **columns: list[Any]) -> pl.DataFrame:
    """Give a frame of consecutive sessions."""
    count = len(closes)
    frame = pl.DataFrame({"session": SESSIONS[:count], "asset": [asset] * count, "close": closes, **columns})
    return conform(frame, PRICES).cast({name: column.dtype for name, column in PRICES.items()})


def found(frame: pl.DataFrame, adjustment: Any = "split", **options: Any) -> list[tuple[str, str, int | None]]:
    """Give severity, rule and row of every issue."""
    issues = examine(frame, calendar.load(), adjustment, **options)
    return [(issue.severity, issue.rule, issue.row) for issue in issues]


def only(frame: pl.DataFrame, adjustment: Any = "split") -> Issue:
    """Give the one issue of a frame."""
    (issue,) = examine(frame, calendar.load(), adjustment)
    return issue


def test_clean_prices_have_no_issues() -> None:
    """Rising closes within their highs and lows, with volume."""
    columns = {"open": [1.0, 2.0], "high": [1.5, 2.5], "low": [0.5, 1.5], "volume": [10.0, 20.0]}
    assert found(prices([1.3, 1.6], **columns)) == []


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        ([1.0, -1.0], [("error", "not positive", 1)]),
        ([1.0, 0.0], [("error", "not positive", 1)]),
        ([1.0, float("inf")], [("error", "not finite", 1)]),
        ([1.0, None, None, 1.1], [("warning", "no close", 1)]),
        ([1.0, float("nan"), 1.1], [("warning", "no close", 1)]),
        ([1.0], [("error", "one row", 0)]),
        ([1.0, 1.3, 1.8], []),
        ([1.0, 1.5], [("warning", "jump", 1)]),
        ([1.0, 0.5], [("warning", "jump", 1)]),
        ([1.0, None, 0.5], [("warning", "no close", 1), ("warning", "jump", 2)]),
        ([1.0, 101.0], [("error", "unit switch", 1)]),
        ([100.0, 1.02, 1.03], [("error", "unit switch", 1)]),
        ([1.0, 1.0, 1.0, 1.0, 1.0], [("warning", "stale", 0)]),
        ([1.0, 1.0, 1.0, 1.0, 1.1], []),
    ],
)
def test_faults_of_closes_are_found_at_their_row(closes: list[float | None], expected: list[Any]) -> None:
    """Negative, zero, infinite, empty, alone, jumping, in another unit, standing still."""
    assert found(prices(closes)) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"high": [2.0, 1.0], "low": [0.5, 1.5]}, ("set aside", "impossible OHLC", 1)),
        ({"high": [2.0, 1.2]}, ("set aside", "impossible OHLC", 1)),
        ({"high": [2.0, 2.0], "low": [0.5, 1.4]}, ("set aside", "impossible OHLC", 1)),
        ({"open": [1.0, 3.0], "high": [2.0, 2.0]}, ("set aside", "impossible OHLC", 1)),
        ({"volume": [1.0, -1.0]}, ("error", "impossible volume", 1)),
        ({"volume": [1.0, None]}, ("warning", "missing volume", 1)),
        ({"volume": [1.0, 0.0]}, ("warning", "missing volume", 1)),
        ({"dividend": [None, -0.1]}, ("error", "impossible dividend", 1)),
        ({"dividend": [None, 1.2]}, ("error", "impossible dividend", 1)),
        ({"dividend": [None, 0.3]}, ("warning", "large dividend", 1)),
        ({"split": [None, 0.0]}, ("error", "impossible split", 1)),
        ({"split": [None, -2.0]}, ("error", "impossible split", 1)),
    ],
)
def test_faults_of_other_columns_are_found_at_their_row(columns: dict[str, Any], expected: Any) -> None:
    """After a close of 1.0, one of 1.3."""
    assert (expected[0], expected[1], expected[2]) in found(prices([1.0, 1.3], **columns))


def test_rows_out_of_place_are_found() -> None:
    """A Saturday, a holiday, a repeated row, a contradictory one, a gap of two sessions, another order."""
    days = [date(2024, 1, day) for day in (2, 2, 3, 3, 6, 15, 17)]
    closes = [1.0, 1.0, 1.1, 1.2, 1.2, 1.2, 1.3]
    frame = conform(pl.DataFrame({"session": days, "asset": ["A"] * 7, "close": closes}), PRICES)

    assert found(frame) == [
        ("warning", "duplicate", 1),
        ("error", "contradictory duplicate", 3),
        ("error", "no session", 4),
        ("error", "no session", 5),
    ]
    gap = only(prices([1.0, 1.1, 1.2, 1.3]).filter(~pl.col("session").is_in(SESSIONS[1:3])))
    assert (gap.rule, gap.row) == ("gap", 1)
    assert "2 sessions before it missing, after 2024-01-02" in gap.finding.problem
    assert found(prices([1.0, 1.1])[::-1]) == [("warning", "unsorted", None)]


@pytest.mark.parametrize(
    ("adjustment", "closes", "rule"),
    [
        ("raw", [100.0, 51.0], None),
        ("raw", [50.0, 51.0], "split not applied"),
        ("split", [50.0, 51.0], None),
        ("split", [100.0, 51.0], "split not applied"),
        ("split", [25.0, 51.0], "split applied twice"),
        ("raw", [25.0, 51.0], "split not applied"),
    ],
)
def test_a_split_is_compared_with_the_price(adjustment: str, closes: list[float], rule: str | None) -> None:
    """Two for one: raw prices halve, split-adjusted ones go on; a price that doubles was adjusted twice."""
    expected = [] if rule is None else [("error", rule, 1)]
    assert found(prices(closes, split=[None, 2.0]), adjustment) == expected


def test_a_small_stock_dividend_drowns_in_the_move() -> None:
    """21 for 20 with a move of 4 % is beyond judgement, so nothing is said."""
    assert found(prices([100.0, 99.0], split=[None, 1.05]), "raw") == []


def test_a_split_on_a_wild_session_is_not_judged() -> None:
    """Three for two, and the price at 0.83 of itself: between 0.67 and 1, so it could be either."""
    assert found(prices([100.0, 83.0], split=[None, 1.5]), "raw") == []


def test_a_dividend_after_a_price_of_zero_is_no_crash() -> None:
    """The zero is the error."""
    assert ("error", "not positive", 0) in found(prices([0.0, 1.0], dividend=[None, 0.1]))


def test_a_special_dividend_explains_its_drop() -> None:
    """From 100 to 55 with 44 paid out: no jump, and a large dividend is pointed out."""
    assert found(prices([100.0, 55.0], dividend=[None, 44.0])) == [("warning", "large dividend", 1)]


def test_dividends_beside_total_return_prices_would_count_twice() -> None:
    """Adjusted prices have them already."""
    assert found(prices([1.0, 1.1], dividend=[None, 0.01]), "total") == [("error", "counted twice", 1)]


def test_a_session_that_had_not_closed_is_partial() -> None:
    """At 20:59 UTC New York is still trading, at 21:00 it has closed."""
    frame = prices([1.0, 1.1])
    assert found(frame, at=np.datetime64("2024-01-03T20:59")) == [("error", "partial session", 1)]
    assert found(frame, at=np.datetime64("2024-01-03T21:00")) == []


def test_assets_do_not_touch_each_other() -> None:
    """A price of 1 before one of 1000 of another asset is no jump, and no gap lies between them."""
    assert found(pl.concat([prices([1.0, 1.1]), prices([1000.0, 1001.0], "B")]).sort("session", "asset")) == []


def test_an_empty_frame_is_an_error() -> None:
    """There is nothing to run on."""
    assert found(prices([])) == [("error", "no prices", None)]


def test_an_issue_says_place_value_and_remedy() -> None:
    """One line for people."""
    issue = only(prices([1.0, 0.48]))
    assert str(issue.finding) == (
        "prices row 2 (2024-01-03 A): close = '0.48 after 1': moved by -52% without a split on that session "
        "(real moves may stay; if it was a split, list it, or fetch the whole history again)"
    )


@pytest.fixture(scope="module")
def universe(shared: Path) -> pl.DataFrame:
    """Give the real prices of all assets with opens and volume."""
    frame = pl.read_parquet(shared / "prices" / "universe.parquet").rename({"date": "session", "symbol": "asset"})
    named = frame.select("session", "asset", "open", "high", "low", "close", "volume")
    return conform(named.filter(~pl.col("asset").str.starts_with("^")).sort("session", "asset"), PRICES)


@pytest.mark.shared
def test_real_moves_survive(universe: pl.DataFrame) -> None:
    """ORCL +36 %, IBM -25 %, and whatever neoclouds do: no error, and the two largest of them not even a warning."""
    issues = examine(universe, calendar.load(), "split")
    assert {issue.severity for issue in issues} == {"warning"}
    jumps = " ".join(issue.finding.where for issue in issues if issue.rule == "jump")
    assert "ORCL" not in jumps
    assert "IBM" not in jumps
    assert "2025-04-01 CRWV" in jumps
