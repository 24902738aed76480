"""The same equity by linear algebra alone, without costs and metrics: what no walk that trades can be asked to beat.

Between two rebalances a portfolio is cash and fixed shares, so its equity is one product with the closes; at a
rebalance V = cash + shares x close is dealt out anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from timed import best
from work import ours

from backtest import simulate_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtest import Batch

CAPITAL = 1e6


def alone(close: np.ndarray, batch: Batch) -> np.ndarray:
    """Give the equity of every scenario, shape (scenario, session): one product per scenario and holding period."""
    columns, weight = np.ascontiguousarray(close.T), batch.weight.reshape(-1, close.shape[1])
    equity = np.empty((len(batch), len(close)))
    for s, path in enumerate(equity):
        rows = slice(batch.scenario[s], batch.scenario[s + 1])
        bounds = [*batch.session[rows], len(close)]
        path[: bounds[0]] = CAPITAL
        shares, cash = np.zeros(close.shape[1]), CAPITAL
        for k, row in enumerate(weight[rows]):
            held = slice(bounds[k], bounds[k + 1])
            value = cash + shares @ close[bounds[k]]
            shares, cash = row * value / close[bounds[k]], value * (1.0 - row.sum())
            np.dot(shares, columns[:, held], out=path[held])
            path[held] += cash
    return equity


def together(close: np.ndarray, batch: Batch) -> np.ndarray:
    """Give the equity of scenarios that rebalance in the same sessions: one product per holding period for all.

    Cash is one more asset, whose price is 1, so that the product is all there is; of the ways to lay it out in memory
    this one, session after session, was the fastest.
    """
    count, assets = len(batch), close.shape[1]
    sessions, weight = batch.session.reshape(count, -1), batch.weight.reshape(count, -1, assets)
    assert (sessions == sessions[0]).all()
    priced = np.column_stack([close, np.ones(len(close))])
    dealt = np.concatenate([weight, 1.0 - weight.sum(axis=2, keepdims=True)], axis=2).swapaxes(0, 1)
    equity, bounds = np.empty((len(close), count)), [*sessions[0], len(close)]
    equity[: bounds[0]] = CAPITAL
    shares = np.zeros((count, assets + 1))
    shares[:, -1] = CAPITAL
    for k, t in enumerate(bounds[:-1]):
        held = slice(t, bounds[k + 1])
        shares = dealt[k] * ((shares @ priced[t])[:, None] / priced[t])
        np.matmul(priced[held], shares.T, out=equity[held])
    return equity.T


def agrees(close: np.ndarray, batch: Batch, equity: np.ndarray) -> None:
    """Refuse an equity that is not the simulator's without costs."""
    np.testing.assert_allclose(equity, simulate_many(close, batch, capital=CAPITAL, paths=True).equity, rtol=1e-9)


def least(call: Callable[[], object], repeats: int) -> float:
    """Give the shortest time with one thread of BLAS or with all of them: for small products more are often slower."""
    from threadpoolctl import threadpool_limits

    times = []
    for threads in (1, None):
        with threadpool_limits(threads, user_api="blas"):
            times.append(best(call, repeats))
    return min(times)


def against_the_limit(close: np.ndarray, apart: Batch, shared: Batch) -> None:
    """Say how far ours, with costs and metrics, is from linear algebra: sessions of their own, and the same ones."""
    agrees(close, apart, alone(close, apart))
    agrees(close, shared, together(close, shared))
    count, columns = len(apart), np.ascontiguousarray(close.T)
    shares = np.random.default_rng(2).random((count, close.shape[1]))
    own, same = (best(lambda b=batch: ours(close, b), 60) for batch in (apart, shared))  # type: ignore[misc]
    rows = [
        ("one BLAS product per holding period, scenario by scenario", own, least(lambda: alone(close, apart), 3)),
        ("one BLAS product per holding period for all scenarios", same, least(lambda: together(close, shared), 15)),
        ("one BLAS product for all scenarios, nobody trading", own, least(lambda: shares @ columns, 15)),
    ]
    print("\nAgainst the limit. Ours has its costs and metrics, linear algebra neither; without costs the equity of")
    print("every session agrees to 1e-9. For the second row all scenarios rebalance in the same sessions.")
    print("BLAS has one thread or all of them, whichever is faster.\n")
    print("| the same equity by linear algebra | ours takes so many times as long | per scenario |\n|---|---|---|")
    for name, mine, theirs in rows:
        print(f"| {name} | {mine / theirs:.2f} | {theirs / count * 1e6:,.1f} us |")
    ratio = rows[1][1] / rows[1][2]
    print(f"\n{ratio:.1f} times as long as one BLAS product per holding period for all scenarios;")
    print("asked for: under 5 times.")
