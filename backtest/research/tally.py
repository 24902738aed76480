"""What the ledger says of one set of data: how many trials, how many independent ones, the best, and how it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.inference.deflation import dsr
from backtest.inference.effective import worth
from backtest.metrics.moments import returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from backtest.research.trials import Trial

__all__ = ["Tally", "tallies", "tally"]

MOST_SERIES = 2_000  # correlations beyond them would fill the memory


@dataclass(frozen=True, slots=True)
class Tally:
    """Trials on one set of data.

    Attributes
    ----------
    fingerprint
        Of the data.
    trials
        Configs tried.
    effective
        Independent trials that they are worth, see `backtest.inference.effective.worth`; or all of them.
    effective_convention
        Which of the two, and why.
    best
        Run id of the trial with the highest Sharpe ratio; None when no trial has one.
    sharpe_per_year
        Its Sharpe ratio.
    deflated
        Its deflated Sharpe ratio: the probability that it beats the best that luck would show.

    """

    fingerprint: str
    trials: int
    effective: float
    effective_convention: str
    best: str | None
    sharpe_per_year: float | None
    deflated: float | None


def tallies(trials: Sequence[Trial], runs: Path) -> list[Tally]:
    """Give one tally per set of data, in the order in which the data were first tried."""
    prints = dict.fromkeys(trial.fingerprint for trial in trials)
    return [tally([trial for trial in trials if trial.fingerprint == one], runs) for one in prints]


def tally(trials: Sequence[Trial], runs: Path, unwritten: Mapping[str, NDArray[np.float64]] | None = None) -> Tally:
    """Sum up trials of one fingerprint; their returns are read from the folder of runs where they are still there.

    ``unwritten``: equity by run id of runs whose folder is not in place yet.
    """
    effective, convention = _effective(trials, runs, unwritten or {})
    known = [(trial, of) for trial in trials if (of := trial.moments)]
    if not known:
        return Tally(trials[0].fingerprint, len(trials), effective, convention, None, None, None)
    best, of = max(known, key=lambda pair: (pair[1].sharpe, pair[0].trial))
    spread = float(np.var([each.sharpe for _, each in known], ddof=1)) if len(known) > 1 else 0.0
    deflated = dsr(of, effective, spread)
    return Tally(
        best.fingerprint,
        len(trials),
        effective,
        convention,
        best.run_id,
        of.sharpe * math.sqrt(best.per_year),
        deflated if math.isfinite(deflated) else None,
    )


def _effective(trials: Sequence[Trial], runs: Path, unwritten: Mapping[str, NDArray[np.float64]]) -> tuple[float, str]:
    if len(trials) == 1:
        return 1.0, "a single trial"
    if len(trials) > MOST_SERIES:
        return float(len(trials)), f"all trials, taken as independent: more than {MOST_SERIES} series"
    series = list(_series(trials, runs, unwritten))
    if len(series) < len(trials) or len({len(one) for one in series}) > 1:
        return float(len(trials)), "all trials, taken as independent: the returns of some are gone or differ in length"
    return worth(np.column_stack(series)), "1 + effective rank of the correlations of returns less their mean"


def _series(
    trials: Sequence[Trial], runs: Path, unwritten: Mapping[str, NDArray[np.float64]]
) -> Iterator[NDArray[np.float64]]:
    """Give the returns of the trials that are still in the folder of runs, their first session left out."""
    sweeps: dict[Path, pl.DataFrame] = {}
    for trial in trials:
        folder, _, cell = trial.run_id.partition("/")
        path = runs / folder / ("returns.parquet" if cell else "daily.parquet")
        given = unwritten.get(trial.run_id)
        if given is None and not path.is_file():
            continue
        if given is not None:
            series = returns(given[1:], float(given[0])) if (given > 0.0).all() else None
        elif cell:
            frame = sweeps.get(path)
            frame = sweeps[path] = pl.read_parquet(path) if frame is None else frame
            series = frame[cell].to_numpy()[1:] if cell in frame.columns else None
        else:
            equity = pl.read_parquet(path, columns=["equity"])["equity"].to_numpy()
            series = returns(equity[1:], float(equity[0])) if (equity > 0.0).all() else None
        if series is not None and np.isfinite(series).all():
            yield series
