"""Decay: weights by hand."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import RunError
from signals.decay import Exponential, Fitted, Linear, Power, Step, UntilNext, table

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


@pytest.mark.parametrize(
    "decay",
    [
        Exponential(half_life_sessions=7.3), Exponential(half_life_sessions=3, until=1.0), Linear(sessions=9),
        Step(sessions=4), UntilNext(sessions=6), Power(exponent=0.8), Power(scale_sessions=2, exponent=3, until=0.1),
    ],
)  # fmt: skip
def test_the_table_holds_every_weight_that_is_not_zero(decay):
    """A table by age says the same as the formula, and what is beyond its end is 0."""
    weights, far = table(decay), np.full(3000, 10**9)
    expected = decay.weights(np.arange(3000), far)
    assert weights.tolist() == expected[: len(weights)].tolist()
    assert not expected[len(weights) :].any()


def test_a_power_decay_by_hand():
    """(1 + age / 5) ** -2 at ages 0, 5 and 15: 1, a quarter, a sixteenth; under 2 % it ends."""
    weights = Power(scale_sessions=5, exponent=2).weights(np.array([0, 5, 15, 40]), FAR)
    assert weights.tolist() == pytest.approx([1.0, 0.25, 0.0625, 0.0])


def test_a_decay_that_is_to_be_fitted_scores_nothing():
    """Until the engine has put a half-life in its place it refuses."""
    with pytest.raises(RunError, match="has no half-life yet"):
        table(Fitted(train_until="2020-01-01"))
