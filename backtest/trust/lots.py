"""Tax lots over the trade journal: what was realised and what is still open, first in or last in first, or averaged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Literal

from backtest.kernels.books import DELISTED, ORDER, RUINED

if TYPE_CHECKING:
    from backtest.kernels.books import Market
    from backtest.simulation import Walk

__all__ = ["Closed", "Gains", "Method", "gains"]

Method = Literal["fifo", "lifo", "average"]

DIGITS = 50
DUST = Decimal("1e-12")  # of an order: less is the rounding of the walk's own sum of shares
PRICE = ORDER.index("price")
CLOSING = (DELISTED, RUINED)


@dataclass(slots=True)
class _Lot:
    """Signed shares bought or sold at one price, both on today's share basis."""

    session: int
    shares: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Closed:
    """A lot, or part of one, that was opened and closed again; shares are signed, prices on the closing's basis."""

    asset: int
    opened: int
    closed: int
    shares: float
    entry: float
    exit: float
    gain: float


@dataclass(frozen=True, slots=True)
class Gains:
    """Profit at the fill prices: half spread and slippage are in it, commission, impact and carry stand beside it.

    Attributes
    ----------
    realised
        Account currency booked by closing since the start, per session.
    unrealised
        Open lots at the mark less their price, per session.
    closed
        Closed lots, in the order of closing.

    """

    realised: tuple[float, ...]
    unrealised: tuple[float, ...]
    closed: tuple[Closed, ...]


def gains(market: Market, walked: Walk, method: Method) -> Gains:
    """Match every order with open lots of the other side; what is left of it opens a lot.

    realised + unrealised + dividends + interest - borrow - commission - impact is the change of equity since the start,
    whatever the method. A split changes the shares and the price of a lot, never its cost.
    """
    with localcontext() as context:
        context.prec = DIGITS
        return _gains(market, walked, method)


def _gains(market: Market, walked: Walk, method: Method) -> Gains:
    sessions, assets = market.mark.shape
    books: list[list[_Lot]] = [[] for _ in range(assets)]
    closed: list[Closed] = []
    realised, unrealised = Decimal(0), []
    booked, at = [], 0
    for t in range(sessions):
        _split(market, books, t)
        while at < len(walked.label) and walked.label[at, 0] == t:
            for done in _match(walked, at, books, method):
                closed.append(done[0])
                realised += done[1]
            at += 1
        marks = [Decimal(float(mark)) for mark in market.mark[t]]
        worth = sum(
            ((marks[i] - lot.price) * lot.shares for i, lots in enumerate(books) for lot in lots),
            Decimal(0),
        )
        booked.append(float(realised))
        unrealised.append(float(worth))
    return Gains(tuple(booked), tuple(unrealised), tuple(closed))


def _split(market: Market, books: list[list[_Lot]], t: int) -> None:
    splits = market.split[min(t, len(market.split) - 1)]  # a single row when there is none
    for i, lots in enumerate(books):
        ratio = Decimal(float(splits[i]))
        if ratio != 1:
            for lot in lots:
                lot.shares *= ratio
                lot.price /= ratio


def _match(walked: Walk, at: int, books: list[list[_Lot]], method: Method) -> list[tuple[Closed, Decimal]]:
    """Fill one order; give what it closed, with the exact gain of each."""
    session, asset, reason = (int(code) for code in walked.label[at])
    left, lots = Decimal(float(walked.order[at, 1])), books[asset]
    if not left:
        return []
    price, done, dust = Decimal(float(walked.order[at, PRICE])), [], abs(left) * DUST
    while lots and left * lots[0].shares < 0:
        lot = lots[-1] if method == "lifo" else lots[0]
        part = lot.shares if abs(lot.shares) <= abs(left) else -left
        gain = part * (price - lot.price)
        entry, leave = float(lot.price), float(price)
        done.append((Closed(asset, lot.session, session, float(part), entry, leave, float(gain)), gain))
        lot.shares, left = lot.shares - part, left + part
        if abs(lot.shares) <= dust:
            lots.remove(lot)
    if reason in CLOSING:
        lots.clear()
    elif abs(left) > dust:
        _open(lots, _Lot(session, left, price), method)
    return done


def _open(lots: list[_Lot], new: _Lot, method: Method) -> None:
    """Add a lot; averaged, it joins the one there is."""
    if method != "average" or not lots:
        lots.append(new)
        return
    (one,) = lots
    shares = one.shares + new.shares
    one.price = (one.price * one.shares + new.price * new.shares) / shares
    one.shares = shares
