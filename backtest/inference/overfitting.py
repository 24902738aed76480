"""The probability of backtest overfitting by combinatorially symmetric cross-validation."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels import resample
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCKS", "Overfitting", "pbo", "splittable"]

BLOCKS = 16
FEWEST_STRATEGIES = 10
MOST_BLOCKS = 20
FEWEST_PER_BLOCK = 2
SAME = 1e-12  # relative


@dataclass(frozen=True, slots=True, eq=False)
class Overfitting:
    """How the best of many strategies in one half of the sessions does in the other.

    Attributes
    ----------
    probability
        Share of splits in which the chosen strategy ends in the lower half: PBO, #{logit <= 0} / splits.
    loss
        Share of splits in which its Sharpe ratio outside is negative.
    slope, intercept
        Of the ordinary least squares line of its Sharpe ratio outside on that inside; NaN where the latter is constant.
    logits
        Of relative rank outside, rank / (N + 1), per split in lexicographic order of the blocks inside.
    chosen
        The strategy per split.
    inside, outside
        Its Sharpe ratios per session.
    warning
        What stands in the way of reading the number; empty when nothing does.

    """

    probability: float
    loss: float
    slope: float
    intercept: float
    logits: NDArray[np.float64]
    chosen: NDArray[np.int64]
    inside: NDArray[np.float64]
    outside: NDArray[np.float64]
    warning: str


def splittable(sessions: int) -> int:
    """Give the blocks that so many sessions are split into: 16, fewer where they would hold less than two each."""
    return min(BLOCKS, sessions // FEWEST_PER_BLOCK // 2 * 2)


def pbo(returns: NDArray[np.float64], blocks: int = BLOCKS) -> Overfitting:
    """Split the sessions into blocks, choose in every half the best Sharpe ratio, and rank it in the other half.

    Bailey, Borwein, Lopez de Prado and Zhu 2017. Where the blocks do not divide the sessions, the first blocks hold
    one session more each; none is dropped.

    Parameters
    ----------
    returns
        (sessions, strategies), excess per session.
    blocks
        Even; the number of splits is (blocks choose blocks / 2), 12,870 for 16.

    Raises
    ------
    RunError
        When blocks, sessions or strategies are too few, a strategy's gain does not vary in some half, or all have the
        same returns: the first of equals would count as chosen and as worst.

    """
    _check(returns, blocks)
    counts, totals, squares = _per_block(returns, blocks)
    inside = _halves(blocks)
    best, told = np.empty(len(inside), np.int64), np.empty((len(inside), 3))
    room = np.empty((6, returns.shape[1]))
    status = resample.splits(counts, totals, squares, inside, room, best, told)
    if status == resample.FLAT:
        raise RunError("a strategy gains the same in every session of some half: it has no Sharpe ratio; leave it out")
    if _alike(returns):
        raise RunError("all trials have the same returns")
    share = told[:, 2] / (returns.shape[1] + 1.0)
    logits = np.log(share / (1.0 - share))
    slope, intercept = _line(told[:, 0], told[:, 1])
    return Overfitting(
        float(np.mean(logits <= 0.0)),
        float(np.mean(told[:, 1] < 0.0)),
        slope,
        intercept,
        logits,
        best,
        told[:, 0],
        told[:, 1],
        _warning(returns.shape[1]),
    )


def _check(returns: NDArray[np.float64], blocks: int) -> None:
    sessions, strategies = returns.shape
    if blocks < 2 or blocks % 2 or blocks > MOST_BLOCKS:
        raise RunError(f"blocks is {blocks}, expected an even number from 2 to {MOST_BLOCKS}")
    if strategies < 2:
        raise RunError(f"{strategies} strategies; the probability of overfitting needs at least two to choose from")
    if sessions < FEWEST_PER_BLOCK * blocks:
        raise RunError(f"{sessions} sessions do not fill {blocks} blocks of at least {FEWEST_PER_BLOCK}; take fewer")
    if not np.isfinite(returns).all():
        raise RunError("the strategies' returns are not all finite; compare them on sessions that all of them have")


def _alike(returns: NDArray[np.float64]) -> bool:
    """Say whether all columns are one but for rounding."""
    apart = np.abs(returns - returns[:, :1]).max()
    return bool(apart <= SAME * np.abs(returns).max())


def _warning(strategies: int) -> str:
    if strategies >= FEWEST_STRATEGIES:
        return ""
    return f"{strategies} strategies allow only {strategies} ranks: the probability is coarse below {FEWEST_STRATEGIES}"


def _per_block(
    returns: NDArray[np.float64], blocks: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give sessions, sums and sums of squares of every block: all that a Sharpe ratio of any half needs."""
    parts = np.array_split(returns, blocks)
    counts = np.array([len(part) for part in parts], dtype=np.float64)
    return counts, np.array([part.sum(axis=0) for part in parts]), np.array([(part**2).sum(axis=0) for part in parts])


def _halves(blocks: int) -> NDArray[np.bool_]:
    """Give which blocks are inside, for every choice of half of them, in lexicographic order."""
    half = blocks // 2
    every = itertools.chain.from_iterable(itertools.combinations(range(blocks), half))
    chosen = np.fromiter(every, dtype=np.int64).reshape(-1, half)
    inside = np.zeros((len(chosen), blocks), dtype=np.bool_)
    np.put_along_axis(inside, chosen, values=True, axis=1)
    return inside


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    dx = x - x.mean()
    square = float(np.sum(dx**2))
    if square <= 1e-24 * len(x):
        return math.nan, math.nan
    slope = float(np.sum(dx * y)) / square
    return slope, float(y.mean()) - slope * float(x.mean())
