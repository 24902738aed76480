"""Settings of the price sources; kept apart from the loaders so that a config is checked without polars."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from data.aliases import MEANING, Aliases
from data.one_of import OneOf
from data.settings import Asset, Settings

if TYPE_CHECKING:
    from data.prices.market import SimulatedMarket

__all__ = ["Adjustment", "PriceFiles", "PriceSource", "PriceYahoo"]

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


PRICES = OneOf(
    "source",
    {
        "files": "data.prices.settings.PriceFiles",
        "yfinance": "data.prices.settings.PriceYahoo",
        "simulated": "data.prices.market.SimulatedMarket",
    },
)
if TYPE_CHECKING:
    PriceSource: TypeAlias = PriceFiles | PriceYahoo | SimulatedMarket
else:
    PriceSource = Annotated[Settings, PRICES, Field(description="Where prices come from.")]
