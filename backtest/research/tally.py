"""What the ledger says of one set of data: how many trials, how many independent ones, the best, and how it stands."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from backtest.inference.deflation import dsr, min_btl, variance_of_trials
from backtest.inference.effective import RULES, worth
from backtest.inference.overfitting import pbo, splittable
from backtest.metrics.luck import Tried, cut
from backtest.metrics.moments import returns
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from backtest.inference.effective import Rule
    from backtest.research.trials import Trial

    F = NDArray[np.float64]

__all__ = ["Tally", "tallies", "tally"]

MOST_SERIES = 2_000  # correlations beyond them would fill the memory
GONE = "the returns of some trials are gone or differ in length"


@dataclass(frozen=True, slots=True)
class Tally:
    """Trials on one set of data.

    Attributes
    ----------
    fingerprint
        Of the data.
    trials
        Configs tried.
    effective, effective_convention
        Independent trials that they are worth, and by which rule, see `backtest.inference.effective.worth`.
    best
        Run id of the trial with the highest Sharpe ratio of net returns over the risk-free rate; None when no trial has
        one. What follows is of this trial.
    years
        Length of its record, sessions / sessions per year.
    sharpe_per_year
        Its Sharpe ratio.
    deflated
        Its deflated Sharpe ratio: the probability that it beats the best that luck would show.
    haircut_per_year
        What is left of it, see `backtest.inference.haircut`, the average of the methods; None when it is not above 0.
    min_btl_years
        Years in which luck alone is expected to show it; None when it is not above 0.
    pbo, pbo_reason
        Probability that choosing the best of the trials is overfitting; why there is none.
    tried
        What a run among these trials needs to be judged by them.

    """

    fingerprint: str
    trials: int
    effective: float
    effective_convention: str
    best: str | None
    years: float | None
    sharpe_per_year: float | None
    deflated: float | None
    haircut_per_year: float | None
    min_btl_years: float | None
    pbo: float | None
    pbo_reason: str
    tried: Tried

    def told(self) -> dict[str, Any]:
        """Give it for JSON, without the Sharpe ratios of all trials."""
        return {name: value for name, value in asdict(self).items() if name != "tried"}


def tallies(trials: Sequence[Trial], runs: Path, rule: Rule = "rank") -> list[Tally]:
    """Give one tally per set of data, in the order in which the data were first tried."""
    prints = dict.fromkeys(trial.fingerprint for trial in trials)
    return [tally([trial for trial in trials if trial.fingerprint == one], runs, rule=rule) for one in prints]


def tally(
    trials: Sequence[Trial], runs: Path, unwritten: Mapping[str, F] | None = None, *, rule: Rule = "rank"
) -> Tally:
    """Sum up trials of one fingerprint; their returns are read from the folder of runs where they are still there.

    ``unwritten``: equity by run id of runs whose folder is not in place yet.
    """
    matrix = _matrix(trials, runs, unwritten or {})
    effective, convention = _effective(len(trials), matrix, rule)
    probability, reason = _pbo(len(trials), matrix)
    known = [(trial, of) for trial in trials if (of := trial.moments)]
    sharpes = tuple(of.sharpe for _, of in known)
    active = tuple(trial.active_sharpe for trial in trials if trial.active_sharpe is not None)
    best_known = max((of.sharpe * math.sqrt(trial.per_year) for trial, of in known), default=None)
    tried = Tried(len(trials), effective, sharpes, active, best_known)
    first = (trials[0].fingerprint, len(trials), effective, convention)
    if not known:
        return Tally(*first, None, None, None, None, None, None, probability, reason, tried)
    best, of = max(known, key=lambda pair: (pair[1].sharpe, pair[0].trial))
    deflated = dsr(of, effective, variance_of_trials(sharpes, of.count))
    annual, above = of.sharpe * math.sqrt(best.per_year), of.sharpe > 0.0
    return Tally(
        *first,
        best.run_id,
        of.count / best.per_year,
        annual,
        deflated if math.isfinite(deflated) else None,
        cut(of, best.per_year, len(trials), 0)["average"].sharpe if above else None,
        min_btl(effective, annual) if above else None,
        probability,
        reason,
        tried,
    )


def _matrix(trials: Sequence[Trial], runs: Path, unwritten: Mapping[str, F]) -> F | None:
    """Give the excess returns of all trials, (sessions, trials); None when they cannot be laid side by side."""
    if not 2 <= len(trials) <= MOST_SERIES:
        return None
    series = list(_series(trials, runs, unwritten))
    if len(series) < len(trials) or len({len(one) for one in series}) > 1:
        return None
    return np.column_stack(series)


def _effective(count: int, matrix: F | None, rule: Rule) -> tuple[float, str]:
    if count == 1:
        return 1.0, "a single trial"
    if matrix is not None:
        return worth(matrix, rule)
    why = f"more than {MOST_SERIES} series" if count > MOST_SERIES else GONE
    return float(count), f"{RULES['all']}: {why}"


def _pbo(count: int, matrix: F | None) -> tuple[float | None, str]:
    """Give the probability of overfitting among all trials on the data, or why there is none."""
    if count == 1:
        return None, "a single trial: nothing was chosen"
    if matrix is None:
        return None, f"more than {MOST_SERIES} trials" if count > MOST_SERIES else GONE
    try:
        return pbo(matrix, splittable(len(matrix))).probability, ""
    except RunError as error:
        return None, error.message


def _series(trials: Sequence[Trial], runs: Path, unwritten: Mapping[str, F]) -> Iterator[F]:
    """Give the excess returns of the trials that are still in the folder of runs, their first session left out."""
    sweeps: dict[Path, pl.DataFrame] = {}
    for trial in trials:
        folder, _, cell = trial.run_id.partition("/")
        path = runs / folder / ("returns.parquet" if cell else "daily.parquet")
        given = unwritten.get(trial.run_id)
        if given is None and not path.is_file():
            continue
        if given is not None:
            series = returns(given[1:], float(given[0])) - trial.rate if (given > 0.0).all() else None
        elif cell:
            frame = sweeps.get(path)
            frame = sweeps[path] = pl.read_parquet(path) if frame is None else frame
            series = frame[cell].to_numpy()[1:] if cell in frame.columns else None
        else:
            equity = pl.read_parquet(path, columns=["equity"])["equity"].to_numpy()
            series = returns(equity[1:], float(equity[0])) - trial.rate if (equity > 0.0).all() else None
        if series is not None and np.isfinite(series).all():
            yield series
