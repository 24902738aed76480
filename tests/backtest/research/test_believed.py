"""How far the best cell of a sweep may be believed: every number has a unit and a convention, or a reason."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest.inference.blocks import Blocks, block_length
from backtest.inference.comparison import reality_check, sampled, spa, step_m
from backtest.inference.sharpe import moments
from backtest.research.believed import LEVEL, RESAMPLES, Best, believed

YEAR = 252.0


def best(series, cells=8, effective=5.0, sharpes=()):
    """Give the best of some cells."""
    return Best(moments(series), YEAR, sharpes, cells, effective, float(np.std(series, ddof=1)) * math.sqrt(YEAR))


@pytest.fixture(scope="module")
def family():
    """Eight cells over their mixes, the third truly better, the last never leaving its mix."""
    returns = np.random.default_rng(6).normal(0.0, 0.01, (400, 8))
    returns[:, 2] += 0.003
    returns[:, 7] = 0.0
    return returns


@pytest.fixture(scope="module")
def found(family):
    return believed(best(family[:, 2]), family, seed=3)


def test_the_tests_are_those_of_the_differences(family, found):
    """Reality check, SPA and StepM over the cells that move, blocks of the longest automatic length."""
    moving = family[:, :7]
    length = max(block_length(column) for column in moving.T)
    drawn = sampled(np.ascontiguousarray(moving), Blocks(length, seed=3), RESAMPLES)
    by = {metric.name: metric.value for metric in found.metrics}
    assert by["reality_check_p"] == reality_check(drawn).p
    assert by["spa_p"] == spa(drawn)["consistent"].p
    assert list(found.survivors) == step_m(drawn, LEVEL).tolist() == [2]
    assert by["step_m"] == 1.0


def test_a_cell_that_never_moves_is_named(found):
    """It takes no part, and the convention says so."""
    (test,) = (metric for metric in found.metrics if metric.name == "spa_p")
    assert "1 cell never leaves its mix" in test.convention


def test_every_number_has_unit_and_convention(found):
    """Nothing is a bare number."""
    assert all(metric.unit and metric.convention and isinstance(metric.value, float) for metric in found.metrics)
    assert len({metric.name for metric in found.metrics}) == len({metric.label for metric in found.metrics})


def test_noise_survives_nothing():
    """Eight cells of noise: no cell stands, p far from 0."""
    noise = np.random.default_rng(8).normal(0.0, 0.01, (400, 8))
    found = believed(best(noise[:, 0]), noise - noise.mean(axis=0), seed=3)
    assert found.survivors == ()
    assert {metric.name: metric.value for metric in found.metrics}["reality_check_p"] > 0.3


@pytest.mark.parametrize(
    ("active", "reason"),
    [(None, "share no sessions"), (np.zeros((40, 8)), "no cell differs from its untilted mix"),
     (np.ones((10, 8)) * np.arange(10)[:, None], "at least 20 sessions")],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(family, active, reason):
    """The numbers of the best cell stand; the tests have a reason."""
    found = believed(best(family[:, 2]), active, seed=3)
    tests = [metric for metric in found.metrics if metric.name in {"reality_check_p", "spa_p", "step_m"}]
    assert all(metric.value is None and reason in metric.reason for metric in tests)
    assert found.survivors == ()


def test_a_best_cell_that_loses_is_not_cut(family):
    """No haircut, no MinBTL, no MinTRL of a Sharpe ratio below 0; its deflated ratio stands."""
    found = believed(best(-family[:, 2]), family, seed=3)
    by = {metric.name: metric for metric in found.metrics}
    for name in ("best_haircut_sharpe", "best_min_btl", "best_min_trl"):
        assert (by[name].value, by[name].reason) == (None, "the Sharpe ratio is not above 0")
    assert by["best_dsr"].value < 0.01


def test_without_a_sharpe_ratio_nothing_is_claimed():
    """All cells flat or ruined."""
    found = believed(Best(None, YEAR, (), 3, 3.0, None), None, seed=0)
    assert all(metric.value is None and metric.reason for metric in found.metrics)
