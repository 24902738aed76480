"""Follow every event from its row to its trade: session, rule, stage reached and why it went no further."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.counts import many
from data.events.features import changes, surprises
from data.timing import rule
from signals import EventDriven
from signals.base import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.portfolio import Numbering
    from backtest.walks import Attribution
    from data.timing import Grade
    from signals import SignalSettings
    from signals.base import Fact, Signal

__all__ = ["chosen", "followed", "omissions", "read_events"]

KEPT = (
    "event_id", "group_id", "kind", "asset", "stated", "timing", "announced_at", "known_at", "channel", "period",
    "metric", "definition", "direction", "value", "low", "high", "qualifier", "prior", "expected", "unit",
    "confidence", "source", "note",
)  # fmt: skip


UNREAD = ("event_id", "kind", "asset", "direction", "announced_at", "timing", "known_at", "stated", "source", "note")
SURPRISES = ("number", "over_prior", "over_expected", "width")
CHANGES = ("level", "revision", "over_quarter", "over_year", "acceleration")


def chosen(inputs: Inputs, signals: Sequence[Signal], events: Sequence[Event] | None = None) -> tuple[Event, ...]:
    """Give the events that some signal responds to and that can be traded in the run, by session, then event_id."""
    last = len(inputs.panel.sessions) - 1
    named = [
        event
        for event in (read_events(inputs) if events is None else events)
        if inputs.first <= event.session <= last and any(signal.selects(event) for signal in signals)
    ]
    return tuple(sorted(named, key=lambda event: (event.session, event.event_id)))


def read_events(inputs: Inputs) -> tuple[Event, ...]:
    """Give every event as signals may read it, in the order of the frame; features as known at each one's own instant.

    Facts are the columns of its row, columns of the user's own file among them, and the features of
    ``data.events.features``; what is absent is None.
    """
    frame = inputs.events.frame
    if not frame.height:
        return ()
    said = [name for name in frame.columns if name not in UNREAD and _readable(frame.schema[name])]
    facts = frame.select("event_id", "known_at", pl.col(said).exclude(pl.Date, pl.Boolean), *_plain(frame, said))
    changed = changes(inputs.events.ledger).select("event_id", "known_at", *CHANGES)
    joined = (
        facts.hstack(surprises(frame).select(SURPRISES))
        .join(changed.unique(["event_id", "known_at"], keep="last", maintain_order=True), how="left",
              on=["event_id", "known_at"], maintain_order="left")
        .drop("event_id", "known_at")
    )  # fmt: skip
    keys = frame.select(pl.col("event_id", "kind", "asset", "direction").fill_null(""))
    known = frame["known_at"].to_physical().to_list()
    rows = zip(keys.iter_rows(), joined.iter_rows(named=True), known, inputs.tradable.tolist(), strict=True)
    return tuple(_event(key, row, known_us, session) for key, row, known_us, session in rows)


def _event(key: tuple[str, ...], facts: dict[str, Fact], known_us: int, session: int) -> Event:
    event_id, kind, asset, direction = key
    return Event(event_id, kind, asset, direction, session, known_us, facts)


def _readable(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in {pl.String, pl.Boolean, pl.Date}


def _plain(frame: pl.DataFrame, said: Sequence[str]) -> list[pl.Expr]:
    """Write days as ISO texts and truths as 1 and 0."""
    days = [pl.col(name).dt.to_string() for name in said if frame.schema[name] == pl.Date]
    return [*days, *(pl.col(name).cast(pl.Float64) for name in said if frame.schema[name] == pl.Boolean)]


def followed(
    inputs: Inputs,
    signals: Sequence[SignalSettings],
    number: Numbering,
    split: Attribution,
    stopped: int | None,
    *,
    events: Sequence[Event],
    traded: Sequence[Event],
) -> pl.DataFrame:
    """Give one row per event read: its facts, session, rule, stage, status and reason, and its P&L.

    ``stage`` is the last stage reached (read, valid, mapped, tradable, traded); ``status`` is ``traded`` or ``lost``.
    """
    parts: dict[str, list[int]] = {event.event_id: [] for event in traded}
    for part, of in enumerate(number.event.tolist(), start=1):
        if of >= 0:
            parts[traded[of].event_id].append(part)
    fates = [
        _lost(*_fate(inputs, signals, event)) or _traded(event, parts[event.event_id], split, stopped)
        for event in events
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


def _traded(event: Event, parts: list[int], split: Attribution, stopped: int | None) -> tuple[object, ...]:
    """Give the end of an event that signals trade: its P&L over all of them, or why it never held a share."""
    if split.held[parts].any():
        made = split.gain[:, parts] - split.cost[:, parts]
        return "traded", "traded", "", math.fsum(made.ravel().tolist())
    late = stopped is not None and event.session > stopped
    if late:
        return "tradable", "lost", "the account was ruined before", None
    if split.unpriced[parts].any():
        return "tradable", "lost", "its orders waited and expired: no fill price while it lasted", None
    return "tradable", "lost", "moved nothing: size 0, empty basket, replaced at once or no fill", None


def _fate(inputs: Inputs, signals: Sequence[SignalSettings], event: Event) -> tuple[str, str]:
    """Give the stage reached and the reason for the loss, empty when a signal trades the event."""
    if not any(signal.selects(event) for signal in signals):
        kinds = {kind for signal in signals if isinstance(signal, EventDriven) for kind in signal.kinds}
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


def omissions(config: Config, inputs: Inputs, events: Sequence[Event]) -> Iterator[str]:
    """Say what the config asks for and the data do not hold: triggers without events, baskets without members."""
    kinds = sorted({event.kind for event in events})
    for signal in config.signals:
        for sentence in signal.unmatched(events) if isinstance(signal, EventDriven) else ():
            yield f"{signal.name}: {sentence}; kinds read: {', '.join(kinds)}."
    priced = np.maximum.accumulate(~np.isnan(inputs.panel.close), axis=0)[inputs.first - 1 : -1]
    assets = np.array(inputs.panel.assets)
    for basket in sorted(config.portfolio.base):
        empty = ~priced[:, np.isin(assets, config.baskets[basket])].any(axis=1)
        if empty.any():
            until = inputs.panel.sessions[inputs.first + int(np.flatnonzero(empty)[-1])]
            count = int(empty.sum())
            yield f"Basket {basket} had no listed member in {many(count, 'session')}, to {until}: its share was cash."
