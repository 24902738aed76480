"""Settings of the event sources; kept apart from the loaders so that a config is checked without polars."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from data.settings import Settings

__all__ = ["EventFiles", "EventSource", "SimulatedEvents"]

EventField = Literal[
    "event_id", "group_id", "kind", "asset", "announced_at", "session_flag", "known_at", "channel", "period",
    "period_end", "metric", "definition", "value", "low", "high", "qualifier", "unit", "prior", "expected",
    "direction", "confidence", "source", "note",
]  # fmt: skip


class EventFiles(Settings):
    """Events from one CSV or parquet file, or from a folder of them."""

    source: Literal["files"] = "files"
    path: str = Field(min_length=1, description="File or folder; relative to the config's folder, else to the cwd.")
    columns: dict[EventField, str] = Field(
        default_factory=dict,
        description="Our field: the file's column, where they differ, as `asset: company`.",
    )
    timezone: str | None = Field(
        default=None,
        description="Zone of instants without an offset, as America/New_York; without it they are errors.",
    )
    exclude_confidence: tuple[str, ...] = Field(
        default=("memory", "low"),
        description="Rows of these confidences are quarantined.",
    )


class SimulatedEvents(Settings):
    """The events that the simulated market was made with."""

    source: Literal["simulated"] = "simulated"


EventSource = Annotated[EventFiles | SimulatedEvents, Field(discriminator="source")]
