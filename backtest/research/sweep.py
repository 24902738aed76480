"""A sweep: every config of a grid through the one engine line, the sources read once, each cell counted as a trial."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from backtest.config.normal import normal
from backtest.engine import run_on
from backtest.inference.deflation import dsr, variance_of_trials
from backtest.inference.effective import RULES, worth
from backtest.inference.overfitting import Overfitting, pbo, splittable
from backtest.inputs import read
from backtest.provenance import code_hash
from backtest.research.believed import Believed, Best, believed
from backtest.research.trials import Trial, active, excess, trial_of
from data.errors import RunError
from data.hashing import text_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.inference.effective import Rule
    from backtest.research.grid import Cell
    from data.calendar import Calendar
    from data.events.source import Events
    from data.prices.source import Prices

__all__ = ["Done", "Sources", "Sweep", "leaderboard", "run_cell", "summed_up", "sweep_id"]

SERIES = ("returns", "active")
SHOWN = ("total_return", "cagr", "volatility", "max_drawdown", "turnover", "active_return")


class Sources:
    """Prices, events and calendars already read, by the settings that name them."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[Calendar, Prices, Events]] = {}

    def of(self, cell: Cell) -> tuple[Calendar, Prices, Events]:
        """Read what a cell names, once."""
        config = normal(cell.config)
        key = text_hash([{name: config[name] for name in ("calendar", "prices", "events", "baskets", "benchmark")},
                         str(cell.folder)])  # fmt: skip
        if key not in self._read:
            self._read[key] = read(cell.config, cell.folder)
        return self._read[key]


@dataclass(frozen=True, slots=True)
class Done:
    """A finished cell: its line of the ledger, its metrics, its sessions, and its returns (NaN after ruin).

    ``returns`` are over the risk-free rate, ``active`` over the cell's untilted mix; both net of costs.
    """

    trial: Trial
    metrics: dict[str, float | None]
    sessions: tuple[str, ...]
    returns: tuple[float, ...]
    active: tuple[float, ...]

    def text(self) -> str:
        """Give it as JSON; floats come back as they were."""
        series = {name: [None if math.isnan(one) else one for one in getattr(self, name)] for name in SERIES}
        plain = {**asdict(self), **series}
        return json.dumps(plain, sort_keys=True, allow_nan=False)

    @classmethod
    def of_text(cls, text: str) -> Done:
        """Read it back."""
        plain: dict[str, Any] = json.loads(text)
        series = {name: tuple(math.nan if one is None else one for one in plain[name]) for name in SERIES}
        return cls(Trial(**plain["trial"]), plain["metrics"], tuple(plain["sessions"]), **series)


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """All cells together.

    Attributes
    ----------
    leaderboard
        One row per cell, the highest Sharpe ratio first.
    returns
        session, and the excess returns of every cell by its id; sessions that not all cells have are left out.
    active
        The same of the returns over the untilted mix of every cell.
    effective, effective_convention
        Independent trials that the cells are worth, and by which rule.
    believed
        What the choice leaves of the best cell.
    overfitting
        PBO of choosing among them; None where it cannot be told, and why stands in ``reason``.
    reason
        Why there is no PBO, or what to keep in mind.

    """

    leaderboard: pl.DataFrame
    returns: pl.DataFrame
    active: pl.DataFrame
    effective: float
    effective_convention: str
    believed: Believed
    overfitting: Overfitting | None
    reason: str


def sweep_id(cells: Sequence[Cell], sources: Sources, steps: tuple[int, int] | None = None) -> str:
    """Identify a sweep by its cells, data, code and walk-forward; the order of the grid does not matter."""
    data = sorted({(of[1].content_hash, of[2].content_hash) for of in map(sources.of, cells)})
    # What the cells do not differ in as trials, but what a sweep says of them depends on.
    asked = sorted({(cell.config.seed, cell.config.evidence.effective_trials) for cell in cells})
    return f"sweep-{text_hash([[cell.trial for cell in cells], data, code_hash(), steps, asked])[:12]}"


def run_cell(cell: Cell, sources: Sources, sweep: str) -> Done:
    """Run one cell exactly as a run of its own."""
    result = run_on(cell.config, sources.of(cell))
    metrics = {
        metric.name: float(metric.value) if isinstance(metric.value, int | float) else None
        for metric in result.metrics
        if metric.unit not in {"date", "text"}
    }
    sessions = tuple(str(day) for day in result.daily["session"].to_list())
    series = tuple(excess(result).tolist()), tuple(active(result).tolist())
    return Done(trial_of(result, f"{sweep}/{cell.id}"), metrics, sessions, *series)


def summed_up(cells: Sequence[Cell], done: Sequence[Done]) -> Sweep:
    """Rank the cells and judge the choice among them; depends on the cells alone, not on what else was tried."""
    common = sorted(set.intersection(*(set(one.sessions) for one in done)))
    matrix, over = (_matrix(done, common, name) for name in SERIES)
    whole = bool(common) and bool(np.isfinite(matrix).all())
    effective, rule = worth(matrix, _rule(cells)) if whole else (float(len(done)), RULES["all"])
    overfitting, reason = _overfitting(matrix, whole=whole)
    kept = over if whole and bool(np.isfinite(over).all()) else None
    return Sweep(
        leaderboard(cells, done, effective, overfitting),
        _frame(cells, common, matrix),
        _frame(cells, common, over),
        effective,
        rule,
        believed(_best(done, effective), kept, cells[0].config.seed),
        overfitting,
        reason,
    )


def _matrix(done: Sequence[Done], common: Sequence[str], name: str) -> NDArray[np.float64]:
    """Lay a series of all cells side by side, (sessions, cells)."""
    series = [dict(zip(one.sessions, getattr(one, name), strict=True)) for one in done]
    return np.array([[each[session] for each in series] for session in common]).reshape(len(common), len(done))


def _frame(cells: Sequence[Cell], common: Sequence[str], matrix: NDArray[np.float64]) -> pl.DataFrame:
    sessions = pl.Series(common, dtype=pl.String).str.to_date()
    return pl.DataFrame({"session": sessions, **{cell.id: matrix[:, at] for at, cell in enumerate(cells)}})


def _rule(cells: Sequence[Cell]) -> Rule:
    """Give the rule that all cells name, that of the first where they differ."""
    return cells[0].config.evidence.effective_trials


def _best(done: Sequence[Done], effective: float) -> Best:
    known = [(one, of) for one in done if (of := one.trial.moments)]
    sharpes = tuple(of.sharpe for _, of in known)
    if not known:
        return Best(None, done[0].trial.per_year, (), len(done), effective, None)
    best, of = max(known, key=lambda pair: pair[1].sharpe)
    over = np.array(best.active)
    spread = float(np.std(over[np.isfinite(over)], ddof=1))
    volatility = spread * math.sqrt(best.trial.per_year) if spread > 0.0 else None
    return Best(of, best.trial.per_year, sharpes, len(done), effective, volatility)


def _overfitting(matrix: NDArray[np.float64], *, whole: bool) -> tuple[Overfitting | None, str]:
    if not whole:
        return None, "the cells share no sessions, or a cell was ruined: their returns cannot be compared"
    try:
        found = pbo(matrix, splittable(len(matrix)))
    except RunError as error:
        return None, error.message
    return found, found.warning


def leaderboard(
    cells: Sequence[Cell], done: Sequence[Done], effective: float, overfitting: Overfitting | None
) -> pl.DataFrame:
    """Give one row per cell: id, settings, Sharpe ratio per year, DSR among the cells, splits won, metrics."""
    sharpes = [one.trial.sharpe for one in done if one.trial.sharpe is not None]
    won = np.bincount(overfitting.chosen, minlength=len(cells)) / len(overfitting.chosen) if overfitting else None
    rows = []
    for at, (cell, one) in enumerate(zip(cells, done, strict=True)):
        of = one.trial.moments
        deflated = dsr(of, effective, variance_of_trials(sharpes, of.count)) if of else math.nan
        rows.append({
            "cell": cell.id,
            **dict(cell.settings),
            "sharpe": one.metrics.get("sharpe"),
            "dsr": deflated if math.isfinite(deflated) else None,
            "chosen": None if won is None else float(won[at]),
            **{name: one.metrics.get(name) for name in SHOWN},
        })  # fmt: skip
    floats = {"sharpe", "dsr", "chosen", *SHOWN}
    schema = {name: pl.Float64 if name in floats else pl.String for name in rows[0]}
    return pl.DataFrame(rows, schema=schema).sort("sharpe", "cell", descending=[True, False], nulls_last=True)
