"""Fixtures of the price tests: write a small file, load it, or give the error it deserves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from data import calendar
from data.errors import ResearchError
from data.prices.files import load
from data.prices.settings import PriceFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.source import Prices


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Prices]:
    """Give a function that loads the text of a CSV file as prices."""

    def run(text: str | bytes, assets: list[str] | None = None, **settings: Any) -> Prices:
        path = tmp_path / "prices.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(_settings(settings), path, assets, calendar.load())

    return run


@pytest.fixture
def problems(load_text: Callable[..., Prices]) -> Callable[..., list[str]]:
    """Give a function that lists the findings with which a text is refused."""

    def run(text: str | bytes, assets: list[str] | None = None, **settings: Any) -> list[str]:
        with pytest.raises(ResearchError) as caught:
            load_text(text, assets, **settings)
        return [str(finding) for finding in caught.value.findings]

    return run


@pytest.fixture
def load_path() -> Callable[..., Prices]:
    """Give a function that loads a file or a folder."""

    def run(path: Path, assets: list[str] | None = None, **settings: Any) -> Prices:
        return load(_settings(settings), path, assets, calendar.load())

    return run


def _settings(given: dict[str, Any]) -> PriceFiles:
    return PriceFiles.model_validate({"path": "prices", "adjustment": "split", **given})
