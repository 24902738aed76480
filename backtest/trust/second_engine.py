"""The same orders through vectorbt, an engine that shares no code with ours; imported late, never shipped with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.kernels.books import Market
    from backtest.simulation import Walk

__all__ = ["replayed", "targets"]


def replayed(market: Market, walked: Walk, capital: float) -> NDArray[np.float64]:
    """Give the equity per session that vectorbt books for our orders: shares, fill prices and commissions as we filled.

    vectorbt knows no dividends, splits, interest or borrow fees: only a walk without them can be replayed. Its sells
    are called before its buys (``call_seq='auto'``), as ours.
    """
    import pandas as pd
    import vectorbt as vbt

    sessions, assets = market.reference.shape
    size, price, fixed = (np.full((sessions, assets), fill) for fill in (np.nan, np.nan, 0.0))
    for (session, asset, _), line in zip(walked.label, walked.order, strict=True):
        if line[1] != 0.0:
            size[session, asset], price[session, asset] = line[1], line[3]
            fixed[session, asset] = line[6] + line[7]
    close = pd.DataFrame(market.mark)
    price = np.where(np.isnan(price), close.to_numpy(), price)
    portfolio = vbt.Portfolio.from_orders(
        close,
        size=size,
        size_type="amount",
        price=price,
        fixed_fees=fixed,
        init_cash=capital,
        cash_sharing=True,
        group_by=True,
        call_seq="auto",
        freq="1D",
    )
    equity: NDArray[np.float64] = portfolio.value().to_numpy()
    return equity


def targets(
    close: NDArray[np.float64],
    fill: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    capital: float,
    fees: float | NDArray[np.float64] = 0.0,
    fixed: float | NDArray[np.float64] = 0.0,
    slippage: float | NDArray[np.float64] = 0.0,
    value: NDArray[np.float64] | None = None,
    groups: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let vectorbt size dense target weights itself (shape (T, N), NaN leaves alone), filled at ``fill``.

    Parameters
    ----------
    close, fill, weights
        Shape (T, N).
    capital, fees, fixed, slippage
        Cash of each portfolio; fees and slippage as fractions, fixed in currency per order: one for all, or (1, N).
    value
        Prices at which orders are sized; ``fill`` when not given.
    groups
        Portfolio of each column, ascending from 0, shape (N,); a single portfolio when not given.

    Returns
    -------
    tuple
        Equity, shape (T,) or (T, groups), and orders, shape (., 5): session, asset, signed shares, price, fee, in its
        order.

    """
    import pandas as pd
    import vectorbt as vbt

    each = {"fees": fees, "fixed_fees": fixed, "slippage": slippage}
    portfolio = vbt.Portfolio.from_orders(
        pd.DataFrame(close),
        size=weights,
        size_type="targetpercent",
        price=fill,
        val_price=fill if value is None else value,
        **{name: np.broadcast_to(cost, close.shape) for name, cost in each.items()},
        init_cash=capital,
        cash_sharing=True,
        group_by=True if groups is None else groups,
        call_seq="auto",
        freq="1D",
    )
    record = portfolio.orders.values  # noqa: PD011 - vectorbt's record array, no pandas object
    signed = np.where(record["side"] == 0, record["size"], -record["size"])
    orders = np.column_stack([record["idx"], record["col"], signed, record["price"], record["fees"]])
    return portfolio.value().to_numpy(), orders
