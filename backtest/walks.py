"""Run the kernels for one portfolio: settings and targets in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.kernels import attribute as second
from backtest.kernels import prepare, simulate
from backtest.kernels.cache import guarded
from backtest.kernels.parts import parts, totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.costs import Account, Costs
    from backtest.portfolio import Targets
    from data.panel import Panel

__all__ = ["Attribution", "Stage", "attribute", "hold", "stage", "walk"]

BPS = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A price panel made ready for the walk, from session ``first`` of the panel on."""

    market: simulate.Market
    panel: Panel
    first: int


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Gain and cost per session and part, shape (T, parts), and which parts ever held shares."""

    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    held: NDArray[np.bool_]


def stage(panel: Panel, first: int, fill: str) -> Stage:
    """Prepare the sessions from ``first`` on; marks are carried forward from before."""
    price = panel.open if fill == "open" else panel.close
    whole = prepare.market(price, panel.close, panel.dividend, panel.split, panel.sessions)
    actions = whole.actions[whole.actions >= first] - first
    market = simulate.Market(
        whole.fill[first:],
        np.ascontiguousarray(whole.mark[:, first:]),
        whole.dividend[first:],
        whole.split[first:],
        np.concatenate([[0.0], whole.days[first + 1 :]]),
        actions,
    )
    return Stage(market, panel, first)


def walk(on: Stage, targets: Targets, costs: Costs, account: Account) -> simulate.Book:
    """Walk one portfolio; targets are in sessions of the panel."""
    rows = totals(targets.session - on.first, targets.start, targets.asset, targets.weight)
    bounds = simulate.Bounds(account.capital, account.max_gross, account.no_trade_band)
    return _walked(on, rows, costs, bounds)


def hold(on: Stage, asset: int, sessions: NDArray[np.int64], costs: Costs, account: Account) -> simulate.Book:
    """Buy one asset with all capital and set it to a weight of 1 again at the given sessions of the panel."""
    count = len(sessions)
    rows = simulate.Rows(
        sessions - on.first,
        np.arange(count + 1, dtype=np.int64),
        np.full(count, asset, dtype=np.int64),
        np.ones(count),
    )
    bounds = simulate.Bounds(account.capital, 1.0, 0.0)
    return _walked(on, rows, costs, bounds)


def attribute(on: Stage, targets: Targets, book: simulate.Book, costs: Costs, count: int) -> Attribution:
    """Split the walk's gains and costs over ``count`` parts."""
    pieces = parts(
        targets.session - on.first,
        targets.start,
        targets.asset,
        targets.part,
        targets.weight,
        len(on.panel.assets),
    )
    journal = second.Journal(book.order_session, book.order_asset, book.reason, book.order, book.value)
    market = on.market
    prices = (market.fill, market.mark, market.dividend, market.split, market.days)
    borrow = _rates(costs, len(on.panel.assets)).borrow
    return Attribution(*guarded(lambda: second.attribute(pieces, journal, *prices, borrow, count)))


def _walked(on: Stage, rows: simulate.Rows, costs: Costs, bounds: simulate.Bounds) -> simulate.Book:
    rates = _rates(costs, len(on.panel.assets))
    book: simulate.Book = guarded(lambda: simulate.walk(on.market, rows, rates, bounds, True))
    return book


def _rates(costs: Costs, assets: int) -> simulate.Rates:
    return simulate.Rates(
        costs.half_spread_bps * BPS,
        costs.slippage_bps * BPS,
        costs.commission_bps * BPS,
        costs.commission_per_share,
        costs.commission_min,
        costs.cash_bps_per_year * BPS,
        costs.margin_bps_per_year * BPS,
        np.full(assets, costs.borrow_bps_per_year * BPS),
    )
