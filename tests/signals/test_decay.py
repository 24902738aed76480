"""Decay: weights by hand."""

from __future__ import annotations

import numpy as np
import pytest

from signals.decay import Exponential, Linear, Step, UntilNext

FAR = np.array([10**9] * 4)


@pytest.mark.parametrize(
    ("decay", "ages", "expected"),
    [
        (Exponential(half_life_sessions=10), [0, 10, 20, 60], [1.0, 0.5, 0.25, 0.0]),
        (Exponential(half_life_sessions=10, until=0.3), [0, 10, 17, 18], [1.0, 0.5, 0.30778610333622907, 0.0]),
        (Linear(sessions=4), [0, 1, 3, 4], [1.0, 0.75, 0.25, 0.0]),
        (Step(sessions=3), [0, 2, 3, 4], [1.0, 1.0, 0.0, 0.0]),
        (UntilNext(sessions=3), [0, 2, 3, 9], [1.0, 1.0, 0.0, 0.0]),
    ],
)
def test_weights_fall_as_stated(decay, ages, expected):
    """Each decay starts at 1 and falls as its formula says."""
    assert decay.weights(np.array(ages), FAR).tolist() == pytest.approx(expected)


def test_until_next_ends_at_the_next_event():
    """With the next event three sessions later the view ends there."""
    weights = UntilNext(sessions=100).weights(np.array([0, 2, 3]), np.array([3, 3, 3]))
    assert weights.tolist() == [1.0, 1.0, 0.0]
