"""Settings of the event sources; kept apart from the loaders so that a config is checked without polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, get_args

from pydantic import Field, StringConstraints, field_validator

from data.aliases import MEANING, Aliases
from data.one_of import OneOf
from data.settings import Name, Settings

__all__ = [
    "BUILT_IN",
    "CuratedEvents",
    "DeclaredKind",
    "EventField",
    "EventFiles",
    "EventSource",
    "Extra",
    "Grouping",
    "SimulatedEvents",
]

EventField = Literal[
    "event_id", "group_id", "kind", "asset", "announced_at", "session_flag", "known_at", "channel", "period",
    "period_end", "metric", "definition", "value", "low", "high", "qualifier", "unit", "prior", "expected",
    "direction", "confidence", "source", "note",
]  # fmt: skip
PayloadField = Literal[
    "asset", "group_id", "channel", "period", "period_end", "metric", "definition", "value", "low", "high", "qualifier",
    "unit", "prior", "expected", "direction", "confidence", "source",
]  # fmt: skip
# Names that an event has already, from its row or from what follows of it; and what expressions call.
TAKEN = (
    *get_args(EventField), "timing", "stated", "prior_low", "prior_high", "number", "over_prior", "over_expected",
    "width", "level", "revision", "over_quarter", "over_year", "acceleration", "by_direction", "growth", "over_capex",
    "over_capex_change", "row", "where", "fact", "vintage", "vintages", "abs", "clip", "known", "log",
    "max", "min", "otherwise", "sign", "and", "or", "not",
)  # fmt: skip
Extra = Literal["number", "text"]
ExtraName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Grouping = Literal["first", "confirmation", "all"]
BuiltIn = Literal["capex_actual", "capex_guidance", "compute_resale", "other", "routing_adoption", "rpo"]
BUILT_IN: tuple[BuiltIn, ...] = get_args(BuiltIn)


class DeclaredKind(Settings):
    """A kind of event of one's own."""

    name: Name = Field(description="As the column `kind` has it; not one of the built-in kinds.")
    required: tuple[PayloadField, ...] = Field(default=(), description="Fields without which a row is quarantined.")
    directions: tuple[str, ...] = Field(default=(), description="Known directions; others are remarked upon.")
    unit: str | None = Field(default=None, description="The unit of its numbers; another one is quarantined.")

    @field_validator("name")
    @classmethod
    def _is_new(cls, name: str) -> str:
        if name in BUILT_IN:
            raise ValueError(f"{name!r} is built in: {', '.join(BUILT_IN)}")
        return name


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
    aliases: Aliases = Field(default_factory=dict, description=MEANING)
    exclude_confidence: tuple[str, ...] = Field(
        default=("memory", "low"),
        description="Rows of these confidences are quarantined.",
    )
    group: Grouping = Field(
        default="first",
        description="Which row of a group_id is its event: the first known, the first by the company itself, or all.",
    )
    kinds: tuple[DeclaredKind, ...] = Field(default=(), description="Kinds beyond the built-in ones.")
    extra: dict[ExtraName, Extra] = Field(
        default_factory=dict,
        description="Columns of one's own that signals may read, each a number or a text, as `materiality: number`.",
    )

    @field_validator("extra")
    @classmethod
    def _are_new(cls, extra: dict[str, Extra]) -> dict[str, Extra]:
        taken = [name for name in extra if name in TAKEN]
        if taken:
            raise ValueError(f"{', '.join(taken)}: an event or an expression has that name already; rename the column")
        return extra


class SimulatedEvents(Settings):
    """The events that the simulated market was made with."""

    source: Literal["simulated"] = "simulated"


class CuratedEvents(Settings):
    """The events shipped with the project: capex, guides and backlogs from 2018 on, routing and resale from 2025 on."""

    source: Literal["curated"] = "curated"
    kinds: tuple[BuiltIn, ...] = Field(default=BUILT_IN, min_length=1, description="Kinds to read.")
    exclude_confidence: tuple[str, ...] = Field(
        default=("memory", "low"),
        description="Rows of these confidences are quarantined.",
    )
    group: Grouping = Field(
        default="first",
        description="Which row of a group_id is its event: the first known, the first by the company itself, or all.",
    )


EVENTS = OneOf(
    "source",
    {
        "curated": "data.events.settings.CuratedEvents",
        "files": "data.events.settings.EventFiles",
        "simulated": "data.events.settings.SimulatedEvents",
    },
)
if TYPE_CHECKING:
    EventSource: TypeAlias = CuratedEvents | EventFiles | SimulatedEvents
else:
    EventSource = Annotated[Settings, EVENTS, Field(description="Where events come from.")]
