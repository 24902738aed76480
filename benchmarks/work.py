"""The work that simulators are timed at: random prices and targets, the costs, and our own way through them."""

from __future__ import annotations

import numpy as np

from backtest import Batch, Costs, simulate_many

FEES, SLIPPAGE = 0.001, 0.0005
COSTS = Costs(commission_bps=FEES * 1e4, slippage_bps=SLIPPAGE * 1e4)
PER_YEAR = 252.0
INVESTED = 0.95
EVENTS, TILT, HALF_LIFE = (
    1.0 / 15.0,
    0.05,
    10.0,
)  # events per session, size of a tilt, sessions until half of it is left


def prices(sessions: int, assets: int, seed: int = 0) -> np.ndarray:
    """Give a random walk of prices, shape (sessions, assets)."""
    rng = np.random.default_rng(seed)
    return 100.0 * np.exp(np.cumsum(rng.normal(0.0002, 0.015, (sessions, assets)), axis=0))


def scenarios(
    count: int, sessions: int, assets: int, rebalances: int, seed: int = 1, *, together: bool = False
) -> Batch:
    """Give random long-only targets of 95 % for so many scenarios, each rebalanced so many times.

    Each in sessions of its own, or ``together``, all in the same ones.
    """
    rng = np.random.default_rng(seed)
    possible, draws = np.arange(1, sessions - 1), 1 if together else count
    drawn = np.stack([np.sort(rng.choice(possible, rebalances, replace=False)) for _ in range(draws)])
    weight = rng.dirichlet(np.ones(assets), count * rebalances) * INVESTED
    return laid(np.broadcast_to(drawn, (count, rebalances)), weight.reshape(count, rebalances, assets))


def tilted(count: int, sessions: int, assets: int, seed: int = 1) -> Batch:
    """Give equal weights that events tilt, with a new row in every session: long only, 95 % in all.

    An event comes in a fifteenth of the sessions and adds a tilt to one asset, up or down; tilts add up and decay
    exponentially over the sessions that follow.
    """
    rng = np.random.default_rng(seed)
    happens = rng.random((sessions, count)) < EVENTS
    added = np.zeros((sessions, count, assets))
    hit = rng.integers(assets, size=np.count_nonzero(happens))
    added[(*np.nonzero(happens), hit)] = rng.normal(0.0, TILT, len(hit))
    weight, tilt = np.empty((count, sessions, assets)), np.zeros((count, assets))
    for t in range(sessions):
        tilt = tilt * 0.5 ** (1.0 / HALF_LIFE) + added[t]
        weight[:, t] = np.maximum(1.0 / assets + tilt, 0.0)
    weight *= INVESTED / weight.sum(axis=2, keepdims=True)
    return laid(np.broadcast_to(np.arange(sessions), (count, sessions)), weight)


def laid(session: np.ndarray, weight: np.ndarray) -> Batch:
    """Lay sessions, shape (scenario, rebalance), and weights, shape (scenario, rebalance, asset), out as a batch."""
    count, rebalances, assets = weight.shape
    return Batch(
        np.arange(0, count * rebalances + 1, rebalances, dtype=np.int64),
        session.ravel().astype(np.int64),
        np.arange(0, weight.size + 1, assets, dtype=np.int64),
        np.tile(np.arange(assets, dtype=np.int64), count * rebalances),
        weight.ravel(),
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
