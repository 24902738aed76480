"""Time the simulator beside its peers, in one run on the same inputs; equality is asserted before any time is printed.

``make bench`` writes benchmarks/README.md from what this prints.
"""

from __future__ import annotations

import resource
import time
import warnings
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from bare import bare
from cold import cold_start
from limits import against_the_limit
from machine import described
from peers import by_hand, vectorbt, with_bt
from timed import best
from work import COSTS, FEES, SLIPPAGE, ours, prices, scenarios, tilted

from backtest import Targets, simulate, simulate_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtest import Batch

warnings.filterwarnings("ignore")
ENGINES = ("rust", "numba")
HAND = "a bare loop for this one task, one thread"


def sweep(title: str, close: np.ndarray, batch: Batch, *, at_least: int, aim: int) -> None:
    """Compare a sweep with vectorbt's engines and the bare loop; all have agreed before any is timed."""
    engines = agreed(close, batch)
    count, (sessions, assets) = len(batch), close.shape
    mine = best(lambda: ours(close, batch), 60) / count
    times = {name: best(run, 3) / count for name, run in engines.items() if callable(run)}
    print(f"\n## {title}\n")
    print(f"{assets} assets x {sessions:,} sessions x {len(batch.session) // count:,} rebalances, {count} scenarios,")
    print("fees and slippage, cash shared; total return, volatility, Sharpe ratio and drawdown per scenario, which")
    print("agree to 1e-7.\n\n| engine | times as long as ours | per scenario |\n|---|---|---|")
    print(f"| eventfolio | 1 | {mine * 1e6:,.1f} us |")
    for name, run in engines.items():
        told = f"{times[name] / mine:,.1f} | {times[name] * 1e6:,.1f} us" if name in times else f"{run} |"
        print(f"| {name} | {told} |")
    peers = [seconds for name, seconds in times.items() if name != HAND]
    if peers:
        print(f"\n{min(peers) / mine:,.0f} times as fast as the faster peer; asked for: {at_least}, aim: {aim:,}.")


def agreed(close: np.ndarray, batch: Batch) -> dict[str, Callable[[], object] | str]:
    """Give every other engine, whose numbers are ours; in place of one that cannot run, why."""
    mine = ours(close, batch)
    others = {f"vectorbt {version('vectorbt')}, {name}": partial(vectorbt, close, batch, name) for name in ENGINES}
    found: dict[str, Callable[[], object] | str] = {}
    for name, run in {**others, HAND: partial(by_hand, close, batch)}.items():
        try:
            theirs = run()
        except (ImportError, ValueError, RuntimeError) as error:
            found[name] = f"not run: {str(error).splitlines()[0][:70]}"
            continue
        agree(mine, theirs)
        found[name] = run
    return found


def agree(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Refuse an engine whose numbers are others than ours."""
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
    print("# Benchmarks of the simulator\n\nWritten by `make bench`; ratios first, they travel better than times.\n")
    print(described("numba", "numpy", "polars", "vectorbt"))
    growth()  # first: the peak memory is the process's, and the peers need more
    close, batch = prices(1500, 20), scenarios(200, 1500, 20, 30)
    sweep("Sweep", close, batch, at_least=300, aim=1000)
    against_the_limit(close, batch, scenarios(200, 1500, 20, 30, together=True))
    title = "Sweep with a rebalance in every session: decaying tilts"
    sweep(title, close, tilted(200, 1500, 20), at_least=100, aim=100)
    one_portfolio()
    cold_start()


if __name__ == "__main__":
    main()
