"""How much evidence a run gathers, as a section of the config."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from data.settings import Settings

__all__ = ["Evidence"]

EffectiveTrials = Literal["rank", "average_correlation", "clusters", "all"]
Design = Literal["auto", "random_dates", "whole_dates", "circular_shift", "random_assets", "sign_flips"]


class Evidence(Settings):
    """Placebo draws, shifts of the events' sessions, and whether the event study is made with every run."""

    placebo_draws: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=2000, description="Whole backtests on placebo events; 0: none."
    )
    placebo_design: Design = Field(
        default="auto",
        description="What a placebo moves; auto: whole dates when events share sessions, else random dates. "
        "random_assets: events keep their dates, and every date's tilts fall on other assets of the baskets.",
    )
    shifts: tuple[Annotated[int, Field(ge=-1, le=60)], ...] = Field(
        default=(-1, 0, 1, 2, 3, 4, 5),
        description="Sessions by which all events are shifted; -1 trades before the news and is no strategy.",
    )
    study: bool = Field(default=True, description="Make the event study with every run.")
    hindsight: bool = Field(default=True, description="Run on the latest vintages, too, and show what they would add.")
    plausible_drift_bps: Annotated[float, Field(gt=0, le=10_000)] = Field(
        default=300.0,
        description="Gain per event, before costs, in bps of the notional it moves, that the thesis is held to promise "
        "(a rotation's two legs count together); a run that could not have seen it is not informative.",
    )
    effective_trials: EffectiveTrials = Field(
        default="rank",
        description="How many independent trials those on the same data are worth: rank, 1 + effective rank of the "
        "correlations of their returns less their mean; average_correlation, r + (1 - r) N; clusters of returns; or "
        "all of them.",
    )
