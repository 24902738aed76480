"""Labels of periods as sources write them."""

from __future__ import annotations

import pytest

from data.events.periods import read_period


@pytest.mark.parametrize(
    ("text", "label", "quarters"),
    [
        ("FY26Q3", "FY2026Q3", 1),
        ("2018Q3", "CY2018Q3", 1),
        ("CY2026", "CY2026", 4),
        ("FY2026", "FY2026", 4),
        ("FY26", "FY2026", 4),
        ("2026", "CY2026", 4),
        ("2025H2 quarters", "CY2025H2", 2),
        ("FY2026Q2YTD", "FY2026Q2YTD", 2),
        ("FY2026 Q3 YTD", "FY2026Q3YTD", 3),
        ("FY2026 9M", "FY2026Q3YTD", 3),
        ("fy2026q1", "FY2026Q1", 1),
        ("FY2026Q1YTD", "FY2026Q1", 1),
        ("FY2026Q4YTD", "FY2026", 4),
    ],
)
def test_a_label_has_a_normal_form_and_a_length(text: str, label: str, quarters: int) -> None:
    """The basis is the source's; a bare label is the calendar's."""
    found = read_period(text)

    assert found is not None
    assert (found.label, found.quarters) == (label, quarters)
    assert read_period(found.label) == found


@pytest.mark.parametrize("text", ["", None, "2025-2028", "soon", "26", "FY26Q5", "2026H3", "Q3", "FY1026", "20261"])
def test_what_names_no_period_is_none(text: str | None) -> None:
    """A guess would compare what cannot be compared."""
    assert read_period(text) is None


def test_a_half_and_a_year_to_date_of_the_same_months_are_two_periods() -> None:
    """Equal ends and lengths, told apart by their label; the year before has the same shape."""
    half, to_date = read_period("FY2026H1"), read_period("FY2026Q2YTD")

    assert half is not None
    assert to_date is not None
    assert half != to_date
    assert (half.back(4).label, to_date.back(4).label) == ("FY2025H1", "FY2025Q2YTD")
