"""Costs and bounds of scenarios as the rows of numbers that the walk reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.staging import BPS, LEAST, MOST
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from backtest.costs import Account, Costs

__all__ = ["paired", "terms_table"]


def terms_table(costs: Sequence[Costs], accounts: Sequence[Account], capital: float | None) -> NDArray[np.float64]:
    """Give one row of Terms per scenario, a single row when costs and account are the same for all."""
    count = max(len(costs), len(accounts))
    if not costs or not accounts:
        raise RunError("no costs or no accounts are given; give one, or one per scenario")
    if {len(costs), len(accounts)} - {1, count}:
        raise RunError(f"{len(costs)} costs and {len(accounts)} accounts do not pair; give one, or one per scenario")
    pairs = zip(costs if len(costs) == count else [costs[0]] * count,
                accounts if len(accounts) == count else [accounts[0]] * count, strict=True)  # fmt: skip
    return np.array([list(_terms(cost, account, capital)) for cost, account in pairs])


def _terms(costs: Costs, account: Account, capital: float | None) -> Iterator[float]:
    if account.funding == "sequential" and costs.impact:
        raise RunError("account.funding: sequential is for differential tests and knows no costs.impact")
    cash = account.capital if capital is None else capital
    if not LEAST <= cash <= MOST:
        raise RunError(f"capital is {cash}; it is positive and finite, from {LEAST:g} to {MOST:g}")
    yield cash
    yield account.gross_limit
    yield from (costs.half_spread_bps * BPS, costs.slippage_bps * BPS, costs.commission_bps * BPS)
    yield from (costs.commission_per_share, costs.commission_min, costs.impact)
    yield from (costs.cash_bps_per_year * BPS, costs.margin_bps_per_year * BPS)
    yield from (account.no_trade_band, account.lot, account.turnover_cap)
    yield from (account.participation_cap, account.maintenance_margin, account.funding == "sequential")
    yield costs.borrow_bps_per_year * BPS


def paired(terms: int, scenarios: int | None) -> None:
    """Refuse another number of costs or accounts than of scenarios (None: not known yet); one goes for all."""
    if scenarios is not None and terms not in {1, scenarios}:
        raise RunError(f"{terms} costs or accounts for {scenarios} scenarios; give one, or one for each")
