"""The fit of a half-life: planted drifts come back within their interval, and what cannot be fitted is not."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.research.decay_fit import fit, mean_with_interval

HORIZON = 40


def paths(half_life, seed, events=60, noise=0.01, clusters=None, drift=0.05):
    """Give paths of drift (1 - 2 ** -(t / half_life)) with daily noise, shared within a cluster."""
    random = np.random.default_rng(seed)
    clusters = np.arange(events) if clusters is None else clusters
    own = random.normal(0, noise, (int(clusters.max()) + 1, HORIZON)).cumsum(axis=1)
    shape = drift * (1 - 2.0 ** (-np.arange(1, HORIZON + 1) / half_life))
    return shape + own[clusters], clusters


@pytest.mark.parametrize("half_life", [2.0, 8.0, 25.0])
def test_a_drift_without_noise_comes_back(half_life):
    """To the resolution of the grid, and its whole size to one percent."""
    found = fit(*paths(half_life, 0, noise=0.0), seed=1)
    assert found.half_life == pytest.approx(half_life, rel=0.015)
    assert found.drift == pytest.approx(0.05, rel=0.01)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """Of 100 samples at least 88 intervals hold the planted 8 sessions (95 expected, binomial)."""
    inside = 0
    for seed in range(100):
        found = fit(*paths(8.0, seed), seed=seed, resamples=199)
        inside += (found.lower or 0.0) <= 8.0 <= (found.upper or np.inf)
    assert inside >= 88


def test_events_of_one_evening_are_not_counted_as_many():
    """Sixty events in six evenings leave a wider interval than sixty evenings."""
    apart = mean_with_interval(paths(8.0, 3)[0][:, -1], np.arange(60), seed=1)
    evenings = np.repeat(np.arange(6), 10)
    together = mean_with_interval(paths(8.0, 3, clusters=evenings)[0][:, -1], evenings, seed=1)
    assert together.upper - together.lower > 2 * (apart.upper - apart.lower)


def test_a_straight_path_has_no_half_life():
    """A drift that has not bent within the horizon is not called long: there is no number."""
    straight = np.tile(np.arange(1.0, HORIZON + 1), (10, 1))
    assert fit(straight, np.arange(10), seed=0).half_life is None


def test_the_same_seed_gives_the_same_interval():
    """And another seed another one."""
    one, other = paths(8.0, 5), paths(8.0, 5)
    assert fit(*one, seed=4) == fit(*other, seed=4) != fit(*one, seed=5)


def test_the_order_of_events_does_not_matter():
    """Shuffled events, the same half-life."""
    made, clusters = paths(8.0, 6)
    order = np.random.default_rng(0).permutation(len(made))
    assert fit(made[order], clusters[order], seed=1).half_life == fit(made, clusters, seed=1).half_life
