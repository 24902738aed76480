"""Settings that are fitted before the run, on training events alone: half-lives of decays and signs of reactions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import polars as pl

from backtest.research.decay_fit import fit, mean_with_interval
from backtest.research.drawn_fit import PATHS, Fitting, drawn
from backtest.research.reactions import Lab, chance, reactions
from data.errors import RunError
from signals import CapexGuidance, EventDriven
from signals.decay import Exponential, Fitted, Step
from signals.reach import Learnt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.research.reactions import Reactions
    from signals import SignalSettings
    from signals.base import Event

__all__ = ["FITS", "Resolved", "resolved"]

FITS = {
    "signal": pl.String, "setting": pl.String, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "events": pl.Int64, "train_until": pl.Date, "p": pl.Float64, "drift": pl.Float64, "used": pl.String,
    "reason": pl.String,
}  # fmt: skip
HALF_LIFE = "half_life_sessions"
Driven = TypeVar("Driven", bound=EventDriven)


class Problem(NamedTuple):
    """Why something cannot be fitted, and what to do about it."""

    text: str
    remedy: str

    def error(self, signal: EventDriven) -> RunError:
        """Give the error of a fit that the run cannot do without."""
        return RunError(f"signals: {signal.name}: {self.text}; {self.remedy}")


class Row(NamedTuple):
    """A row of FITS.

    ``p`` is how often no drift at all ends as far from 0, ``drift`` the whole drift fitted (a fraction), ``used`` the
    decay of the run when it is another one, ``reason`` why there is no value.
    """

    signal: str
    setting: str
    value: float | None
    lower: float | None
    upper: float | None
    events: int
    train_until: date
    p: float | None = None
    drift: float | None = None
    used: str = ""
    reason: str = ""


class Resolved(NamedTuple):
    """The signals with numbers in the place of what was to be fitted, a row per number (FITS), and paths (PATHS)."""

    signals: tuple[SignalSettings, ...]
    fits: pl.DataFrame
    paths: pl.DataFrame


def resolved(config: Config, inputs: Inputs, events: Sequence[Event]) -> Resolved:
    """Put numbers in the place of what is to be fitted, and fit what is only to be compared.

    Raises
    ------
    RunError
        When there are too few complete training events, their mean path shows no decay, or assets trade on several
        exchanges, which have no common sessions to count a reaction in. A fit that is only to be compared gives its
        reason instead.

    """
    lab, found, rows, paths = Lab(config, inputs, events), list["SignalSettings"](), list[Row](), list[pl.DataFrame]()
    for signal in config.signals:
        one: SignalSettings = signal
        if isinstance(one, CapexGuidance) and isinstance(one.sign, Learnt):
            one = _with_signs(lab, one, one.sign, rows)
        if isinstance(one, EventDriven):
            fitting = _fitting(lab, one)
            rows += [] if fitting is None else [_row(fitting)]
            paths += [] if fitting is None or fitting.fit is None else [drawn(fitting)]
            one = one if fitting is None else _with_half_life(one, fitting)
        found.append(one)
    table = pl.DataFrame(rows, schema=FITS, orient="row")
    return Resolved(tuple(found), table, pl.concat([pl.DataFrame(schema=PATHS), *paths]))


def _fitting(lab: Lab, signal: EventDriven) -> Fitting | None:
    """Fit the half-life that a signal asks for, to be used or to be compared; None when it asks for none."""
    if isinstance(signal.decay, Fitted):
        return _fitted(lab, signal, signal.decay)
    if signal.fit_until is None:
        return None
    return _fitted(lab, signal, Fitted(train_until=signal.fit_until))


def _fitted(lab: Lab, signal: EventDriven, asked: Fitted) -> Fitting:
    """Fit; what stands in the way is an error where the fit is to be used, and a reason where it is compared."""
    if problem := _several_exchanges(lab, "decay"):
        return _without(signal, asked, None, problem)
    bare = signal.model_copy(update={"decay": Step(sessions=1)})
    found = reactions(lab, bare, asked.train_until, asked.horizon_sessions)
    if problem := _too_few("decay", len(found.paths), asked):
        return _without(signal, asked, Fitting(signal, asked, found, None), problem)
    got = fit(found.paths, found.clusters, seed=lab.config.seed)
    made = Fitting(signal, asked, found, got, p=chance(found, seed=lab.config.seed))
    if got.half_life is not None:
        return made
    problem = Problem(
        f"decay cannot be fitted: over {asked.horizon_sessions} sessions the mean abnormal return of {got.events} "
        "training events does not bend",
        "give a half-life, or change horizon_sessions",
    )
    return _without(signal, asked, made, problem)


def _without(signal: EventDriven, asked: Fitted, made: Fitting | None, problem: Problem) -> Fitting:
    if isinstance(signal.decay, Fitted):
        raise problem.error(signal)
    return replace(made or Fitting(signal, asked, None, None), reason=problem.text)


def _row(of: Fitting) -> Row:
    name, until = of.signal.name, of.asked.train_until
    used = "" if isinstance(of.signal.decay, Fitted) else _said(of.signal)
    if of.fit is None:
        return Row(name, HALF_LIFE, None, None, None, of.events, until, used=used, reason=of.reason)
    got = of.fit
    numbers = (got.half_life, got.lower, got.upper, got.events, until, of.p, got.drift)
    return Row(name, HALF_LIFE, *numbers, used=used, reason=of.reason)


def _said(signal: EventDriven) -> str:
    """Say the decay of a signal as a config does."""
    own = signal.decay.model_dump(exclude={"kind", "until"}, exclude_none=True)
    return f"{signal.decay.kind} ({', '.join(f'{name} {value:g}' for name, value in own.items())})"


def _with_half_life(signal: Driven, fitting: Fitting) -> Driven:
    if not isinstance(signal.decay, Fitted) or fitting.fit is None or fitting.fit.half_life is None:
        return signal
    decay = Exponential(half_life_sessions=fitting.fit.half_life, until=signal.decay.until)
    return signal.model_copy(update={"decay": decay})


def _several_exchanges(lab: Lab, what: str) -> Problem | None:
    laid = lab.inputs.mixed
    if laid is None or len(laid.axis.calendars) < 2:
        return None
    names = ", ".join(each.name for each in laid.axis.calendars)
    return Problem(
        f"{what} cannot be fitted on several exchanges ({names}): they have no common sessions to count a reaction in",
        "fit it on one exchange, and give the value here",
    )


def _with_signs(lab: Lab, signal: CapexGuidance, sign: Learnt, rows: list[Row]) -> CapexGuidance:
    """Give every size the sign of the mean abnormal return of whom it moves, per unit of strength."""
    if problem := _several_exchanges(lab, "sign"):
        raise problem.error(signal)
    sizes = dict(signal.reaches)
    for name, size in signal.reaches.items():
        if not size:
            continue
        alone = signal.resized({other: float(other == name) for other in signal.reaches})
        bare = alone.model_copy(update={"decay": Step(sessions=1), "neutral_to": None})
        found: Reactions = reactions(lab, bare, sign.train_until, sign.horizon_sessions)
        if problem := _too_few(f"sign of {name}", len(found.paths), sign):
            raise problem.error(signal)
        got = mean_with_interval(found.paths[:, -1], found.clusters, seed=lab.config.seed)
        if got.value == 0.0:
            raise RunError(f"signals: {signal.name}: the sign of {name} cannot be learnt: the mean reaction is 0")
        sizes[name] = abs(size) * (1.0 if got.value > 0.0 else -1.0)
        numbers = (got.value, got.lower, got.upper, got.events, sign.train_until, chance(found, seed=lab.config.seed))
        rows.append(Row(signal.name, f"reaction of {name}", *numbers))
    return signal.resized(sizes)


def _too_few(what: str, count: int, asked: Fitted | Learnt) -> Problem | None:
    if count >= asked.least_events:
        return None
    return Problem(
        f"{what} has {count} complete training events to {asked.train_until}, at least {asked.least_events} are needed",
        "train on a longer time, give the value, or lower least_events",
    )
