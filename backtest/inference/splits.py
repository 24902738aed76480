"""Split sessions into training and test sets that share no information: walk-forward, and purged combinations."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    I = NDArray[np.int64]

__all__ = ["Labels", "Split", "combinatorial", "kept", "paths", "row_labels", "walk_forward"]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """When each observation is made and when its outcome is known; ascending starts, integers or datetime64."""

    start: NDArray[Any]
    end: NDArray[Any]

    def __post_init__(self) -> None:
        if (
            len(self.start) != len(self.end)
            or (self.end < self.start).any()
            or (self.start[1:] < self.start[:-1]).any()
        ):
            raise ValueError("labels must start in ascending order and end no earlier than they start")


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Observations to train on, and the groups of observations to test on, ascending."""

    train: I
    test: tuple[I, ...]


def row_labels(count: int) -> Labels:
    """Give labels that are known at the close of their row, half way to the start of the next."""
    rows = np.arange(count, dtype=np.float64)
    return Labels(rows, rows + 0.5)


def kept(labels: Labels, test: I, *, purge: int | np.timedelta64 = 0, embargo: int | np.timedelta64 = 0) -> I:
    """Give the observations outside the test whose labels share nothing with it.

    For every contiguous block of the test, an observation is purged when its label meets the span from first start -
    purge to last end + purge: it starts in the span, ends in it, or envelops it. A label that is known just when the
    span begins does not meet it; one that starts just when it ends does. After the span it is also left out when it
    starts within ``embargo`` of its end, which is that of the latest label, not the last row's.
    """
    left = np.ones(len(labels.start), dtype=np.bool_)
    left[test] = False
    for block in np.split(test, np.flatnonzero(np.diff(test) != 1) + 1):
        first, last = labels.start[block[0]] - purge, labels.end[block].max() + purge
        left &= (labels.end <= first) | (labels.start > last + embargo)
    return np.flatnonzero(left)


def combinatorial(
    labels: Labels, groups: int, tested: int, *, purge: int | np.timedelta64 = 0, embargo: int | np.timedelta64 = 0
) -> list[Split]:
    """Give every choice of ``tested`` of so many groups of neighbours, in lexicographic order.

    Combinatorial purged cross-validation, Lopez de Prado 2018, chapter 12. Where the groups do not divide the rows, the
    first ones hold one more.
    """
    if not 1 <= tested < groups <= len(labels.start):
        raise ValueError(
            f"{tested} of {groups} groups of {len(labels.start)} rows: expected 1 <= tested < groups <= rows"
        )
    parts = np.array_split(np.arange(len(labels.start), dtype=np.int64), groups)
    splits = []
    for chosen in itertools.combinations(range(groups), tested):
        test = tuple(parts[group] for group in chosen)
        splits.append(Split(kept(labels, np.concatenate(test), purge=purge, embargo=embargo), test))
    return splits


def paths(groups: int, tested: int) -> I:
    """Give which split tests each group on each path, shape (paths, groups): (groups - 1 choose tested - 1) paths."""
    count = math.comb(groups - 1, tested - 1)
    where: list[list[int]] = [[] for _ in range(groups)]
    for split, chosen in enumerate(itertools.combinations(range(groups), tested)):
        for group in chosen:
            where[group].append(split)
    return np.array(where, dtype=np.int64).T.reshape(count, groups)


def walk_forward(count: int, train: int, test: int, *, purge: int = 0, expanding: bool = False) -> Iterator[Split]:
    """Give windows of rows, each test following its training after ``purge`` rows; the windows move by one test.

    Rows at the end that fill no whole test are not tested. ``expanding``: every training begins at row 0.
    """
    if train < 1 or test < 1 or purge < 0:
        raise ValueError(f"train {train}, test {test}, purge {purge}: expected at least 1, at least 1, at least 0")
    for first in range(0, count - train - purge - test + 1, test):
        begin = first + train + purge
        rows = np.arange(0 if expanding else first, first + train, dtype=np.int64)
        yield Split(rows, (np.arange(begin, begin + test, dtype=np.int64),))
