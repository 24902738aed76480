"""A panel of prices, checked and laid out as the walk reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels import prepare
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from backtest.costs import Account, Costs
    from backtest.kernels import books

__all__ = ["BPS", "LEAST", "MOST", "market"]

BPS = 1e-4
LEAST, MOST = 1e-15, 1e15  # of a price or of the capital, in account currency


def market(
    close: NDArray[np.float64],
    fill: NDArray[np.float64] | None,
    costs: Costs,
    account: Account,
    *,
    delistings: Mapping[tuple[int, int], float] | None = None,
    **panel: NDArray[np.float64],
) -> books.Market:
    """Prepare a panel for the walk; averages of volume and volatility are taken when a setting needs them."""
    close = _checked("close", close, close)
    fill = close if fill is None else _checked("open", fill, close)
    volume = sigma = None
    if costs.impact or account.participation_cap:
        if "volume" not in panel:
            raise RunError("costs.impact and account.participation_cap need volumes, and the prices have none")
        volume, sigma = prepare.averages(close, _shaped("volume", panel["volume"], close))
    return prepare.market(
        fill,
        close,
        _shaped("dividend", panel["dividend"], close) if "dividend" in panel else None,
        _shaped("split", panel["split"], close) if "split" in panel else None,
        np.asarray(panel.get("days", np.zeros(len(close))), dtype=np.float64),
        volume=volume,
        sigma=sigma,
        borrow=_borrow(costs, close, panel.get("borrow")),
        delistings=delistings,
    )


def _borrow(costs: Costs, close: NDArray[np.float64], given: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if given is not None:
        return _shaped("borrow", given, close)
    if costs.borrow_bps_of:
        raise RunError("costs.borrow_bps_of names assets, and arrays have no names; pass `borrow`, shape like close")
    return np.full((1, close.shape[1]), costs.borrow_bps_per_year * BPS)


def _shaped(name: str, values: NDArray[np.float64], close: NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    if values.shape != close.shape:
        raise RunError(f"{name} has shape {values.shape}, expected {close.shape} like close")
    return values


def _checked(name: str, values: NDArray[np.float64], close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Accept prices that are positive and finite, or NaN; name the first cell that is not (vectorbt issue 754).

    Far outside everything that is traded the shares of an order would be no finite number.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2:
        raise RunError(f"{name} has {values.ndim} dimensions, expected 2: (session, asset)")
    if values.min(initial=LEAST) >= LEAST and values.max(initial=MOST) <= MOST:  # the rule, and no table is needed
        return _shaped(name, values, np.asarray(close))
    bad = np.argwhere(~(np.isnan(values) | ((values >= LEAST) & (values <= MOST))))
    if len(bad):
        session, asset = bad[0]
        raise RunError(
            f"{name}[{session}, {asset}] is {values[session, asset]}; prices are positive and finite, from "
            f"{LEAST:g} to {MOST:g}, NaN where there is none ({len(bad)} such cells)",
        )
    return _shaped(name, values, np.asarray(close))
