"""Replay a walk's journal in decimal arithmetic: cash and positions from the orders alone, nothing from the engine."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtest.kernels.simulate import Book, Market

__all__ = ["Replay", "replay"]

DIGITS = 50
RUINED = 5


@dataclass(frozen=True, slots=True)
class Replay:
    """Cash and equity per session as the journal gives them, and the largest distance from the walk's.

    ``worst`` is the largest of |difference| / max(1, |equity|) over sessions, cash and equity both.
    """

    cash: tuple[Decimal, ...]
    equity: tuple[Decimal, ...]
    worst: float


def replay(market: Market, book: Book, capital: float) -> Replay:
    """Replay orders, dividends, interest and borrow fees session by session.

    A position is the sum of its filled shares times the splits since; an order that closes leaves the difference of
    the walk's rounding, which stays below 1e-9 of equity or ``worst`` shows it.
    """
    with localcontext() as context:
        context.prec = DIGITS
        return _replay(market, book, capital)


def _replay(market: Market, book: Book, capital: float) -> Replay:
    assets, sessions = market.mark.shape
    cash, held = Decimal(capital), [Decimal(0)] * assets
    path: list[Decimal] = []
    equity: list[Decimal] = []
    worst, next_order = Decimal(0), 0
    for t in range(sessions):
        held = [shares * Decimal(float(market.split[t, i])) for i, shares in enumerate(held)]
        cash += sum((shares * Decimal(float(market.dividend[t, i])) for i, shares in enumerate(held)), Decimal(0))
        cash += Decimal(float(book.interest[t])) - Decimal(float(book.borrow[t]))
        while next_order < len(book.order_session) and book.order_session[next_order] == t:
            cash += _fill(book, next_order, held)
            next_order += 1
        worth = sum(
            (shares * Decimal(float(market.mark[i, t])) for i, shares in enumerate(held) if shares),
            Decimal(0),
        )
        path.append(cash)
        equity.append(cash + worth)
        scale = max(Decimal(1), abs(equity[-1]))
        for mine, theirs in ((cash, book.cash[t]), (equity[-1], book.equity[t])):
            worst = max(worst, abs(mine - Decimal(float(theirs))) / scale)
    return Replay(tuple(path), tuple(equity), float(worst))


def _fill(book: Book, at: int, held: list[Decimal]) -> Decimal:
    """Fill one order; give the change of cash."""
    shares = Decimal(float(book.order[at, 1]))
    if not shares:
        return Decimal(0)
    asset = int(book.order_asset[at])
    held[asset] += shares
    if book.reason[at] == RUINED:
        held[asset] = Decimal(0)
    return -shares * Decimal(float(book.order[at, 3])) - Decimal(float(book.order[at, 6]))
