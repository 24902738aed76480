"""The simulator for arrays: one portfolio through one panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.costs import Account, Costs
from backtest.kernels import books, prepare
from backtest.kernels import simulate as kernel
from backtest.kernels.parts import totals
from backtest.portfolio import Targets
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

__all__ = ["Walk", "inside", "market", "numbers", "simulate", "terms_table", "walk"]

BPS = 1e-4
LEAST, MOST = 1e-15, 1e15  # of a price or of the capital, in account currency


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
        for name in ("half_spread", "slippage", "commission", "impact"):
            kinds[name] = np.zeros(len(self.equity))
            np.add.at(kinds[name], self.label[:, 0], self.order[:, books.ORDER.index(name)])
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
    **panel: NDArray[np.float64],
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
    panel
        ``dividend``, ``split``, ``volume``: arrays like ``close``; ``days``: calendar days since the session before,
        shape (session,); ``borrow``: fee per year, a fraction, shape (session, asset).

    Raises
    ------
    RunError
        When shapes do not fit or a price is not positive.

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
    staged = market(close, open if account.fill == "open" else None, costs, account, delistings=None, **panel)
    sparse = targets if isinstance(targets, Targets) else _sparse(targets, staged)
    return walk(staged, sparse, costs, account, capital)


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


def walk(on: books.Market, targets: Targets, costs: Costs, account: Account, capital: float | None = None) -> Walk:
    """Walk one portfolio on a prepared panel; the journal is made larger when it turns out too small."""
    rows = totals(*numbers(targets.session, targets.start, targets.asset, targets.weight))
    inside(rows, on, np.array([0, len(rows.session)]))
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


def numbers(
    session: NDArray[Any], start: NDArray[Any], asset: NDArray[Any], weight: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give targets in the types and the layout that the compiled walk reads; positions must be whole numbers."""
    given = {"session": np.asarray(session), "start": np.asarray(start), "asset": np.asarray(asset)}
    for name, values in given.items():
        if not np.can_cast(values.dtype, np.int64, "same_kind"):
            raise RunError(f"{name} of the targets holds {values.dtype}, expected whole numbers: positions")
    places = [np.ascontiguousarray(values, dtype=np.int64) for values in given.values()]
    return places[0], places[1], places[2], np.ascontiguousarray(weight, dtype=np.float64)


def inside(rows: books.Rows, on: books.Market, scenario: NDArray[np.int64]) -> None:
    """Refuse positions outside the panel and sessions out of order: the compiled walk does not look."""
    sessions, assets = on.mark.shape
    for name, values, bound in (("asset", rows.asset, assets), ("session", rows.session, sessions)):
        if len(values) and not 0 <= values.min() <= values.max() < bound:
            raise RunError(f"targets name {name} {values.min()} to {values.max()}, the panel has 0 to {bound - 1}")
    odd = np.flatnonzero(~np.isfinite(rows.weight))
    if len(odd):
        raise RunError(
            f"weight {odd[0]} of the targets is {rows.weight[odd[0]]}; leave out what is left alone, 0 closes"
        )
    back = np.flatnonzero(np.diff(rows.session) <= 0) + 1
    back = back[~np.isin(back, scenario)]
    if len(back):
        before, after = rows.session[back[0] - 1 : back[0] + 1]
        raise RunError(
            f"row {back[0]} of the targets trades in session {after}, the one before it in {before}; sort them"
        )


def terms_table(costs: Sequence[Costs], accounts: Sequence[Account], capital: float | None) -> NDArray[np.float64]:
    """Give one row of Terms per scenario, a single row when costs and account are the same for all."""
    count = max(len(costs), len(accounts))
    if {len(costs), len(accounts)} - {1, count}:
        raise RunError(f"{len(costs)} costs and {len(accounts)} accounts do not pair; give one, or one per scenario")
    pairs = zip(costs if len(costs) == count else [costs[0]] * count,
                accounts if len(accounts) == count else [accounts[0]] * count, strict=True)  # fmt: skip
    return np.array([list(_terms(cost, account, capital)) for cost, account in pairs])


def _terms(costs: Costs, account: Account, capital: float | None) -> Iterator[float]:
    if account.funding == "sequential" and costs.impact:
        raise RunError("account.funding: sequential is for differential tests and knows no costs.impact")
    cash = account.capital if capital is None else capital
    if not LEAST <= cash <= MOST:
        raise RunError(f"capital is {cash}; it is positive and finite, from {LEAST:g} to {MOST:g}")
    yield cash
    yield account.gross_limit
    yield from (costs.half_spread_bps * BPS, costs.slippage_bps * BPS, costs.commission_bps * BPS)
    yield from (costs.commission_per_share, costs.commission_min, costs.impact)
    yield from (costs.cash_bps_per_year * BPS, costs.margin_bps_per_year * BPS)
    yield from (account.no_trade_band, account.lot, account.turnover_cap)
    yield from (account.participation_cap, account.maintenance_margin, account.funding == "sequential")


def _borrow(costs: Costs, close: NDArray[np.float64], given: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if given is not None:
        return _shaped("borrow", given, close)
    if costs.borrow_bps_of:
        raise RunError("costs.borrow_bps_of names assets, and arrays have no names; pass `borrow`, shape like close")
    return np.full((1, close.shape[1]), costs.borrow_bps_per_year * BPS)


def _sparse(weights: NDArray[np.float64], on: books.Market) -> Targets:
    sessions, assets = on.mark.shape
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (sessions, assets):
        raise RunError(f"targets have shape {weights.shape}, expected {(sessions, assets)} like close")
    if np.isinf(weights).any():
        raise RunError("targets hold an infinite weight; NaN leaves an asset alone, 0 closes it")
    row, asset = np.nonzero(~np.isnan(weights))
    session = np.unique(row)
    start = np.searchsorted(row, np.append(session, sessions)).astype(np.int64)
    return Targets(session, start, asset.astype(np.int64), np.zeros(len(asset), dtype=np.int64), weights[row, asset])


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
