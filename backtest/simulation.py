"""The simulator for arrays: one portfolio through one panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.costs import Account, Costs
from backtest.kernels import books, prepare
from backtest.kernels import simulate as kernel
from backtest.kernels.parts import totals
from backtest.portfolio import Targets
from backtest.rows import inside, numbers, sparse
from backtest.staging import market
from backtest.terms import terms_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

__all__ = ["Walk", "simulate", "walk"]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What one simulated portfolio leaves.

    Attributes
    ----------
    equity, cash
        Account currency at the close, shape (T,).
    held, since
        Shares as they were booked, shape (T, N), on sessions on which they may have changed; row since[t] is session
        t's, since has shape (T,).
    value
        V, the valuation behind the session's orders, NaN where none was sized, shape (T,).
    dividend, interest, borrow
        Account currency received, earned (negative: paid) and charged in the session, shape (T,).
    costs
        half_spread, slippage, commission, impact and borrow per session, each of shape (T,).
    trades
        One row per order, in the order of execution: session and asset as positions, requested, shares (signed),
        reference, price, half_spread, slippage, commission, impact, reason.
    status
        ``ok`` or ``ruin``.
    stopped
        Position of the session of ruin, None without.
    margin_calls
        Sessions that ended below the maintenance margin.

    """

    equity: NDArray[np.float64]
    cash: NDArray[np.float64]
    held: NDArray[np.float64]
    since: NDArray[np.int64]
    value: NDArray[np.float64]
    dividend: NDArray[np.float64]
    interest: NDArray[np.float64]
    borrow: NDArray[np.float64]
    label: NDArray[np.int64]
    order: NDArray[np.float64]
    stopped: int | None
    margin_calls: int

    @property
    def shares(self) -> NDArray[np.float64]:
        """Give the shares held at every close, shape (T, N)."""
        return self.held[self.since]

    @property
    def status(self) -> str:
        """Say whether the walk went through."""
        return "ok" if self.stopped is None else "ruin"

    @property
    def costs(self) -> dict[str, NDArray[np.float64]]:
        """Add the costs of each kind per session, in the order of the journal."""
        kinds = {}
        for at in range(books.IN_SPREAD, len(books.ORDER)):
            paid = kinds[books.ORDER[at]] = np.zeros(len(self.equity))
            np.add.at(paid, self.label[:, 0], self.order[:, at])
        return {**kinds, "borrow": self.borrow}

    @property
    def trades(self) -> pl.DataFrame:
        """Give the order log."""
        import polars as pl

        reasons = [books.REASONS[code] for code in self.label[:, 2].tolist()]
        return pl.DataFrame(
            [
                pl.Series("session", self.label[:, 0]),
                pl.Series("asset", self.label[:, 1]),
                *(pl.Series(name, self.order[:, at]) for at, name in enumerate(books.ORDER)),
                pl.Series("reason", reasons, dtype=pl.String),
            ],
        )


def simulate(
    close: NDArray[np.float64],
    targets: NDArray[np.float64] | Targets,
    *,
    open: NDArray[np.float64] | None = None,  # noqa: A002 - the price's name
    capital: float | None = None,
    costs: Costs | None = None,
    account: Account | None = None,
    dividend: NDArray[np.float64] | None = None,
    split: NDArray[np.float64] | None = None,
    volume: NDArray[np.float64] | None = None,
    days: NDArray[np.float64] | None = None,
    borrow: NDArray[np.float64] | None = None,
    delistings: Mapping[tuple[int, int], float] | None = None,
) -> Walk:
    """Simulate one portfolio.

    Parameters
    ----------
    close
        Prices at which positions are marked, shape (session, asset); NaN: none.
    targets
        Weights, a fraction of equity, shape (session, asset): NaN leaves alone, 0 closes; or sparse ``Targets``. A
        target in row t trades at row t's fill price: the caller has applied the timing.
    open
        Fill prices, shape (session, asset); without them, or with ``Account(fill="close")``, orders fill at the close.
    capital
        Cash before the first session; the account's when not given (1,000,000).
    costs, account
        Costs and bounds; nothing is charged by default.
    dividend, split, volume
        Paid per share, account currency, on the ex-date (0: nothing); shares after the split for one before (1: none);
        shares traded (NaN: unknown), which impact and the participation cap are measured by. Shaped like ``close``.
    days
        Calendar days since the session before, shape (session,): what interest and fees accrue for; without, none.
    borrow
        Fee on shorts per year, a fraction, shaped like ``close``; it takes the place of the costs' fees.
    delistings
        From (session, asset), as positions, to the return over the last price, -1 or more, at which the position is
        closed; the asset does not trade afterwards.

    Raises
    ------
    RunError
        When shapes do not fit, or a number is not what its array may hold; it names the first cell.

    Examples
    --------
    >>> import numpy as np
    >>> from backtest import simulate
    >>> close = np.array([[100.0], [110.0]])
    >>> walk = simulate(close, np.array([[0.5], [np.nan]]), capital=10_000.0)
    >>> walk.equity.tolist()
    [10000.0, 10500.0]

    """
    costs, account = costs or Costs(), account or Account()
    staged = market(
        close, open if account.fill == "open" else None, costs, account, dividend=dividend, split=split, volume=volume,
        days=days, borrow=borrow, delistings=delistings,
    )  # fmt: skip
    rows = targets if isinstance(targets, Targets) else sparse(targets, staged)
    return walk(staged, rows, costs, account, capital)


def walk(on: books.Market, targets: Targets, costs: Costs, account: Account, capital: float | None = None) -> Walk:
    """Walk one portfolio on a prepared panel; the journal is made larger when it turns out too small."""
    rows = books.Rows(*numbers(targets.session, targets.start, targets.asset, targets.weight))
    inside(rows, on, np.array([0, len(rows.session)]))
    rows = totals(*rows)
    sessions, assets = on.mark.shape
    room = 2 * len(rows.asset) + assets
    while True:
        summary, paths = np.zeros((1, len(books.SUMMARY))), np.zeros((1, len(books.DAILY), sessions))
        journal = prepare.journal(sessions, assets, room)
        desk = prepare.desk(sessions, assets, detail=True)
        scenario = np.array([0, len(rows.session)], dtype=np.int64)
        table = terms_table([costs], [account], capital)
        kernel.walk(on, rows, scenario, table, 0, 1, desk, summary, paths, journal)
        orders, calls, stopped = (int(value) for value in summary[0, -3:])
        if orders <= room:
            break
        room = orders
    named = dict(zip(books.DAILY, paths[0], strict=True))
    label, order = journal.label[:orders], journal.order[:orders]
    return Walk(
        **named, held=journal.shares, since=journal.since, label=label, order=order, margin_calls=calls,
        stopped=None if stopped < 0 else stopped,
    )  # fmt: skip
