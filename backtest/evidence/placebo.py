"""The placebo test: whether a strategy on events that never were would have done as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.evidence.draws import drawn
from backtest.evidence.paths import alive, day_ends
from backtest.evidence.scenarios import walked
from backtest.evidence.types import DRAWS, Placebo

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from backtest.evidence.draws import Drawn
    from backtest.evidence.line import Line

__all__ = ["placebo"]


def placebo(line: Line, *, draws: int | None = None, said: Callable[[int], None] | None = None) -> Placebo:
    """Run the whole backtest on placebo events.

    Parameters
    ----------
    line
        The run.
    draws
        How many; the config's ``evidence.placebo_draws`` when not given.
    said
        Told how many are done.

    Returns
    -------
    Placebo
        p = (1 + placebos at least as good) / (draws + 1), one-sided, for net return and net Sharpe ratio (Phipson and
        Smyth 2010); with a design gone through whole the run itself is the one that is added.

    Raises
    ------
    RunError
        When the design needs what the run has not.

    """
    count = line.config.evidence.placebo_draws if draws is None else draws
    reason = _reason(line, count)
    actual, sharpe = _actual(line)
    if reason:
        nothing = pl.DataFrame(schema=dict(zip(DRAWS, (pl.Int64, pl.Float64, pl.Float64), strict=True)))
        return Placebo("", exhaustive=False, draws=nothing, net_return=actual, sharpe=sharpe, p_return=None,
                       p_sharpe=None, reason=reason)  # fmt: skip
    made = drawn(line, count)
    found = _draws(line, made, said)
    return Placebo(
        f"{made.design}: {made.words}",
        made.exhaustive,
        found,
        actual,
        sharpe,
        _p(found["net_return"].to_numpy(), actual),
        None if sharpe is None else _p(found["sharpe"].fill_null(-np.inf).to_numpy(), sharpe),
    )


def _reason(line: Line, count: int) -> str:
    if count == 0:
        return "no draws were asked for"
    if not line.traded or not any(len(each.event) for each in line.drafts[0].impulses.values()):
        return "no event moves anything, so there is nothing to move elsewhere"
    return ""


def _draws(line: Line, made: Drawn, said: Callable[[int], None] | None) -> pl.DataFrame:
    ends = walked(line, made, said=said)
    total = ends.equity / line.config.account.capital - 1.0
    columns = (np.arange(len(total)), total, _sharpe(line, ends.mean, ends.deviation))
    return pl.DataFrame(dict(zip(DRAWS, columns, strict=True)), nan_to_null=True)


def _sharpe(line: Line, mean: NDArray[np.float64], deviation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (mean - rate per session) / deviation x sqrt(sessions a year), as the metric of the run; NaN: no spread."""
    per_year = line.inputs.measured_on.sessions_per_year
    idle = (1.0 + line.config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    varies = deviation > 1e-6 * np.abs(mean)
    ratio: NDArray[np.float64] = np.divide(mean - idle, deviation, out=np.full(len(mean), np.nan), where=varies)
    ratio *= float(np.sqrt(per_year))
    return ratio


def _actual(line: Line) -> tuple[float, float | None]:
    """Give net return and net Sharpe ratio of the run, measured as those of the draws."""
    capital, equity = line.config.account.capital, line.walked.equity[day_ends(line)]
    total, changes = float(equity[-1] / capital - 1.0), alive(equity, capital)
    if len(changes) < 2:
        return total, None
    ratio = _sharpe(line, np.array([changes.mean()]), np.array([changes.std(ddof=1)]))[0]
    return total, None if np.isnan(ratio) else float(ratio)


def _p(placebos: NDArray[np.float64], actual: float) -> float:
    """Count placebos at least as good; what differs by rounding alone is as good."""
    as_good = placebos >= actual - 1e-12 * max(1.0, abs(actual))
    return (1 + int(as_good.sum())) / (len(placebos) + 1)
