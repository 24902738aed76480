"""The events shipped with the project, one CSV a kind; definitions.csv names their definitions.

``set_aside.csv`` holds facts whose address was not retained or whose day is not known; it is never loaded. The files
are made by tools/curate.py (``make curated``) and carry their sources.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data.events.files import assemble
from data.events.rows import read_rows
from data.events.settings import EventFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.calendar import Calendar
    from data.events.settings import CuratedEvents
    from data.events.source import Events

__all__ = ["FOLDER", "LABEL", "load"]

FOLDER = Path(__file__).parent
LABEL = "curated events"
ZONE = "America/New_York"


def load(settings: CuratedEvents, calendar: Calendar, *, places: Mapping[str, Calendar] | None = None) -> Events:
    """Load the curated events of the chosen kinds."""
    reading = EventFiles(
        path=FOLDER.name, timezone=ZONE, exclude_confidence=settings.exclude_confidence, group=settings.group
    )
    files = [FOLDER / f"{kind}.csv" for kind in sorted(set(settings.kinds))]
    return assemble(reading, read_rows(reading, files, LABEL), calendar, LABEL, places=places)
