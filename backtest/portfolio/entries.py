"""Weights of parts, before they become targets: whose part, in which decision, of which asset, how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BASE", "Entries", "joined"]

BASE = 0  # part of the base mix; the others are numbered by (event, signal)


class Entries(NamedTuple):
    """Weights of parts, each of shape (M,): row (decision), asset, part, weight."""

    row: NDArray[np.int64]
    asset: NDArray[np.int64]
    part: NDArray[np.int64]
    weight: NDArray[np.float64]


def joined(blocks: Sequence[Entries]) -> Entries:
    """Lay blocks of entries one after another."""
    import numpy as np

    return Entries(*(np.concatenate(columns) for columns in zip(*blocks, strict=True)))
