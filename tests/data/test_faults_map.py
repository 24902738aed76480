"""Every fault of data, files, events, network and storage has its test; one without a test fails here."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PRICES, EVENTS, EDGAR = "data/prices/test_", "data/events/test_", "data/events/edgar/test_"
STOPS = PRICES + "contract.py::test_what_cannot_be_stops_with_file_row_column_value_and_remedy"
DOUBTS = PRICES + "contract.py::test_what_is_doubtful_is_listed_with_file_row_column_value_and_remedy"
MALFORMED = PRICES + "malformed.py::test_a_malformed_file_is_refused_with_its_row"
NO_DAY = PRICES + "typed.py::test_text_that_is_no_clear_day_is_refused"
SET_ASIDE = EVENTS + "quarantine.py::test_a_faulty_row_is_set_aside_and_the_others_stay"
BY_HAND = "data/test_timing.py::test_an_event_trades_in_the_session_found_by_hand"
FETCH = "data/prices/yahoo/test_fetch.py::test_"
CREW = "data/prices/yahoo/test_crew.py::test_"
STORE = "data/store/test_faults.py::test_"

# Number of the fault: what it is, and its tests.
FAULTS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("negative price", (STOPS,)),
    2: ("zero price", (STOPS, DOUBTS)),
    3: ("empty close", (DOUBTS, PRICES + "files.py::test_an_empty_close_is_a_gap_and_stays")),
    4: ("infinite price", (STOPS,)),
    5: ("high below low, close outside", (DOUBTS,)),
    6: ("negative or unknown volume", (STOPS, DOUBTS)),
    7: ("price that stands still", (DOUBTS,)),
    8: ("repeated session", (STOPS, DOUBTS)),
    9: ("unsorted rows", (DOUBTS,)),
    10: (
        "missing sessions",
        (DOUBTS, STOPS, PRICES + "gaps.py::test_missing_rows_and_empty_closes_are_one_gap"),
    ),
    11: ("rows on holidays", (STOPS,)),
    12: ("jump without a split", (DOUBTS,)),
    13: ("switch of units", (STOPS,)),
    14: ("impossible split", (STOPS,)),
    15: ("imaginary split", (STOPS, FETCH + "prices_come_as_sent_with_dividends_and_without_splits")),
    16: ("split applied twice or not at all", (STOPS,)),
    17: ("adjusted and raw prices mixed", (PRICES + "files.py::test_settings_that_contradict_themselves_are_refused",)),
    18: (
        "dividends beside prices that have them",
        (PRICES + "files.py::test_actions_that_are_in_the_prices_already_are_left_out_in_the_open",),
    ),
    19: ("impossible dividend", (STOPS, DOUBTS, FETCH + "a_dividend_in_another_currency_is_refused")),
    20: (
        "ex-date without a session",
        (PRICES + "arrivals.py::test_a_dividend_and_a_split_of_a_holiday_move_to_the_next_session",),
    ),
    21: ("single precision", (PRICES + "files.py::test_single_precision_is_widened_in_the_open",)),
    22: ("numbers as people write them", (STOPS,)),
    23: ("session that is still open", (FETCH + "the_session_that_is_still_open_is_left_out_and_said",)),
    24: ("series of one row", (STOPS,)),
    25: ("empty answer", (FETCH + "a_bad_answer_is_asked_again_and_then_named",)),
    26: ("missing file", (PRICES + "files.py::test_a_missing_file_names_its_neighbours",)),
    27: ("folder without files", ("data/test_tables.py::test_other_kinds_of_file_and_empty_folders_are_refused",)),
    28: ("empty file", (MALFORMED,)),
    29: ("not UTF-8", (MALFORMED,)),
    30: (
        "byte order mark, CRLF",
        (PRICES + "malformed.py::test_byte_order_mark_crlf_and_blank_lines_are_accepted_and_rows_still_count",),
    ),
    31: ("NUL bytes", (MALFORMED,)),
    32: ("wrong delimiter", (MALFORMED,)),
    33: ("ragged rows", (PRICES + "malformed.py::test_all_ragged_rows_are_listed_at_once",)),
    34: ("repeated column", (MALFORMED,)),
    35: ("missing column", (PRICES + "files.py::test_a_missing_column_names_those_found_and_the_mapping",)),
    36: ("open quote", (MALFORMED,)),
    37: ("blank lines", (EVENTS + "files.py::test_bom_crlf_and_blank_lines_are_accepted",)),
    38: ("ambiguous dates", (NO_DAY, PRICES + "typed.py::test_a_declared_format_settles_which_is_the_month")),
    39: ("impossible date", (NO_DAY,)),
    40: ("spreadsheet serials", (NO_DAY,)),
    41: ("epochs", (NO_DAY, PRICES + "typed.py::test_integers_are_days_only_under_a_declared_format")),
    42: ("names like NA and 0700", (PRICES + "malformed.py::test_every_name_stays_the_text_that_was_written",)),
    43: (
        "spaces around names",
        (PRICES + "files.py::test_only_the_asked_assets_are_loaded_and_names_stay_text",),
    ),
    44: ("torn parquet", (PRICES + "files.py::test_what_is_no_parquet_file_is_named_with_its_size",)),
    45: ("flipped bit", (STORE + "1000_of_1000_flipped_bits_are_found",)),
    46: ("parquet bomb", ("data/test_tables.py::test_a_parquet_bomb_is_refused_by_its_footer",)),
    47: ("gzip bomb", (EDGAR + "client.py::test_a_bomb_is_not_unpacked",)),
    50: ("columns that drift", (PRICES + "files.py::test_files_of_a_folder_must_share_their_columns",)),
    51: (
        "instant without a zone",
        (EVENTS + "quarantine.py::test_without_a_declared_zone_an_instant_needs_an_offset",),
    ),
    52: ("hour that does not exist", (SET_ASIDE,)),
    53: ("hour that comes twice", (SET_ASIDE, "data/test_timing.py::test_an_offset_settles_an_ambiguous_hour")),
    54: (
        "several zones",
        ("data/test_timing.py::test_the_zone_in_which_an_instant_is_written_does_not_matter",),
    ),
    55: ("date alone", ("data/test_timing.py::test_a_stated_time_gives_its_latest_instant_and_grade",)),
    56: ("after the close", (BY_HAND,)),
    57: ("before the open", (BY_HAND,)),
    58: ("during the session", (BY_HAND,)),
    59: ("at the close", (BY_HAND,)),
    60: ("half day", (BY_HAND,)),
    61: ("closed exchange", (BY_HAND,)),
    62: ("outside the calendar", (SET_ASIDE, "data/test_timing.py::test_outside_the_calendar_there_is_no_session")),
    63: (
        "false Z of the SEC",
        (
            EDGAR + "real_edgar.py::test_aapls_stamps_are_new_yorks_and_msfts_are_utc",
            EVENTS + "doubts.py::test_a_filing_at_a_doubtful_clock_is_remarked_upon",
        ),
    ),
    65: ("event twice", (EVENTS + "repeats.py::test_a_row_that_stands_twice_counts_once",)),
    66: ("same fact, other id", (EVENTS + "repeats.py::test_the_same_fact_under_another_id_is_kept_once",)),
    67: (
        "revision",
        (
            EVENTS + "ledger.py::test_a_restatement_is_a_vintage_and_no_second_event",
            EVENTS + "ledger.py::test_a_value_that_comes_back_is_known_again",
        ),
    ),
    68: (
        "known before announced, or in the future",
        (SET_ASIDE, "backtest/cli/test_events.py::test_what_nobody_can_know_yet_is_an_error"),
    ),
    69: ("unknown asset", (PRICES + "files.py::test_an_absent_asset_is_named_with_the_nearest",)),
    70: (
        "renamed and re-used names",
        (
            "data/test_aliases.py::test_a_renaming_in_the_middle_changes_nothing",
            "data/test_aliases.py::test_a_reused_name_is_two_assets",
            "data/test_aliases.py::test_announcers_are_read_by_the_day_of_their_announcement",
        ),
    ),
    71: (
        "no price that session",
        (
            "backtest/kernels/test_walk.py::test_an_order_without_a_price_waits_and_is_sized_when_it_can_trade",
            "backtest/test_events_without_a_price.py::test_an_event_expires_when_no_price_comes_while_it_lasts",
            "backtest/test_events_without_a_price.py::test_a_price_that_comes_in_time_is_traded_at",
        ),
    ),
    72: ("number that is none", (SET_ASIDE,)),
    73: ("hostile titles", (EVENTS + "files.py::test_titles_are_stored_as_they_are",)),
    74: (
        "broken JSON",
        (
            "data/test_json_tables.py::test_a_malformed_json_is_refused_with_its_place",
            EVENTS + "json_events.py::test_every_bad_line_of_an_event_file_is_set_aside_and_the_others_stay",
        ),
    ),
    75: ("zero for missing", ("data/events/kinds/test_kinds.py::test_what_contradicts_its_kind_is_set_aside",)),
    90: (
        "too many requests",
        (
            FETCH + "too_many_requests_are_waited_out",
            FETCH + "after_a_lasting_refusal_the_rest_is_not_tried",
            EDGAR + "client.py::test_429_waits_as_long_as_it_is_told",
        ),
    ),
    91: ("empty frame", (FETCH + "a_bad_answer_is_asked_again_and_then_named",)),
    92: ("possibly delisted", (FETCH + "an_unknown_asset_is_not_called_delisted_and_not_asked_for_again",)),
    93: ("partial batch", (FETCH + "a_part_of_the_assets_is_kept_and_the_rest_is_named",)),
    94: (
        "page with status 200",
        (
            EDGAR + "client.py::test_an_unsound_answer_is_asked_for_again",
            FETCH + "a_bad_answer_that_mends_itself_is_no_problem",
        ),
    ),
    95: (
        "silence and no connection",
        (EDGAR + "client.py::test_silence_ends_the_attempt", FETCH + "without_a_connection_the_rest_is_not_tried"),
    ),
    96: ("changed history", (FETCH + "a_changed_history_is_a_new_vintage_and_loads_use_the_newest",)),
    97: (
        "another asset's answer",
        (
            FETCH + "an_answer_about_another_asset_is_refused",
            CREW + "assets_are_asked_for_in_processes_of_their_own",
            CREW + "bad_answers_of_every_kind_are_named_and_the_others_stay",
        ),
    ),
    98: ("locked cache of time zones", (FETCH + "nothing_is_printed_whatever_happens",)),
    99: ("adjusted by default", (FETCH + "prices_come_as_sent_with_dividends_and_without_splits",)),
    100: (
        "SEC's fair access",
        (
            EDGAR + "client.py::test_without_a_contact_nothing_starts",
            EDGAR + "client.py::test_403_is_explained_and_not_repeated",
            EDGAR + "client.py::test_the_bucket_serves_all_processes",
        ),
    ),
    101: (
        "wrong clock",
        (
            EDGAR + "cache.py::test_a_wrong_clock_is_told_once",
            FETCH + "a_wrong_clock_is_told_once_and_yahoos_is_used",
        ),
    ),
    102: ("full disk", (STORE + "a_full_disk_is_said_and_everything_stored_before_stays",)),
    103: ("read-only folder", (STORE + "a_store_that_cannot_be_written_can_still_be_read",)),
    104: ("kill during a write", (STORE + "a_killed_writer_loses_nothing_that_it_acknowledged",)),
    106: ("two writers", (STORE + "two_writers_and_a_reader_do_not_disturb_each_other",)),
    107: ("run name that is taken", ("backtest/test_store.py::test_a_run_is_never_overwritten",)),
    108: (
        "rename across devices",
        ("data/store/test_store.py::test_the_check_verifies_every_object_and_lists_what_nobody_names",),
    ),
}
# Faults that cannot occur here, and why.
OUT = {
    48: "a config names files of its own user and serves nobody else: a link leads where that user may read",
    49: "every file is read once, whole; what is parsed and hashed are those bytes",
    64: "no earnings dates are read from Yahoo",
    105: "a sweep's journal has its own tests",
}


@pytest.mark.parametrize("number", [*range(1, 76), *range(90, 109)])
def test_every_fault_has_a_test_or_a_reason(number: int) -> None:
    """The list of faults has no hole."""
    assert (number in FAULTS) != (number in OUT)


@pytest.mark.parametrize("number", sorted(FAULTS))
def test_the_tests_of_a_fault_exist(root: Path, number: int) -> None:
    """A test that is renamed or removed fails here."""
    for test in FAULTS[number][1]:
        file, _, name = test.partition("::")
        tree = ast.parse((root / "tests" / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test


@pytest.mark.parametrize(("name", "table"), [(STOPS, "ERRORS"), (DOUBTS, "DOUBTS")])
def test_the_contract_of_price_rows_has_a_case_of_each(root: Path, name: str, table: str) -> None:
    """Each number that the map sends to the contract stands first in one of its cases."""
    tree = ast.parse((root / "tests" / name.partition("::")[0]).read_text(encoding="utf-8"))
    (cases,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == table
    )
    assert isinstance(cases, ast.List)
    numbers = {case.elts[0].value for case in cases.elts if isinstance(case, ast.Tuple)}
    assert numbers == {number for number, (_, tests) in FAULTS.items() if name in tests}
