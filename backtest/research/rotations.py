"""What every signal, and every event within it, made: P&L, turnover, when it began and ended and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from signals.impulses import REASONS, endings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from backtest.plan import Draft, Plan
    from backtest.portfolio import Targets
    from backtest.walks import Attribution

__all__ = ["ROTATIONS", "SIGNALS", "by_rotation", "by_signal", "notes", "turnover"]

SIGNALS = {
    "signal": pl.String, "kind": pl.String, "events": pl.Int64, "gross": pl.Float64, "cost": pl.Float64,
    "pnl": pl.Float64, "turnover": pl.Float64,
}  # fmt: skip
ROTATIONS = {
    "event_id": pl.String, "signal": pl.String, "session": pl.Date, "until": pl.Date, "exit": pl.String,
    "pnl": pl.Float64, "turnover": pl.Float64,
}  # fmt: skip
Life = tuple[int | None, int | None, str]
NOTHING: Life = (None, None, "moved nothing: size 0 or not known, empty basket or closed gate")


def by_signal(made: Draft, targets: Targets, split: Attribution) -> pl.DataFrame:
    """Give one row per signal (SIGNALS); the P&L of all rows, of the base and of cash make the equity change."""
    asked, rows = turnover(targets, made.number.parts), []
    for at, signal in enumerate(made.signals):
        own = 1 + np.flatnonzero(made.number.signal == at)
        events = int((split.held[own] & (made.number.event[own - 1] >= 0)).sum())
        gross, cost = _added(split.gain[:, own]), _added(split.cost[:, own])
        rows.append((signal.name, signal.kind, events, gross, cost, gross - cost, _added(asked[None, own])))
    return pl.DataFrame(rows, schema=SIGNALS, orient="row")


def by_rotation(made: Draft, targets: Targets, split: Attribution) -> pl.DataFrame:
    """Give one row per event and signal that selects it (ROTATIONS), by event, then signal."""
    asked = turnover(targets, made.number.parts)
    lives: dict[str, dict[int, Life]] = {name: _lives(made, name) for name in made.impulses}
    rows = []
    for part, (event_id, name) in enumerate(made.behind, start=1):
        if name not in lives:
            continue
        event = int(made.number.event[part - 1])
        since, until, why = lives[name].get(event, NOTHING)
        if not asked[part] and since != until:
            since, until, why = NOTHING
        pnl = _added(split.gain[:, [part]]) - _added(split.cost[:, [part]]) if split.held[part] else None
        rows.append((event_id, name, _day(made, since), _day(made, until), why, pnl, float(asked[part])))
    return pl.DataFrame(rows, schema=ROTATIONS, orient="row")


def turnover(targets: Targets, parts: int) -> NDArray[np.float64]:
    """Give the sum of |changes| of each part's target weights, from and to nothing, shape (parts,).

    A weight is compared with that of the row before in which the asset was named at all: with several exchanges a row
    names the assets of those that fill in it.
    """
    rows = len(targets.session)
    row = np.repeat(np.arange(rows), np.diff(targets.start))
    order = np.lexsort((row, targets.asset, targets.part))
    row, asset, part, weight = row[order], targets.asset[order], targets.part[order], targets.weight[order]
    named = np.unique(asset * rows + row)
    since, until = np.searchsorted(named, asset * rows), np.searchsorted(named, (asset + 1) * rows)
    place, count = np.searchsorted(named, asset * rows + row) - since, until - since
    joined = np.zeros(len(row), dtype=np.bool_)
    joined[1:] = (part[1:] == part[:-1]) & (asset[1:] == asset[:-1]) & (place[1:] == place[:-1] + 1)
    before = np.zeros(len(row))
    before[1:] = weight[:-1]
    opened = np.abs(weight - np.where(joined, before, 0.0))
    ends = np.ones(len(row), dtype=np.bool_)
    ends[:-1] = ~joined[1:]
    closed = np.where(ends & (place < count - 1), np.abs(weight), 0.0)
    return np.bincount(part, opened + closed, parts).astype(np.float64)


def notes(config: Config, inputs: Inputs, planned: Plan) -> Iterator[str]:
    """Say what the bounds shrank and what the run was trained on."""
    shrunk = int((planned.built.kept < 1.0).sum())
    if shrunk:
        least = float(planned.built.kept.min())
        yield f"The bounds shrank the tilts of {shrunk} of {len(planned.built.kept)} decisions, at most to {least:.0%}."
    for signal in config.signals:
        for setting in ("decay", "sign"):
            until = getattr(getattr(signal, setting, None), "train_until", None)
            if until is not None and np.datetime64(until) >= inputs.panel.sessions[inputs.first]:
                yield f"{signal.name}: {setting} was fitted on events to {until}; the run up to then is no test of it."


def _lives(made: Draft, name: str) -> dict[int, Life]:
    """Give (since, until, why it ended) of every event of a signal that moves something, over all it moves."""
    last = len(made.context.sessions) - 1
    impulses = made.impulses[name]
    found = endings(impulses, made.sessions, last)
    lives: dict[int, Life] = {}
    pairs = zip(impulses.event.tolist(), found.since.tolist(), found.until.tolist(), found.reason.tolist(), strict=True)
    for event, since, until, reason in pairs:
        lives[event] = (since, until if until <= last else None, REASONS[reason])
    return lives


def _day(made: Draft, session: int | None) -> object:
    sessions = made.context.sessions
    return sessions[session].item() if session is not None and 0 <= session < len(sessions) else None


def _added(values: NDArray[np.float64]) -> float:
    """Add down, then across, one after another."""
    return float(np.cumsum(np.cumsum(values, axis=0)[-1])[-1]) if values.size else 0.0
