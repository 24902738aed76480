"""From tradable events to target weights: the context signals are given, their scores, combined, added to the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.portfolio import build, combined, decisions, drifted, numbering
from signals import EventDriven
from signals.base import Context
from signals.history import History
from signals.impulses import moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.portfolio import Built, Numbering, Targets
    from signals import SignalSettings
    from signals.base import Event

__all__ = ["Plan", "context", "plan", "sessions_of", "untilted"]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Targets, who stands behind their parts, and what the signals were given."""

    context: Context
    signals: tuple[SignalSettings, ...]
    number: Numbering
    built: Built

    @property
    def targets(self) -> Targets:
        """Give the targets."""
        return self.built.targets

    @property
    def behind(self) -> list[tuple[str, str]]:
        """Give (event_id, name of the signal) of every part but the base; a control stands for its own event."""
        pairs = zip(self.number.signal.tolist(), self.number.event.tolist(), strict=True)
        named = [(self.signals[signal].name, event) for signal, event in pairs]
        return [(name if event < 0 else self.context.events[event].event_id, name) for name, event in named]


def plan(config: Config, inputs: Inputs, signals: Sequence[SignalSettings], events: Sequence[Event]) -> Plan:
    """Set the targets of a run.

    Raises
    ------
    RunError
        When targets break a bound, or an expression cannot be evaluated.

    """
    at = sessions_of(config, inputs, signals, events)
    return _plan(config, context(config, inputs, events, at), signals)


def untilted(config: Config, made: Plan) -> Targets:
    """Give the base weights alone, set in the same sessions: what differs from the tilted run is the tilts."""
    return build(config.portfolio, made.context, [], config.account.gross_limit).targets


def context(config: Config, inputs: Inputs, events: Sequence[Event], at: NDArray[np.int64]) -> Context:
    """Give what signals see, with decisions at the given sessions of the panel."""
    gone = {inputs.panel.assets[column]: session for session, column in inputs.delistings}
    history = History(inputs.events.ledger) if any(signal.kind in READERS for signal in config.signals) else None
    return Context(tuple(events), at, inputs.panel, config.baskets, config.weighting, gone, history)


READERS = ("capex_trend", "rpo_change")  # kinds of signal that follow series of the ledger


def sessions_of(
    config: Config, inputs: Inputs, signals: Sequence[SignalSettings], events: Sequence[Event]
) -> NDArray[np.int64]:
    """Give the sessions in which targets are set."""
    settings, last = config.portfolio, len(inputs.panel.sessions) - 1
    on = [event.session for event in events] if settings.rebalance_on_events else []
    anyway = decisions(inputs.first, last, settings.rebalance_every_sessions, on)
    if settings.rebalance_on_drift is None:
        return anyway
    every = np.arange(inputs.first, last + 1, dtype=np.int64)
    whole = context(config, inputs, events, every)
    totals = _plan(config, whole, signals).built.totals
    returns = whole.past_returns(last + 1, last + 1 - inputs.first)
    return every[drifted(totals, returns, np.isin(every, anyway), settings.rebalance_on_drift)]


def _plan(config: Config, given: Context, signals: Sequence[SignalSettings]) -> Plan:
    scores = {signal.name: signal.scores(given) for signal in signals}
    per_year = config.sessions_per_year
    found = combined(config.combination, scores, given, lambda: _levels(given, signals), per_year)
    number = numbering(signals, given.events)
    built = build(config.portfolio, given, found, config.account.gross_limit, number)
    return Plan(given, tuple(signals), number, built)


def _levels(given: Context, signals: Sequence[SignalSettings]) -> dict[str, NDArray[np.float64]]:
    """Give what every signal moves, net, at every decision: the sum over its impulses, or a control's tilts above 0."""
    sessions = np.array([event.session for event in given.events], dtype=np.int64)
    levels: dict[str, NDArray[np.float64]] = {}
    count = len(given.decisions)
    for signal in signals:
        if isinstance(signal, EventDriven):
            decision, _, amount = moved(signal.impulses(given), sessions, given.decisions)
        else:
            score = signal.scores(given)
            decision, amount = score.decision, np.maximum(score.value, 0.0)
        levels[signal.name] = np.bincount(decision, amount, count).astype(np.float64)
    return levels
