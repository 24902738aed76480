"""What the main line hands on to those who question it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.plan import Draft
    from backtest.portfolio import Targets
    from backtest.result import Metric
    from backtest.simulation import Walk
    from backtest.views import View
    from backtest.walks import Attribution, Stage
    from signals import SignalSettings
    from signals.base import Event

__all__ = ["Line"]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One run of the main line, with everything in between kept.

    Attributes
    ----------
    signals
        With what was fitted put in.
    traded
        Events that some signal responds to and that can be traded, by session, then event_id.
    seen, drafts
        Per exchange: its view of the inputs, and what its targets were made of.
    targets, base_targets
        Of the tilted run and of the untilted mix, in rows of the walk.
    walked, base, benchmark
        The walks of the tilted run, the untilted mix and the benchmark.
    split
        The tilted run's gains and costs by part.
    daily, fates
        Frames of the result.

    """

    config: Config
    inputs: Inputs
    signals: Sequence[SignalSettings]
    traded: tuple[Event, ...]
    seen: tuple[View, ...]
    drafts: tuple[Draft, ...]
    stage: Stage
    targets: Targets
    base_targets: Targets
    walked: Walk
    base: Walk
    benchmark: Walk | None
    split: Attribution
    daily: pl.DataFrame
    fates: pl.DataFrame
    metrics: tuple[Metric, ...]
