"""Net return, Sharpe ratio and active return of walked equity: one measure for every scenario of the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.batch import Batch, walk_many
from backtest.metrics.moments import mean, ratio, returns
from backtest.portfolio import Targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.evidence.line import Line

__all__ = ["Outcome", "alive", "day_ends", "equities", "measured"]


class Outcome(NamedTuple):
    """Net return over the run (a fraction), Sharpe ratio a year, mean return over the untilted mix a year."""

    net_return: float
    sharpe: float | None
    active_return: float | None


def equities(line: Line, targets: Sequence[Targets]) -> NDArray[np.float64]:
    """Walk targets (in rows of the walk) at the run's costs in one batch; equity by day, shape (S, days)."""
    first = line.stage.first
    batch = Batch.of([Targets(each.session - first, *_entries(each)) for each in targets])
    walked = walk_many(line.stage.market, batch, line.config.costs, line.config.account, paths=True).equity
    assert walked is not None  # noqa: S101 - paths were asked for
    return walked[:, day_ends(line)]


def day_ends(line: Line) -> NDArray[np.int64]:
    """Give the last row of every day of the run, in rows of the walk."""
    days = line.stage.panel.sessions[line.stage.first :]
    return np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1).astype(np.int64)


def _entries(of: Targets) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    return of.start, of.asset, of.part, of.weight


def measured(line: Line, equity: NDArray[np.float64], base: NDArray[np.float64]) -> Outcome:
    """Measure one scenario, shape (days,), against the untilted mix set in the same sessions, as the metrics do."""
    capital, per_year = line.config.account.capital, line.inputs.measured_on.sessions_per_year
    rate = (1.0 + line.config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    own, other = alive(equity, capital), alive(base, capital)
    count = min(len(own), len(other))
    active = mean(own[:count] - other[:count], per_year).value
    return Outcome(float(equity[-1] / capital - 1.0), ratio(own - rate, per_year).value, active)


def alive(equity: NDArray[np.float64], capital: float) -> NDArray[np.float64]:
    """Give the returns of the sessions that began with capital."""
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = returns(equity, capital)
    return changes[np.concatenate([[capital], equity[:-1]]) > 0.0]
