"""The ways to split a basket over its members, of which a config imports those that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from data.one_of import OneOf
from data.settings import Settings

if TYPE_CHECKING:
    from signals.baskets import Equal, Exposure, Given, InverseVolatility

__all__ = ["WEIGHTINGS", "Weighting"]

WEIGHTINGS = OneOf(
    "kind",
    {
        "equal": "signals.baskets.Equal",
        "exposure": "signals.baskets.Exposure",
        "given": "signals.baskets.Given",
        "inverse_volatility": "signals.baskets.InverseVolatility",
    },
)
if TYPE_CHECKING:
    Weighting: TypeAlias = Equal | Exposure | Given | InverseVolatility
else:
    Weighting = Annotated[Settings, WEIGHTINGS, Field(description="How a basket is split over its listed members.")]
