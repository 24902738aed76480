"""Run bt on a portfolio that ``simulate.py`` left in a file; bt has an environment of its own, BT_PYTHON names it.

bt sizes orders on the outlay with commission, so its equity agrees with everybody's at zero cost only.
"""

from __future__ import annotations

import sys
import time
from importlib.metadata import version

import bt
import numpy as np
import pandas as pd

given = np.load(sys.argv[1])
close, session, weight = given["close"], given["session"], given["weight"]
dates = pd.bdate_range("2010-01-04", periods=len(close))
names = [f"A{number:03d}" for number in range(close.shape[1])]
prices = pd.DataFrame(close, index=dates, columns=names)
targets = pd.DataFrame(weight, index=dates[session], columns=names)
times = []
for _ in range(int(sys.argv[3])):
    algos = [bt.algos.RunOnDate(*targets.index), bt.algos.WeighTarget(targets), bt.algos.Rebalance()]
    test = bt.Backtest(
        bt.Strategy("monthly", algos), prices, initial_capital=1e6, integer_positions=False, progress_bar=False
    )
    start = time.perf_counter()
    test.run()
    times.append(time.perf_counter() - start)
equity = test.strategy.values[-len(close) :]  # noqa: PD011 - bt's own word
np.savez(sys.argv[2], equity=equity, seconds=min(times), version=version("bt"))
