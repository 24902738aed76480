"""One account through a run, as a series of returns and what is needed to annualise them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels.books import COSTS
from backtest.metrics import moments

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from backtest.config.model import Config
    from data.calendar import Calendar

__all__ = ["Series", "cost_shares", "series_of"]

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One account through the run: equity per session, returns, and what is needed to annualise them."""

    equity: NDArray[np.float64]
    returns: NDArray[np.float64]
    capital: float
    years: float
    per_year: float
    rate: float

    @property
    def excess(self) -> NDArray[np.float64]:
        """Give the returns over the risk-free rate of one session, (1 + rate)^(1 / sessions per year) - 1."""
        excess: NDArray[np.float64] = self.returns - ((1.0 + self.rate) ** (1.0 / self.per_year) - 1.0)
        return excess


def series_of(config: Config, calendar: Calendar, daily: pl.DataFrame, column: str) -> Series | None:
    """Give the account behind a column of ``daily``; None for one that has no values."""
    if daily[column].null_count():
        return None
    sessions = daily["session"].to_numpy().astype("datetime64[D]")
    before = calendar.sessions[max(int(np.searchsorted(calendar.sessions, sessions[0])) - 1, 0)]
    years = float((sessions[-1] - before).astype(np.int64)) / DAYS_PER_YEAR
    equity, capital = daily[column].to_numpy(), config.account.capital
    changes = moments.returns(equity, capital)
    # After ruin the account is closed: its sessions without capital are no returns.
    alive = np.concatenate([[capital], equity[:-1]]) > 0.0
    return Series(equity, changes[alive], capital, years, calendar.sessions_per_year, config.risk_free_per_year)


def cost_shares(config: Config, daily: pl.DataFrame, column: str) -> NDArray[np.float64] | None:
    """Give costs / equity before the session of the account behind a column, of sessions that began with capital.

    None where the costs of that account were not kept.
    """
    names = COSTS if column == "equity" else (f"{column}_costs",)
    if any(name not in daily.columns or daily[name].null_count() for name in names):
        return None
    before = np.concatenate([[config.account.capital], daily[column].to_numpy()[:-1]])
    spent = np.add.reduce([daily[name].to_numpy() for name in names])
    shares: NDArray[np.float64] = spent[before > 0.0] / before[before > 0.0]
    return shares
