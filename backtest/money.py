"""What prices made, what currencies made, and what both together made: an exact split of a walk's gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels.books import DELISTED, IN_LIEU, RUINED
from data.rates import parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.simulation import Walk
    from backtest.walks import Stage
    from data.mixed import Mixed

    Floats = NDArray[np.float64]

__all__ = ["PARTS", "gains"]

PARTS = ("asset_gain", "currency_gain", "cross_gain")


def gains(on: Stage, walked: Walk) -> dict[str, Floats]:
    """Split the gains of every row over PARTS, account currency, each of shape (row,).

    A position moves from the last mark to the fill, and what is held then from the fill to the new mark; each move of
    price x rate is split by `data.rates.parts`. With dividends, interest and costs they add up to the change of equity.
    """
    assert on.mixed is not None  # noqa: S101 - without several currencies there is nothing to split
    laid, rows = on.mixed, slice(on.first, None)
    held, after, lost = _positions(on, walked)
    before = _before(laid, on.first)
    mark, fill = (laid.mark[rows], laid.mark_rate[rows]), (laid.fill[rows], laid.fill_rate[rows])
    fills = on.market.tradable
    through = tuple(np.where(fills, middle, start) for middle, start in zip(fill, before, strict=True))
    moves = [_split(held, before, through), _split(after, through, mark)]
    sums = [_added(one + two) for one, two in zip(*moves, strict=True)]
    sums[0] = sums[0] + lost
    return dict(zip(PARTS, sums, strict=True))


def _positions(on: Stage, walked: Walk) -> tuple[Floats, Floats, Floats]:
    """Give shares before and after the orders of each row, shape (row, asset), and what delistings gained, (row,)."""
    shape = walked.shares.shape
    lieu, traded, gone = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    lost = np.zeros(shape[0])
    for (row, asset, why), order in zip(walked.label.tolist(), walked.order.tolist(), strict=True):
        _, shares, reference, price = order[:4]
        if why == DELISTED:
            gone[row, asset] = True
            lost[row] += -shares * (price - reference) if shares else 0.0
        elif why == IN_LIEU:
            lieu[row, asset] += shares
        elif why != RUINED:
            traded[row, asset] += shares
    earlier = np.vstack([np.zeros((1, shape[1])), walked.shares[:-1]])
    held = np.where(gone, 0.0, earlier * on.market.split + lieu)
    return held, held + traded, lost


def _before(laid: Mixed, first: int) -> tuple[Floats, Floats]:
    """Give the marks and rates of the row before each, after splits."""
    mark = laid.mark[first - 1 : -1] / laid.panel.split[first:]
    return mark, laid.mark_rate[first - 1 : -1]


def _split(shares: Floats, start: tuple[Floats, ...], end: tuple[Floats, ...]) -> list[Floats]:
    none = shares == 0.0
    moved = parts((start[0], end[0]), (start[1], end[1]))
    return [np.where(none, 0.0, shares * one) for one in moved]


def _added(values: Floats) -> Floats:
    """Add across assets one after another, the same for any number of rows."""
    total: Floats = np.zeros(len(values))
    for column in range(values.shape[1]):
        total = total + values[:, column]
    return total
