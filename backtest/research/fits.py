"""Settings that are fitted before the run, on training events alone: half-lives of decays and signs of reactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl

from backtest.events import chosen
from backtest.plan import context
from backtest.research.decay_fit import fit, mean_with_interval
from data.errors import RunError
from signals import CapexGuidance, EventDriven
from signals.decay import Exponential, Fitted, Step
from signals.past import returns
from signals.reach import Learnt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from signals import SignalSettings
    from signals.base import Event
    from signals.impulses import Impulses

__all__ = ["FITS", "Lab", "paths_after", "resolved"]

FITS = {
    "signal": pl.String, "setting": pl.String, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "events": pl.Int64, "train_until": pl.Date,
}  # fmt: skip
Driven = TypeVar("Driven", bound=EventDriven)
Row = tuple[str, str, float, float | None, float | None, int, "date"]


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """What a fit may look at."""

    config: Config
    inputs: Inputs
    events: Sequence[Event]


def resolved(
    config: Config, inputs: Inputs, events: Sequence[Event]
) -> tuple[tuple[SignalSettings, ...], pl.DataFrame]:
    """Put numbers in the place of what is to be fitted; give the signals and a row per number (FITS).

    Raises
    ------
    RunError
        When there are too few complete training events, their mean path shows no decay, or assets trade on several
        exchanges, which have no common sessions to count a reaction in.

    """
    lab, found, rows = Lab(config, inputs, events), list["SignalSettings"](), list["Row"]()
    for signal in config.signals:
        one: SignalSettings = signal
        if isinstance(one, CapexGuidance) and isinstance(one.sign, Learnt):
            one = _with_signs(lab, one, one.sign, rows)
        if isinstance(one, EventDriven) and isinstance(one.decay, Fitted):
            one = _with_half_life(lab, one, one.decay, rows)
        found.append(one)
    return tuple(found), pl.DataFrame(rows, schema=FITS, orient="row")


def _one_exchange(lab: Lab, signal: EventDriven, what: str) -> None:
    laid = lab.inputs.mixed
    if laid is not None and len(laid.axis.calendars) > 1:
        names = ", ".join(each.name for each in laid.axis.calendars)
        raise RunError(
            f"signals: {signal.name}: {what} cannot be fitted on several exchanges ({names}): they have no common "
            "sessions to count a reaction in; fit it on one exchange, and give the value here",
        )


def _with_half_life(lab: Lab, signal: Driven, decay: Fitted, rows: list[Row]) -> Driven:
    _one_exchange(lab, signal, "decay")
    bare = signal.model_copy(update={"decay": Step(sessions=1)})
    paths, clusters = paths_after(lab, bare, decay.train_until, decay.horizon_sessions)
    _enough(signal, "decay", len(paths), decay)
    got = fit(paths, clusters, seed=lab.config.seed)
    if got.half_life is None:
        raise RunError(
            f"signals: {signal.name}: decay cannot be fitted: over {decay.horizon_sessions} sessions the mean abnormal "
            f"return of {got.events} training events does not bend; give a half-life, or change horizon_sessions",
        )
    numbers = (got.half_life, got.lower, got.upper, got.events, decay.train_until)
    rows.append((signal.name, "half_life_sessions", *numbers))
    return signal.model_copy(update={"decay": Exponential(half_life_sessions=got.half_life, until=decay.until)})


def _with_signs(lab: Lab, signal: CapexGuidance, sign: Learnt, rows: list[Row]) -> CapexGuidance:
    """Give every size the sign of the mean abnormal return of whom it moves, per unit of strength."""
    _one_exchange(lab, signal, "sign")
    sizes = dict(signal.reaches)
    for name, size in signal.reaches.items():
        if not size:
            continue
        alone = signal.resized({other: float(other == name) for other in signal.reaches})
        bare = alone.model_copy(update={"decay": Step(sessions=1), "neutral_to": None})
        paths, clusters = paths_after(lab, bare, sign.train_until, sign.horizon_sessions)
        _enough(signal, f"sign of {name}", len(paths), sign)
        got = mean_with_interval(paths[:, -1], clusters, seed=lab.config.seed)
        if got.value == 0.0:
            raise RunError(f"signals: {signal.name}: the sign of {name} cannot be learnt: the mean reaction is 0")
        sizes[name] = abs(size) * (1.0 if got.value > 0.0 else -1.0)
        rows.append((signal.name, f"reaction of {name}", got.value, got.lower, got.upper, got.events, sign.train_until))
    return signal.resized(sizes)


def _enough(signal: EventDriven, what: str, count: int, asked: Fitted | Learnt) -> None:
    if count < asked.least_events:
        raise RunError(
            f"signals: {signal.name}: {what} has {count} complete training events to {asked.train_until}, at least "
            f"{asked.least_events} are needed (least_events); train on a longer time, or give the value",
        )


def paths_after(
    lab: Lab, signal: EventDriven, until: date, horizon: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the cumulative abnormal return of what each training event moves, per unit of size, and its cluster.

    From the event's fill to its session's close, then from close to close; abnormal is over the mean of all basket
    assets, and over what the same holding makes in the mean session of the training. A training event has its whole
    horizon in sessions up to ``until``. Events whose fills lie in one stretch of ``horizon`` sessions are one cluster:
    their paths share returns.
    """
    last = int(np.searchsorted(lab.inputs.panel.sessions, np.datetime64(until), side="right")) - horizon
    training = [event for event in chosen(lab.inputs, [signal], lab.events) if event.session <= last]
    sessions = np.array([event.session for event in training], dtype=np.int64)
    given = context(lab.config, lab.inputs, training, np.unique(sessions))
    impulses = signal.impulses(given)
    first, later = _abnormal(lab)
    paths, clusters = [], []
    for k, event in enumerate(impulses.event.tolist()):
        held, weight = _held(impulses, k, int(np.searchsorted(given.decisions, sessions[event])))
        after = slice(sessions[event] + 1, sessions[event] + horizon)
        moves = (np.vstack([first[sessions[event], held], later[after, held]]) * weight).sum(axis=1)
        usual = _usual((later[lab.inputs.first : last + horizon, held] * weight).sum(axis=1))
        path = np.sign(impulses.size[k]) * np.cumsum(moves - usual)
        if len(held) and not np.isnan(path).any():
            paths.append(path)
            clusters.append(sessions[event] // horizon)
    return np.array(paths).reshape(-1, horizon), np.array(clusters, dtype=np.int64)


def _usual(moves: NDArray[np.float64]) -> float:
    """Give the mean of the known session returns, NaN without any: what is moved drifts by it at any time.

    In it is what all the other events do on average; without it their drifts would count as this one's.
    """
    known = moves[~np.isnan(moves)]
    return float(np.cumsum(known)[-1] / len(known)) if len(known) else np.nan


def _held(impulses: Impulses, k: int, decision: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the assets that an impulse holds at a decision, and their weights."""
    row = impulses.loading[k]
    own = slice(impulses.loadings.first[row], impulses.loadings.first[row + 1])
    weight = impulses.loadings.weight[decision, own]
    return impulses.loadings.asset[own][weight != 0.0], weight[weight != 0.0]


def _abnormal(lab: Lab) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give abnormal returns from a session's fill to its close, and from the close before, each of shape (T, N)."""
    panel = lab.inputs.panel
    named = {asset for members in lab.config.baskets.values() for asset in members}
    columns = np.array([at for at, asset in enumerate(panel.assets) if asset in named], dtype=np.int64)
    fill = panel.open if lab.inputs.fill == "open" else panel.close
    found = []
    for moves in (panel.close / fill - 1.0, returns(panel)):
        known = ~np.isnan(moves[:, columns])
        whole = np.cumsum(np.where(known, moves[:, columns], 0.0), axis=1)[:, -1:]
        count = known.sum(axis=1, keepdims=True)
        found.append(moves - np.divide(whole, count, out=np.full(whole.shape, np.nan), where=count > 0))
    return found[0], found[1]
