"""Whom an event moves beside its announcer, by how much, and whether the sign is given or learnt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from data.one_of import OneOf
from data.settings import Asset, Name, Settings
from signals.driven import Size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.base import Event
    from signals.loadings import Rows

__all__ = ["AsGiven", "Learnt", "Reach", "Sign", "groups"]


class Reach(Settings):
    """Other assets that an event moves: a basket, or the names linked to the announcer."""

    size: Size = Field(description="Fraction of equity moved at strength 1; negative: against the announcer's way.")
    basket: Name | None = Field(default=None, description="All of a basket, the announcer left out.")
    links: dict[Asset, Annotated[tuple[Asset, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Announcer: its suppliers or peers, in equal parts; announcers without links move the basket.",
    )

    @model_validator(mode="after")
    def _has_aim(self) -> Reach:
        if self.basket is None and not self.links:
            raise ValueError("names neither a basket nor links, so it moves nothing")
        return self

    def named(self, field: str) -> dict[str, str]:
        """Give the linked assets by the field that names them."""
        return {
            f"{field}.links.{announcer}.{at}": asset
            for announcer, linked in self.links.items()
            for at, asset in enumerate(linked)
        }

    def row(self, rows: Rows, event: Event) -> int | None:
        """Give the loading that an event moves, None without one."""
        if event.asset in self.links:
            return rows.names(self.links[event.asset])
        return None if self.basket is None else rows.basket(self.basket, without=event.asset)


class AsGiven(Settings):
    """Signs as written."""

    kind: Literal["given"] = "given"


class Learnt(Settings):
    """Sizes as written, signs learnt: that of the mean abnormal return after events known up to a day."""

    kind: Literal["learnt"] = "learnt"
    train_until: date = Field(description="Last day whose prices may be seen; judge the run on what follows.")
    horizon_sessions: Annotated[int, Field(ge=1, le=252)] = Field(default=20, description="Sessions after an event.")
    least_events: Annotated[int, Field(ge=2)] = Field(default=5, description="Fewer complete events are an error.")


SIGNS = OneOf("kind", {"given": "signals.reach.AsGiven", "learnt": "signals.reach.Learnt"})
if TYPE_CHECKING:
    Sign: TypeAlias = AsGiven | Learnt
else:
    Sign = Annotated[Settings, SIGNS, Field(description="Whether signs are as written or learnt.")]


def groups(events: Iterable[Event]) -> list[int]:
    """Give every event the number of its announcer, in order of first appearance."""
    seen: dict[str, int] = {}
    return [seen.setdefault(event.asset, len(seen)) for event in events]
