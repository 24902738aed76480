"""Replay a walk's journal in decimal arithmetic: cash and positions from the orders alone, nothing from the engine."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from backtest.kernels.books import DELISTED, IN_LIEU, ORDER, RUINED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from backtest.kernels.books import Market
    from backtest.simulation import Walk

__all__ = ["Replay", "replay"]

DIGITS = 50
CLOSING = (RUINED, DELISTED)
PRICE, COMMISSION, IMPACT = (ORDER.index(name) for name in ("price", "commission", "impact"))


@dataclass(frozen=True, slots=True)
class Replay:
    """Cash and equity per session as the journal gives them, and the largest distance from the walk's.

    ``worst`` is the largest over all sessions of |difference| / max(1, |equity|) for cash and for equity, and, for each
    asset, of |difference of shares| / the most shares of it ever held or ordered, on the session's share basis.
    """

    cash: tuple[Decimal, ...]
    equity: tuple[Decimal, ...]
    worst: float


def replay(market: Market, walked: Walk, capital: float) -> Replay:
    """Replay orders, dividends, interest and borrow fees session by session.

    A position is the sum of its filled shares times the splits since, compared with the walk's after every session.
    An order that closes leaves the difference of the walk's rounding, which stays below 1e-9 or ``worst`` shows it.
    """
    with localcontext() as context:
        context.prec = DIGITS
        return _replay(market, walked, capital)


def _replay(market: Market, walked: Walk, capital: float) -> Replay:
    sessions, assets = market.mark.shape
    cash, held, most = Decimal(capital), [Decimal(0)] * assets, [Decimal(0)] * assets
    path: list[Decimal] = []
    equity: list[Decimal] = []
    worst, next_order = Decimal(0), 0
    for t in range(sessions):
        split, dividend = (table[min(t, len(table) - 1)] for table in (market.split, market.dividend))
        held, most = ([shares * Decimal(float(split[i])) for i, shares in enumerate(each)] for each in (held, most))
        while _next_is(walked, next_order, t, IN_LIEU):
            cash += _fill(walked, next_order, held, most)
            next_order += 1
        cash += sum((shares * Decimal(float(dividend[i])) for i, shares in enumerate(held)), Decimal(0))
        cash += Decimal(float(walked.interest[t])) - Decimal(float(walked.borrow[t]))
        while next_order < len(walked.label) and walked.label[next_order, 0] == t:
            cash += _fill(walked, next_order, held, most)
            next_order += 1
        worth = sum(
            (shares * Decimal(float(market.mark[t, i])) for i, shares in enumerate(held) if shares),
            Decimal(0),
        )
        path.append(cash)
        equity.append(cash + worth)
        scale = max(Decimal(1), abs(equity[-1]))
        for mine, theirs in ((cash, walked.cash[t]), (equity[-1], walked.equity[t])):
            worst = max(worst, abs(mine - Decimal(float(theirs))) / scale)
        worst = max(worst, _apart(held, most, walked.shares[t]))
    return Replay(tuple(path), tuple(equity), float(worst))


def _next_is(walked: Walk, at: int, session: int, reason: np.int64) -> bool:
    return at < len(walked.label) and bool(walked.label[at, 0] == session and walked.label[at, 2] == reason)


def _apart(held: list[Decimal], most: list[Decimal], walked: NDArray[np.float64]) -> Decimal:
    """Give the largest distance of a position from the walk's, infinite where the journal never held the asset."""
    worst = Decimal(0)
    for mine, scale, theirs in zip(held, most, walked.tolist(), strict=True):
        if mine or theirs:
            worst = max(worst, abs(mine - Decimal(theirs)) / scale if scale else Decimal("inf"))
    return worst


def _fill(walked: Walk, at: int, held: list[Decimal], most: list[Decimal]) -> Decimal:
    """Fill one order; give the change of cash."""
    shares = Decimal(float(walked.order[at, 1]))
    if not shares:
        return Decimal(0)
    asset = int(walked.label[at, 1])
    held[asset] += shares
    most[asset] = max(most[asset], abs(shares), abs(held[asset]))
    if walked.label[at, 2] in CLOSING:
        held[asset] = Decimal(0)
    fees = Decimal(float(walked.order[at, COMMISSION])) + Decimal(float(walked.order[at, IMPACT]))
    return -shares * Decimal(float(walked.order[at, PRICE])) - fees
