"""The map of peers' bugs: which of our tests stands against which; one that is listed and not here fails."""

from __future__ import annotations

import ast
import re

import pytest

# Peer, numbers of its threads (D and S: findings of a review), and the test of ours.
BUGS = """
vectorbt           187 S16                 test_negative_equity_does_not_trade_on
vectorbt           440 737 D13             test_a_short_is_bounded_by_equity
vectorbt           82 D04                  test_a_short_is_covered_without_cash
vectorbt           713 D08                 test_every_order_is_sized_on_the_same_equity
vectorbt           697 131                 test_a_target_reverses_a_position_in_one_order
vectorbt           81 83                   test_an_asset_that_ends_keeps_its_last_mark
vectorbt           498 754                 test_arrays_that_do_not_fit_are_named
vectorbt           58                      test_many_odd_buys_and_one_sale_leave_no_dust
vectorbt           533 D02                 test_lots_are_counted_in_decimals
vectorbt           229                     test_a_target_in_the_first_session_trades_in_it
vectorbt           31 32                   test_target_weights_of_zero_close
vectorbt           798                     test_the_differences_from_vectorbt_are_what_happens
vectorbt           681 664                 test_every_row_of_a_summary_is_its_scenario_alone
vectorbt           836 837 D05             test_the_exposure_of_a_short_follows_its_price
vectorbt           858 860                 test_nothing_is_read_before_it_is_written
vectorbt           726 859                 test_holding_the_benchmark_is_the_benchmark
vectorbt           714                     test_the_deviation_does_not_depend_on_the_price_level
vectorbt           S18                     test_a_sale_worth_less_than_its_fee_still_closes
vectorbt           D01                     test_half_a_share_of_a_billion_is_neither_lost_nor_made
vectorbt           D03                     test_a_fill_of_nothing_costs_nothing
vectorbt           D07                     test_running_on_cut_data_gives_the_same_past
vectorbt           D09                     test_no_fill_is_at_or_before_the_instant_of_its_event
vectorbt           D11                     test_a_benchmark_with_gaps_is_refused
bt                 82 571                  test_an_unchanged_target_does_not_creep
bt                 131                     test_cash_is_never_below_zero_without_leverage
bt                 215                     test_a_commission_above_all_cash_ends_without_an_order
bt                 247                     test_all_capital_moves_to_another_asset_with_a_commission_on_both_sides
bt                 87                      test_a_short_is_the_mirror_of_a_long
bt                 570                     test_the_journal_replayed_in_decimal_gives_the_same_books
zipline            332 333 207 1799        test_reverse_splits_and_shorts
zipline            1037                    test_fractions_of_concurrent_splits_are_all_paid
zipline            1988                    test_an_order_that_waits_through_a_split_is_sized_after_it
zipline            2074                    test_a_fill_over_a_gap_takes_no_later_price
zipline            1832                    test_returns_multiply_to_the_total_return
LEAN               5765                    test_a_seven_for_one_split_leaves_whole_shares
LEAN               2541                    test_splits_are_always_applied_and_dividends_on_the_ex_date
LEAN               5325                    test_profit_of_a_trade_knows_splits
LEAN               7894 7985 2655          test_splits_change_prices_and_shares_together
LEAN               9518                    test_crossing_the_cut_off_costs_exactly_one_session
LEAN               9782                    test_cash_in_lieu_is_paid_in_the_accounts_currency
backtesting.py     113 149 839             test_commission_is_charged_once
backtesting.py     277                     test_no_fill_is_at_or_before_the_instant_of_its_event
backtesting.py     521                     test_no_fill_is_at_a_price_of_another_session
backtesting.py     904                     test_the_risk_free_rate_has_the_unit_of_the_returns
backtesting.py     958                     test_a_negative_commission_is_refused
backtesting.py     1277 1279 1289          test_profits_of_trades_have_the_sign_of_the_return
backtesting.py     1346                    test_growth_a_year_counts_days_by_days_and_no_session_twice
nautilus           2632                    test_the_journal_replayed_in_decimal_gives_the_same_books
nautilus           3356                    test_the_journal_replayed_in_decimal_gives_the_same_books
nautilus           3710 4211 4294 4344     test_the_gains_of_assets_are_the_change_of_equity
qlib               396                     test_splits_change_prices_and_shares_together
backtrader         33                      test_the_journal_replayed_in_decimal_gives_the_same_books
ziplime            21                      test_the_journal_replayed_in_decimal_gives_the_same_books
ai-hedge-fund      250                     test_the_journal_replayed_in_decimal_gives_the_same_books
ai-hedge-fund      418                     test_no_fill_lifts_gross_exposure_above_its_limit
quantopian-algos   6                       test_cash_never_falls_below_zero_without_leverage
beancount          364                     test_realised_and_unrealised_are_the_whole_profit
cvxstatarb         43                      test_a_short_is_the_mirror_of_a_long
cvxportfolio       107                     test_proceeds_of_a_short_are_cash_and_earn_its_rate
wealthfolio        1284                    test_longs_receive_what_shorts_pay
Vibe-Trading       1274                    test_the_order_of_assets_does_not_matter
FinRL              1434                    test_a_benchmark_earns_its_dividends
gs-quant           362                     test_poisoning_the_future_leaves_the_past
Nemo_IB            25                      test_crossing_the_cut_off_costs_exactly_one_session
auto-researchtrading 4                     test_no_fill_is_at_or_before_the_instant_of_its_event
"""

# Listed, and not about the books of a simulator: stops (out of scope), units of vendors' prices, metrics of peers; qlib
# 1686: the mean over all stocks reported as the return of the long side, which no metric of ours has.
ELSEWHERE = {
    "vectorbt": "383 651 652 669",
    "quantstats": "1 189 226 245 457 541",
    "yfinance": "280 1273 2666 2866",
    "freqtrade": "5388",
    "ta": "164",
    "LEAN": "8261",
    "yahooquery": "282",
    "ML4T": "557",
    "Finance-Guru": "95",
    "ffn": "304 318",
    "qlib": "1686",
}
# Listed by number alone, and found neither by number nor by any subject tried: no test claims it.
UNREAD = {"vectorbt": "810"}
LISTED = re.compile(r"([A-Za-z][\w.\-]*)?(?: PR)? ?#(\d+)|\b([DS]\d\d)\b")


def stood_against():
    """Give (peer, number) to the name of our test."""
    rows = (line.split() for line in BUGS.strip().splitlines())
    return {(row[0], number): row[-1] for row in rows for number in row[1:-1]}


def listed(text, peer=""):
    """Give every (peer, number) of a text in which a peer's name stands before its numbers; findings are vectorbt's."""
    peers, found = {peer for peer, _ in stood_against()} | set(ELSEWHERE) | set(UNREAD), set()
    for match in LISTED.finditer(text):
        peer = "vectorbt" if match[3] else match[1] if match[1] in peers else peer
        found.add((peer, match[2] or match[3]))
    return found


@pytest.fixture(scope="module")
def names(root):
    """Give the names of all test functions of the project."""
    trees = (ast.parse(path.read_text()) for path in sorted((root / "tests").rglob("test_*.py")))
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("bug", "test"), stood_against().items(), ids=" ".join)
def test_every_bug_has_its_test(bug, test, names):
    """The named test exists."""
    assert test in names


@pytest.mark.shared
def test_no_listed_bug_is_forgotten(shared):
    """Every number of the design's lists of peers and of its laws 1 to 49 is stood against, elsewhere, or unread."""
    engine, trust = ((shared.parent / "design" / name).read_text() for name in ("ENGINE.md", "TRUST.md"))
    vectorbt = engine[engine.index("**vectorbt**") : engine.index("**quantstats**")]
    others = engine[engine.index("Others: ") : engine.index("**Metric oracles**")].replace("ffn Aug-2026", "ffn")
    laws = trust[trust.index("1. *Equity identity*") : trust.index("50. *Metric definitions*")]
    apart = {(peer, number) for group in (ELSEWHERE, UNREAD) for peer in group for number in group[peer].split()}

    asked = listed(vectorbt, "vectorbt") | listed(others) | listed(laws)
    assert asked - set(stood_against()) - apart == set()
