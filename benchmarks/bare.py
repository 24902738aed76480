"""The bare loop: what one would write by hand for this one task, and the most that a simulator can be asked for.

Rebalances to weights, half a dozen sums per asset, commission and slippage, one factor where cash does not suffice; no
journal, no corporate actions, no checks. One thread.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(error_model="numpy")
def bare(  # noqa: PLR0917
    close: np.ndarray, columns: np.ndarray, session: np.ndarray, weight: np.ndarray, cash: float, fee: float,
    slippage: float, equity: np.ndarray,
) -> None:  # fmt: skip
    """Walk one portfolio; weight has a row per rebalance, columns are the closes per asset, equity is written."""
    T, N = close.shape
    shares, wanted = np.zeros(N), np.zeros(N)
    t, k = 0, 0
    while t < T:
        if k < len(session) and session[k] == t:
            value = cash
            for i in range(N):
                value += shares[i] * close[t, i]
            bought = 0.0
            for i in range(N):
                wanted[i] = weight[k, i] * value / close[t, i] - shares[i]
                if wanted[i] < 0.0:
                    cash -= wanted[i] * close[t, i] * (1.0 - slippage) * (1.0 - fee)
                else:
                    bought += wanted[i] * close[t, i] * (1.0 + slippage) * (1.0 + fee)
            factor = min(1.0, cash / bought) if bought > 0.0 else 1.0
            for i in range(N):
                shares[i] += wanted[i] if wanted[i] < 0.0 else wanted[i] * factor
            cash -= bought * factor
            k += 1
        until = session[k] if k < len(session) else T
        for s in range(t, until):
            equity[s] = cash
        for i in range(N):
            held, prices = shares[i], columns[i]
            for s in range(t, until):
                equity[s] += held * prices[s]
        t = until


@njit(error_model="numpy")
def metrics(equity: np.ndarray, capital: float, out: np.ndarray) -> None:
    """Write total return, volatility per session, mean per session and drawdown."""
    before, peak, low, added, squared = capital, capital, 0.0, 0.0, 0.0
    for t in range(len(equity)):
        change = equity[t] / before - 1.0
        before = equity[t]
        added += change
        squared += change * change
        peak = max(peak, before)
        low = min(low, before / peak - 1.0)
    mean = added / len(equity)
    out[0], out[1], out[2], out[3] = before / capital - 1.0, 0.0, mean, low
    out[1] = np.sqrt((squared - added * mean) / (len(equity) - 1))
