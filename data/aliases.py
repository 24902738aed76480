"""Names that changed hands: under which name a source lists an asset, and when; a re-used name is two assets."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, model_validator

from data.settings import Asset, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MEANING", "Aliases", "Spelling", "names_of"]


class Spelling(Settings):
    """A name under which a source lists an asset, from one day to another."""

    name: Asset = Field(description="Name in the source.")
    start: date | None = Field(default=None, description="First day on which the name is this asset's.")
    end: date | None = Field(default=None, description="Last day on which the name is this asset's.")

    @model_validator(mode="after")
    def _in_order(self) -> Spelling:
        if self.start and self.end and self.start > self.end:
            raise ValueError(f"{self.name!r} would end on {self.end}, before it starts on {self.start}")
        return self

    def meets(self, other: Spelling) -> bool:
        """Say whether two spellings share a day."""
        first, last = (
            max(self.start or date.min, other.start or date.min),
            min(self.end or date.max, other.end or date.max),
        )
        return first <= last


def _apart(aliases: dict[str, tuple[Spelling, ...]]) -> dict[str, tuple[Spelling, ...]]:
    """Refuse a name that would be two assets on one day, and an asset that would have two names."""
    spelled = [(asset, spelling) for asset, spellings in aliases.items() for spelling in spellings]
    for (asset, one), (other_asset, other) in combinations(spelled, 2):
        if (one.name == other.name or asset == other_asset) and one.meets(other):
            what = f"{one.name!r} is {asset} and {other_asset}" if one.name == other.name else f"{asset} has two names"
            raise ValueError(f"{what} on one day: {one.name!r} and {other.name!r} need `start` and `end` days apart")
    return aliases


Aliases = Annotated[dict[Asset, Annotated[tuple[Spelling, ...], Field(min_length=1)]], AfterValidator(_apart)]
MEANING = (
    "Assets that changed their name, as META: [{name: FB, end: 2022-06-08}, {name: META, start: 2022-06-09}]; outside "
    "its days a name is another asset."
)


def names_of(aliases: dict[str, tuple[Spelling, ...]], assets: Iterable[str]) -> list[str]:
    """Give the names under which a source may list the assets, each once, in order."""
    named = [[one.name for one in aliases[asset]] if asset in aliases else [asset] for asset in assets]
    return list(dict.fromkeys(name for names in named for name in names))
