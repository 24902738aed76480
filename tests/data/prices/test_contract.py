"""The contract of every message about a price row: file and row, column, value, what is wrong, how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from data import calendar
from data.errors import Finding, InputError
from data.prices.examined import examined, quality_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.prices.source import Prices

DAYS = ("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09", "2024-01-10")
ALL = ("open", "high", "low", "close", "volume", "dividend", "split")


def table(*rows: dict[str, Any], header: tuple[str, ...] = ALL) -> str:
    """Give a CSV of one asset; a row says what it differs in from a close of 100 on the next session."""
    lines = [",".join(("session", "asset", *header))]
    for day, row in zip(DAYS, rows, strict=False):
        cells = {"session": day, "asset": "A", "close": 100, **row}
        lines.append(",".join(f'"{cells.get(name, "")}"' for name in ("session", "asset", *header)))
    return "\n".join(lines) + "\n"


OK: dict[str, Any] = {}
# Number in the list of faults, rows, settings, then of the finding: row of the file, column, value, what, remedy.
ERRORS = [
    (1, [OK, {"close": -5}], {}, 3, "close", "-5.0", "is not positive", "raw prices"),
    (2, [OK, {"close": 0}], {}, 3, "close", "0.0", "is not positive", "`halted: true`"),
    (1, [OK, {"close": -5}], {"halted": True}, 3, "close", "-5.0", "is not positive", "raw prices"),
    (4, [OK, {"close": "1e400"}], {}, 3, "close", "1e400", "is not finite", "leave it empty"),
    (4, [OK, {"high": "inf"}], {}, 3, "high", "inf", "is not finite", "leave it empty"),
    (6, [OK, {"volume": -3}], {}, 3, "volume", "-3.0", "is negative", "leave it empty"),
    (8, [OK, {"session": DAYS[0], "close": 101}], {}, 3, "", "2024-01-02 A", "close 101.0 against 100.0", "keep one"),
    (10, [OK, {"session": DAYS[3]}], {"allow_gaps": 1}, 3, "close", "100", "2 sessions before it", "allow_gaps to 2"),
    (11, [OK, {"session": "2024-01-15"}], {}, 3, "session", "2024-01-15", "is no session of XNYS", "remove the row"),
    (11, [OK, {"session": "2024-01-06"}], {}, 3, "session", "2024-01-06", "is no session of XNYS", "`calendar:`"),
    (13, [{"close": 1}, OK, OK], {}, 3, "close", "100 after 1", "switch of units", "one unit"),
    (14, [OK, {"split": 0}], {"adjustment": "raw"}, 3, "split", "0.0", "new shares per old share", "leave it empty"),
    (14, [OK, {"split": -2}], {"adjustment": "raw"}, 3, "split", "-2.0", "new shares per old share", "leave it empty"),
    (14, [OK, {"split": 190}], {"adjustment": "raw"}, 3, "split", "190", "is not in the price", "the split is false"),
    (15, [OK, {"split": 4}], {"adjustment": "raw"}, 3, "split", "4", "is not in the price", "the split is false"),
    (16, [{"close": 50}, {"split": 2}], {}, 3, "split", "2", "was applied twice", "take raw prices"),
    (16, [{"close": 200}, {"split": 2}], {}, 3, "split", "2", "was not applied", "declare adjustment: raw"),
    (19, [OK, {"dividend": -1}], {}, 3, "dividend", "-1.0", "is negative", "leave it empty"),
    (19, [OK, {"dividend": 101}], {}, 3, "dividend", "101", "more than the price before it", "currency and unit"),
    (22, [OK, {"close": "1,234.50"}], {}, 3, "close", "1,234.50", "is not a plain number", "no thousands separators"),
    (22, [OK, {"close": "1.234,50"}], {}, 3, "close", "1.234,50", "is not a plain number", "decimal point"),
    (22, [OK, {"close": "$12"}], {}, 3, "close", "$12", "is not a plain number", "no currency sign"),
    (24, [OK], {}, 2, "", "", "is the only row of its asset", "fetch or export more"),
]
# The same of what does not stop a run.
DOUBTS = [
    (2, [OK, {"close": 0}, OK], {"halted": True}, 3, "", "2024-01-03 A", "0, read as a halt", "as `halted: true` says"),
    (3, [OK, {"close": ""}, OK], {}, 3, "close", "", "is empty on 1 session", "no order is filled"),
    (5, [OK, {"high": 90, "low": 95}, OK], {}, 3, "", "2024-01-03 A", "high is below low", "another source"),
    (5, [OK, {"high": 99, "low": 95}, OK], {}, 3, "", "2024-01-03 A", "close is outside", "another source"),
    (6, [{"volume": 1}, OK], {}, 3, "volume", "", "is unknown or zero on 1 of 2", "caps on it cannot be kept"),
    (7, [OK] * 5, {}, 2, "close", "100", "has stood still for 5 sessions", "halted"),
    (8, [OK, {"session": DAYS[0]}, OK], {}, 3, "", "2024-01-02 A", "counted once", "remove it"),
    (9, [{"session": DAYS[1]}, {"session": DAYS[0]}], {}, 3, "session", "2024-01-02", "later session", "sorted when"),
    (10, [OK, {"session": DAYS[2], "close": 101}], {}, 3, "", "", "1 session before it missing", "fetch it again"),
    (12, [OK, {"close": 145}], {}, 3, "close", "145 after 100", "moved by +45% without a split", "list it"),
    (19, [OK, {"dividend": 30}], {}, 3, "dividend", "30", "more than 25% of the price", "currency and unit"),
]


def _meets(finding: Finding, expected: tuple[Any, ...]) -> bool:
    row, field, value, problem, remedy = expected
    place = finding.where == f"prices.csv row {row}" or finding.where.startswith(f"prices.csv row {row} (")
    return (
        place
        and (finding.field, finding.value) == (field, value)
        and problem in finding.problem
        and remedy in finding.hint
    )


@pytest.mark.parametrize(("item", "rows", "settings", "expected"), [(case[0], *case[1:3], case[3:]) for case in ERRORS])
def test_what_cannot_be_stops_with_file_row_column_value_and_remedy(
    load_text: Callable[..., Prices], item: int, rows: list[dict[str, Any]], settings: dict[str, Any], expected: Any
) -> None:
    """Each impossible row of the list of faults."""
    with pytest.raises(InputError) as caught:
        examined(load_text(table(*rows), **settings), calendar.load())
    assert [finding for finding in caught.value.findings if _meets(finding, expected)], caught.value.findings


@pytest.mark.parametrize(("item", "rows", "settings", "expected"), [(case[0], *case[1:3], case[3:]) for case in DOUBTS])
def test_what_is_doubtful_is_listed_with_file_row_column_value_and_remedy(
    load_text: Callable[..., Prices], item: int, rows: list[dict[str, Any]], settings: dict[str, Any], expected: Any
) -> None:
    """Each doubtful row of the list of faults reaches the quality frame of a run, and the run goes on."""
    frame = quality_frame(examined(load_text(table(*rows), **settings), calendar.load()))

    listed = [Finding(*row) for row in frame.select("where", "field", "value", "problem", "remedy").rows()]
    assert [finding for finding in listed if _meets(finding, expected)], listed
