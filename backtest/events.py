"""Follow every event from its row to its trade: session, rule, stage reached and why it went no further."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.timing import rule
from signals.base import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.walks import Attribution
    from data.timing import Grade
    from signals import SignalSettings

__all__ = ["chosen", "followed", "omissions"]

KEPT = (
    "event_id", "group_id", "kind", "asset", "stated", "timing", "announced_at", "known_at", "channel", "period",
    "metric", "definition", "direction", "value", "low", "high", "qualifier", "prior", "expected", "unit",
    "confidence", "source", "note",
)  # fmt: skip


def chosen(inputs: Inputs, signals: Sequence[SignalSettings]) -> tuple[Event, ...]:
    """Give the events that some signal responds to and that can be traded in the run, by session, then event_id."""
    last = len(inputs.panel.sessions) - 1
    named = [
        event
        for event in _events(inputs)
        if inputs.first <= event.session <= last and any(signal.selects(event) for signal in signals)
    ]
    return tuple(sorted(named, key=lambda event: (event.session, event.event_id)))


def _events(inputs: Inputs) -> list[Event]:
    frame = inputs.events.frame
    names = ("event_id", "kind", "asset", "direction")
    facts = zip(*(frame[name].fill_null("").to_list() for name in names), strict=True)
    return [
        Event(event_id, kind, asset, direction, session)
        for (event_id, kind, asset, direction), session in zip(facts, inputs.tradable.tolist(), strict=True)
    ]


def followed(
    inputs: Inputs,
    signals: Sequence[SignalSettings],
    traded: Sequence[Event],
    split: Attribution,
    stopped: int | None,
) -> pl.DataFrame:
    """Give one row per event read: its facts, session, rule, stage, status and reason, and its P&L.

    ``stage`` is the last stage reached (read, valid, mapped, tradable, traded); ``status`` is ``traded`` or ``lost``.
    """
    part = {event.event_id: 1 + at for at, event in enumerate(traded)}
    fates = [
        _lost(*_fate(inputs, signals, event)) or _traded(event, part[event.event_id], split, stopped)
        for event in _events(inputs)
    ]
    rows = [(day, words, *fate) for day, words, fate in zip(_days(inputs), _rules(inputs), fates, strict=True)]
    facts = inputs.events.frame.select(KEPT)
    fate = pl.DataFrame(
        rows,
        schema={
            "session": pl.Date,
            "rule": pl.String,
            "stage": pl.String,
            "status": pl.String,
            "reason": pl.String,
            "pnl": pl.Float64,
        },
        orient="row",
    )
    valid = facts.hstack(fate)
    return pl.concat([valid, _rejected(inputs.events.rejected)], how="diagonal").select(valid.columns)


def _rejected(rejected: pl.DataFrame) -> pl.DataFrame:
    return rejected.select(
        "event_id",
        "kind",
        "asset",
        stage=pl.lit("read"),
        status=pl.lit("lost"),
        reason=pl.col("reason"),
        note=pl.concat_str("where", "detail", separator=": "),
    )


def _lost(stage: str, reason: str) -> tuple[object, ...] | None:
    return (stage, "lost", reason, None) if reason else None


def _traded(event: Event, part: int, split: Attribution, stopped: int | None) -> tuple[object, ...]:
    """Give the end of an event that a signal trades: its P&L, or why it never held a share."""
    if split.held[part]:
        return "traded", "traded", "", math.fsum((split.gain[:, part] - split.cost[:, part]).tolist())
    late = stopped is not None and event.session > stopped
    reason = "the account was ruined before" if late else "moved nothing: size 0, empty basket or no fill"
    return "tradable", "lost", reason, None


def _fate(inputs: Inputs, signals: Sequence[SignalSettings], event: Event) -> tuple[str, str]:
    """Give the stage reached and the reason for the loss, empty when a signal trades the event."""
    if not any(signal.selects(event) for signal in signals):
        kinds = {trigger.kind for signal in signals for trigger in signal.triggers}
        known = event.kind in kinds
        return "valid", f"{event.kind}: direction or announcer not selected" if known else f"no signal for {event.kind}"
    if event.session < inputs.first:
        return "mapped", "before the run"
    if event.session >= len(inputs.panel.sessions):
        return "mapped", "after the last session"
    return "tradable", ""


def _days(inputs: Inputs) -> list[object]:
    sessions = inputs.panel.sessions
    inside = (inputs.tradable >= 0) & (inputs.tradable < len(sessions))
    days: list[object] = sessions[np.minimum(np.maximum(inputs.tradable, 0), len(sessions) - 1)].tolist()
    return [day if kept else None for day, kept in zip(days, inside, strict=True)]


def _rules(inputs: Inputs) -> list[str]:
    grades = inputs.events.frame["timing"].to_list()
    rows = zip(grades, inputs.known_at, inputs.tradable.tolist(), strict=True)
    return [_rule(inputs, grade, at, row) for grade, at, row in rows]


def _rule(inputs: Inputs, grade: Grade, at: np.datetime64, row: int) -> str:
    exchange = inputs.exchange_of_row(row)
    said = rule(grade, at, exchange, inputs.fill)
    return said if inputs.mixed is None else f"{exchange.name}: {said}"


def omissions(config: Config, inputs: Inputs) -> Iterator[str]:
    """Say what the config asks for and the data do not hold: triggers without events, baskets without members."""
    events = _events(inputs)
    kinds = sorted({event.kind for event in events})
    for signal in config.signals:
        for at, trigger in enumerate(signal.triggers):
            if not any(trigger.matches(event) for event in events):
                yield f"{signal.name}: trigger {at} ({trigger.kind}) matches no event; kinds read: {', '.join(kinds)}."
    priced = np.maximum.accumulate(~np.isnan(inputs.panel.close), axis=0)[inputs.first - 1 : -1]
    assets = np.array(inputs.panel.assets)
    for basket in sorted(config.portfolio.base):
        empty = ~priced[:, np.isin(assets, config.baskets[basket])].any(axis=1)
        if empty.any():
            until = inputs.panel.sessions[inputs.first + int(np.flatnonzero(empty)[-1])]
            count = int(empty.sum())
            yield f"Basket {basket} had no listed member in {count} sessions, to {until}: its share was cash."
