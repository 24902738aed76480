"""Reality check, SPA and StepM with an explicit index matrix, and their behaviour under truth and falsehood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backtest.inference.blocks import Blocks
from backtest.inference.comparison import reality_check, sampled, spa, step_m
from backtest.inference.difference import bootstrapped, hac
from data.errors import RunError

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def drawn():
    """Twelve strategies of unequal variance, 500 resamples of 250 sessions, blocks of 10."""
    differences = np.loadtxt(DATA / "spa_d_T250_k12.csv", delimiter=",")
    indices = np.loadtxt(DATA / "spa_indices_B500_T250.csv", delimiter=",").astype(np.int64)
    return sampled(differences, Blocks(10.0), indices=indices)


def test_the_reality_check_of_arch(drawn):
    """Twenty-one of 500 exceed, arch's .042; we report (1 + 21) / 501."""
    found = reality_check(drawn)
    assert (found.exceeding, found.resamples, found.p) == (21, 500, 22 / 501)


def test_spa_without_studentising_is_arch(drawn):
    """.04, .042 and .042 of 500 under the three recentrings."""
    found = spa(drawn, studentised=False)
    assert [found[kind].exceeding for kind in ("lower", "consistent", "upper")] == [20, 21, 21]


def test_spa_is_really_studentised(drawn):
    """T = 3.1726, and no resample exceeds it: the strategy is precise, not merely large."""
    found = spa(drawn)
    assert found["consistent"].statistic == pytest.approx(3.1726354034797657, rel=1e-12)
    assert {kind: one.p for kind, one in found.items()} == dict.fromkeys(("lower", "consistent", "upper"), 1 / 501)


@pytest.mark.parametrize("studentised", [True, False])
@pytest.mark.parametrize("recentring", ["upper", "consistent"])
def test_step_m_finds_the_one(drawn, studentised, recentring):
    """Strategy 10 alone."""
    assert step_m(drawn, studentised=studentised, recentring=recentring).tolist() == [10]


def test_recentrings_are_ordered():
    """Ascending: lower <= consistent <= upper, with good and clearly poor strategies."""
    rng = np.random.default_rng(8)
    differences = rng.normal(np.linspace(-0.01, 0.001, 9), 0.01, (300, 9))
    found = spa(sampled(differences, Blocks(5.0, seed=1), 500))
    assert found["lower"].p <= found["consistent"].p <= found["upper"].p
    assert found["consistent"].p < found["upper"].p


def test_spa_rejects_a_true_null_rarely():
    """Of 200 families of equal strategies about 5 % are rejected at 5 %: at most 11 % (four standard errors)."""
    rng = np.random.default_rng(9)
    p = [spa(sampled(rng.normal(0, 1, (120, 5)), Blocks(1.0, seed=at), 199))["consistent"].p for at in range(200)]
    assert 0.0 < np.mean(np.array(p) <= 0.05) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)


def test_a_strategy_equal_to_the_benchmark_is_refused():
    """Its deviation is zero, so it cannot be studentised."""
    with pytest.raises(RunError, match="strategy 1"):
        sampled(np.column_stack([np.random.default_rng(0).normal(size=40), np.zeros(40)]))


def test_the_error_of_a_sharpe_difference():
    """Independent normal returns: variance (2 + SR1^2 / 2 + SR2^2 / 2) / n (Jobson and Korkie, Memmel)."""
    first, second = np.random.default_rng(10).normal(0.1, 1.0, (2, 20_000))
    found = hac(first, second)
    assert found.error == pytest.approx(np.sqrt((2.0 + 0.1**2) / 20_000), rel=0.05)


def test_a_sharpe_difference_has_its_size():
    """Two equal strategies differ at 5 % in about 5 % of 400 cases, by both tests' normal and bootstrap tails."""
    rng = np.random.default_rng(11)
    bound = 4 * np.sqrt(0.05 * 0.95 / 400)
    p = np.array([hac(*rng.normal(0.05, 1.0, (2, 300))).p for _ in range(400)])
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=bound)


def test_the_bootstrap_finds_a_difference_and_not_its_absence():
    """Half a standard deviation a session is found; nothing is not, and the seed decides alone."""
    rng = np.random.default_rng(12)
    noise = rng.normal(0.0, 1.0, (2, 250))
    better = noise + np.array([[0.5], [0.0]])
    assert bootstrapped(*better, seed=1, count=199).p == 1 / 200
    assert bootstrapped(*noise, seed=1, count=199) == bootstrapped(*noise, seed=1, count=199)
    assert bootstrapped(*noise, seed=1, count=199).p > 0.05
