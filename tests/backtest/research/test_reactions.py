"""Reactions to training events: their paths by hand, and how often no drift at all ends as far from 0."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest

from backtest.research.decay_fit import Fit
from backtest.research.drawn_fit import PATHS, Fitting, drawn
from backtest.research.reactions import Reactions, chance
from signals import Rotation
from signals.decay import Fitted

UNTIL = "2024-06-28"


def pulled(*pulls):
    """Give reactions of which only the pulls matter."""
    return Reactions(np.zeros((1, 1)), np.zeros(1, dtype=np.int64), np.array(pulls))


def test_the_chance_is_that_of_all_patterns_of_signs():
    """Of the 2 ** 6 sums of +-1, +-2, +-3, +-4, +-5 and +-2 those as far from 0 as all together, counted one by one."""
    pulls = (1.0, 2.0, 3.0, 4.0, 5.0, 2.0)
    far = sum(abs(np.dot(signs, pulls)) >= 17.0 for signs in product((-1, 1), repeat=6))
    found = chance(pulled(*pulls), seed=3, flips=20_000)
    assert found == pytest.approx(far / 2**6, abs=0.01)


def test_one_session_that_carries_all_is_no_drift():
    """Its sign alone decides, and either is as far from 0."""
    assert chance(pulled(0.0, 5.0, 0.0), seed=1) == 1.0


def test_many_sessions_of_one_sign_are_a_drift():
    """Thirty gains of one size come by chance once in half a billion: the least p value there is."""
    assert chance(pulled(*[0.01] * 30), seed=1) == pytest.approx(1 / 1000)


def fitting(decay, fit, paths):
    """Give a fit of a rotation's half-life on some paths."""
    signal = Rotation.model_validate(
        {"kind": "rotation", "from": "a", "to": "b", "triggers": [{"kind": "x", "size": 0.1}], "decay": decay}
    )
    found = Reactions(np.array(paths), np.arange(len(paths)), np.zeros(1))
    return Fitting(signal, Fitted.model_validate({"train_until": UNTIL}), found, fit)


def test_the_drift_drawn_is_the_fit_and_what_the_decay_used_presumes():
    """By hand: the mean is 0.4 (1 - 2 ** -t); a step of two sessions presumes 1, 2, 2 times a factor."""
    mean = [0.2, 0.3, 0.35]
    made = fitting({"kind": "step", "sessions": 2}, Fit(1.0, None, 2.0, 0.4, 2), [mean, mean])
    table = drawn(made)
    assert table.schema == pl.Schema(PATHS)
    assert table["sessions"].to_list() == [1, 2, 3]
    assert table["mean"].to_list() == pytest.approx(mean)
    assert table["fitted"].to_list() == pytest.approx(mean)
    factor = (0.2 * 1 + 0.3 * 2 + 0.35 * 2) / 9
    assert table["used"].to_list() == pytest.approx([factor, 2 * factor, 2 * factor])


def test_a_fit_that_does_not_bend_is_not_drawn():
    """The mean and the decay used are."""
    made = fitting({"kind": "step", "sessions": 2}, Fit(None, None, None, 0.0, 2), [[0.1, 0.2, 0.3]])
    table = drawn(made)
    assert table["fitted"].null_count() == 3
    assert table["used"].null_count() == 0


def test_a_fitted_decay_is_not_compared_with_itself():
    """The setting that compares and the decay that fits exclude each other."""
    text = {"kind": "rotation", "from": "a", "to": "b", "triggers": [{"kind": "x", "size": 0.1}],
            "decay": {"kind": "fitted", "train_until": UNTIL}, "fit_until": UNTIL}  # fmt: skip
    with pytest.raises(ValueError, match="here the fit is used: leave it out"):
        Rotation.model_validate(text)
