"""The decimal replay finds what does not add up."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from strategies import Case

from backtest.trust.exact import replay

CLOSE = np.array([[100.0], [110.0]])


def test_the_replay_gives_the_books_by_hand():
    """Fifty shares from 100 to 110 leave 5,000 of cash and 10,500 of equity."""
    case = Case(CLOSE, CLOSE, {0: {0: {0: 0.5}}}, {})
    result = replay(case.market(), case.walk(), 10_000.0)
    assert [float(value) for value in (*result.cash, *result.equity)] == [5_000.0, 5_000.0, 10_000.0, 10_500.0]
    assert result.worst == 0.0


def test_a_cent_too_much_is_found():
    """A walk whose cash were a cent off would be told so."""
    case = Case(CLOSE, CLOSE, {0: {0: {0: 0.5}}}, {})
    book = case.walk()
    book.cash[1] += 0.01
    assert replay(case.market(), book, 10_000.0).worst > 1e-9


@pytest.mark.parametrize("session", [0, 1])
def test_a_share_too_few_is_found(session):
    """A walk whose cash and equity add up, and whose shares do not, would be told so, whatever the session."""
    case = Case(CLOSE, CLOSE, {0: {0: {0: 0.5}}}, {})
    book = case.walk()
    book.shares = book.shares.copy()
    book.shares[session, 0] -= 1e-6
    assert replay(case.market(), book, 10_000.0).worst == pytest.approx(1e-6 / 50.0)


def test_a_position_without_an_order_is_found():
    """Shares of an asset that no order ever named are infinitely wrong."""
    case = Case(CLOSE, CLOSE, {}, {})
    book = case.walk()
    book.shares = book.shares + 1e-12
    assert replay(case.market(), book, 10_000.0).worst == np.inf


def test_positions_follow_splits_cash_in_lieu_and_delistings():
    """Fifty shares become 75 by three for two; three for two again leaves 112, and half a share is paid in cash.

    The delisting at a loss of 30 % ends at exactly nothing, and every step is the walk's to the last share.
    """
    close = np.array([[100.0], [100.0 / 1.5], [100.0 / 2.25], [np.nan]])
    split = np.array([[1.0], [1.5], [1.5], [1.0]])
    account = oracle.Account(lot=1.0)
    case = Case(close, close, {0: {0: {0: 0.5}}}, {}, account, split=split, delistings={(3, 0): -0.3})
    book = case.walk()
    assert book.shares[:, 0].tolist() == [50.0, 75.0, 112.0, 0.0]
    assert replay(case.market(), book, 10_000.0).worst <= 1e-15
    book.shares = np.array([[50.0], [75.0], [112.5], [0.0]])
    assert replay(case.market(), book, 10_000.0).worst == pytest.approx(0.5 / 112.5)
