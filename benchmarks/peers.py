"""The same work by others: vectorbt, bt, a bare loop."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from bare import bare, metrics
from work import FEES, PER_YEAR, SLIPPAGE

from backtest import Targets, simulate

if TYPE_CHECKING:
    from backtest import Batch


def vectorbt(close: np.ndarray, batch: Batch, engine: str) -> dict[str, np.ndarray]:
    """Let vectorbt do the same work: one group of columns per scenario, the same four metrics."""
    import pandas as pd
    import vectorbt as vbt

    count, (sessions, assets) = len(batch), close.shape
    weights = np.full((sessions, count, assets), np.nan)
    row = np.repeat(np.arange(count), np.diff(batch.scenario))
    weights[batch.session, row] = batch.weight.reshape(-1, assets)
    columns = pd.MultiIndex.from_product([range(count), range(assets)], names=["scenario", "asset"])
    portfolio = vbt.Portfolio.from_orders(
        pd.DataFrame(np.tile(close, (1, count)), columns=columns),
        size=weights.reshape(sessions, count * assets),
        size_type="targetpercent",
        fees=FEES,
        slippage=SLIPPAGE,
        init_cash=1e6,
        cash_sharing=True,
        group_by="scenario",
        call_seq="auto",
        freq="1D",
        engine=engine,
    )
    returns = portfolio.returns().to_numpy()
    deviation = returns.std(axis=0, ddof=1)
    equity = np.vstack([np.full(count, 1e6), portfolio.value().to_numpy()])
    return {
        "total": equity[-1] / 1e6 - 1.0,
        "volatility": deviation * np.sqrt(PER_YEAR),
        "sharpe": returns.mean(axis=0) / deviation * np.sqrt(PER_YEAR),
        "drawdown": (equity / np.maximum.accumulate(equity, axis=0) - 1.0).min(axis=0),
    }


def by_hand(close: np.ndarray, batch: Batch) -> dict[str, np.ndarray]:
    """Let the bare loop do the same work, scenario by scenario."""
    columns, assets = np.ascontiguousarray(close.T), close.shape[1]
    weight, equity, out = batch.weight.reshape(-1, assets), np.empty(len(close)), np.empty((len(batch), 4))
    for s in range(len(batch)):
        rows = slice(batch.scenario[s], batch.scenario[s + 1])
        bare(close, columns, batch.session[rows], weight[rows], 1e6, FEES, SLIPPAGE, equity)
        metrics(equity, 1e6, out[s])
    total, deviation, mean, drawdown = out.T
    return {
        "total": total,
        "volatility": deviation * np.sqrt(PER_YEAR),
        "sharpe": mean / deviation * np.sqrt(PER_YEAR),
        "drawdown": drawdown,
    }


def with_bt(close: np.ndarray, session: np.ndarray, weight: np.ndarray) -> tuple[str, float]:
    """Time bt, without costs, in the environment that BT_PYTHON names; nothing of ours is built on it."""
    python = os.environ.get("BT_PYTHON")
    if python is None:
        return "bt, without costs (BT_PYTHON names no environment that has it)", 0.0
    targets = Targets(session, np.arange(0, weight.size + 1, 500), np.tile(np.arange(500), len(session)),
                      np.zeros(weight.size, np.int64), weight.ravel())  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        given, left = Path(folder) / "given.npz", Path(folder) / "left.npz"
        np.savez(given, close=close, session=session, weight=weight)
        subprocess.run([python, str(Path(__file__).with_name("with_bt.py")), given, left, "1"], check=True)
        found = np.load(left)
        np.testing.assert_allclose(simulate(close, targets, capital=1e6).equity, found["equity"], rtol=1e-9)
        return f"bt {found['version']}, without costs", float(found["seconds"])
