"""Time the simulator beside its peers, in one run on the same inputs; equality is asserted before any time is printed.

``make bench`` writes benchmarks/README.md from what this prints.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.metadata import version

import numpy as np

from backtest import Batch, Costs, Targets, simulate, simulate_many

warnings.filterwarnings("ignore")

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


def best(call: object, repeats: int = 5) -> float:
    """Give the shortest of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times)


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


def limit(close: np.ndarray, batch: Batch) -> np.ndarray:
    """Give the zero-cost equity of every scenario as one BLAS product per holding period: the least work there is."""
    relative = np.ascontiguousarray(close.T)
    out = np.empty((len(batch), len(close)))
    assets = close.shape[1]
    for s in range(len(batch)):
        equity, previous = 1e6, 0
        out[s, : batch.session[batch.scenario[s]]] = equity
        rows = range(batch.scenario[s], batch.scenario[s + 1])
        for k in rows:
            t = batch.session[k]
            end = batch.session[k + 1] if k + 1 in rows else len(close)
            weight = batch.weight[k * assets : (k + 1) * assets]
            equity = out[s, t - 1] if t > previous and previous else equity
            shares = weight * equity / close[t]
            np.dot(shares, relative[:, t:end], out=out[s, t:end])
            out[s, t:end] += equity * (1.0 - weight.sum())
            equity = out[s, end - 1]
            previous = t
    return out


def agree(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Refuse to print a time before the numbers agree."""
    for name, values in mine.items():
        np.testing.assert_allclose(values, theirs[name], rtol=1e-7, atol=1e-9, err_msg=name)


def sweep(title: str, count: int, rebalances: int) -> None:
    """Compare a sweep with vectorbt's engines."""
    close = prices(1500, 20)
    batch = scenarios(count, 1500, 20, rebalances)
    ours(close, batch)
    mine = ours(close, batch)
    seconds = best(lambda: ours(close, batch)) / count
    print(f"\n## {title}\n")
    print(f"20 assets x 1,500 sessions x {rebalances:,} rebalances, {count} scenarios, fees and slippage, cash shared;")
    print("total return, volatility, Sharpe ratio and drawdown per scenario, which agree to 1e-7.\n")
    print("| engine | times as long as ours | per scenario |\n|---|---|---|")
    print(f"| eventfolio | 1 | {seconds * 1e6:,.1f} us |")
    for engine in ("rust", "numba"):
        try:
            agree(mine, vectorbt(close, batch, engine))
        except (ImportError, ValueError, RuntimeError) as error:
            print(f"| vectorbt {version('vectorbt')}, {engine} | not run: {str(error).splitlines()[0][:70]} | |")
            continue
        theirs = best(lambda e=engine: vectorbt(close, batch, e), 3) / count  # type: ignore[misc]
        print(f"| vectorbt {version('vectorbt')}, {engine} | {theirs / seconds:,.0f} | {theirs * 1e6:,.0f} us |")
    if rebalances < 1500:
        bare = best(lambda: limit(close, batch), 3) / count
        name = "one BLAS product per holding period, no costs, no metrics"
        print(f"| {name} | {bare / seconds:.2f} | {bare * 1e6:,.1f} us |")
        # The limit proper: marking alone, as one matrix product for all scenarios, without a word of Python between.
        shares, prices_ = np.random.default_rng(2).random((count, 20)), np.ascontiguousarray(close.T)
        product = best(lambda: shares @ prices_, 9) / count
        print(f"| one BLAS product for all, nobody trading | {product / seconds:.2f} | {product * 1e6:,.1f} us |")


def growth() -> None:
    """Show that time per scenario and memory stay flat as scenarios grow."""
    close = prices(1500, 20)
    print("\n## Many scenarios\n\nStreamed in batches of 10,000.\n")
    print("| scenarios | per scenario | peak memory |\n|---|---|---|")
    chunk = scenarios(10_000, 1500, 20, 30)
    for count in (10_000, 100_000, 1_000_000):
        start = time.perf_counter()
        walks = simulate_many(close, (chunk for _ in range(count // 10_000)), costs=COSTS, capital=1e6)
        seconds = time.perf_counter() - start
        assert walks.summary.height == count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {count:,} | {seconds / count * 1e6:.1f} us | {peak:,.0f} MB |")


def one_portfolio() -> None:
    """Compare a single large portfolio: 500 assets, ten years, monthly targets."""
    import pandas as pd
    import vectorbt as vbt

    close = prices(2520, 500, 3)
    batch = scenarios(1, 2520, 500, 120, 4)
    targets = Targets(batch.session, batch.start, batch.asset, np.zeros(len(batch.asset), np.int64), batch.weight)
    dense = np.full(close.shape, np.nan)
    dense[batch.session] = batch.weight.reshape(-1, 500)
    frame = pd.DataFrame(close)

    def theirs() -> np.ndarray:
        portfolio = vbt.Portfolio.from_orders(
            frame, size=dense, size_type="targetpercent", fees=FEES, slippage=SLIPPAGE, init_cash=1e6,
            cash_sharing=True, group_by=True, call_seq="auto", freq="1D",
        )  # fmt: skip
        return np.asarray(portfolio.value())

    mine = simulate(close, targets, costs=COSTS, capital=1e6)
    np.testing.assert_allclose(mine.equity, theirs(), rtol=1e-9)
    seconds, summary = (
        best(lambda: simulate(close, targets, costs=COSTS, capital=1e6)),
        best(lambda: simulate_many(close, batch, costs=COSTS, capital=1e6)),
    )
    other = best(theirs, 3)
    print("\n## One portfolio\n\n500 assets x 2,520 sessions, 120 rebalances; equity agrees to 1e-9.\n")
    print("| engine | times as long as ours | time |\n|---|---|---|")
    print(f"| eventfolio, summary | {summary / seconds:.2f} | {summary * 1e3:,.1f} ms |")
    print(f"| eventfolio, every share and order kept | 1 | {seconds * 1e3:,.1f} ms |")
    print(f"| vectorbt {version('vectorbt')}, orders and equity | {other / seconds:,.0f} | {other * 1e3:,.0f} ms |")


def cold_start() -> None:
    """Time the first call ever and the first call with a warm cache, each a whole process."""
    code = "import numpy as np\nfrom backtest import simulate\nsimulate(np.full((9, 2), 10.0), np.full((9, 2), 0.5))"
    print("\n## Cold start\n\nA whole process: import, one call, exit.\n\n| cache | time |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for state in ("empty", "filled"):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], env={**os.environ, "XDG_CACHE_HOME": folder}, check=True)
            print(f"| {state} | {time.perf_counter() - start:.2f} s |")


def main() -> None:
    """Run all comparisons."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "polars", "vectorbt"))
    print("# Benchmarks of the simulator\n\nWritten by `make bench`; ratios first, they travel better than times.\n")
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {libraries}.")
    growth()  # first: the peak memory is the process's, and the peers need more
    sweep("Sweep", 200, 30)
    sweep("Sweep with a rebalance in every session", 50, 1500)
    one_portfolio()
    cold_start()


if __name__ == "__main__":
    main()
