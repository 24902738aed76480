"""The Panel: each price at its session and asset, NaN where there is none."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from data.panel import panel

SESSIONS = np.array(["2026-02-04", "2026-02-05", "2026-02-06"], dtype="datetime64[D]")
PRICES = pl.DataFrame(
    {
        "session": [date(2026, 2, 4), date(2026, 2, 6), date(2026, 2, 4), date(2026, 2, 9), date(2026, 2, 5)],
        "asset": ["B", "B", "A", "A", "C"],
        "close": [10.0, 12.0, 5.0, 6.0, 99.0],
        "open": [9.0, None, 4.0, 6.5, 98.0],
        "split": [None, 2.0, None, None, None],
        "dividend": [0.5, None, None, None, None],
    },
)


def test_prices_stand_at_their_session_and_asset() -> None:
    """Assets are sorted; gaps, other sessions and other assets are NaN or left out."""
    found = panel(PRICES, SESSIONS, ("B", "A"))

    assert found.assets == ("A", "B")
    np.testing.assert_array_equal(found.close, [[5.0, 10.0], [np.nan, np.nan], [np.nan, 12.0]])
    np.testing.assert_array_equal(found.open, [[4.0, 9.0], [np.nan, np.nan], [np.nan, np.nan]])


def test_no_dividend_is_zero_no_split_is_one_no_volume_is_nan() -> None:
    """The neutral values of corporate actions, whether the column is absent or the cell is empty."""
    found = panel(PRICES, SESSIONS, ("A", "B"))

    np.testing.assert_array_equal(found.dividend, [[0.0, 0.5], [0.0, 0.0], [0.0, 0.0]])
    np.testing.assert_array_equal(found.split, [[1.0, 1.0], [1.0, 1.0], [1.0, 2.0]])
    assert np.isnan(found.volume).all()


def test_an_asset_without_prices_is_all_nan() -> None:
    """It stays in the panel as not tradable."""
    found = panel(PRICES, SESSIONS, ("A", "Z"))

    assert np.isnan(found.close[:, found.column("Z")]).all()


def test_the_order_of_the_rows_does_not_matter() -> None:
    """Reversed rows give the same arrays, bit for bit."""
    forward, backward = (panel(frame, SESSIONS, ("A", "B")) for frame in (PRICES, PRICES.reverse()))

    assert forward.close.tobytes() == backward.close.tobytes()
    assert forward.split.tobytes() == backward.split.tobytes()


@pytest.mark.parametrize("frame", [PRICES, PRICES.clear()])
def test_no_sessions_or_no_rows_make_an_empty_or_untradable_panel(frame: pl.DataFrame) -> None:
    """Shapes hold at the edges."""
    assert panel(frame, SESSIONS[:0], ("A", "B")).close.shape == (0, 2)
    assert panel(frame.clear(), SESSIONS, ("A",)).close.shape == (3, 1)
    assert np.isnan(panel(frame.clear(), SESSIONS, ("A",)).close).all()
