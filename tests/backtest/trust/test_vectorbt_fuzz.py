"""Differential fuzz: thousands of orders in random portfolios, each compared with vectorbt's."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import oracle
import pytest
from strategies import Case

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("vectorbt", reason="the extra `verify` is not installed")
    from backtest.trust import second_engine

pytestmark = pytest.mark.filterwarnings("ignore")

LEAST_ORDERS = 10_000
ASSETS, SESSIONS = 5, 60
TOLERANCE = 1e-9  # of each column's own scale; measured: 2e-15 for shares, 0 for prices, 3e-13 for fees
TINY = 2e-8  # shares; vectorbt drops orders below 1e-8, and snaps what is within 1e-9 of nothing to nothing


@dataclass(frozen=True)
class Portfolio:
    """One random portfolio: prices, dense weights and costs; NaN prices only where nothing is asked."""

    close: np.ndarray
    fill: np.ndarray
    weights: np.ndarray
    fees: float
    fixed: float
    slippage: float
    sequential: bool

    def case(self):
        """Give it as ours."""
        rows = {
            t: {i: {0: float(self.weights[t, i])} for i in np.flatnonzero(~np.isnan(self.weights[t]))}
            for t in np.flatnonzero((~np.isnan(self.weights)).any(axis=1)).tolist()
        }
        costs = {"commission": self.fees, "minimum": self.fixed, "slippage": self.slippage}
        return Case(self.close, self.fill, rows, costs, oracle.Account(max_gross=50.0, sequential=self.sequential))


def drawn(rng, *, sequential):
    """Draw a portfolio under the matching conditions: cash binds in sequential mode only."""
    shape = (SESSIONS, ASSETS)
    close = np.exp(rng.normal(3.0, 2.0, ASSETS) + np.cumsum(rng.normal(0.0, rng.choice([0.005, 0.03]), shape), axis=0))
    fill = close * np.exp(rng.normal(0.0, 0.01, shape))
    gone = (rng.random(shape) < 0.1) & rng.choice([True, False])
    proportional = bool(rng.random() < 0.8)  # a fixed fee is a least commission of ours where nothing else is charged
    fees, fixed = (rng.choice([0.0, 0.001, 0.02]), 0.0) if proportional else (0.0, rng.choice([0.5, 3.0]))
    weights = _weights(rng, rng.uniform(0.9, 1.4) if sequential else rng.uniform(0.1, 0.9))
    weights[gone] = np.nan
    slippage = rng.choice([0.0, 0.0005, 0.01])
    gaps = tuple(np.where(gone, np.nan, each) for each in (close, fill))
    return Portfolio(*gaps, weights, float(fees), float(fixed), float(slippage), sequential)


def _weights(rng, gross):
    weights = np.full((SESSIONS, ASSETS), np.nan)
    shorts, equal = rng.random() < 0.4, rng.random() < 0.3
    for t in np.flatnonzero(rng.random(SESSIONS) < 0.4):
        row = np.full(ASSETS, 1.0 / ASSETS) if equal else rng.dirichlet(np.ones(ASSETS))
        row = row * gross
        if shorts:
            row[rng.integers(ASSETS)] = -0.3 * rng.random()
        row[rng.random(ASSETS) < 0.1] = 0.0
        row[rng.random(ASSETS) < 0.1] = np.nan
        weights[t] = row
    return weights


def theirs(portfolios, references):
    """Run all portfolios through vectorbt in one call, a group each."""
    wide = {name: np.hstack([getattr(each, name) for each in portfolios]) for name in ("close", "fill", "weights")}
    costs = {
        name: np.repeat([getattr(each, name) for each in portfolios], ASSETS)[None]
        for name in ("fees", "fixed", "slippage")
    }
    groups = np.repeat(np.arange(len(portfolios)), ASSETS)
    return second_engine.targets(**wide, capital=10_000.0, **costs, value=np.hstack(references), groups=groups)


def comparable(book, *, sequential):
    """Say whether vectorbt can do what we did: it pays no sale below its fee, and takes up no debt.

    The second only concerns rows that leave assets alone, for there the rest may ask for more than all the cash.
    """
    beggarly = (book.order[:, 1] < 0) & (-book.order[:, 1] * book.order[:, 3] < book.order[:, 6])
    return not beggarly.any() and (sequential or bool((book.cash >= 0.0).all()))


def scales(orders, most):
    """Give what shares, price and fee of each order are held to 1e-9 of: the asset's most shares; itself; 1 at least.

    Not the order's own shares: what is left to trade after a drift of little is a difference of two large positions.
    """
    size, price, fee = np.abs(orders[:, 2:]).T
    return np.column_stack([np.maximum(size, most), price, np.maximum(1.0, fee)])


def compared(portfolios):
    """Compare every order and every session's equity to 1e-9 each; give the number of orders, and of scaled ones."""
    cases = [each.case() for each in portfolios]
    books = [case.walk() for case in cases]
    references = [np.where(case.market().reference > 0, case.market().reference, np.nan) for case in cases]
    equity, orders = theirs(portfolios, references)
    orders = orders[np.abs(orders[:, 2]) > TINY]
    count = short = 0
    for at, book in enumerate(books):
        if not comparable(book, sequential=portfolios[at].sequential):
            continue
        assert book.stopped < 0
        assert (np.abs(book.equity - equity[:, at]) <= TOLERANCE * np.maximum(10_000.0, book.equity)).all()
        mine = np.column_stack([book.label[:, :2], book.order[:, [1, 3, 6]]])[np.abs(book.order[:, 1]) > TINY]
        other = orders[orders[:, 1] // ASSETS == at] - [0, at * ASSETS, 0, 0, 0]
        mine, other = (each[np.lexsort((each[:, 1], each[:, 0]))] for each in (mine, other))
        assert mine[:, :2].tolist() == other[:, :2].tolist()
        most = np.abs(book.shares).max(axis=0)[mine[:, 1].astype(np.int64)]
        assert (np.abs(mine - other)[:, 2:] <= TOLERANCE * scales(mine, most)).all()
        count, short = count + len(mine), short + book.why.count("scaled")
    return count, short


@pytest.mark.parametrize("sequential", [False, True])
def test_vectorbt_makes_the_same_orders(sequential):
    """More than 10,000 orders with gaps, shorts, ties, fees and slippage agree to 1e-9; in turn, cash binds."""
    rng = np.random.default_rng(1 + sequential)
    count, short = compared([drawn(rng, sequential=sequential) for _ in range(160)])
    assert count >= LEAST_ORDERS
    assert (short >= 1_000) == sequential


@pytest.mark.full
@pytest.mark.parametrize("sequential", [False, True])
def test_vectorbt_makes_the_same_orders_for_long(sequential):
    """A million orders and more, in fresh portfolios."""
    rng = np.random.default_rng(3 + sequential)
    total = sum(compared([drawn(rng, sequential=sequential) for _ in range(500)])[0] for _ in range(26))
    assert total >= 100 * LEAST_ORDERS
