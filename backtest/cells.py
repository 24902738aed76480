"""Arrays of numbers held to a rule: the first cell that breaks it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.kernels.lanes import MOST_WEIGHT
from data.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BORROW", "DAYS", "DIVIDEND", "ENTRY", "LEAST", "MOST", "PRICE", "SPLIT", "VOLUME", "WEIGHT", "Rule", "kept",
    "shaped", "within",
]  # fmt: skip

LEAST, MOST = 1e-15, 1e15  # of a price or of the capital, in account currency


class Rule(NamedTuple):
    """What a number may be: from ``least`` to ``most``, or NaN where ``unknown``; ``said`` puts it in words."""

    least: float
    most: float
    unknown: bool
    said: str


# Far outside everything that is traded the shares of an order, or their value, would be no finite number.
PRICE = Rule(
    LEAST, MOST, True, f"prices are positive and finite, from {LEAST:g} to {MOST:g}, NaN where there is none"
)  # fmt: skip
DIVIDEND = Rule(-MOST, MOST, False, f"dividends are finite, at most {MOST:g} per share, 0 where none is paid")
SPLIT = Rule(LEAST, MOST, False, f"splits are positive and finite, from {LEAST:g} to {MOST:g}, 1 where there is none")
VOLUME = Rule(0.0, np.finfo(np.float64).max.item(), True, "volumes are finite and not negative, NaN where unknown")
BORROW = Rule(0.0, MOST, False, f"a borrow fee is a fraction per year, finite and not negative, at most {MOST:g}")
DAYS = Rule(0.0, MOST, False, f"days since the session before are finite and not negative, at most {MOST:g}")
WEIGHT = Rule(
    -MOST_WEIGHT, MOST_WEIGHT, True,
    f"a weight is a fraction of equity, at most {MOST_WEIGHT:g} either way; an infinite weight is none, NaN leaves an "
    "asset alone",
)  # fmt: skip
ENTRY = Rule(
    -MOST_WEIGHT, MOST_WEIGHT, False,
    f"a weight is a fraction of equity, at most {MOST_WEIGHT:g} either way; leave out what is left alone, 0 closes",
)  # fmt: skip


def shaped(name: str, values: ArrayLike, shape: tuple[int, ...], like: str = "like close") -> NDArray[np.float64]:
    """Give an array of float64; refuse another shape."""
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != shape:
        raise RunError(f"{name} has shape {numbers.shape}, expected {shape} {like}")
    return numbers


def within(values: NDArray[np.float64], rule: Rule) -> bool:
    """Say whether all values keep the rule and none is NaN; this needs no table."""
    return bool(values.min(initial=rule.most) >= rule.least and values.max(initial=rule.least) <= rule.most)


def kept(name: str, values: NDArray[np.float64], rule: Rule) -> NDArray[np.float64]:
    """Give the values when all keep the rule, else name the first cell that does not (vectorbt issue 754)."""
    if within(values, rule):
        return values
    fine = (values >= rule.least) & (values <= rule.most)
    bad = np.argwhere(~(fine | np.isnan(values) if rule.unknown else fine))
    if len(bad):
        cell = ", ".join(str(at) for at in bad[0])
        raise RunError(f"{name}[{cell}] is {values[tuple(bad[0])]}; {rule.said} ({len(bad)} such cells)")
    return values
