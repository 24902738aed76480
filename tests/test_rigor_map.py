"""The map of reference numbers: every published number that inference rests on, and the test that holds it."""

from __future__ import annotations

import ast

import pytest

# What is referred to, the test that holds it, and numbers that must stand in its source or in its module's data.
NUMBERS = (
    ("arch 8.0.0: unstudentised p of SPA", "test_spa_without_studentising_is_arch", "20, 21, 21"),
    ("White's reality check: .042", "test_the_reality_check_of_arch", "21, 500"),
    ("SPA studentised: T, 0 of 500", "test_spa_is_really_studentised", "3.1726354034797657, 1 / 501"),
    ("StepM: the one strategy", "test_step_m_finds_the_one", "10"),
    ("mlfinlab 295: train [0, 1, 2]", "test_a_label_that_ends_in_the_test_is_purged", "0, 1, 2, 12"),
    ("PSR 2012, normal and not", "test_the_published_form_of_2012", "0.458, 24, -2.448, 10.164"),
    ("PSR 2012, two funds", "test_the_published_form_of_2012", "0.7079, 0.8183, 0.10276, 0.15500"),
    ("PSR of 50 returns", "test_the_published_vector", "psr_bench_0p05, minTRL_bench0p05_prob0p90"),
    ("PSR, biased and unbiased moments", "test_the_divisor_of_the_moments_shows", "0.928943, 0.927964"),
    ("PSR 2025", "test_the_published_form_of_2025", "0.329, 0.987, 0.939, 13.029"),
    ("Posterior 2025", "test_the_posterior_of_2025", "0.315, 0.581, 0.306"),
    ("PSR 2025 with autocorrelation", "test_the_example_with_autocorrelation", "7.909, 11.863, 0.758, 0.676"),
    ("MinTRL table", "test_the_table_of_track_records", "minTRL_table"),
    ("E[max]", "test_the_expected_maximum", "1.57459, 2.23564, 2.53060, 3.25512"),
    ("DSR 2014", "test_the_published_deflated_sharpe", "0.90039, 0.95050, 0.95049"),
    ("DSR 2014: SR0, 252 sessions", "test_the_threshold_and_the_year_of_the_published_case", "0.113172, 0.8997"),
    ("DSR 2025", "test_the_parts_of_the_deflated_ratio_of_2025", "0.498, 0.2, 0.451"),
    ("DSR 2025 of ten trials", "test_the_example_with_autocorrelation", "0.416, 0.427"),
    ("MinBTL", "test_the_backtest_length", "4.998087004443404, 7.61"),
    ("Effective rank", "test_the_printed_effective_rank", "1.84"),
    ("Autocorrelation factors", "test_the_printed_factors_of_autocorrelation", "0.905, 0.906, 0.912, 0.928"),
    ("Haircut: Bonferroni", "test_the_printed_haircut", "0.46512, 0.23173, 0.74597"),
    ("Haircut: Holm, BHY, average", "test_the_printed_haircut", "0.409, 0.262, 0.713, 0.169, 0.438, 0.52, 0.348"),
    ("Profit hurdle", "test_the_printed_hurdle", "0.3652177, 0.7015334, 0.62"),
    ("Profit hurdle: Holm", "test_the_printed_hurdle_of_holm_is_that_of_a_test_that_fails", "0.687"),
    ("p.adjust: Bonferroni, Holm", "test_the_example_of_harvey_and_liu", "0.0768, 0.0512"),
    ("p.adjust: BH, BY", "test_the_example_of_harvey_and_liu", "0.02025, 0.0496125, 0.1323, 0.147"),
    ("Ledoit and Wolf 2008: size", "test_a_sharpe_difference_has_its_size", "400"),
    ("PBO: five libraries", "test_the_number_on_which_five_libraries_agree", "0.5, 27, 70, 77, 252"),
    ("PBO: loss and slope", "test_the_number_on_which_five_libraries_agree", "0.457143, 0.40873, -0.219893, 0.024858"),
    ("PBO: slope at ten blocks", "test_the_number_on_which_five_libraries_agree", "0.132199"),
    ("PBO: all means equal", "test_what_wins_here_loses_there", "0.95"),
    ("Automatic block length", "test_the_automatic_length_is_that_of_arch", "13.635665, 15.60894"),
    ("Squared returns: longer blocks", "test_volatility_gets_the_length_of_squares", "3"),
    ("Drawdowns: percentile, warned", "test_drawdowns_take_percentiles_only", "not smooth"),
    ("CPCV of skfolio", "test_row_splits_equal_those_of_skfolio", "12, 3, 60, 6"),
    ("CPCV paths", "test_paths_recombine_as_in_skfolio", "6, 2"),
    ("CPCV of purgedcv", "test_label_splits_equal_those_of_purgedcv", "1_5_2_9"),
    ("Walk-forward of skfolio", "test_walk_forward_equals_that_of_skfolio", "60, 20, 10"),
    ("Against libraries on random inputs", "test_the_versions_are_named", "8.0.0, 0.15.0, 1.12.2, 0.7.1, 1.4.1"),
)
# Numbers that were printed without their inputs: two other libraries' own, on data that nobody stored.
WITHOUT_INPUTS = ("arch: .291/.378/.378 in a heteroskedastic case", "phacker: .6944 on one matrix of 2,500 sessions")


@pytest.fixture(scope="module")
def sources(root):
    """Give the source of every test of inference: name to text, decorators and what it names in its module included."""
    found = {}
    for path in sorted((root / "tests" / "backtest" / "inference").glob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: ast.unparse(node)
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                text = ast.unparse(node)
                named = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
                found[node.name] = "\n".join([text, *(constants[name] for name in named & constants.keys())])
    return found


@pytest.mark.parametrize(("what", "test", "numbers"), NUMBERS, ids=[one[0] for one in NUMBERS])
def test_every_reference_number_is_asserted(sources, what, test, numbers):
    """The test is there, and holds the numbers."""
    assert test in sources, f"{what}: {test} is gone"
    missing = [number for number in numbers.split(", ") if number not in sources[test]]
    assert not missing, f"{what}: {test} no longer holds {missing}"


def test_the_map_is_complete():
    """Every part of the design's third chapter: defects, Sharpe inference, PBO, comparisons, splits."""
    parts = {"SPA", "StepM", "PSR", "MinTRL", "DSR", "E[max]", "MinBTL", "Effective", "Haircut", "Profit", "p.adjust",
             "Ledoit", "PBO", "block", "CPCV", "Walk-forward", "mlfinlab", "reality check", "Posterior"}  # fmt: skip
    told = " ".join(what for what, _, _ in NUMBERS)
    assert [part for part in sorted(parts) if part not in told] == []
    assert len(WITHOUT_INPUTS) == 2
