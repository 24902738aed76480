"""The ledger of trials: every run and every cell of a sweep, counted once against the data that it was tried on.

A line holds the fingerprint of prices, events, assets and period, the trial (a hash of what of the config can change
the portfolio's returns), and the moments of these: what a deflated Sharpe ratio needs. Lines carry a checksum and no
clock. A trial whose run was never stored, or is gone, is written again when it is run again; its last line holds.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.config.normal import normal
from backtest.inference.sharpe import Moments, moments
from backtest.metrics.moments import returns
from backtest.sources import measured_on
from data.errors import InputError
from data.hashing import text_hash
from data.store import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.result import Result

__all__ = ["LEDGER", "Ledger", "Trial", "active", "excess", "fingerprint", "read", "record", "trial_id", "trial_of"]

LEDGER = "trials.jsonl"
UNTRIED = ("name", "thesis", "evidence", "study", "seed")  # words, and what a result is set against
DAMAGED = "the ledger of trials is damaged (restore it from a copy, or move it aside: the count then starts anew)"


@dataclass(frozen=True, slots=True)
class Trial:
    """One config tried on one set of data.

    Attributes
    ----------
    fingerprint
        Of the data: prices, events, assets, first and last session.
    trial
        Of the config, see `trial_id`.
    run_id
        The run's folder, or ``<sweep>/<cell>``.
    sessions
        Returns behind the moments.
    sharpe, skewness, kurtosis, autocorrelation
        Of excess returns per session; None when they do not vary.
    per_year
        Sessions per year.
    active_sharpe
        Sharpe ratio per session of the returns over the untilted mix; None when they do not vary, or when the line is
        older than this field.
    rate
        Risk-free return per session.

    """

    fingerprint: str
    trial: str
    run_id: str
    sessions: int
    sharpe: float | None
    skewness: float | None
    kurtosis: float | None
    autocorrelation: float | None
    per_year: float
    active_sharpe: float | None = None
    rate: float = 0.0

    @property
    def moments(self) -> Moments | None:
        """Give the moments for Sharpe inference; None where there is no Sharpe ratio."""
        if self.sharpe is None or self.skewness is None or self.kurtosis is None:
            return None
        return Moments(self.sharpe, self.sessions, self.skewness, self.kurtosis, self.autocorrelation or 0.0)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Trials in the order in which they were counted, and what was left out because a crash cut it off."""

    trials: tuple[Trial, ...]
    torn: tuple[str, ...]


def fingerprint(result: Result) -> str:
    """Identify the data that a result was tried on."""
    origin, sessions = result.provenance, result.daily["session"]
    period = [str(sessions[0]), str(sessions[-1])]
    return text_hash([origin.prices_hash, origin.events_hash, list(result.config.assets), period])


def trial_id(config: Config) -> str:
    """Identify what was tried: the config without words, evidence, event study and seed, which move no return."""
    return text_hash({key: value for key, value in normal(config).items() if key not in UNTRIED})


def excess(result: Result) -> NDArray[np.float64]:
    """Give the net returns per session over the risk-free rate; NaN after ruin, when there is no capital."""
    equity, capital = result.daily["equity"].to_numpy(), result.config.account.capital
    alive = np.concatenate([[capital], equity[:-1]]) > 0.0
    rate = _rate(result.config, measured_on(result.config).sessions_per_year)
    with np.errstate(divide="ignore", invalid="ignore"):
        changed = returns(equity, capital) - rate
    return np.asarray(np.where(alive, changed, np.nan))


def _rate(config: Config, per_year: float) -> float:
    return float((1.0 + config.risk_free_per_year) ** (1.0 / per_year) - 1.0)


def active(result: Result) -> NDArray[np.float64]:
    """Give the net returns per session over those of the untilted mix; NaN after the ruin of either."""
    capital = result.config.account.capital
    own, base = (result.daily[name].to_numpy() for name in ("equity", "base"))
    alive = np.minimum(*(np.concatenate([[capital], equity[:-1]]) for equity in (own, base))) > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        over = returns(own, capital) - returns(base, capital)
    return np.asarray(np.where(alive, over, np.nan))


def trial_of(result: Result, run_id: str | None = None) -> Trial:
    """Give the line of a result."""
    net, over = excess(result), active(result)
    of = moments(net[~np.isnan(net)])
    per_year = measured_on(result.config).sessions_per_year
    return Trial(
        fingerprint(result),
        trial_id(result.config),
        run_id or result.run_id,
        of.count,
        _known(of.sharpe),
        _known(of.skewness),
        _known(of.kurtosis),
        _known(of.autocorrelation),
        per_year,
        _known(moments(over[~np.isnan(over)]).sharpe),
        _rate(result.config, per_year),
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def record(runs: Path, trials: Sequence[Trial]) -> int:
    """Count the trials that were not yet counted, durably, and give how many those are; writers take turns.

    Raises
    ------
    InputError
        When the ledger is damaged.
    RunError
        When the disk refuses.

    """
    path = runs / LEDGER
    try:
        with manifest.writing(path) as writer:
            known = {(entry["fingerprint"], entry["trial"]): entry["run_id"] for entry in writer.log.entries}
            before = len(known)
            lines = list(_lines(runs, trials, known))
            if lines:
                writer.extend(lines)
    except InputError as error:
        raise InputError(f"{path}: {DAMAGED}", error.findings) from error
    return len(known) - before


def _lines(runs: Path, trials: Sequence[Trial], known: dict[tuple[str, str], str]) -> Iterator[dict[str, Any]]:
    """Give the lines of new trials, and of those whose returns are not where the ledger says; they become known."""
    for trial in trials:
        key = (trial.fingerprint, trial.trial)
        before = known.get(key)
        if before is None or (before != trial.run_id and not _is_stored(runs, before)):
            known[key] = trial.run_id
            yield asdict(trial)


def _is_stored(runs: Path, run_id: str) -> bool:
    return (runs / run_id.partition("/")[0]).is_dir()


def read(runs: Path) -> Ledger:
    """Read the ledger of a folder of runs; one that is not there has no trials."""
    path = runs / LEDGER
    try:
        log = manifest.read(path)
    except InputError as error:
        raise InputError(f"{path}: {DAMAGED}", error.findings) from error
    trials = (Trial(**{key: value for key, value in entry.items() if key != "number"}) for entry in log.entries)
    last = {(trial.fingerprint, trial.trial): trial for trial in trials}
    return Ledger(tuple(last.values()), tuple(f"{one.where} {one.problem}" for one in log.torn))
