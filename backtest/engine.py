"""The straight line from a config to a result; every other study of the project is this line with other inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from backtest import frames, held, walks
from backtest.cautions import cautions
from backtest.config.normal import normal
from backtest.events import chosen, followed, omissions, read_events
from backtest.evidence.gather import gather
from backtest.evidence.line import Line
from backtest.inputs import Inputs, lay_out, read
from backtest.metrics import summary
from backtest.metrics.carried import carried
from backtest.metrics.formulas import formulas
from backtest.metrics.intervals import with_intervals
from backtest.metrics.luck import Tried, deflated
from backtest.metrics.versus import versus
from backtest.plan import plan, replanned, untilted
from backtest.portfolio import decisions
from backtest.provenance import code_hash
from backtest.research.fits import resolved
from backtest.research.leave_out import left_out, unmade
from backtest.research.rotations import by_rotation, by_signal, notes
from backtest.result import Provenance, Result
from backtest.sources import measured_on
from backtest.verdict import judge, sentence, warnings
from backtest.views import joined, views
from data.events.funnel import STAGES, funnel
from data.events.source import doubts as event_doubts
from data.events.source import unusable
from data.hashing import text_hash
from data.prices.examined import quality_frame
from data.prices.examined import sentence as doubts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from backtest.config.model import Config
    from backtest.portfolio import Targets
    from backtest.simulation import Walk
    from backtest.views import View
    from data.calendar import Calendar
    from data.events.funnel import Funnel
    from data.events.source import Events
    from data.prices.source import Prices

__all__ = ["line_and_result", "line_of", "run", "run_on", "tried"]


def run(config: Config, folder: Path, *, progress: Callable[[str], None] | None = None) -> Result:
    """Run one config, and gather the evidence that its result is set against.

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
    say = progress or _silent
    say("reading prices and events")
    sources = read(config, folder)
    line, plain = _run(config, sources, say)
    calendar, prices, _ = sources

    def rerun(events: Events) -> Line:
        return line_of(config, (calendar, prices, events))

    say("leaving events out")
    left = _leave_out(line)
    gathered = gather(line, folder, say, rerun)
    say("resampling")
    measured, intervals = with_intervals(config, line.inputs.measured_on, plain.daily, plain.metrics)
    said = (*plain.warnings, *unmade(line.drafts[0].context.events))
    whole = replace(plain, leave_out=left, warnings=said, evidence=gathered, intervals=intervals,
                    metrics=(*measured, *versus(config, line.inputs.measured_on, plain.daily)))  # fmt: skip
    return tried(whole, Tried())


def tried(result: Result, count: Tried) -> Result:
    """Give a result with its Sharpe ratios deflated by what was tried on its data, and judged by that."""
    given = (result.config, measured_on(result.config), result.daily, count)
    known = deflated(*given)
    names = {metric.name for metric in known}
    metrics = (*(metric for metric in result.metrics if metric.name not in names), *known)
    metrics, intervals = carried(metrics, result.intervals, formulas(*given))
    judgement = judge(result.config, metrics, result.funnel, result.evidence)
    told = sentence(judgement, metrics)
    return replace(result, metrics=metrics, intervals=intervals, judgement=judgement, verdict=told)


def run_on(
    config: Config, sources: tuple[Calendar, Prices, Events], *, progress: Callable[[str], None] | None = None
) -> Result:
    """Run one config on sources that are read already, without evidence: many configs that name the same share them."""
    return _run(config, sources, progress or _silent)[1]


def line_of(config: Config, sources: tuple[Calendar, Prices, Events]) -> Line:
    """Give the main line of a config with everything in between, for those who question it."""
    return line_and_result(config, sources)[0]


def line_and_result(config: Config, sources: tuple[Calendar, Prices, Events]) -> tuple[Line, Result]:
    """Give the main line of a config, and the result that is to be counted where the line is shown."""
    return _run(config, sources, _silent)


def _run(config: Config, sources: tuple[Calendar, Prices, Events], say: Callable[[str], None]) -> tuple[Line, Result]:
    inputs = lay_out(config, *sources)
    say("setting targets")
    events_read = read_events(inputs)
    signals, fits, fit_paths = resolved(config, inputs, events_read)
    traded = chosen(inputs, signals, events_read)
    seen = views(inputs)
    planned = [plan(config, each.inputs, signals, each.dated(traded)) for each in seen]
    targets = joined(seen, [each.targets for each in planned])
    base_mix = joined(seen, [untilted(config, each.draft) for each in planned])
    made = planned[0].draft
    say("simulating")
    stage = walks.stage(inputs.panel, inputs.first, config.costs, config.account, inputs.delistings, mixed=inputs.mixed)
    walked = walks.walk(stage, targets, config.costs, config.account)
    base = walks.walk(stage, base_mix, config.costs, config.account)
    benchmark = _benchmark(config, inputs, seen, stage)
    split = walks.attribute(stage, targets, walked, made.number.parts)
    say("measuring")
    daily = frames.daily(stage, walked, base, benchmark)
    stopped = None if walked.stopped is None else inputs.first + walked.stopped
    fates = followed(inputs, made.signals, made.number, split, stopped, events=events_read, traded=traded)
    metrics = summary(config, inputs.measured_on, daily, fates)
    drafts = tuple(each.draft for each in planned)
    line = Line(
        config, inputs, signals, traded, seen, drafts, stage, targets, base_mix, walked, base, benchmark, split, daily,
        fates, metrics,
    )  # fmt: skip
    planning = [*omissions(config, inputs, events_read), *cautions(config, inputs)]
    planning += dict.fromkeys(said for each in planned for said in notes(config, inputs, each))
    return line, replace(_counted(line, sources, planning), fits=fits, fit_paths=fit_paths)


def _counted(line: Line, sources: tuple[Calendar, Prices, Events], planning: list[str]) -> Result:
    """Give the result of a line, with what is to be said of its planning, its walk and its sources."""
    _, prices, events = sources
    config, stage, made = line.config, line.stage, line.drafts[0]
    trades, counts = frames.trades(stage, line.walked), _funnel(events, line.fates)
    walking = warnings(line.daily, trades, prices, line.walked.margin_calls)
    judgement = judge(config, line.metrics, counts)
    provenance = _provenance(config, prices, events)
    return Result(
        config=config,
        run_id=_run_id(config, provenance),
        daily=line.daily,
        weights=frames.weights(stage, line.targets),
        exposure=held.exposure(stage, line.walked, held.parted(config)),
        trades=trades,
        events=line.fates,
        attribution=frames.attribution(stage, line.split, line.walked, made.behind),
        funnel=counts,
        metrics=line.metrics,
        verdict=sentence(judgement, line.metrics),
        warnings=(*unusable(events), *planning, *walking, *doubts(prices), *event_doubts(events)),
        provenance=provenance,
        signals=by_signal(made, line.targets, line.split),
        rotations=by_rotation(made, line.targets, line.split),
        quality=quality_frame(prices),
        judgement=judgement,
    )


def _silent(_: str) -> None:
    """Say nothing."""


def _leave_out(line: Line) -> pl.DataFrame:
    def retargeted(places: tuple[int, ...]) -> Targets:
        return joined(line.seen, [replanned(line.config, draft, without=places) for draft in line.drafts])

    return left_out(line.config, line.drafts[0], retargeted, line.stage, line.walked)


def _benchmark(config: Config, inputs: Inputs, seen: tuple[View, ...], stage: walks.Stage) -> Walk | None:
    """Hold the benchmark on the steady grid, at the same costs; dividends are reinvested on it."""
    if config.benchmark is None:
        return None
    column = inputs.panel.column(config.benchmark)
    view = next(each for each in seen if each.own[column])
    last = len(view.inputs.panel.sessions) - 1
    grid = decisions(view.inputs.first, last, config.portfolio.rebalance_every_sessions, ())
    return walks.hold(stage, column, view.rows[grid], config.costs, config.account)


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
