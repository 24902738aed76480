"""How scores become a portfolio: base mix, tilts, neutrality, bounds and the sessions in which targets are set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from data.one_of import OneOf
from data.settings import Name, Settings

if TYPE_CHECKING:
    from backtest.portfolio.combination import Cap, Gate, Rank, VolatilityTarget, Weights

__all__ = ["Bounds", "Combination", "Neutral", "Portfolio"]

STEPS = OneOf(
    "kind",
    {
        "cap": "backtest.portfolio.combination.Cap",
        "gate": "backtest.portfolio.combination.Gate",
        "rank": "backtest.portfolio.combination.Rank",
        "volatility_target": "backtest.portfolio.combination.VolatilityTarget",
        "weights": "backtest.portfolio.combination.Weights",
    },
)
if TYPE_CHECKING:
    Combination: TypeAlias = Cap | Gate | Rank | VolatilityTarget | Weights
else:
    Combination = Annotated[Settings, STEPS, Field(description="One step from scores to tilts.")]


class Bounds(Settings):
    """From ``least`` to ``most``, fractions of equity; without one there is no bound on that side."""

    least: float | None = Field(default=None, description="Least of it, a fraction of equity.")
    most: float | None = Field(default=None, description="Most of it, a fraction of equity.")

    @model_validator(mode="after")
    def _in_order(self) -> Bounds:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least {self.least} is above most {self.most}")
        return self


class Neutral(Settings):
    """A hedge that takes the market out: every tilt is offset by a basket, in money or in past beta."""

    to: Literal["dollar", "beta"] = Field(default="dollar", description="What the hedge brings to 0.")
    with_: Name = Field(alias="with", description="Basket that hedges.")
    of: Literal["tilts", "portfolio"] = Field(default="tilts", description="What is hedged: the tilts, or base too.")
    beta_sessions: Annotated[int, Field(ge=20, le=2520)] = Field(
        default=252, description="Sessions before a decision that give betas; an asset with fewer than 20 has beta 1."
    )


class Portfolio(Settings):
    """Base weights per basket, what may be held, and when targets are set anew."""

    base: dict[Name, Annotated[float, Field(ge=-1, le=1)]] = Field(
        min_length=1,
        description="Basket: fraction of equity; what is left stays in cash.",
    )
    rebalance_every_sessions: int = Field(
        default=5,
        ge=1,
        le=10_000,
        description="Targets are set anew on this grid, counted from the first session, and on every event session.",
    )
    rebalance_on_events: bool = Field(default=True, description="Without it an event waits for the next grid session.")
    rebalance_on_drift: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Set targets in sessions, too, before which a holding was further than this from its target.",
    )
    long_only: bool = Field(default=True, description="A negative target weight is then an error.")
    neutral: Neutral | None = Field(default=None, description="A hedge that takes the market out of the tilts.")
    max_weight: float | None = Field(default=None, gt=0, le=10, description="Most |target| of one asset.")
    gross: Bounds = Field(default=Bounds.model_construct(), description="Bounds of the sum of |targets|.")
    net: Bounds = Field(default=Bounds.model_construct(), description="Bounds of the sum of targets.")
    infeasible: Literal["refuse", "shrink"] = Field(
        default="refuse",
        description="When targets break a bound: stop and say where, or shrink that decision's tilts by one factor.",
    )
