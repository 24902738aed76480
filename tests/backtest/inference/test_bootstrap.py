"""Block resamples and intervals: the automatic length, one set of draws, coverage, and what is refused."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from backtest.inference import ends, functionals
from backtest.inference.blocks import Blocks, block_length, draws, kappa_variance, means, means_at
from backtest.inference.bootstrap import PATHS, SMOOTH, Method, Metric, Plan, Sample, interval
from backtest.inference.functionals import Scale
from backtest.metrics import moments
from data.errors import RunError

RNG = np.random.default_rng(20)
BENCHMARK = RNG.normal(0.0004, 0.01, 600)
OWN = 0.7 * BENCHMARK + RNG.normal(0.0004, 0.006, 600)
BASE = OWN + RNG.normal(0.0, 0.004, 600)
SAMPLE = Sample(OWN, 252.0, 600 / 252.0, 0.0001, BASE, BENCHMARK)


def correlated(count, rho, seed):
    """Give AR(1) noise."""
    e = np.random.RandomState(seed).standard_normal(count)
    for at in range(1, count):
        e[at] += rho * e[at - 1]
    return e


@pytest.mark.parametrize(("kind", "length"), [("stationary", 13.635665130318234), ("circular", 15.608940081363116)])
def test_the_automatic_length_is_that_of_arch(kind, length):
    """Ten thousand sessions of AR(.3), the number in arch's own tests."""
    assert block_length(correlated(10_100, 0.3, 0)[100:], kind) == pytest.approx(length, rel=1e-9)


def test_volatility_gets_the_length_of_squares():
    """Returns without memory whose volatility has one: the block of the volatility is the longer."""
    swing = np.repeat(np.random.default_rng(3).choice([0.5, 2.0], 60), 40)
    returns = 0.01 * swing * np.random.default_rng(4).normal(size=2400)
    sample = Sample(returns, 252.0, 2400 / 252.0)
    lengths = [interval(name, sample, Plan(count=100)).length for name in ("total_return", "volatility")]
    assert lengths[1] > 3 * lengths[0]


@pytest.mark.parametrize("blocks", [Blocks(7.3, seed=5), Blocks(7.0, "circular", 5), Blocks(1.0, seed=2)])
def test_sums_and_sessions_are_the_same_resamples(blocks):
    """Means by running sums equal means over the sessions drawn, and over the explicit matrix."""
    values = np.random.default_rng(1).normal(0.1, 1.0, (90, 3))
    index = draws(blocks, 90, 40)
    assert means(values, blocks, 40) == pytest.approx(values[index].mean(axis=1), rel=1e-11)
    assert means_at(values, index) == pytest.approx(values[index].mean(axis=1), rel=1e-11)


def test_chunks_change_nothing():
    """Resample b is the same whoever draws it, and in whatever chunk."""
    blocks = Blocks(9.0, seed=6)
    whole = draws(blocks, 50, 30)
    assert np.vstack([draws(blocks, 50, size, first) for first, size in ((0, 7), (7, 20), (27, 3))]).tolist() == (
        whole.tolist()
    )


def splitmix(state):
    """Give the output of splitmix64 for a state, in whole numbers."""
    mask = 2**64 - 1
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def test_circular_draws_equal_their_twin():
    """Seeded by seed and number, starts from 53 bits, blocks that wrap around."""
    mask, golden, first = 2**64 - 1, 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9
    expected = []
    for number in range(3):
        state = splitmix(splitmix((8 + golden) & mask) ^ splitmix((number * golden + first) & mask))
        sessions = []
        while len(sessions) < 20:
            state = (state + golden) & mask
            start = int((splitmix(state) >> 11) * 2.0**-53 * 20)
            sessions += [(start + step) % 20 for step in range(6)]
        expected.append(sessions[:20])
    assert draws(Blocks(6.0, "circular", 8), 20, 3).tolist() == expected


def test_blocks_have_the_length_asked_for():
    """Stationary blocks of 12 break in a twelfth of the steps; every session is as likely."""
    index = draws(Blocks(12.0, seed=1), 300, 2000)
    breaks = np.mean(np.diff(index, axis=1) % 300 != 1)
    assert breaks == pytest.approx(1 / 12.0 * 299 / 300, rel=0.02)
    counts = np.bincount(index.ravel(), minlength=300) / 2000
    assert counts == pytest.approx(np.ones(300), abs=0.6)


def test_the_implied_variance_is_that_of_the_resamples():
    """The closed form of the stationary bootstrap's variance equals that of many resampled means."""
    values = correlated(200, 0.5, 1)[:, None]
    resampled = means(values, Blocks(8.0, seed=2), 40_000)
    assert 200 * float(resampled.var()) == pytest.approx(float(kappa_variance(values, 8.0)[0]), rel=0.03)


SHOWN = {
    "volatility": lambda s: moments.volatility(s.returns, 252.0).value,
    "sharpe": lambda s: moments.ratio(s.returns - s.rate, 252.0).value,
    "sortino": lambda s: moments.sortino(s.returns - s.rate, 252.0).value,
    "active_return": lambda s: moments.mean(s.returns - s.base, 252.0).value,
    "active_ratio": lambda s: moments.ratio(s.returns - s.base, 252.0).value,
    "information_ratio": lambda s: moments.ratio(s.returns - s.benchmark, 252.0).value,
    "tracking_error": lambda s: moments.volatility(s.returns - s.benchmark, 252.0).value,
    "beta": lambda s: moments.regression(s.returns - s.rate, s.benchmark - s.rate, 252.0)[0].value,
    "alpha": lambda s: moments.regression(s.returns - s.rate, s.benchmark - s.rate, 252.0)[1].value,
    "total_return": lambda s: float(np.prod(1 + s.returns) - 1),
    "cagr": lambda s: float(np.prod(1 + s.returns) ** (1 / s.years) - 1),
    "max_drawdown": lambda s: moments.drawdown(np.cumprod(1 + s.returns), 1.0)[0],
    "calmar": lambda s: SHOWN["cagr"](s) / -SHOWN["max_drawdown"](s),
}


@pytest.mark.parametrize("metric", get_args(Metric))
def test_every_metric_is_the_one_of_the_tearsheet(metric):
    """The value inside the interval is what is shown, and lies within it."""
    found = interval(metric, SAMPLE)
    assert found.value == pytest.approx(SHOWN[metric](SAMPLE), rel=1e-9)
    assert found.lower < found.value < found.upper


@pytest.mark.parametrize("metric", list(SMOOTH))
def test_gradients_are_derivatives(metric):
    """Against central differences of the metric itself."""
    of, scale = SMOOTH[metric][0], Scale(600, 252.0, 2.4)
    m = of.columns(OWN, BENCHMARK).mean(axis=0)
    for at, gradient in enumerate(of.gradient(m, scale)):
        step = np.zeros_like(m)
        step[at] = 1e-6 * max(abs(m[at]), 1e-3)
        slope = (of.value(m + step, scale) - of.value(m - step, scale)) / (2 * step[at])
        assert gradient == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("method", get_args(Method))
def test_intervals_cover_the_truth(method):
    """Of 200 samples of correlated returns the 90 % interval of the mean holds it in 90 %, give or take 9 points."""
    hits = 0
    for seed in range(200):
        sample = Sample(0.01 * (0.05 + correlated(300, 0.3, seed)), 252.0, 300 / 252.0, base=np.zeros(300))
        found = interval("active_return", sample, Plan(method, 300, 0.9, seed))
        hits += found.lower <= 0.0005 * 252.0 <= found.upper
    assert hits / 200 == pytest.approx(0.9, abs=0.09)


def test_percentile_and_basic_mirror_each_other():
    """Their ends lie as far from the value, on the other side."""
    one, other = (interval("sharpe", SAMPLE, Plan(method)) for method in ("percentile", "basic"))
    assert one.value - one.lower == pytest.approx(other.upper - other.value, rel=1e-9)


def test_bca_by_hand():
    """Without bias and acceleration the interval is the percentile one; the influence of a mean gives its skewness."""
    x = np.linspace(-1.0, 1.0, 2001)
    assert ends.bca(x, 0.95, 0.0, 0.0) == pytest.approx([-0.95, 0.95], abs=1e-9)
    influence = np.array([-1.0, -1.0, 2.0] * 8)
    assert ends.acceleration_of(influence, Blocks(1.0)) == pytest.approx(8 * 6.0 / (6.0 * 48.0**1.5))


@pytest.mark.parametrize("metric", list(PATHS))
def test_drawdowns_take_percentiles_only(metric):
    """And carry a warning."""
    assert "not smooth" in interval(metric, SAMPLE).warning
    with pytest.raises(RunError, match="percentile interval only"):
        interval(metric, SAMPLE, Plan("bca"))


def test_what_is_undefined_has_a_reason():
    """No variation, no Sharpe ratio, no interval; no benchmark, no beta."""
    flat = Sample(np.full(50, 0.001), 252.0, 0.2)
    found = interval("sharpe", flat)
    assert (found.value, found.lower, found.reason) == (None, None, "the metric itself is undefined")
    with pytest.raises(RunError, match="no benchmark"):
        interval("beta", flat)


def test_a_lost_account_has_no_growth():
    """A session of -100 % has no logarithm."""
    returns = np.concatenate([OWN[:50], [-1.0]])
    assert "lost everything" in interval("cagr", Sample(returns, 252.0, 1.0)).reason


def test_the_influence_averages_to_zero():
    """For every metric."""
    for of, _ in SMOOTH.values():
        columns = of.columns(OWN, BENCHMARK)
        influence = functionals.influence(of, columns, columns.mean(axis=0), Scale(600, 252.0, 2.4))
        assert abs(influence.mean()) < 1e-12 * np.abs(influence).max()
