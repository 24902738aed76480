"""What is left of a run without one event or one company: the targets of every such scenario, walked in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.batch import Batch, walk_many
from backtest.portfolio import Targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from backtest.config.model import Config
    from backtest.plan import Draft
    from backtest.simulation import Walk
    from backtest.walks import Stage
    from signals.base import Event

__all__ = ["COLUMNS", "left_out", "scenarios", "unmade"]

COLUMNS = {
    "left_out": pl.String, "by": pl.String, "events": pl.Int64, "total_return": pl.Float64, "difference": pl.Float64,
    "max_drawdown": pl.Float64,
}  # fmt: skip
MOST_TARGETS = 4_000_000  # weights held at once
MOST_EVENTS = 400  # beyond, single events move the whole too little to pay for as many runs


def scenarios(events: Sequence[Event]) -> list[tuple[str, str, tuple[int, ...]]]:
    """Give (name, ``event`` or ``company``, positions left out): every event, then every company with its events."""
    by_company: dict[str, list[int]] = {}
    for at, event in enumerate(events):
        by_company.setdefault(event.asset, []).append(at)
    alone = [(event.event_id, "event", (at,)) for at, event in enumerate(events)] if len(events) <= MOST_EVENTS else []
    return alone + [(name or "none", "company", tuple(places)) for name, places in sorted(by_company.items())]


def unmade(events: Sequence[Event]) -> Iterator[str]:
    """Say what is not left out one by one."""
    if len(events) > MOST_EVENTS:
        yield f"Single events were not left out: {len(events):,} are more than {MOST_EVENTS}; companies were."


def left_out(
    config: Config, made: Draft, retargeted: Callable[[tuple[int, ...]], Targets], stage: Stage, walked: Walk
) -> pl.DataFrame:
    """Give the total return without each event and each company, and how far it is from the whole run's.

    Parameters
    ----------
    config, made
        As run.
    retargeted
        Gives the targets without the events at some positions, in sessions of the panel.
    stage, walked
        The whole run.

    Returns
    -------
    pl.DataFrame
        left_out (event_id or asset), by (``event`` or ``company``), events (how many), total_return, difference (less
        the whole run's) and max_drawdown, fractions. Targets are set in the same sessions as in the whole run, and what
        is left moves into the room under the caps. An event that moves nothing stands for the whole run.

    """
    cases = scenarios(made.context.events)
    moving = {event for impulses in made.impulses.values() for event in impulses.event.tolist()}
    placed = [places if moving.intersection(places) else () for _, _, places in cases]
    distinct = list(dict.fromkeys([(), *placed]))
    batches = _batches((retargeted(places) for places in distinct), stage.first)
    summary = pl.concat([walk_many(stage.market, batch, config.costs, config.account).summary for batch in batches])
    row = {places: at for at, places in enumerate(distinct)}
    found = summary[[row[places] for places in placed]]
    capital = config.account.capital
    total = found["equity"].to_numpy() / capital - 1.0
    return pl.DataFrame(
        {
            "left_out": [name for name, _, _ in cases],
            "by": [by for _, by, _ in cases],
            "events": [len(places) for _, _, places in cases],
            "total_return": total,
            "difference": total - (float(walked.equity[-1]) / capital - 1.0),
            "max_drawdown": found["max_drawdown"],
        },
        schema=COLUMNS,
    )


def _batches(cases: Iterable[Targets], first: int) -> Iterator[Batch]:
    """Lay the targets of the cases one after another, so many at a time that memory stays flat."""
    waiting: list[Targets] = []
    for targets in cases:
        waiting.append(Targets(targets.session - first, targets.start, targets.asset, targets.part, targets.weight))
        if sum(len(each.weight) for each in waiting) > MOST_TARGETS:
            yield Batch.of(waiting)
            waiting = []
    if waiting:
        yield Batch.of(waiting)
