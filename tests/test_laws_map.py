"""The map of laws: which property test states which; a law without its test fails here."""

from __future__ import annotations

import ast
import re

import pytest

# Number of the law, and the property tests that state it: all of them, where it takes more than one.
LAWS = {
    1: "test_the_journal_replayed_in_decimal_gives_the_same_books",
    2: "test_cash_changes_by_fills_fees_and_dividends_alone",
    3: "test_the_journal_replayed_in_decimal_gives_the_same_books",
    4: "test_a_rebalance_costs_its_fees_and_nothing_else",
    5: "test_cash_never_falls_below_zero_without_leverage",
    6: "test_no_fill_lifts_gross_exposure_above_its_limit",
    7: "test_nothing_follows_ruin",
    8: "test_constant_prices_make_no_money",
    9: "test_fees_are_the_gap_to_the_same_fills_without_fees",
    10: "test_dearer_trading_never_pays",
    11: "test_without_targets_nothing_at_all_happens",
    12: "test_repeating_a_target_at_an_unchanged_price_trades_nothing "
    "test_a_repeated_target_trades_what_the_costs_took",
    13: "test_a_target_of_zero_leaves_exactly_nothing",
    14: "test_a_cover_is_always_filled",
    15: "test_the_gains_of_assets_are_the_change_of_equity",
    16: "test_realised_and_unrealised_are_the_whole_profit",
    17: "test_the_split_sums_to_the_equity_change",
    18: "test_closed_trades_and_open_marks_are_the_profit",
    19: "test_what_was_recorded_does_not_change",
    20: "test_returns_multiply_to_the_total_return",
    31: "test_prices_times_two_leave_equity_bit_identical test_prices_and_capital_times_any_number_scale_equity",
    32: "test_capital_times_two_scales_equity test_prices_and_capital_times_any_number_scale_equity",
    33: "test_the_order_of_assets_does_not_matter",
    34: "test_the_order_of_simultaneous_events_does_not_matter",
    35: "test_a_short_is_the_mirror_of_a_long",
    36: "test_two_halves_are_the_whole",
    37: "test_an_asset_nobody_holds_changes_nothing",
    38: "test_two_accounts_are_their_sum",
    39: "test_a_session_on_which_nothing_happens_changes_nothing",
    40: "test_raw_prices_with_splits_are_split_adjusted_prices test_whole_shares_over_splits_pay_the_fraction_in_cash",
    41: "test_waiting_orders_split_too",
    42: "test_total_return_prices_are_dividends_reinvested",
    43: "test_longs_receive_what_shorts_pay",
    44: "test_holding_the_benchmark_is_the_benchmark",
    45: "test_an_account_in_another_currency_is_worth_the_same test_the_way_over_a_third_currency_is_the_direct_one "
    "test_the_gain_is_the_assets_the_currencies_and_both_together "
    "test_asset_currency_and_cross_part_make_the_gain_exactly",
    47: "test_many_odd_buys_and_one_sale_leave_no_dust",
    48: "test_lots_are_exact_multiples_and_never_more_than_asked",
    49: "test_magnitudes_do_not_overflow",
}
# Laws of whole runs, of facts, metrics and pages: the test that states each, on cases rather than on drawn examples.
ON_CASES = {
    21: "test_running_on_cut_data_gives_the_same_past",
    22: "test_poisoning_the_future_leaves_the_past",
    23: "test_crossing_the_cut_off_costs_exactly_one_session",
    24: "test_no_fill_is_at_or_before_the_instant_of_its_event",
    25: "test_a_change_after_the_instant_changes_no_answer",
    27: "test_the_order_of_rows_does_not_matter",
    28: "test_the_time_zone_of_the_machine_does_not_matter",
    29: "test_a_wall_clock_time_trades_each_session_once_over_both_clock_changes",
    30: "test_a_sweep_that_was_killed_goes_on",
    46: "test_a_renaming_in_the_middle_changes_nothing",
    50: "test_sharpe_is_its_textbook_line",
    51: "test_constant_returns_have_no_sharpe",
    52: "test_every_cell_is_its_own_run",
    54: "test_the_normal_form_loads_back_equal",
    55: "test_every_text_with_a_number_behind_it_is_that_number_rounded",
}


@pytest.fixture(scope="module")
def functions(root):
    """Give every test function of the project: name to definition."""
    found = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[node.name] = node
    return found


def cited(text):
    """Give the numbers of the laws that a docstring names: (law 7), (laws 15 and 17), (laws 1 to 3)."""
    numbers = set()
    for part in re.findall(r"\(laws? ([^)]*)\)", text):
        named = [int(number) for number in re.findall(r"\d+", part)]
        numbers.update(range(named[0], named[-1] + 1) if " to " in part else named)
    return numbers


@pytest.mark.parametrize(("number", "name"), [(number, name) for number in LAWS for name in LAWS[number].split()])
def test_every_law_is_a_property_test_in_one_sentence(functions, number, name):
    """The test is there, runs on examples drawn at random, and its one sentence names the law."""
    test = functions[name]
    sentence = ast.get_docstring(test) or ""
    decorators = [ast.unparse(each) for each in test.decorator_list]
    assert any(each.startswith("given(") for each in decorators), f"{test.name} draws no examples"
    assert number in cited(sentence)
    assert "\n" not in sentence
    assert not any("max_examples" in each for each in decorators), f"{test.name} has its own number of examples"


def test_the_laws_of_the_simulator_are_all_there():
    """Laws 1 to 20, 31 to 45 and 47 to 49 (those of symbols and metrics stand with their own code)."""
    assert set(LAWS) >= {*range(1, 21), *range(31, 46), 47, 48, 49}


@pytest.mark.parametrize("number", sorted(ON_CASES))
def test_every_other_law_is_a_test_that_names_it(functions, number):
    """The test is there, and its one sentence names the law."""
    sentence = ast.get_docstring(functions[ON_CASES[number]]) or ""
    assert number in cited(sentence)
    assert "\n" not in sentence
