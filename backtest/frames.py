"""The one place where arrays become frames again: sessions, weights, trades, attribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.kernels.simulate import Book
    from backtest.portfolio import Targets
    from backtest.walks import Attribution, Stage
    from signals.base import Event

__all__ = ["attribution", "daily", "trades", "weights"]

REASONS = ("filled", "delayed", "scaled", "waiting", "band", "ruin")


def daily(on: Stage, book: Book, base: Book, benchmark: Book | None) -> pl.DataFrame:
    """Give one row per session: equity, cash, exposure, turnover, costs by kind; base and benchmark."""
    mark = np.nan_to_num(on.market.mark.T)
    worth = book.shares * mark
    count = len(book.equity)
    notional = np.zeros(count)
    fees = np.zeros((3, count))
    # Unbuffered adds run in the order of the journal, so the sums are the same in every run.
    np.add.at(notional, book.order_session, np.abs(book.order[:, 1]) * np.nan_to_num(book.order[:, 2]))
    for kind in range(3):
        np.add.at(fees[kind], book.order_session, book.order[:, 4 + kind])
    held_stale = ((book.shares != 0.0) & np.isnan(on.panel.close[on.first :])).sum(axis=1)
    return pl.DataFrame(
        {
            "session": on.panel.sessions[on.first :],
            "equity": book.equity,
            "cash": book.cash,
            "gross": _over(_added(np.abs(worth)), book.equity),
            "net": _over(_added(worth), book.equity),
            "turnover": _over(notional, np.where(np.isnan(book.value), book.equity, book.value)),
            "base": base.equity,
            "benchmark": pl.Series(benchmark.equity if benchmark else [None] * count, dtype=pl.Float64),
            "dividend": book.dividend,
            "interest": book.interest,
            "borrow": book.borrow,
            "half_spread": fees[0],
            "slippage": fees[1],
            "commission": fees[2],
            "stale": held_stale.astype(np.int64),
        },
    )


def _added(worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add across assets one after another, the same for any number of sessions."""
    total: NDArray[np.float64] = np.zeros(len(worth))
    for column in range(worth.shape[1]):
        total = total + worth[:, column]
    return total


def _over(amount: NDArray[np.float64], equity: NDArray[np.float64]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = np.divide(amount, equity, out=np.full(len(amount), np.nan), where=equity > 0.0)
    return out


def weights(on: Stage, targets: Targets) -> pl.DataFrame:
    """Give the target weight of every asset at every decision: session, asset, target (fraction of equity)."""
    row = np.repeat(np.arange(len(targets.session)), np.diff(targets.start))
    totals = np.zeros((len(targets.session), len(on.panel.assets)))
    named = np.zeros(totals.shape, dtype=np.bool_)
    np.add.at(totals, (row, targets.asset), targets.weight)
    named[row, targets.asset] = True
    at, asset = np.nonzero(named)
    return pl.DataFrame(
        {
            "session": on.panel.sessions[targets.session[at]],
            "asset": _names(on.panel.assets, asset),
            "target": totals[at, asset],
        },
    )


def trades(on: Stage, book: Book) -> pl.DataFrame:
    """Give the order log, in the order of execution; shares are signed, prices in account currency."""
    fields = ("requested", "shares", "reference", "price", "half_spread", "slippage", "commission")
    return pl.DataFrame(
        {
            "session": on.panel.sessions[on.first + book.order_session],
            "asset": _names(on.panel.assets, book.order_asset),
            **{name: book.order[:, at] for at, name in enumerate(fields)},
            "reason": _names(REASONS, book.reason),
        },
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def attribution(on: Stage, split: Attribution, book: Book, events: Sequence[Event]) -> pl.DataFrame:
    """Give gross, cost and pnl per session of every event, of ``base`` and ``cash``; rows without effect left out."""
    names = ("base", *(event.event_id for event in events), "cash")
    gain = np.column_stack([split.gain, book.interest])
    cost = np.column_stack([split.cost, np.zeros(len(book.interest))])
    session, part = np.nonzero((gain != 0.0) | (cost != 0.0))
    return pl.DataFrame(
        {
            "session": on.panel.sessions[on.first + session],
            "event_id": _names(names, part),
            "gross": gain[session, part],
            "cost": cost[session, part],
            "pnl": gain[session, part] - cost[session, part],
        },
    )


def _names(names: Sequence[str], codes: NDArray[np.int64]) -> pl.Series:
    return pl.Series([names[code] for code in codes.tolist()], dtype=pl.String)
