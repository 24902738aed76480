"""The straight line from a config to a result; every other study of the project is this line with other inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest import frames, walks
from backtest.config.normal import normal
from backtest.events import chosen, followed, omissions
from backtest.inputs import Inputs, lay_out, read
from backtest.metrics import summary
from backtest.portfolio import Targets, construct, decisions
from backtest.provenance import code_hash
from backtest.result import Provenance, Result
from backtest.verdict import verdict, warnings
from backtest.views import joined, views
from data.events.funnel import STAGES, funnel
from data.hashing import text_hash
from data.prices.examined import quality_frame, sentence
from signals.base import Context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.simulation import Walk
    from backtest.views import View
    from data.calendar import Calendar
    from data.events.funnel import Funnel
    from data.events.source import Events
    from data.prices.source import Prices
    from signals.base import Event

__all__ = ["run", "run_on"]


def run(config: Config, folder: Path, *, progress: Callable[[str], None] | None = None) -> Result:
    """Run one config.

    Parameters
    ----------
    config
        The research question.
    folder
        Folder that relative paths of the config start from.
    progress
        Called with a few words at the start of each step.

    Raises
    ------
    ResearchError
        When the inputs do not allow an honest answer; the sentence says what to mend.

    """
    (progress or _silent)("reading prices and events")
    return run_on(config, read(config, folder), progress=progress)


def run_on(
    config: Config, sources: tuple[Calendar, Prices, Events], *, progress: Callable[[str], None] | None = None
) -> Result:
    """Run one config on sources that are read already: many configs that name the same ones share them."""
    say = progress or _silent
    calendar, prices, events = sources
    inputs = lay_out(config, calendar, prices, events)
    say("setting targets")
    traded = chosen(inputs, config.signals)
    seen = views(inputs)
    targets = joined(seen, [_targets(config, each.inputs, each.dated(traded)) for each in seen])
    untilted = joined(seen, [_untilted(config, each.inputs, each.dated(traded)) for each in seen])
    say("simulating")
    stage = walks.stage(inputs.panel, inputs.first, config.costs, config.account, inputs.delistings, mixed=inputs.mixed)
    walked = walks.walk(stage, targets, config.costs, config.account)
    base = walks.walk(stage, untilted, config.costs, config.account)
    benchmark = _benchmark(config, inputs, seen, stage)
    split = walks.attribute(stage, targets, walked, 1 + len(traded))
    say("measuring")
    daily = frames.daily(stage, walked, base, benchmark)
    stopped = None if walked.stopped is None else inputs.first + walked.stopped
    fates = followed(inputs, config.signals, traded, split, stopped)
    trades = frames.trades(stage, walked)
    metrics = summary(config, inputs.measured_on, daily, fates)
    counts = _funnel(events, fates)
    provenance = _provenance(config, prices, events)
    return Result(
        config=config,
        run_id=_run_id(config, provenance),
        daily=daily,
        weights=frames.weights(stage, targets),
        trades=trades,
        events=fates,
        attribution=frames.attribution(stage, split, walked, traded),
        funnel=counts,
        metrics=metrics,
        verdict=verdict(config, metrics, counts),
        warnings=(
            *omissions(config, inputs),
            *warnings(daily, trades, prices, walked.margin_calls),
            *sentence(prices),
        ),
        provenance=provenance,
        quality=quality_frame(prices),
    )


def _silent(_: str) -> None:
    """Say nothing."""


def _targets(config: Config, inputs: Inputs, traded: tuple[Event, ...]) -> Targets:
    context = _context(config, inputs, traded)
    scores = [signal.scores(context) for signal in config.signals]
    return construct(config.portfolio, context, scores, config.account.gross_limit)


def _untilted(config: Config, inputs: Inputs, traded: tuple[Event, ...]) -> Targets:
    """Give the base weights alone, set in the same sessions: what differs from the tilted run is the tilts."""
    return construct(config.portfolio, _context(config, inputs, traded), [], config.account.gross_limit)


def _context(config: Config, inputs: Inputs, traded: tuple[Event, ...]) -> Context:
    return Context(traded, _decisions(config, inputs, traded), inputs.panel, config.baskets)


def _decisions(config: Config, inputs: Inputs, traded: tuple[Event, ...]) -> NDArray[np.int64]:
    last = len(inputs.panel.sessions) - 1
    every = config.portfolio.rebalance_every_sessions
    return decisions(inputs.first, last, every, [event.session for event in traded])


def _benchmark(config: Config, inputs: Inputs, seen: tuple[View, ...], stage: walks.Stage) -> Walk | None:
    """Hold the benchmark on the steady grid, at the same costs; dividends are reinvested on it."""
    if config.benchmark is None:
        return None
    column = inputs.panel.column(config.benchmark)
    view = next(each for each in seen if each.own[column])
    rows = view.rows[_decisions(config, view.inputs, ())]
    return walks.hold(stage, column, rows, config.costs, config.account)


def _funnel(events: Events, fates: pl.DataFrame) -> Funnel:
    lost = fates.filter(fates["status"] == "lost")
    following = {stage: STAGES[at + 1] for at, stage in enumerate(STAGES[:-1])}
    pairs = zip(lost["stage"].to_list(), lost["reason"].to_list(), strict=True)
    return funnel(events.read, [(following[stage], reason) for stage, reason in pairs])


def _provenance(config: Config, prices: Prices, events: Events) -> Provenance:
    return Provenance(
        prices_label=prices.label,
        events_label=events.label,
        adjustment=prices.adjustment,
        simulated=prices.simulated,
        disclosure=prices.disclosure,
        config_hash=text_hash(normal(config)),
        prices_hash=prices.content_hash,
        events_hash=events.content_hash,
        code_hash=code_hash(),
    )


def _run_id(config: Config, provenance: Provenance) -> str:
    parts = (provenance.config_hash, provenance.prices_hash, provenance.events_hash, provenance.code_hash)
    return f"{config.name}-{text_hash(parts)[:12]}"
