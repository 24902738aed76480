"""Fixtures of the tests against an offline Yahoo."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from offline_yahoo import Yahoo, reply, way

from data.prices.settings import PriceYahoo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.fetching import Line


@pytest.fixture
def yahoo() -> Yahoo:
    """Give the offline Yahoo, which knows no symbol yet."""
    return Yahoo()


@pytest.fixture
def answer() -> Callable[..., tuple[int, bytes]]:
    """Give the function that makes an answer."""
    return reply


@pytest.fixture
def line(yahoo: Yahoo) -> Callable[..., Line]:
    """Give a function that makes the way to the offline Yahoo at an instant; waits are noted and pass at once."""

    def at(instant: str = "2024-02-01T12:00:00+00:00") -> Line:
        return way(yahoo, datetime.fromisoformat(instant).astimezone(UTC))

    return at


@pytest.fixture
def settings() -> PriceYahoo:
    """Give a question of January 2024."""
    return PriceYahoo(start=date(2024, 1, 2), end=date(2024, 1, 31))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give the place of a store that is not there yet."""
    return tmp_path / "store"
