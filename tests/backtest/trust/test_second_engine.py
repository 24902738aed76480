"""Our walk against vectorbt, one portfolio at a time: the same targets, and our orders booked alike."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Case, cases

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    second_engine = pytest.importorskip("backtest.trust.second_engine")
    pytest.importorskip("vectorbt", reason="the extra `verify` is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")


few = settings(max_examples=8)  # vectorbt needs 0.1 s a call; test_vectorbt_fuzz compares orders by the thousand


def dense(case):
    weights = np.full(case.close.shape, np.nan)
    for t, row in case.rows.items():
        for i, parts in row.items():
            weights[t, i] = sum(parts.values())
    return weights


def close_to(ours, theirs):
    return (np.abs(ours - theirs) <= 1e-9 * np.maximum(1.0, np.abs(theirs))).all()


@few
@given(st.integers(0, 2**32 - 1))
def test_vectorbt_makes_the_same_orders(seed):
    """Long-only targets of up to 90 %, fees and slippage: every order and every session's equity agree to 1e-9."""
    rng = np.random.default_rng(seed)
    sessions, assets = int(rng.integers(2, 40)), int(rng.integers(1, 6))
    close = 50.0 * np.exp(np.cumsum(rng.normal(0, 0.02, (sessions, assets)), axis=0))
    fill = close * np.exp(rng.normal(0, 0.01, close.shape))
    rows = {
        t: {i: {0: float(w)} for i, w in enumerate(rng.dirichlet(np.ones(assets)) * rng.uniform(0.1, 0.9))}
        for t in range(sessions)
        if rng.random() < 0.4
    }
    case = Case(close, fill, rows, {"commission": 0.001, "slippage": 0.0005})
    book = case.walk()
    equity, orders = second_engine.targets(
        close, fill, dense(case), capital=case.account.capital, fees=0.001, slippage=0.0005
    )
    assert close_to(book.equity, equity)
    ours = {(t, i): line for (t, i, _), line in zip(book.label, book.order, strict=True)}
    assert len(ours) == len(orders)
    for t, i, shares, price, fee in orders:
        line = ours[int(t), int(i)]
        assert (line[1], line[3], line[6]) == pytest.approx((shares, price, fee), rel=1e-9, abs=1e-9)


@few
@given(cases(long_only=True, actions=False, carry=False, gaps=False, max_gross=1.0, bounds=False))
def test_vectorbt_books_our_orders_alike(case):
    """Our orders, scaled ones included, replayed in vectorbt give our equity to 1e-9."""
    book = case.walk()
    assert close_to(book.equity, second_engine.replayed(case.market(), book, case.account.capital))
