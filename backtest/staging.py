"""A panel of prices, checked and laid out as the walk reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.cells import BORROW, DAYS, DIVIDEND, LEAST, MOST, PRICE, SPLIT, VOLUME, Rule, kept, shaped
from backtest.kernels import prepare
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from backtest.costs import Account, Costs
    from backtest.kernels import books

__all__ = ["BPS", "LEAST", "MOST", "market", "unnamed"]

BPS = 1e-4


def market(
    close: NDArray[np.float64],
    fill: NDArray[np.float64] | None,
    costs: Costs,
    account: Account,
    *,
    dividend: NDArray[np.float64] | None = None,
    split: NDArray[np.float64] | None = None,
    volume: NDArray[np.float64] | None = None,
    days: NDArray[np.float64] | None = None,
    borrow: NDArray[np.float64] | None = None,
    delistings: Mapping[tuple[int, int], float] | None = None,
) -> books.Market:
    """Prepare a panel for the walk; averages of volume and volatility are taken when a setting needs them."""
    close = np.asarray(close, dtype=np.float64)
    if close.ndim != 2:
        raise RunError(f"close has {close.ndim} dimensions, expected 2: (session, asset)")
    kept("close", close, PRICE)
    fill = close if fill is None else kept("open", shaped("open", fill, close.shape), PRICE)
    split, volume = _given("split", split, close, SPLIT), _given("volume", volume, close, VOLUME)
    average = sigma = None
    if costs.impact or account.participation_cap:
        if volume is None:
            raise RunError("costs.impact and account.participation_cap need volumes, and the prices have none")
        average, sigma = prepare.averages(close, volume, split)
    since = np.zeros(len(close)) if days is None else shaped("days", days, close.shape[:1], "one for each session")
    return prepare.market(
        fill,
        close,
        _given("dividend", dividend, close, DIVIDEND),
        split,
        kept("days", since, DAYS),
        volume=average,
        sigma=sigma,
        borrow=_own_fees(costs, close, borrow),
        delistings=_delisted(delistings or {}, close),
    )


def _own_fees(costs: Costs, close: NDArray[np.float64], given: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Give the borrow fees of the panel itself, of shape (0, N) when there are none: then those of the costs count."""
    fees = _given("borrow", given, close, BORROW)
    if fees is None:
        unnamed(costs)
    return np.zeros((0, close.shape[1])) if fees is None else fees


def unnamed(costs: Costs) -> None:
    """Refuse fees of single assets: arrays cannot say which they are."""
    if costs.borrow_bps_of:
        raise RunError("costs.borrow_bps_of names assets, and arrays have no names; pass `borrow`, shape like close")


def _given(
    name: str, values: NDArray[np.float64] | None, close: NDArray[np.float64], rule: Rule
) -> NDArray[np.float64] | None:
    return None if values is None else kept(name, shaped(name, values, close.shape), rule)


def _delisted(given: Mapping[tuple[int, int], float], close: NDArray[np.float64]) -> Mapping[tuple[int, int], float]:
    """Accept positions inside the panel, with returns that leave a price from nothing upwards."""
    for place, change in given.items():
        pair = isinstance(place, tuple) and len(place) == 2
        if not pair or not all(isinstance(each, int | np.integer) for each in place):
            raise RunError(f"delistings name {place!r}, expected (session, asset): two positions, whole numbers")
        if not all(0 <= each < bound for each, bound in zip(place, close.shape, strict=True)):
            raise RunError(f"delistings name {place}, outside the panel of {close.shape} sessions and assets")
        if not isinstance(change, float | int | np.number) or not -1.0 <= change <= MOST:
            raise RunError(
                f"delistings[{place[0]}, {place[1]}] is {change!r}; it is the return over the last price, finite and "
                "not below -1: -0.3 pays 70 % of it"
            )
    return given
