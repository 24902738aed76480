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
from pathlib import Path

import numpy as np
from bare import bare, metrics
from timed import best

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


def agree(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Refuse to print a time before the numbers agree."""
    for name, values in mine.items():
        np.testing.assert_allclose(values, theirs[name], rtol=1e-7, atol=1e-9, err_msg=name)


def sweep(title: str, rebalances: int, at_least: int, aim: int) -> None:
    """Compare a sweep with vectorbt's engines, the bare loop and, where rows are few, the limit."""
    count, close = 200, prices(1500, 20)
    batch = scenarios(count, 1500, 20, rebalances)
    ours(close, batch)
    mine = ours(close, batch)
    seconds = best(lambda: ours(close, batch), 60) / count
    print(f"\n## {title}\n")
    print(f"20 assets x 1,500 sessions x {rebalances:,} rebalances, {count} scenarios, fees and slippage, cash shared;")
    print("total return, volatility, Sharpe ratio and drawdown per scenario, which agree to 1e-7.\n")
    print("| engine | times as long as ours | per scenario |\n|---|---|---|")
    print(f"| eventfolio | 1 | {seconds * 1e6:,.1f} us |")
    peers = []
    for engine in ("rust", "numba"):
        try:
            agree(mine, vectorbt(close, batch, engine))
        except (ImportError, ValueError, RuntimeError) as error:
            print(f"| vectorbt {version('vectorbt')}, {engine} | not run: {str(error).splitlines()[0][:70]} | |")
            continue
        peers.append(best(lambda e=engine: vectorbt(close, batch, e), 3) / count)  # type: ignore[misc]
        print(f"| vectorbt {version('vectorbt')}, {engine} | {peers[-1] / seconds:,.0f} | {peers[-1] * 1e6:,.0f} us |")
    agree(mine, by_hand(close, batch))
    hand = best(lambda: by_hand(close, batch)) / count
    print(f"| a bare loop for this one task, one thread | {hand / seconds:.1f} | {hand * 1e6:,.1f} us |")
    if peers:
        print(f"\n{min(peers) / seconds:,.0f} times as fast as the faster peer; asked for: {at_least}, aim: {aim:,}.")
    if rebalances < len(close):
        against_the_limit(close, batch, seconds)


def against_the_limit(close: np.ndarray, batch: Batch, seconds: float) -> None:
    """Say how far the sweep is from linear algebra alone."""
    count = len(batch)
    held = best(lambda: limit(close, batch), 3) / count
    # Marking alone, as one matrix product for all scenarios, nobody trading: no walk can get there.
    shares, columns = np.random.default_rng(2).random((count, 20)), np.ascontiguousarray(close.T)
    product = best(lambda: shares @ columns, 15) / count
    print("\nAgainst the limit (asked for: under 5 times as long as one BLAS product per holding period):\n")
    print("| the same equity by linear algebra | ours takes so many times as long | per scenario |\n|---|---|---|")
    print(
        f"| one BLAS product per holding period, no costs, no metrics | {seconds / held:.2f} | {held * 1e6:,.1f} us |"
    )
    print(f"| one BLAS product for all scenarios, nobody trading | {seconds / product:.1f} | {product * 1e6:,.1f} us |")


def growth() -> None:
    """Show that time per scenario and memory stay flat as scenarios grow."""
    close = prices(1500, 20)
    print("\n## Many scenarios\n\nStreamed in batches of 10,000, ours alone; compiled before.\n")
    print("| scenarios | per scenario | peak memory |\n|---|---|---|")
    chunk = scenarios(10_000, 1500, 20, 30)
    simulate_many(close, chunk, costs=COSTS, capital=1e6)
    for count in (10_000, 100_000, 1_000_000):
        start = time.perf_counter()
        walks = simulate_many(close, (chunk for _ in range(count // 10_000)), costs=COSTS, capital=1e6)
        seconds = time.perf_counter() - start
        assert walks.summary.height == count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {count:,} | {seconds / count * 1e6:.1f} us | {peak:,.0f} MB |")
    print(f"\nThe summary of a scenario takes {walks.summary.estimated_size() / count:.0f} bytes; nothing else grows.")


def one_portfolio() -> None:
    """Compare a single large portfolio: 500 assets, ten years, monthly targets."""
    import pandas as pd
    import vectorbt as vbt

    close = prices(2520, 500, 3)
    batch = scenarios(1, 2520, 500, 120, 4)
    targets = Targets(batch.session, batch.start, batch.asset, np.zeros(len(batch.asset), np.int64), batch.weight)
    weight, equity = batch.weight.reshape(-1, 500), np.empty(2520)
    dense = np.full(close.shape, np.nan)
    dense[batch.session] = weight
    frame = pd.DataFrame(close)

    def theirs() -> np.ndarray:
        portfolio = vbt.Portfolio.from_orders(
            frame, size=dense, size_type="targetpercent", fees=FEES, slippage=SLIPPAGE, init_cash=1e6,
            cash_sharing=True, group_by=True, call_seq="auto", freq="1D",
        )  # fmt: skip
        return np.asarray(portfolio.value())

    def hand() -> None:
        bare(close, np.ascontiguousarray(close.T), batch.session, weight, 1e6, FEES, SLIPPAGE, equity)

    mine = simulate(close, targets, costs=COSTS, capital=1e6)
    hand()
    for other in (theirs(), equity):
        np.testing.assert_allclose(mine.equity, other, rtol=1e-9)
    seconds = best(lambda: simulate(close, targets, costs=COSTS, capital=1e6), 15)
    rows = [
        ("eventfolio, every share and order kept", seconds),
        ("eventfolio, summary", best(lambda: simulate_many(close, batch, costs=COSTS, capital=1e6), 15)),
        (f"vectorbt {version('vectorbt')}, orders and equity", best(theirs, 3)),
        with_bt(close, batch.session, weight),
        ("a bare loop for this one task, equity alone", best(hand, 15)),
    ]
    print("\n## One portfolio\n\n500 assets x 2,520 sessions, 120 rebalances; equity agrees to 1e-9.")
    print("Asked for: 50 times as fast as vectorbt.\n")
    print("| engine | times as long as ours | time |\n|---|---|---|")
    for name, took in rows:
        told = f"{took / seconds:,.{0 if took > 10 * seconds else 2}f} | {took * 1e3:,.1f} ms" if took else "not run |"
        print(f"| {name} | {told} |")


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


def cold_start() -> None:
    """Time the first call ever and the first call with a filled cache, each a whole process, beside a bare import."""
    call = "import numpy as np\nfrom backtest import simulate\nsimulate(np.full((9, 2), 10.0), np.full((9, 2), 0.5))"
    print("\n## Cold start\n\nA whole process: import, one call, exit. The shortest of nine, or of two.\n")
    print("| process | wall clock | processor time |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        empty = [_process(call, f"{folder}/{at}") for at in range(2)]
        filled = [_process(call, f"{folder}/0") for _ in range(9)]
        print(f"| first call ever, empty cache | {_shortest(empty)} |")
        print(f"| every later process | {_shortest(filled)} |")
    for name, code in (("numpy", "import numpy"), ("numba", "import numba")):
        print(f"| `import {name}` alone | {_shortest([_process(code, '/nowhere') for _ in range(9)])} |")


def _process(code: str, cache: str) -> tuple[float, float]:
    """Run a process; give its seconds on the clock and on the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "XDG_CACHE_HOME": cache}, check=True)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return end - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _shortest(times: list[tuple[float, float]]) -> str:
    return " | ".join(f"{min(each):.2f} s" for each in zip(*times, strict=True))


def main() -> None:
    """Run all comparisons."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "polars", "vectorbt"))
    print("# Benchmarks of the simulator\n\nWritten by `make bench`; ratios first, they travel better than times.\n")
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {libraries}.")
    growth()  # first: the peak memory is the process's, and the peers need more
    sweep("Sweep", 30, 300, 1000)
    sweep("Sweep with a rebalance in every session", 1500, 100, 100)
    one_portfolio()
    cold_start()


if __name__ == "__main__":
    main()
