"""Fixtures of the store tests: a price history of one asset, and saving it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from data.prices import vintages
from data.prices.vintages import HISTORY, Vintage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def history(closes: list[float | None], first: date = date(2024, 1, 2), **columns: Any) -> pl.DataFrame:
    """Give a history of consecutive days with the given closes."""
    days = [first + timedelta(days=at) for at in range(len(closes))]
    given = {"session": days, "close": closes, **columns}
    absent = {name: [None] * len(closes) for name in HISTORY if name not in given}
    return pl.DataFrame({**given, **absent}, schema_overrides=HISTORY).select(list(HISTORY))


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Vintage]:
    """Give a function that saves closes under a name."""

    def run(closes: list[float | None], asset: str = "A", folder: Path = tmp_path) -> Vintage:
        return vintages.save(
            folder,
            history(closes),
            {"source": "test", "asset": asset, "at": "2024-02-01T00:00:00+00:00", "about": {}, "notes": ()},
        )[0]

    return run
