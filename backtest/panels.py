"""The panels of a batch: one for each fill and borrow fee that its scenarios ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from backtest.staging import flat_fee, market

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
    """Prepare a panel for every pair of fill and borrow fee; ``given`` are the other arrays of ``staging.market``.

    Costs and accounts are one for all or one for each. A borrow fee given as an array stands for all scenarios; volumes
    are prepared when any of them needs them.
    """
    rates = [None if given.get("borrow") is not None else flat_fee(each) for each in costs]
    count = max(len(costs), len(accounts))
    kinds = [(accounts[at % len(accounts)].fill, rates[at % len(rates)]) for at in range(count)]
    distinct = list(dict.fromkeys(kinds))
    dearest = max(costs, key=lambda each: each.impact)
    strictest = max(accounts, key=lambda each: each.participation_cap)
    filled = {
        fill: market(close, opens if fill == "open" else None, dearest, strictest, **given)
        for fill in dict.fromkeys(fill for fill, _ in distinct)
    }
    markets = [
        on if rate is None else on._replace(borrow=np.full((1, on.mark.shape[1]), rate))
        for on, rate in ((filled[fill], rate) for fill, rate in distinct)
    ]
    numbers = {kind: at for at, kind in enumerate(distinct)}
    return Panels(markets, np.array([numbers[kind] for kind in kinds]))
