"""What events asked for, counted from the targets."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.portfolio import Targets
from backtest.research.rotations import turnover


def targets(*rows):
    """Lay rows of (asset, part, weight)."""
    start = np.cumsum([0, *(len(row) for row in rows)])
    asset, part, weight = zip(*(entry for row in rows for entry in row), strict=True)
    whole = (np.array(values, dtype=np.int64) for values in (range(len(rows)), start, asset, part))
    return Targets(*whole, np.array(weight))


def test_a_tilt_that_fades_and_ends_is_its_way_up_and_down():
    """0.2 opened, 0.1 taken off, the last 0.1 closed in the third row; the base stays."""
    found = turnover(targets([(0, 0, 0.5), (0, 1, 0.2)], [(0, 0, 0.5), (0, 1, 0.1)], [(0, 0, 0.5)]), 2)
    assert found.tolist() == pytest.approx([0.5, 0.4])


def test_rows_of_another_exchange_close_nothing():
    """Two assets on two exchanges in turn: each tilt of 0.1 is opened once, and the first closed in its third row."""
    one, other = [(0, 0, 0.5), (0, 1, 0.1)], [(1, 0, 0.4), (1, 1, -0.1)]
    found = turnover(targets(one, other, one, other, [(0, 0, 0.5)]), 2)
    assert found.tolist() == pytest.approx([0.9, 0.1 + 0.1 + 0.1])
