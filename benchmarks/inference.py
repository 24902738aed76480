"""Time overfitting, comparison and bootstrap beside their peers, in one run; equality is asserted before any time.

Peers that are not installed are left out and named; the plain numpy versions stand here, written for reading.
"""

from __future__ import annotations

import itertools
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from machine import described
from timed import best

from backtest.inference.blocks import Blocks, draws, kappa_variance, means
from backtest.inference.comparison import sampled, spa
from backtest.inference.overfitting import pbo


def plain_logits(returns: np.ndarray, blocks: int) -> np.ndarray:
    """Give the logits of every split with numpy, one split after another."""
    parts = np.array_split(np.arange(len(returns)), blocks)
    logits = []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[b] for b in chosen])
        outside = np.concatenate([parts[b] for b in range(blocks) if b not in chosen])
        one, other = (returns[rows].mean(axis=0) / returns[rows].std(axis=0, ddof=1) for rows in (inside, outside))
        share = (1 + np.sum(other < other[one.argmax()])) / (returns.shape[1] + 1)
        logits.append(np.log(share / (1 - share)))
    return np.array(logits)


def table(title: str, about: str, rows: list[tuple[str, float]]) -> None:
    """Print a table of ratios, ours first."""
    print(f"\n## {title}\n\n{about}\n\n| who | times as long as ours | time |\n|---|---|---|")
    for who, seconds in rows:
        print(f"| {who} | {seconds / rows[0][1]:,.1f} | {seconds * 1e3:,.1f} ms |")


def overfitting() -> None:
    """Compare PBO with a plain loop over the splits; the loop's time at S = 16 follows from its number of splits."""
    returns = np.random.default_rng(0).normal(0.0, 0.01, (2500, 100))
    np.testing.assert_allclose(pbo(returns, 8).logits, plain_logits(returns, 8), rtol=1e-9)
    mine, theirs = best(lambda: pbo(returns, 16)), best(lambda: plain_logits(returns, 8), 1) / 70 * 12_870
    about = "2,500 sessions x 100 strategies, 16 blocks, 12,870 splits; equal at 8 blocks to 1e-9."
    table(
        "Probability of overfitting", about, [("eventfolio", mine), ("numpy, split by split (from 70 splits)", theirs)]
    )


def comparison() -> None:
    """Compare the SPA's resamples, sums over blocks, with gathering every session."""
    values = np.random.default_rng(1).normal(0.0, 0.01, (2520, 100))
    blocks = Blocks(10.0, seed=1)

    def plain() -> np.ndarray:
        index = draws(blocks, len(values), 1000)
        return np.array([values[rows].mean(axis=0) for rows in index])

    np.testing.assert_allclose(means(values, blocks, 1000), plain(), rtol=1e-9, atol=1e-15)
    rows = [("eventfolio, all of the SPA", best(lambda: spa(sampled(values, blocks, 1000))))]
    rows.append(("numpy, the resampled means alone", best(plain, 1)))
    if find_spec("arch"):
        from arch.bootstrap import SPA

        theirs = best(lambda: SPA(np.zeros(len(values)), -values, block_size=10, reps=1000, seed=1).compute(), 1)
        rows.append((f"arch {version('arch')}, not studentised", theirs))
    table("Superior predictive ability", "2,520 sessions x 100 strategies, 1,000 resamples; means equal to 1e-9.", rows)


def sharpe() -> None:
    """Compare the stationary bootstrap of a Sharpe ratio."""
    x = np.random.default_rng(2).normal(0.0005, 0.01, 2520)
    blocks, count = Blocks(15.0, seed=2), 10_000
    columns = np.column_stack([x, x**2])

    def ours() -> np.ndarray:
        m = means(columns, blocks, count)
        return m[:, 0] / np.sqrt(m[:, 1] - m[:, 0] ** 2)

    def plain() -> np.ndarray:
        parts = (x[draws(blocks, len(x), 500, first)] for first in range(0, count, 500))
        return np.concatenate([part.mean(axis=1) / part.std(axis=1) for part in parts])

    np.testing.assert_allclose(ours(), plain(), rtol=1e-9, atol=1e-12)
    assert kappa_variance(columns, 15.0)[0] > 0.0
    rows = [("eventfolio", best(ours)), ("numpy over the same sessions", best(plain, 1))]
    if find_spec("arch"):
        from arch.bootstrap import StationaryBootstrap

        def theirs() -> np.ndarray:
            return StationaryBootstrap(15, x, seed=2).apply(lambda y: y.mean() / y.std(), count)

        rows.append((f"arch {version('arch')}", best(theirs, 1)))
    table("Stationary bootstrap of a Sharpe ratio", "2,520 sessions, 10,000 resamples; equal to 1e-9.", rows)


def main() -> None:
    """Run all comparisons."""
    print("# Benchmarks of the inference\n\nRatios first, they travel better than times.\n")
    print(described("numba", "numpy"))
    if not find_spec("arch"):
        print("arch is not installed, so it is not in the tables.")
    overfitting()
    comparison()
    sharpe()


if __name__ == "__main__":
    main()
