"""The work that simulators are timed at: random prices and targets, the costs, and our own way through them."""

from __future__ import annotations

import numpy as np

from backtest import Batch, Costs, simulate_many

FEES, SLIPPAGE = 0.001, 0.0005
COSTS = Costs(commission_bps=FEES * 1e4, slippage_bps=SLIPPAGE * 1e4)
PER_YEAR = 252.0


def prices(sessions: int, assets: int, seed: int = 0) -> np.ndarray:
    """Give a random walk of prices, shape (sessions, assets)."""
    rng = np.random.default_rng(seed)
    return 100.0 * np.exp(np.cumsum(rng.normal(0.0002, 0.015, (sessions, assets)), axis=0))


def scenarios(count: int, sessions: int, assets: int, rebalances: int, seed: int = 1) -> Batch:
    """Give random long-only targets of 95 % for so many scenarios, each rebalanced so many times."""
    rng = np.random.default_rng(seed)
    if rebalances == sessions:
        session = np.tile(np.arange(sessions), count)
    else:
        drawn = [np.sort(rng.choice(np.arange(1, sessions - 1), rebalances, replace=False)) for _ in range(count)]
        session = np.concatenate(drawn)
    weight = rng.dirichlet(np.ones(assets), len(session)).ravel() * 0.95
    return Batch(
        np.arange(0, len(session) + 1, rebalances, dtype=np.int64),
        session.astype(np.int64),
        np.arange(0, len(weight) + 1, assets, dtype=np.int64),
        np.tile(np.arange(assets, dtype=np.int64), len(session)),
        weight,
    )


def ours(close: np.ndarray, batch: Batch) -> dict[str, np.ndarray]:
    """Walk the batch; total return, volatility, Sharpe ratio and drawdown per scenario."""
    walks = simulate_many(close, batch, costs=COSTS, capital=1e6)
    summary = walks.summary
    return {
        "total": summary["equity"].to_numpy() / 1e6 - 1.0,
        "volatility": summary["deviation"].to_numpy() * np.sqrt(PER_YEAR),
        "sharpe": walks.sharpe(PER_YEAR),
        "drawdown": summary["max_drawdown"].to_numpy(),
    }
