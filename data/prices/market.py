"""Settings of the simulated market; kept apart from its maker so that a config is checked without numpy."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from data.settings import Name, NonNegative, Positive, Settings

__all__ = ["INDEX", "NOISE_KIND", "PlantedEffect", "SimulatedMarket"]

# The market factor as an asset, and the kind of the simulated events that never have an effect.
INDEX = "MKT"
NOISE_KIND = "product_news"


class PlantedEffect(Settings):
    """A disclosed effect in the simulated market: events of a kind move one sector against another."""

    kind: Name = Field(default="routing_adoption", description="Kind of the events that have the effect.")
    up: Name = Field(default="hyperscalers", description="Sector that drifts up after the event.")
    down: Name = Field(default="semis", description="Sector that drifts down after the event.")
    drift_bps: float = Field(
        default=150.0, description="Total drift of each side after one event of strength 1, in bps."
    )
    half_life_sessions: Positive = Field(default=10.0, description="Sessions in which half of the drift has come.")
    jump_bps: float = Field(default=0.0, description="Move at the announcement itself, in bps, before any fill.")


class SimulatedMarket(Settings):
    """A seeded market: factor model with sectors, volatility clustering, jumps at events, effects planted or none."""

    source: Literal["simulated"] = "simulated"
    seed: int = Field(default=7, ge=0, description="Another seed is another market of the same make.")
    start: date = Field(default=date(2019, 1, 2), description="The first session is this day or the next one.")
    sessions: int = Field(default=1512, ge=2, le=20_000, description="Length of the market.")
    sectors: dict[Name, Annotated[int, Field(ge=1, le=200)]] = Field(
        default={"semis": 5, "hyperscalers": 4, "neoclouds": 3},
        description="Sector: number of assets in it; they are called SEM1, HYP1, ...; the index is MKT.",
    )
    market_volatility_per_year: Positive = Field(default=0.16, description="Of the factor all assets share.")
    sector_volatility_per_year: NonNegative = Field(default=0.12, description="Of what a sector alone shares.")
    own_volatility_per_year: NonNegative = Field(default=0.22, description="Of what an asset has alone.")
    market_drift_per_year: float = Field(default=0.07, description="Mean log return of the market factor.")
    clustering: float = Field(
        default=0.94, ge=0, le=0.98, description="Persistence of the volatility (GARCH a + b); 0 for none."
    )
    events_per_year: NonNegative = Field(default=10.0, description="Mean number of events of each kind.")
    effects: tuple[PlantedEffect, ...] = Field(
        default=(PlantedEffect.model_construct(),), description="Empty: nothing to find."
    )

    @model_validator(mode="after")
    def _sectors_exist(self) -> SimulatedMarket:
        for effect in self.effects:
            for sector in (effect.up, effect.down):
                if sector not in self.sectors:
                    raise ValueError(f"effect names sector {sector!r}, known: {', '.join(self.sectors)}")
            if effect.up == effect.down:
                raise ValueError(f"effect moves sector {effect.up!r} against itself; name another one under `down`")
            if effect.kind == NOISE_KIND:
                raise ValueError(f"effect is of kind {NOISE_KIND!r}, which is kept for events without any effect")
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> SimulatedMarket:
        if not self.sectors:
            raise ValueError("sectors is empty, name at least one")
        owner = {INDEX: "the index"}
        for sector, members in self.members.items():
            for asset in members:
                if asset in owner:
                    raise ValueError(
                        f"sectors {owner[asset]!r} and {sector!r} would both have an asset {asset}; "
                        "their first three letters must differ",
                    )
                owner[asset] = sector
        return self

    @property
    def assets(self) -> tuple[str, ...]:
        """Give all its assets, ascending."""
        return tuple(sorted({INDEX, *(asset for members in self.members.values() for asset in members)}))

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Give the assets of each sector: the first three letters in capitals and a number from 1."""
        return {
            sector: tuple(f"{sector[:3].upper()}{number}" for number in range(1, count + 1))
            for sector, count in self.sectors.items()
        }
