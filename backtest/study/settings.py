"""What an event study may be asked for: a section of the config, every field with a sensible default."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from data.settings import Asset, Fraction, Settings

__all__ = ["FACTORS", "Model", "Overlap", "Study", "Window"]

Model = Literal[
    "mean", "market_adjusted", "market", "scholes_williams", "ff3", "carhart", "ff5", "ff5_mom", "matched_basket"
]
Overlap = Literal["keep", "first", "last", "merge", "drop"]
Window = tuple[int, int]

# Columns of the factor file behind every factor model, the market's excess return first.
FACTORS: dict[str, tuple[str, ...]] = {
    "ff3": ("mkt_rf", "smb", "hml"),
    "carhart": ("mkt_rf", "smb", "hml", "mom"),
    "ff5": ("mkt_rf", "smb", "hml", "rmw", "cma"),
    "ff5_mom": ("mkt_rf", "smb", "hml", "rmw", "cma", "mom"),
}


class Study(Settings):
    """How abnormal returns are measured and over which windows around every event."""

    model: Model = Field(default="market", description="What the asset would have returned without the event.")
    factors: str | None = Field(default=None, description="Parquet file of daily factors, for the factor models.")
    factor_unit: Literal["fraction", "percent"] = Field(
        default="fraction", description="Unit of the factor file; a file that cannot be of this unit is refused."
    )
    estimation_sessions: int = Field(default=250, ge=20, le=2520, description="Sessions that the model is fitted on.")
    gap: int = Field(default=10, ge=0, description="Sessions between the estimation and the earliest event window.")
    windows: tuple[Window, ...] = Field(
        default=((0, 0), (-1, 1), (0, 5), (0, 20)),
        min_length=1,
        description="Event windows: first and last session, 0 is the first session whose close can react.",
    )
    min_estimation_obs: int = Field(default=100, ge=10, description="Fewest returns that a model is fitted on.")
    max_missing_event: int = Field(default=0, ge=0, description="Most sessions without a return in an event window.")
    mask_other_events: bool = Field(
        default=True, description="Leave other events of the same asset out of the estimation window."
    )
    mask_window: Window = Field(default=(-1, 1), description="Sessions around another event that are left out.")
    overlap: Overlap = Field(
        default="keep",
        description="Events of one asset within the longest window: keep all, the first, the last, one per session "
        "(merge), or none of them (drop).",
    )
    suppliers: dict[Asset, tuple[Asset, ...]] = Field(
        default={}, description="Suppliers of an announcer, each priced; they are studied as a group of their own."
    )
    confidence: Fraction = Field(default=0.95, gt=0.5, lt=1, description="Level of the intervals.")
    bootstrap_draws: int = Field(default=499, ge=99, le=99_999, description="Draws of the wild bootstrap.")
    seed: int = Field(default=0, ge=0, description="Seed of the wild bootstrap.")

    @model_validator(mode="after")
    def _hangs_together(self) -> Study:
        for first, last in (*self.windows, self.mask_window):
            if first > last:
                raise ValueError(f"the window [{first}, {last}] ends before it begins")
        if len(set(self.windows)) < len(self.windows):
            raise ValueError("`windows` repeats a window; every one counts as a test")
        if self.min_estimation_obs > self.estimation_sessions:
            raise ValueError("`min_estimation_obs` is larger than `estimation_sessions`; nothing could be fitted")
        if self.model in FACTORS and self.factors is None:
            raise ValueError(f"`model` {self.model} needs `factors`, a parquet file of daily factors")
        return self

    @property
    def span(self) -> Window:
        """Give the sessions that all windows cover together."""
        return min(0, *(first for first, _ in self.windows)), max(0, *(last for _, last in self.windows))
