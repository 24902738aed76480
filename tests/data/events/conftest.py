"""Write a small file of events and load it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from data.calendar import load as load_calendar
from data.events.files import load
from data.events.settings import EventFiles

if TYPE_CHECKING:
    from pathlib import Path

    from data.events.source import Events


class Loader(Protocol):
    """Load a CSV given as text or bytes."""

    def __call__(self, content: str | bytes, name: str = "events.csv", **settings: object) -> Events:
        """Give the events."""


@pytest.fixture
def events_of(tmp_path: Path) -> Loader:
    """Give a function that writes a file and loads it, New York being the file's zone unless told otherwise."""

    def write_and_load(content: str | bytes, name: str = "events.csv", **settings: object) -> Events:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        chosen = {"path": name, "timezone": "America/New_York", **settings}
        return load(EventFiles.model_validate(chosen), path, load_calendar("XNYS"))

    return write_and_load
