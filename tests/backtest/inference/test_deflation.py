"""Haircuts, adjusted p-values and effective trials against published numbers."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.distributions import normal_ppf
from backtest.evidence.settings import EffectiveTrials
from backtest.inference.deflation import variance_of_trials
from backtest.inference.effective import (
    RULES,
    Rule,
    by_average_correlation,
    by_clusters,
    by_rank,
    clusters,
    correlations,
    worth,
)
from backtest.inference.haircut import _others, _passing, autocorrelation_factor, haircut, hurdle, mixture
from backtest.inference.multiple import adjust

PRINTED = (0.005, 0.009, 0.0128, 0.0135, 0.045, 0.06)


@pytest.mark.parametrize(
    ("method", "adjusted"),
    [
        ("bonferroni", [0.03, 0.054, 0.0768, 0.081, 0.27, 0.36]),
        ("holm", [0.03, 0.045, 0.0512, 0.0512, 0.09, 0.09]),
        ("bh", [0.02025, 0.02025, 0.02025, 0.02025, 0.054, 0.06]),
        ("by", [0.0496125, 0.0496125, 0.0496125, 0.0496125, 0.1323, 0.147]),
    ],
)
def test_the_example_of_harvey_and_liu(method, adjusted):
    """Six p-values adjusted as by R's p.adjust."""
    assert adjust(PRINTED, method).tolist() == pytest.approx(adjusted, rel=1e-12)


@given(st.permutations(range(6)), st.sampled_from(["bonferroni", "holm", "bh", "by"]))
def test_order_and_gaps_change_nothing(order, method):
    """Adjusted values follow their own, and a missing one is not counted."""
    shuffled = np.array(PRINTED)[list(order)]
    with_gap = adjust([*shuffled, np.nan], method)
    assert with_gap[:-1].tolist() == adjust(PRINTED, method)[list(order)].tolist()
    assert np.isnan(with_gap[-1])
    families = adjust([[*shuffled, np.nan], [np.nan, *PRINTED]], method)
    assert families.tolist() == pytest.approx(
        np.array([with_gap, [np.nan, *adjust(PRINTED, method)]]), nan_ok=True, abs=0.0
    )


def test_no_probability_above_one():
    """A wrong input is refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([1.5], "holm")


@pytest.mark.parametrize(("per_year", "factor"), [(360, 0.905), (52, 0.906), (12, 0.912), (4, 0.928), (1, 1.0)])
def test_the_printed_factors_of_autocorrelation(per_year, factor):
    """A correlation of .1 at every frequency."""
    assert autocorrelation_factor(0.1, per_year) == pytest.approx(factor, abs=5e-4)


def test_the_printed_haircut():
    """A Sharpe ratio of 1 after 120 months and 100 tests; Holm and BHY are medians of simulations, so within .01."""
    found = haircut(1.0, 120, 12.0, 100, seed=1, autocorrelation=0.1)
    exact = found["bonferroni"]
    assert (exact.p, exact.sharpe, exact.fraction) == pytest.approx(
        (0.46512300015943975, 0.23173088626954952, 0.7459774849892387), rel=1e-9
    )
    printed = {"holm": (0.409, 0.262, 0.713), "bhy": (0.169, 0.438, 0.520), "average": (0.348, 0.298, 0.673)}
    for name, numbers in printed.items():
        assert (found[name].p, found[name].sharpe, found[name].fraction) == pytest.approx(numbers, abs=1e-2), name


def test_a_haircut_depends_on_its_seed_alone():
    """The same seed, the same number."""
    one, two = (haircut(0.8, 60, 12.0, 10, seed=3) for _ in range(2))
    assert one == two


def test_the_population_lies_between_the_estimates():
    """At .3, half way between .2 and .4."""
    assert mixture(0.3).tests == round((1377 + 1476) / 2)


def test_the_printed_effective_rank():
    """Three trials, two of which follow the third."""
    assert by_rank(np.array([[10, 1, 7], [1, 10, 8], [7, 8, 10]]) / 10) == pytest.approx(1.84, abs=5e-3)


def test_extremes_of_correlation():
    """Unrelated trials all count; equal ones count as one."""
    unrelated, equal = np.eye(5), np.ones((5, 5))
    assert (by_rank(unrelated), by_average_correlation(unrelated)) == pytest.approx((5.0, 5.0))
    assert (by_rank(equal), by_average_correlation(equal)) == pytest.approx((1.0, 1.0))


def test_planted_clusters_are_found():
    """Three common factors, four trials on each: three clusters, whatever the order."""
    rng = np.random.default_rng(2)
    factors = rng.normal(size=(500, 3))
    owner = rng.permutation(np.repeat([0, 1, 2], 4))
    matrix = correlations(factors[:, owner] + 0.4 * rng.normal(size=(500, 12)))
    labels = clusters(matrix)
    assert by_clusters(matrix) == 3
    assert all((labels[i] == labels[j]) == (owner[i] == owner[j]) for i in range(12) for j in range(12))


def test_a_trial_that_never_traded_correlates_with_nothing():
    """No division by a deviation of zero."""
    rng = np.random.default_rng(2)
    matrix = correlations(np.column_stack([np.zeros(50), rng.normal(size=50)]))
    assert matrix.tolist() == np.eye(2).tolist()


def test_what_all_trials_share_makes_them_no_less_independent():
    """Ten tilts of one market, each with its own noise, are worth ten; equal ones one."""
    rng = np.random.default_rng(3)
    market, noise = rng.normal(0.0, 0.01, (4000, 1)), rng.normal(0.0, 0.001, (4000, 10))
    assert worth(market + noise)[0] == pytest.approx(10.0, abs=0.1)
    assert worth(np.repeat(market, 10, axis=1))[0] == 1.0
    assert worth(np.repeat(market + noise[:, :2], 5, axis=1))[0] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(("rule", "expected"), [("average_correlation", 7.0), ("clusters", 2.0), ("all", 12.0)])
def test_other_rules_of_effective_trials(rule, expected):
    """Two unrelated strategies, six copies of each: r = 5 / 11, so r + (1 - r) 12 = 7; two clusters; twelve in all."""
    returns = np.repeat(np.random.default_rng(4).normal(size=(4000, 2)), 6, axis=1)
    found, convention = worth(returns, rule)
    assert (found, convention) == (pytest.approx(expected, abs=0.2), RULES[rule])


def test_many_trials_are_not_clustered():
    """Four hundred and one count as what they are, and the convention says so."""
    found, convention = worth(np.random.default_rng(5).normal(size=(30, 401)), "clusters")
    assert found == 401.0
    assert "more than 400" in convention


def test_the_config_offers_the_rules_that_there_are():
    """Two lists of names that must agree."""
    assert get_args(EffectiveTrials) == get_args(Rule) == tuple(RULES)


def test_trials_that_hardly_differ_do_not_lower_the_bar():
    """Their variance is at least what chance alone gives worthless trials."""
    assert variance_of_trials([0.05, 0.05001], 101) == 0.01
    assert variance_of_trials([-0.3, 0.3], 101) == pytest.approx(0.18)
    assert variance_of_trials([0.1], 101) == 0.01


def test_the_printed_hurdle():
    """300 tests, 240 months, 10 % volatility, percent a month: exact, and BHY's simulated .620 within .01."""
    found = {name: 100.0 * value for name, value in hurdle(0.1, 240, 12.0, 300, seed=1).items()}
    assert (found["single"], found["bonferroni"]) == pytest.approx((0.3652177252402424, 0.701533466971392), rel=1e-12)
    assert found["bhy"] == pytest.approx(0.620, abs=1e-2)
    # Theirs, .687, is the t of the first other test that fails; the bound lies above it, and below Bonferroni's.
    assert 0.687 < found["holm"] < found["bonferroni"]


def first_failure(others, level=0.05):
    """Give the smallest p-value that Holm rejects as too large, as the authors' program does."""
    return others[np.flatnonzero(others > level / (len(others) + 1.0 - np.arange(1, len(others) + 1)))[0]]


def test_the_printed_hurdle_of_holm_is_that_of_a_test_that_fails():
    """.687 is the t of the first of 300 tests that fails; one more as good fails too, one at our bound passes."""
    rng, scale = np.random.default_rng(1), 10.0 / math.sqrt(12.0 * 240.0)
    drawn = [_others(300, mixture(0.4), rng) for _ in range(2_000)]
    printed = scale * np.median(normal_ppf(1.0 - np.array([first_failure(others) for others in drawn]) / 2.0))
    assert printed == pytest.approx(0.687, abs=1e-3)
    ours = 100.0 * hurdle(0.1, 240, 12.0, 300, seed=1)["holm"]
    assert ours == pytest.approx(0.697, abs=1e-3)
    for others in drawn[:100]:
        alike, bound = first_failure(others[:299]), _passing(others[:299], 0.05)[0]
        assert adjust([alike, *others[:299]], "holm")[0] > 0.05
        assert adjust([bound, *others[:299]], "holm")[0] <= 0.05 * (1.0 + 1e-12)


def test_a_single_test_is_cut_by_nothing():
    """Whatever the method."""
    assert {round(one.fraction, 12) for one in haircut(1.0, 120, 12.0, 1, seed=1).values()} == {0.0}
    assert set(hurdle(0.1, 240, 12.0, 1, seed=1).values()) == {hurdle(0.1, 240, 12.0, 1, seed=1)["single"]}


def test_hopeless_tests_leave_nothing():
    """An adjusted p of 1 is a Sharpe ratio of 0, not of rounding."""
    assert haircut(0.1, 120, 12.0, 100, seed=1)["bonferroni"].sharpe == 0.0
