"""Walk-forward choice: on every training window the cell with the best Sharpe ratio, held over the window after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.inference.sharpe import Moments, moments
from backtest.inference.splits import walk_forward
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.config.model import Config

__all__ = ["Stitched", "Window", "chosen_forward", "horizon_sessions"]

LONGEST = 2_520


@dataclass(frozen=True, slots=True)
class Window:
    """One step: rows trained on, rows held (first and last), the cell, its Sharpe ratios per session in both.

    ``outside`` is None where the held returns do not vary.
    """

    trained: tuple[int, int]
    held: tuple[int, int]
    cell: int
    inside: float
    outside: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Stitched:
    """What choosing forward would have earned: windows, the rows held, their returns in one line, and its moments."""

    windows: tuple[Window, ...]
    rows: NDArray[np.int64]
    returns: NDArray[np.float64]
    moments: Moments


def horizon_sessions(configs: Sequence[Config]) -> int:
    """Give the longest time for which an event moves the weights of any config: what a purge must cover."""
    return max((_reach(getattr(signal, "decay", None)) for config in configs for signal in config.signals), default=0)


def _reach(decay: object) -> int:
    if decay is None:
        return 0
    stated = getattr(decay, "sessions", None)
    if isinstance(stated, int):
        return stated
    ages = np.arange(LONGEST, dtype=np.int64)
    weights = decay.weights(ages, np.full(LONGEST, LONGEST, dtype=np.int64))  # type: ignore[attr-defined]
    return int(np.flatnonzero(weights)[-1]) + 1


def chosen_forward(returns: NDArray[np.float64], train: int, test: int, *, purge: int = 0) -> Stitched:
    """Choose among the columns of (sessions, cells) forward in time; nothing held is seen before it is chosen.

    Sessions between training and test, ``purge`` of them, are held by nobody: events traded in the training still move
    the weights there. Ties go to the first cell.

    Raises
    ------
    RunError
        When the sessions hold no whole step, or no cell has a Sharpe ratio in a training window.

    """
    windows, pieces = [], []
    for split in walk_forward(len(returns), train, test, purge=purge):
        held = split.test[0]
        ratios = [moments(column).sharpe for column in returns[split.train].T]
        if all(math.isnan(ratio) for ratio in ratios):
            raise RunError(
                f"no cell's returns vary in the sessions {split.train[0]} to {split.train[-1]}; train longer"
            )
        cell = int(np.nanargmax(ratios))
        outside = moments(returns[held, cell]).sharpe
        windows.append(
            Window(
                (int(split.train[0]), int(split.train[-1])),
                (int(held[0]), int(held[-1])),
                cell,
                ratios[cell],
                None if math.isnan(outside) else outside,
            )
        )
        pieces.append((held, returns[held, cell]))
    if not windows:
        raise RunError(
            f"{len(returns)} sessions hold no step of {train} to train, {purge} to purge and {test} to test; take less"
        )
    rows, stitched = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return Stitched(tuple(windows), rows, stitched, moments(stitched))
