"""The quality pass over loaded files: errors stop with file, row and remedy, doubts are listed and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data import calendar
from data.errors import InputError
from data.prices.examined import QUALITY, examined, no_doubts, quality_frame, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.prices.source import Prices

HEADER = "asset,session,close\n"
WITH_SPLITS = "asset,session,close,split\n"


def rows(*closes: str, asset: str = "A") -> str:
    """Give a row per close, from the second of January on; a close may bring its split with it."""
    days = ("02", "03", "04", "05", "08", "09", "10")
    return "".join(f"{asset},2024-01-{day},{close}\n" for day, close in zip(days, closes, strict=False))


@pytest.mark.parametrize(
    ("closes", "row", "says"),
    [
        (("100", "1.01"), 3, "switch of units"),
        (("100,", "101,", "51,2"), 4, "raw prices: declare adjustment: raw"),
        (("50,", "100,2", "101,"), 3, "applied twice"),
        (("100",), 2, "two or more are needed"),
    ],
)
def test_an_error_names_its_row_as_the_file_has_it(
    load_text: Callable[..., Prices], closes: tuple[str, ...], row: int, says: str
) -> None:
    """What only shows from one row to the next is refused with file, row, asset, value and remedy."""
    prices = load_text((WITH_SPLITS if "," in closes[0] else HEADER) + rows(*closes))

    with pytest.raises(InputError, match="the prices cannot be used") as caught:
        examined(prices, calendar.load())
    (finding,) = caught.value.findings
    assert finding.where.startswith(f"prices.csv row {row} (2024-01-")
    assert says in f"{finding.problem} {finding.hint}"
    assert finding.hint


def test_rows_are_counted_as_the_file_has_them_not_as_they_are_sorted(load_text: Callable[..., Prices]) -> None:
    """B stands before A in the file, and later sessions before earlier ones."""
    text = HEADER + "".join(reversed(rows("10", "15", asset="B").splitlines(keepends=True))) + rows("5", "5.1")

    found = examined(load_text(text), calendar.load()).quality

    assert found.select("where", "kind", "asset", "severity").rows() == [
        ("prices.csv row 2 (2024-01-03 B)", "jump", "B", "warning")
    ]


def test_doubts_are_listed_and_counted(load_text: Callable[..., Prices]) -> None:
    """Two jumps and a gap: a frame with every column filled, and one sentence."""
    prices = examined(load_text(HEADER + rows("1", "2", "4") + "A,2024-01-09,4.1\n"), calendar.load())

    frame = quality_frame(prices)

    assert dict(frame.schema) == QUALITY
    assert frame["kind"].to_list() == ["jump", "jump", "gap"]
    assert frame["remedy"].str.len_chars().min() > 10
    assert sentence(prices) == ("3 doubts in the prices (jump 2, gap 1); quality.parquet lists each row.",)


def test_clean_prices_have_no_sentence(load_text: Callable[..., Prices]) -> None:
    """Nothing found, nothing said."""
    prices = examined(load_text(HEADER + rows("1", "1.1")), calendar.load())

    assert (sentence(prices), quality_frame(prices).equals(no_doubts())) == ((), True)


def test_what_the_loader_noted_stands_in_the_frame_too(load_text: Callable[..., Prices]) -> None:
    """A repeated row counts once and is no secret."""
    text = HEADER + rows("1", "1.1") + "A,2024-01-03,1.1\n"

    frame = quality_frame(examined(load_text(text), calendar.load()))

    assert frame.select("severity", "where").rows() == [("note", "prices.csv row 4")]
