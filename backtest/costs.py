"""What trading costs and what the account may do: the settings behind every simulated fill."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from data.settings import Asset, Fraction, NonNegative, Positive, Settings

__all__ = ["Account", "Costs"]


class Costs(Settings):
    """Costs of trading and of carrying positions; every kind is booked in its own column."""

    commission_bps: NonNegative = Field(default=0.0, description="Commission, in bps of the filled notional.")
    commission_per_share: NonNegative = Field(default=0.0, description="Commission per share, in account currency.")
    commission_min: NonNegative = Field(
        default=0.0,
        description="Least commission of one order, in account currency; without leverage a sale makes no debt for it.",
    )
    half_spread_bps: NonNegative = Field(default=0.0, lt=10_000, description="Half the bid-ask spread; moves the fill.")
    slippage_bps: NonNegative = Field(default=0.0, lt=10_000, description="Further adverse move of the fill price.")
    impact: NonNegative = Field(
        default=0.0,
        description="Square-root impact: impact x daily volatility x sqrt(shares / average volume) x notional.",
    )
    borrow_bps_per_year: NonNegative = Field(default=0.0, description="Fee on short market value, ACT/365.")
    borrow_bps_of: dict[Asset, NonNegative] = Field(default_factory=dict, description="The fee of single assets.")
    margin_bps_per_year: NonNegative = Field(default=0.0, description="Interest on debit cash, ACT/365.")
    cash_bps_per_year: NonNegative = Field(default=0.0, description="Interest on credit cash, ACT/365.")

    @model_validator(mode="after")
    def _fill_stays_positive(self) -> Costs:
        if self.half_spread_bps + self.slippage_bps >= 10_000:
            raise ValueError("half_spread_bps + slippage_bps must stay below 10000, or sales would fetch nothing")
        return self


class Account(Settings):
    """Capital, when orders fill, and the bounds every order is held to."""

    capital: float = Field(
        default=1_000_000.0,
        ge=1e-15,
        le=1e15,
        description="Cash before the first session, account currency; 1e-15 to 1e15, as 16 digits allow.",
    )
    fill: Literal["open", "close"] = Field(default="open", description="Price at which orders fill.")
    max_gross: Positive = Field(default=1.0, description="Most gross exposure after any fill, as a multiple of equity.")
    no_trade_band: NonNegative = Field(
        default=0.0,
        lt=1,
        description="Skip orders smaller than this fraction of equity; closing orders always go.",
    )
    lot: NonNegative = Field(default=0.0, description="Shares come in multiples of this; 0: fractions of shares.")
    turnover_cap: NonNegative = Field(
        default=0.0,
        description="Most notional traded in one session, a fraction of equity, the rest is carried over; 0: no cap.",
    )
    participation_cap: NonNegative = Field(
        default=0.0,
        le=1,
        description="Most of the average volume that one order takes, the rest is carried over; 0: no cap.",
    )
    initial_margin: Fraction = Field(default=0.0, description="Equity per gross exposure after any fill; 0: no rule.")
    maintenance_margin: Fraction = Field(
        default=0.0,
        description="Equity per gross exposure at the close; a breach scales positions down next session; 0: no rule.",
    )
    funding: Literal["scale", "sequential"] = Field(
        default="scale",
        description="scale: buys that do not fit are scaled by one factor. sequential: in turn, the largest alone "
        "bears the shortage, as in vectorbt; for differential tests only, without any other bound.",
    )

    @model_validator(mode="after")
    def _sequential_is_bare(self) -> Account:
        bounds = ("no_trade_band", "lot", "turnover_cap", "participation_cap", "initial_margin", "maintenance_margin")
        asked = [name for name in bounds if getattr(self, name)] + ["max_gross"] * (self.max_gross != 1)
        if self.funding == "sequential" and asked:
            raise ValueError(f"funding: sequential knows no bounds, leave out {', '.join(asked)}")
        return self

    @model_validator(mode="after")
    def _margins_in_order(self) -> Account:
        if self.maintenance_margin > self.initial_margin > 0:
            raise ValueError("maintenance_margin must not exceed initial_margin, or every fill would be called at once")
        return self

    @property
    def gross_limit(self) -> float:
        """Give the tighter of max_gross and 1 / initial_margin."""
        return min(self.max_gross, 1.0 / self.initial_margin) if self.initial_margin else self.max_gross
