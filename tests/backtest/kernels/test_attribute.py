"""The second walk: by hand, against its slow twin, and its sum."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from hypothesis import given
from strategies import Case, cases

from backtest.kernels.attribute import attribute
from backtest.kernels.parts import parts, totals


def test_the_gain_is_split_by_share_of_the_target():
    """A base of 30 % and an event of 20 % in one asset that gains 10 % earn 300 and 200 of 10,000."""
    close = np.array([[100.0], [110.0]])
    case = Case(close, close, {0: {0: {0: 0.3, 1: 0.2}}}, {})
    gain, cost, held = case.attribute(case.walk())
    assert gain[1].tolist() == pytest.approx([300.0, 200.0, 0.0, 0.0])
    assert not cost.any()
    assert held.tolist() == [True, True, False, False]


def test_opposite_events_net_without_cost():
    """An event that buys what another sells trades nothing, pays nothing, and each keeps its own gain."""
    close = np.array([[100.0], [100.0], [110.0]])
    kept = 5_000.0 / 9_995.0  # what 50 shares are of the equity once 5 of commission are paid
    rows = {0: {0: {0: 0.5}}, 1: {0: {0: kept, 1: 0.2, 2: -0.2}}}
    case = Case(close, close, rows, {"commission": 0.001})
    book = case.walk()
    gain, cost, _ = case.attribute(book)
    assert len(book.order) == 1
    assert gain[2].tolist() == pytest.approx([500.0, 199.9, -199.9, 0.0])
    assert cost[1].tolist() == [0.0] * 4


def test_costs_fall_on_the_side_that_trades():
    """The event whose wish makes the order pays its commission; the base, which keeps still, pays none."""
    close = np.array([[100.0], [100.0]])
    case = Case(close, close, {0: {0: {0: 0.5}}, 1: {0: {0: 0.5, 1: 0.2}}}, {"commission": 0.001})
    _, cost, _ = case.attribute(case.walk())
    assert cost[0].tolist() == pytest.approx([5.0, 0.0, 0.0, 0.0])
    assert cost[1, 1] == pytest.approx(2.0, rel=1e-2)
    assert cost[1, 0] < 0.02


@given(cases())
def test_the_split_equals_its_slow_twin(case):
    """Gains and costs by part agree with plain Python on random markets."""
    book, slow = case.walk(), case.slow()
    gain, cost, _ = case.attribute_kinds(book)
    expected = oracle.attribute(slow, case.prices(), case.rows, case.costs)
    tolerance = 1e-8 * max(1.0, np.abs(slow.equity).max())
    for (t, part), (gained, *kinds) in expected.items():
        assert gain[t, part] == pytest.approx(gained, abs=tolerance)
        assert cost[t, 0, part] == pytest.approx(sum(kinds), abs=tolerance)
        assert cost[t, 1:, part] == pytest.approx(kinds, abs=tolerance)


@given(cases())
def test_the_split_of_every_kind_of_cost_sums_to_what_was_paid(case):
    """Half spread, slippage, commission, impact and borrow fee: the parts' sum to the session's, and to their cost."""
    book = case.walk()
    _, cost, _ = case.attribute_kinds(book)
    spent = np.zeros((len(book.equity), 5))
    np.add.at(spent, book.label[:, 0], np.column_stack([book.order[:, 4:], np.zeros(len(book.order))]))
    spent[:, 4] = book.borrow
    scale = max(1.0, np.abs(book.equity).max())
    assert np.allclose(cost[:, 1:].sum(axis=2), spent, rtol=0.0, atol=1e-9 * scale)
    assert np.allclose(cost[:, 1:].sum(axis=1), cost[:, 0], rtol=0.0, atol=1e-9 * scale)


@given(cases())
def test_the_split_sums_to_the_equity_change(case):
    """Parts, less costs, plus interest make the equity change of every session (laws 15 and 17)."""
    book = case.walk()
    gain, cost, _ = case.attribute(book)
    change = np.diff(np.r_[case.account.capital, book.equity])
    total = gain.sum(axis=1) - cost.sum(axis=1) + book.interest
    assert np.allclose(change, total, rtol=0.0, atol=1e-9 * max(1.0, np.abs(book.equity).max()))


def test_a_panel_without_fees_of_its_own_is_refused():
    """The second walk knows no terms: a fee that it does not see would be attributed to nobody."""
    case = Case(np.ones((2, 1)), np.ones((2, 1)), {0: {0: {0: -0.5}}}, {}, flat=0.02)
    book, pieces = case.walk(), parts(*case.entries(), 1)
    with pytest.raises(ValueError, match="no borrow fees of its own"):
        attribute(pieces, book.label, book.order, book.value, book.stopped, case.market(), case.parts)


def test_totals_add_the_parts_of_an_asset():
    """The first walk sees one weight per asset: the sum over its parts, in their order."""
    rows = {3: {0: {0: 0.25, 2: 0.5}, 4: {1: -0.125}}, 5: {0: {0: 0.25}}}
    case = Case(np.ones((6, 5)), np.ones((6, 5)), rows, {})
    session, start, asset, _, weight = case.entries()
    summed = totals(session, start, asset, weight)
    assert summed.start.tolist() == [0, 2, 3]
    assert summed.asset.tolist() == [0, 4, 0]
    assert summed.weight.tolist() == [0.75, -0.125, 0.25]
