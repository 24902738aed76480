"""Gains of the events' tilts as plain sums of weights times returns, nothing compounded, nothing charged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.evidence.tilts import alone, asked
from backtest.study.exchanges import at_closes
from backtest.study.models import average
from backtest.study.of_run import happenings
from signals.past import returns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.evidence.line import Line
    from backtest.study.settings import Study
    from data.panel import Panel

    Floats = NDArray[np.float64]

__all__ = ["Planned", "Studied", "planned", "studied"]


class Studied(NamedTuple):
    """What the events' tilts gain over the study's window, fractions of the capital.

    Attributes
    ----------
    events, last, short
        Events, last session of the window, events whose abnormal returns take beta 1 for want of history.
    even, sized
        Abnormal, every event at the mean notional, and at its own.
    raw, timed
        Raw at its own notional, from day 0, and from the first tradable fill.

    """

    events: int
    last: int
    short: int
    even: float
    sized: float
    raw: float
    timed: float


class Planned(NamedTuple):
    """What weights gain as they are set at decisions: every event alone, the run's events together, and all tilts."""

    alone: float
    events: float
    all: float


class Legs(NamedTuple):
    """Total returns: of whole sessions, up to the fill, and from the fill to the close; 0 where unknown, (T, N)."""

    whole: Floats
    before: Floats
    after: Floats


def studied(line: Line) -> Studied:
    """Sum up the events' tilts, each held whole over the study's longest window from day 0 (cut at the run's end).

    Day 0 is the first session whose close is later than the instant of public knowledge. Abnormal returns are those of
    the market model (the config's estimation window) on the benchmark, or on all assets equally weighted. Of several
    exchanges each holds its own assets, from its own day 0, and an event's notional counts once.
    """
    found = [_gained(line, exchange) for exchange in range(len(line.seen))]
    sizes: list[float] = []
    notional = np.zeros(len(line.drafts[0].context.events))
    for each in found:
        fresh = notional[each.event] == 0.0
        sizes += each.size[fresh].tolist()
        notional += np.bincount(each.event[fresh], each.size[fresh], len(notional))
    event, gains = (np.concatenate(both) for both in zip(*((each.event, each.gains) for each in found), strict=True))
    short = set().union(*(each.short for each in found))
    last = _last(line.config.study)
    there = np.flatnonzero(notional)
    car = np.bincount(event, gains[:, 0], len(notional))[there] / notional[there]
    even = math.fsum(car.tolist()) / len(there) * math.fsum(sizes) if len(there) else 0.0
    return Studied(len(there), last, len(short), even, *(math.fsum(column.tolist()) for column in gains.T))


class _Gained(NamedTuple):
    """What the impulses gain on one exchange: event and notional (I,), gains (I, 3), events short of history."""

    event: NDArray[np.int64]
    size: Floats
    gains: Floats
    short: set[int]


def _gained(line: Line, exchange: int) -> _Gained:
    draft, view, settings = line.drafts[exchange], line.seen[exchange], line.config.study
    wanted, legs, last = asked(draft), _legs(view.inputs.panel, view.inputs.fill), _last(settings)
    ids = line.inputs.events.frame["event_id"].to_list()
    zero = dict(zip(ids, happenings(line.inputs, exchange).session.tolist(), strict=True))
    values = returns(view.inputs.panel)
    market = _market(line, values, exchange)
    gains, events, short = [], wanted.event.tolist(), set()
    for event, size, tilt in zip(events, wanted.size.tolist(), wanted.tilt, strict=True):
        known = draft.context.events[event]
        begin, end = max(zero[known.event_id], 1), min(max(zero[known.event_id], 1) + last, len(legs.whole) - 1)
        columns = np.flatnonzero((tilt != 0.0) & view.own)
        expected, enough = _expected(values[:, columns], market, (begin, end), settings)
        short |= set() if enough else {event}
        raw = legs.whole[begin : end + 1, columns].sum(axis=0)
        timed = legs.after[known.session] if known.session <= end else np.zeros(len(tilt))
        timed = timed[columns] + legs.whole[known.session + 1 : end + 1, columns].sum(axis=0)
        gains.append(size * np.array([tilt[columns] @ (raw - expected), tilt[columns] @ raw, tilt[columns] @ timed]))
    return _Gained(np.array(events, dtype=np.int64), np.abs(wanted.size), np.array(gains).reshape(-1, 3), short)


def _last(settings: Study) -> int:
    return max((last for _, last in settings.windows), default=0)


def _market(line: Line, values: Floats, exchange: int) -> Floats:
    """Give the market as the study of the exchange has it."""
    named = line.config.benchmark
    if line.inputs.mixed is not None and len(line.seen) > 1:
        values = returns(at_closes(line.inputs.mixed, exchange))
    return average(values, range(values.shape[1])) if named is None else values[:, line.inputs.panel.column(named)]


def _expected(values: Floats, market: Floats, window: tuple[int, int], settings: Study) -> tuple[Floats, bool]:
    """Give the expected return of some assets summed over a window, and whether there was history to fit all of them.

    Ordinary least squares on the market over the estimation window before day 0; beta 1 without a constant where fewer
    sessions than ``min_estimation_obs`` are known. Sessions without a return expect none.
    """
    begin, end = window
    stop = begin + settings.span[0] - settings.gap
    start = max(stop - settings.estimation_sessions, 1)
    out, enough = np.zeros(values.shape[1]), True
    for at in range(values.shape[1]):
        x, y = market[start : max(stop, start)], values[start : max(stop, start), at]
        known = np.isfinite(x) & np.isfinite(y)
        alpha, beta = 0.0, 1.0
        if known.sum() >= settings.min_estimation_obs and np.ptp(x[known]) > 0.0:
            centred = x[known] - x[known].mean()
            beta = float((centred * y[known]).sum() / (centred * centred).sum())
            alpha = float(y[known].mean() - beta * x[known].mean())
        else:
            enough = False
        here = np.isfinite(values[begin : end + 1, at]) & np.isfinite(market[begin : end + 1])
        out[at] = float((alpha + beta * market[begin : end + 1][here]).sum())
    return out, enough


def planned(line: Line) -> Planned:
    """Sum up what is set at decisions: holdings of before a fill earn up to it, those of after it from there on."""
    targets, assets = line.targets, len(line.inputs.panel.assets)
    by_control = np.append(True, line.drafts[0].number.event < 0)  # the base and the controls have no event
    row = np.repeat(np.arange(len(targets.session)), np.diff(targets.start))
    cell, shape = row * assets + targets.asset, (len(targets.session), assets)
    both = [
        np.bincount(cell, np.where(kept, targets.weight, 0.0), shape[0] * assets).astype(np.float64).reshape(shape)
        for kept in (~by_control[targets.part], targets.part > 0)
    ]
    found = []
    for view, draft in zip(line.seen, line.drafts, strict=True):
        legs = _legs(view.inputs.panel, view.inputs.fill)
        rows = np.flatnonzero(np.bincount(row, view.own[targets.asset], shape[0]))
        at = np.searchsorted(view.rows, targets.session[rows])
        own = [alone(draft) * view.own, *(each[rows] * view.own for each in both)]
        when = (draft.context.decisions, at, at)
        found.append([_earned(weights, sessions, legs) for weights, sessions in zip(own, when, strict=True)])
    return Planned(*(math.fsum(each) for each in zip(*found, strict=True)))


def _earned(weights: Floats, decisions: NDArray[np.int64], legs: Legs) -> float:
    """Add up weights times returns over the run."""
    sessions = len(legs.whole)
    place = np.searchsorted(decisions, np.arange(sessions), side="right") - 1
    old = np.where((place >= 0)[:, None], weights[np.maximum(place, 0)], 0.0)
    is_set = np.isin(np.arange(sessions), decisions)
    ahead = np.vstack([np.zeros((1, weights.shape[1])), old[:-1]])
    total = np.where(is_set[:, None], ahead * legs.before + old * legs.after, old * legs.whole)
    return math.fsum(total.ravel().tolist())


def _legs(panel: Panel, fill: str) -> Legs:
    """Split every session's total return at its fill; without an open all of it comes before."""
    whole = np.nan_to_num(returns(panel))
    if fill == "close":
        return Legs(whole, whole, np.zeros(whole.shape))
    before = np.zeros(whole.shape)
    before[1:] = panel.split[1:] * (panel.open[1:] + panel.dividend[1:]) / panel.close[:-1] - 1.0
    after = panel.close / panel.open - 1.0
    is_split = np.isfinite(before) & np.isfinite(after)
    return Legs(whole, np.where(is_split, before, whole), np.where(is_split, after, 0.0))
