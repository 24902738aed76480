"""Time the simulator beside its peers, in one run on the same inputs; equality is asserted before any time is printed.

``make bench`` writes benchmarks/README.md from what this prints.
"""

from __future__ import annotations

import os
import platform
import resource
import time
import warnings
from importlib.metadata import version

import numpy as np
from bare import bare
from cold import cold_start
from peers import by_hand, limit, vectorbt, with_bt
from timed import best
from work import COSTS, FEES, SLIPPAGE, ours, prices, scenarios

from backtest import Batch, Targets, simulate, simulate_many

warnings.filterwarnings("ignore")


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


def agree(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Refuse to print a time before the numbers agree."""
    for name, values in mine.items():
        np.testing.assert_allclose(values, theirs[name], rtol=1e-7, atol=1e-9, err_msg=name)


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
