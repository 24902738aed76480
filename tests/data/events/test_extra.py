"""Columns of one's own: declared, typed, read by signals; what cannot be read is named with its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from data.errors import InputError
from data.events.settings import EventFiles

if TYPE_CHECKING:
    from tests.data.events.conftest import Loader

CSV = """event_id,kind,announced_at,asset,materiality,region,unused
a,pledge,2026-02-04,AMZN,0.5,APEC,x
b,pledge,2026-02-05,MSFT,,India,y
c,pledge,2026-02-06,GOOGL,much,,z
"""
EXTRA = {"materiality": "number", "region": "text"}


def test_declared_columns_come_along_typed(events_of: Loader) -> None:
    """A number is a number, what is empty is null, and what is not declared stays outside."""
    found = events_of(CSV, extra=EXTRA)

    assert found.frame["materiality"].to_list() == [0.5, None]
    assert found.frame["region"].to_list() == ["APEC", "India"]
    assert "unused" not in found.frame.columns
    assert "materiality" in found.ledger.frame.columns


def test_a_text_in_a_column_of_numbers_sets_its_row_aside(events_of: Loader) -> None:
    """With file, row, column and value."""
    (row,) = events_of(CSV, extra=EXTRA).rejected.rows(named=True)

    assert (row["where"], row["event_id"], row["reason"]) == ("events.csv row 4", "c", "bad number")
    assert "materiality = 'much' is no finite number" in row["detail"]


def test_a_declared_column_that_is_not_there_is_an_error_with_the_nearest_name(events_of: Loader) -> None:
    """It is never read as empty."""
    with pytest.raises(InputError) as caught:
        events_of(CSV, extra={"materialty": "number"})

    (finding,) = caught.value.findings
    assert "did you mean 'materiality'?" in finding.hint


@pytest.mark.parametrize("name", ["value", "over_prior", "clip", "and", "prior_low", "two words"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    """By a field, by what follows of the fields, or by an expression."""
    with pytest.raises(ValidationError):
        EventFiles.model_validate({"path": "e.csv", "extra": {name: "number"}})


def test_rows_that_differ_in_an_own_column_are_no_duplicates(events_of: Loader) -> None:
    """The second is a second content under one id, whatever the order of the rows."""
    head, row = "event_id,kind,announced_at,asset,materiality\n", "a,pledge,2026-02-04,AMZN,{}\n"
    found = [events_of(head + row.format(x) + row.format(y), extra={"materiality": "number"}) for x, y in ("12", "21")]

    assert [one.rejected["reason"].to_list() for one in found] == [["event_id used twice"]] * 2
    assert [one.frame["materiality"].to_list() for one in found] == [[1.0]] * 2


def test_the_hash_depends_on_them(events_of: Loader) -> None:
    """Another materiality is another input."""
    hashes = {events_of(CSV.replace("0.5", text), extra=EXTRA).content_hash for text in ("0.5", "0.6")}

    assert len(hashes) == 2
