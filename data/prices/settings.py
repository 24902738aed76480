"""Settings of the price sources; kept apart from the loaders so that a config is checked without polars."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from data.aliases import MEANING, Aliases
from data.settings import Asset, Name, NonNegative, Positive, Settings

__all__ = [
    "INDEX",
    "NOISE_KIND",
    "Adjustment",
    "PlantedEffect",
    "PriceFiles",
    "PriceSource",
    "PriceYahoo",
    "SimulatedMarket",
]

Adjustment = Literal["raw", "split", "total"]
PriceField = Literal["session", "asset", "open", "high", "low", "close", "volume", "dividend", "split"]
# Corporate actions that prices of an adjustment have in them already.
COVERED: dict[Adjustment, tuple[PriceField, ...]] = {"raw": (), "split": ("split",), "total": ("dividend", "split")}


class Delisting(Settings):
    """The end of an asset: from this session on it is gone, at its last price times (1 + loss)."""

    session: date = Field(description="First session without trading.")
    loss: float = Field(
        default=-0.3,
        ge=-1,
        description="Return over the last price; -0.3 is the usual stand-in for failed firms (Shumway 1997).",
    )


AllowGaps = Annotated[
    int | None,
    Field(
        ge=0,
        description="Most sessions in a row without a close between two closes of an asset; more stop the run. Without "
        "a limit every gap is listed and the last price is held.",
    ),
]


class PriceFiles(Settings):
    """Prices from one parquet or CSV file, or from a folder of them; long (a row per session and asset) or wide."""

    source: Literal["files"] = "files"
    path: str = Field(min_length=1, description="File or folder; relative to the config's folder, else to the cwd.")
    adjustment: Adjustment = Field(
        description="What the prices are: raw (as traded), split (split-adjusted) or total (dividends reinvested too).",
    )
    layout: Literal["long", "wide"] = Field(
        default="long",
        description="long: a row per session and asset; wide: a column per asset, closes only.",
    )
    columns: dict[PriceField, str] = Field(
        default_factory=dict,
        description="Our field: the file's column, where they differ, as `session: date`.",
    )
    basis_close: str | None = Field(
        default=None,
        description="The file's close on the basis of its open, high and low, when `close` is mapped to an adjusted "
        "close: they are then scaled by close / basis_close.",
    )
    aliases: Aliases = Field(default_factory=dict, description=MEANING)
    date_format: str | None = Field(default=None, description="strptime format of text dates that are not ISO 8601.")
    allow_gaps: AllowGaps = None
    halted: bool = Field(
        default=False,
        description="true: a price of 0 means that trading was halted, so it is no price; false: it stops the run.",
    )
    delistings: dict[Asset, Delisting] = Field(
        default_factory=dict,
        description="Assets that stopped trading for good; without an entry a last price is held to the end.",
    )
    name: str = Field(default="", max_length=80, description="What the page calls this source.")

    @model_validator(mode="after")
    def _actions_once(self) -> PriceFiles:
        for field in COVERED[self.adjustment]:
            if field in self.columns:
                raise ValueError(
                    f"columns maps {field!r}, but prices declared `{self.adjustment}` have every {field} in them: "
                    "it would be counted twice; take the column out, or declare what the prices really are",
                )
        return self

    @model_validator(mode="after")
    def _layout_fits(self) -> PriceFiles:
        others = sorted(set(self.columns) - {"session"})
        if self.layout == "wide" and (others or self.basis_close is not None):
            names = ", ".join(others) if others else "basis_close"
            raise ValueError(f"a wide table has a session column and closes only, it cannot have {names}")
        if self.basis_close is not None and self.basis_close == self.columns.get("close", "close"):
            raise ValueError("basis_close is the column of `close` itself, so there is nothing to scale; leave it out")
        return self


class PriceYahoo(Settings):
    """Prices of Yahoo Finance, fetched once into a store and read from there; split-adjusted, dividends beside them."""

    source: Literal["yfinance"] = "yfinance"
    start: date = Field(description="First day asked for.")
    end: date | None = Field(default=None, description="Last day asked for; without it the last session that closed.")
    store: str = Field(
        default="prices-store",
        min_length=1,
        description="Folder that keeps every fetched history; relative to the config's folder.",
    )
    allow_gaps: AllowGaps = None
    name: str = Field(default="", max_length=80, description="What the page calls this source.")

    @model_validator(mode="after")
    def _in_order(self) -> PriceYahoo:
        if self.end is not None and self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        return self


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
    def members(self) -> dict[str, tuple[str, ...]]:
        """Give the assets of each sector: the first three letters in capitals and a number from 1."""
        return {
            sector: tuple(f"{sector[:3].upper()}{number}" for number in range(1, count + 1))
            for sector, count in self.sectors.items()
        }


PriceSource = Annotated[
    PriceFiles | PriceYahoo | SimulatedMarket,
    Field(discriminator="source", description="Where prices come from."),
]
