"""The panels of a batch: one for each price at which its scenarios fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from backtest.staging import market, unnamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.costs import Account, Costs
    from backtest.kernels import books

__all__ = ["Panels", "panels"]


class Panels(NamedTuple):
    """Panels of one shape, and the number of the one that each scenario walks on: (S,), or (1,) for all."""

    markets: list[books.Market]
    number: NDArray[np.int64]

    def of(self, first: int, count: int) -> Panels:
        """Give the panels of ``count`` scenarios from ``first`` on."""
        return self if len(self.number) == 1 else Panels(self.markets, self.number[first : first + count])


def panels(
    close: NDArray[np.float64], opens: NDArray[np.float64] | None, costs: Sequence[Costs], accounts: Sequence[Account],
    **given: Any,
) -> Panels:  # fmt: skip
    """Prepare the panel of orders that fill at the open, at the close, or both; ``given`` as for ``staging.market``.

    Volumes are prepared when any scenario needs them. Without opens all fill at the close.
    """
    if given.get("borrow") is None:
        for each in costs:
            unnamed(each)
    at_open = [opens is not None and each.fill == "open" for each in accounts]
    dearest = max(costs, key=lambda each: each.impact)
    strictest = max(accounts, key=lambda each: each.participation_cap)
    first = market(close, opens if at_open[0] else None, dearest, strictest, **given)
    if len(set(at_open)) == 1:
        return Panels([first], np.zeros(1, dtype=np.int64))
    bare = dearest.model_copy(update={"impact": 0.0}), strictest.model_copy(update={"participation_cap": 0.0})
    second = market(close, None if at_open[0] else opens, *bare, **given)
    both = [first, second._replace(volume=first.volume, sigma=first.sigma)]
    return Panels(both, np.array([each != at_open[0] for each in at_open], dtype=np.int64))
