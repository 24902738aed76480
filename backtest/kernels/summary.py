"""What a walk comes to: its returns summed up, its tallies handed on."""

from __future__ import annotations

import numpy as np

from backtest.kernels.books import DEVIATION, DRAWDOWN, INNER, LAST, MEAN, STOPPED, TALLIES, F


@INNER
def summarise(equity: F, tally: F, capital: float, stopped: int, out: F) -> None:
    """Write SUMMARY: last equity, mean and deviation (ddof 1) of session returns, drawdown, tallies.

    After ruin the sessions without capital are no returns. Four running sums, used in turn, keep the adders busy; their
    order is fixed.
    """
    alive = len(equity) if stopped < 0 else stopped + 1
    before, peak, worst_low, worst_peak = capital, capital, capital, capital
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(alive):
        now = equity[t]
        change = now / before - 1.0
        before = now
        a, b, c, d = b, c, d, a + change
        e, f, g, h = f, g, h, e + change * change
        peak = max(peak, now)
        if now * worst_peak < worst_low * peak:
            worst_low, worst_peak = now, peak
    for _ in range(-alive % 4):  # until the sum that was used first is the first again
        a, b, c, d = b, c, d, a
        e, f, g, h = f, g, h, e
    added, squared = (a + b) + (c + d), (e + f) + (g + h)
    out[LAST] = equity[-1] if len(equity) > 0 else capital
    out[MEAN] = added / alive if alive > 0 else np.nan
    out[DEVIATION] = np.sqrt(max(squared - added * added / alive, 0.0) / (alive - 1)) if alive > 1 else np.nan
    out[DRAWDOWN] = worst_low / worst_peak - 1.0
    for j in range(len(tally)):
        out[TALLIES + j] = tally[j]
    out[STOPPED] = stopped
