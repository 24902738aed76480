"""From tradable events to target weights: the context signals are given, their scores, combined, added to the base."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from backtest.portfolio import build, combined, decisions, drifted, numbering
from signals import EventDriven
from signals.base import Context
from signals.history import History
from signals.impulses import moved, scored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.portfolio import Built, Numbering, Targets
    from signals import SignalSettings
    from signals.base import Event, Scores
    from signals.impulses import Impulses

__all__ = ["Draft", "Plan", "context", "draft", "plan", "replanned", "sessions_of", "untilted"]

READERS = ("capex_trend", "rpo_change")  # kinds of signal that follow series of the ledger


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What targets are made of, and who stands behind their parts.

    Attributes
    ----------
    context
        What the signals were given.
    signals
        With what was fitted put in.
    impulses
        What the events of every event-driven signal move, by its name.
    plain
        Scores of the controls, by name.
    number
        Who stands behind a part.

    """

    context: Context
    signals: tuple[SignalSettings, ...]
    impulses: Mapping[str, Impulses]
    plain: Mapping[str, Scores]
    number: Numbering

    @property
    def sessions(self) -> NDArray[np.int64]:
        """Give the sessions in which the events can first be traded, shape (E,)."""
        return np.array([event.session for event in self.context.events], dtype=np.int64)

    @property
    def behind(self) -> list[tuple[str, str]]:
        """Give (event_id, name of the signal) of every part but the base; a control stands for its own event."""
        pairs = zip(self.number.signal.tolist(), self.number.event.tolist(), strict=True)
        named = [(self.signals[signal].name, event) for signal, event in pairs]
        return [(name if event < 0 else self.context.events[event].event_id, name) for name, event in named]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The targets of a run (with their totals and what the bounds left of them), and what they were made of."""

    draft: Draft
    built: Built

    @property
    def targets(self) -> Targets:
        """Give the targets."""
        return self.built.targets


def plan(config: Config, inputs: Inputs, signals: Sequence[SignalSettings], events: Sequence[Event]) -> Plan:
    """Set the targets of a run.

    Raises
    ------
    RunError
        When targets break a bound, or an expression cannot be evaluated.

    """
    at = sessions_of(config, inputs, signals, events)
    return _plan(config, context(config, inputs, events, at), signals)


def replanned(
    config: Config,
    made: Draft,
    *,
    without: Sequence[int] = (),
    sessions: NDArray[np.int64] | None = None,
    firms: NDArray[np.int64] | None = None,
) -> Targets:
    """Give the targets without some events (positions), or with events moved to other sessions, shape (E,).

    ``firms`` (E, N) names the asset that each event's tilt on another falls on instead. Targets are set in the same
    sessions; sizes and loadings stay, and so does what the bounds say.
    """
    at = made.sessions if sessions is None else sessions
    left = {name: impulses.without(without) for name, impulses in made.impulses.items()}
    return _built(config, replace(made, impulses=left), at, firms).targets


def untilted(config: Config, made: Draft) -> Targets:
    """Give the base weights alone, set in the same sessions: what differs from the tilted run is the tilts."""
    return build(config.portfolio, made.context, [], config.account.gross_limit).targets


def context(config: Config, inputs: Inputs, events: Sequence[Event], at: NDArray[np.int64]) -> Context:
    """Give what signals see, with decisions at the given sessions of the panel."""
    gone = {inputs.panel.assets[column]: session for session, column in inputs.delistings}
    history = History(inputs.events.ledger) if any(signal.kind in READERS for signal in config.signals) else None
    per_year = inputs.calendar.sessions_per_year if config.combination else math.nan
    return Context(tuple(events), at, inputs.panel, config.baskets, config.weighting, gone, history, per_year)


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


def draft(given: Context, signals: Sequence[SignalSettings]) -> Draft:
    """Ask the signals what they move at the decisions of a context."""
    impulses, plain = dict[str, "Impulses"](), dict[str, "Scores"]()
    for signal in signals:
        if isinstance(signal, EventDriven):
            impulses[signal.name] = signal.impulses(given)
        else:
            plain[signal.name] = signal.scores(given)
    return Draft(given, tuple(signals), impulses, plain, numbering(signals, given.events))


def _plan(config: Config, given: Context, signals: Sequence[SignalSettings]) -> Plan:
    drafted = draft(given, signals)
    return Plan(drafted, _built(config, drafted, drafted.sessions))


def _built(config: Config, made: Draft, sessions: NDArray[np.int64], firms: NDArray[np.int64] | None = None) -> Built:
    """Score, combine and add to the base."""
    given = made.context
    scores = {
        signal.name: _on(firms, scored(made.impulses[signal.name], sessions, given.decisions))
        if signal.name in made.impulses
        else made.plain[signal.name]
        for signal in made.signals
    }
    found = combined(
        config.combination, scores, given, lambda name: _level(made, name, sessions), given.sessions_per_year
    )
    return build(config.portfolio, given, found, config.account.gross_limit, made.number)


def _on(firms: NDArray[np.int64] | None, scores: Scores) -> Scores:
    """Let every event's scores fall on the assets that stand in for its own."""
    return scores if firms is None else replace(scores, asset=firms[scores.event, scores.asset])


def _level(made: Draft, name: str, sessions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what a signal moves, net, at every decision: the sum over its impulses, or a control's tilts above 0."""
    at = made.context.decisions
    if name in made.impulses:
        decision, _, amount = moved(made.impulses[name], sessions, at)
    else:
        decision, amount = made.plain[name].decision, np.maximum(made.plain[name].value, 0.0)
    return np.bincount(decision, amount, len(at)).astype(np.float64)
