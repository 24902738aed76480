"""What each kind of event demands, in rows as they occur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.events.settings import BUILT_IN, DeclaredKind

if TYPE_CHECKING:
    from pathlib import Path

    from data.events.source import Events

COLUMNS = (
    "event_id", "kind", "announced_at", "asset", "period", "metric", "value", "low", "high", "unit", "prior",
    "direction",
)  # fmt: skip
ACTUAL = {"kind": "capex_actual", "period": "2026Q2", "metric": "capex_cash", "value": "44924", "unit": "USD_mn"}
GUIDE = {"kind": "capex_guidance", "period": "FY2026", "metric": "guide", "unit": "USD_bn"}
BACKLOG = {"kind": "rpo", "period": "2026Q2", "metric": "rpo_total", "value": "684", "unit": "USD_bn"}
ROUTING = {"kind": "routing_adoption", "metric": "thrift"}


@pytest.fixture
def judged(tmp_path: Path):
    """Give a function that writes rows and loads them."""
    from data.calendar import load as load_calendar
    from data.events.files import load
    from data.events.settings import EventFiles

    def run(*rows: dict[str, str], **settings: object) -> Events:
        filled = [
            {"event_id": f"e{at}", "announced_at": "2026-07-29", "asset": "MSFT"} | row for at, row in enumerate(rows)
        ]
        lines = [",".join(row.get(column, "") for column in COLUMNS) for row in filled]
        path = tmp_path / "events.csv"
        path.write_text("\n".join([",".join(COLUMNS), *lines]))
        return load(EventFiles.model_validate({"path": "events.csv", **settings}), path, load_calendar())

    return run


@pytest.mark.parametrize(
    "row",
    [
        ACTUAL,
        ACTUAL | {"period": "FY2026Q2YTD", "direction": "up"},
        ACTUAL | {"direction": "restated"},
        BACKLOG | {"direction": "comparative"},
        GUIDE | {"low": "175", "high": "185", "direction": "issued"},
        GUIDE | {"low": "130", "high": "145", "prior": "125-145", "direction": "raised_low_end"},
        GUIDE | {"low": "130", "high": "145", "prior": "125-145", "direction": "narrowed"},
        GUIDE | {"low": "30", "high": "37", "prior": "30-35", "direction": "raised_high_end"},
        GUIDE | {"low": "34", "high": "37", "prior": "34-39", "direction": "cut"},
        GUIDE | {"low": "30", "prior": "24.2", "direction": "raised"},
        GUIDE | {"value": "175", "prior": "190", "direction": "redefined", "period": "CY2026"},
        GUIDE | {"unit": "text", "direction": "qualitative_up"},
        BACKLOG,
        ROUTING | {"direction": "adoption"},
        {"kind": "compute_resale", "direction": "resale_plan"},
        {"kind": "other"},
    ],
)
def test_rows_as_they_occur_are_fine(judged, row: dict[str, str]) -> None:
    """No row of the real world is set aside or remarked upon."""
    found = judged(row)

    assert (found.frame.height, found.remarks.rows()) == (1, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ACTUAL | {"value": "-5"}, "not above zero"),
        (ACTUAL | {"value": "0"}, "not above zero"),
        (ACTUAL | {"unit": "pct"}, "wrong unit"),
        (BACKLOG | {"unit": "USD bn"}, "wrong unit"),
        (GUIDE | {"low": "-1", "high": "2", "direction": "issued"}, "not above zero"),
        (GUIDE | {"value": "200", "unit": "text", "direction": "issued"}, "wrong unit"),
    ],
)
def test_what_contradicts_its_kind_is_set_aside(judged, row: dict[str, str], reason: str) -> None:
    """It is counted under a reason, with the value and the remedy."""
    found = judged(row)

    assert found.rejected["reason"].to_list() == [reason]
    assert (found.frame.height, found.remarks.height) == (0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ACTUAL | {"unit": ""}, "no unit"),
        (ACTUAL | {"period": ""}, "no period"),
        (ACTUAL | {"period": "2025-2028"}, "unreadable period"),
        (ACTUAL | {"metric": ""}, "no definition"),
        (ACTUAL | {"value": ""}, "no value"),
        (ACTUAL | {"value": "3602", "unit": "USD_bn"}, "implausible amount"),
        (GUIDE | {"value": "200", "direction": "sideways"}, "unknown direction"),
        (GUIDE | {"direction": "raised"}, "no number"),
        (GUIDE | {"value": "190", "prior": "200", "direction": "raised"}, "direction contradicts numbers"),
        (GUIDE | {"value": "200", "prior": "190", "direction": "cut"}, "direction contradicts numbers"),
        (
            GUIDE | {"low": "60", "high": "72", "prior": "64-72", "direction": "narrowed"},
            "direction contradicts numbers",
        ),
        (GUIDE | {"value": "201", "prior": "200", "direction": "reiterated"}, "direction contradicts numbers"),
        (ROUTING | {"direction": "usage_crub"}, "unknown direction"),
        ({"kind": "capex_gudance"}, "unknown kind"),
    ],
)
def test_what_is_doubtful_stays_with_a_remark(judged, row: dict[str, str], reason: str) -> None:
    """Losing it would be worse; it is reported with its place."""
    found = judged(row)

    assert found.frame.height == 1
    assert found.remarks.select("where", "event_id", "reason").rows() == [("events.csv row 2", "e0", reason)]


def test_a_part_of_the_backlog_is_not_above_the_whole(judged) -> None:
    """Commercial 678 of 684 is fine, 690 of 684 is not; another company's total does not matter."""
    part = BACKLOG | {"metric": "rpo_commercial"}

    found = judged(BACKLOG, part | {"value": "678"}, part | {"value": "690"}, part | {"value": "700", "asset": "ORCL"})

    assert found.remarks.select("event_id", "reason").rows() == [("e2", "part above its whole")]


def test_a_row_set_aside_is_not_remarked_upon_as_well(judged) -> None:
    """One row, one word: its fault."""
    found = judged(ACTUAL | {"value": "-5", "direction": "sideways"})

    assert (found.rejected.height, found.remarks.height) == (1, 0)


def test_a_declared_kind_is_held_to_its_declaration(judged) -> None:
    """A grid delay needs its asset and MW; an unknown direction is a remark; the undeclared kind is as before."""
    grid = {"kind": "grid_delay", "value": "300", "unit": "MW", "direction": "later"}
    kinds = [{"name": "grid_delay", "required": ["value"], "directions": ["later"], "unit": "MW"}]

    found = judged(grid, grid | {"value": ""}, grid | {"unit": "GW"}, grid | {"direction": "soon"}, kinds=kinds)

    assert found.frame["event_id"].to_list() == ["e0", "e3"]
    assert found.rejected["reason"].to_list() == ["no value", "wrong unit"]
    assert found.remarks["reason"].to_list() == ["unknown direction"]


def test_a_built_in_kind_cannot_be_declared() -> None:
    """Its checks would vanish without a word."""
    for name in BUILT_IN:
        with pytest.raises(ValueError, match="built in"):
            DeclaredKind(name=name)


def test_the_built_in_names_are_those_of_the_kinds() -> None:
    """The settings know the names without loading polars; both lists agree."""
    from data.events.kinds.judge import KINDS

    assert sorted(kind.name for kind in KINDS) == list(BUILT_IN)
