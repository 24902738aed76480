"""The decimal replay finds what does not add up."""

from __future__ import annotations

import numpy as np
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
