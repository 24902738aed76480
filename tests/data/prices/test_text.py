"""Malformed files: each is refused with its file, row and remedy, and nothing is padded, renamed or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from data.errors import InputError
from data.prices.text import ROW, read_csv

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = b"session,asset,close\n"
GOOD = b"2024-01-02,NVDA,48.168\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "prices.csv: is empty (0 bytes)"),
        (HEADER + b"2024-01-02,NVDA\n", "row 2: = '2024-01-02,NVDA': has 2 fields, expected 3"),
        (HEADER + GOOD + b"2024-01-03,NVDA,1,2\n", "row 3: = '2024-01-03,NVDA,1,2': has 4 fields, expected 3"),
        (b"session;asset;close\n2024-01-02;NVDA;48\n", "fields are separated by semicolons, expected commas"),
        (b"session,close,close\n", "row 1: close: column name stands 2 times"),
        (HEADER + b"2024-01-02,N\0VDA,1\n", "row 2: holds a NUL byte"),
        (HEADER + GOOD + b"2024-01-02,Caf\xe9,1\n", "row 3: = '\\\\xe9': is not UTF-8 at byte 57"),
        (HEADER + GOOD + b'2024-01-03,"NVDA,1\n' + GOOD, "row 3: = '2024-01-03,\"NVDA,1': a quote that opens here"),
        ("session,asset,close\n".encode("utf-16"), "is encoded in UTF-16, expected UTF-8"),
        (HEADER + b'2024-01-02,"NV"DA,1\n', "row 2"),
    ],
)
def test_a_malformed_file_is_refused_with_its_row(data: bytes, said: str) -> None:
    """Every break of the form names file and row and says what was expected."""
    with pytest.raises(InputError) as caught:
        read_csv(data, "prices.csv")
    finding = caught.value.findings[0]
    assert said in str(finding).replace("::", ":")


def test_all_ragged_rows_are_listed_at_once() -> None:
    """Two rows with too few and too many fields give two findings."""
    with pytest.raises(InputError) as caught:
        read_csv(HEADER + b"a\n" + GOOD + b"a,b,c,d\n", "p.csv")
    assert [finding.where for finding in caught.value.findings] == ["p.csv row 2", "p.csv row 4"]


def test_byte_order_mark_crlf_and_blank_lines_are_accepted_and_rows_still_count() -> None:
    """Windows files read as others do; blank lines are no rows but count as lines."""
    frame = read_csv(b"\xef\xbb\xbfsession,asset\r\n2024-01-02,A\r\n\r\n  \r\n2024-01-03,B\r\n", "p.csv")
    assert frame["session"].to_list() == ["2024-01-02", "2024-01-03"]
    assert frame[ROW].to_list() == [2, 5]


def test_every_value_stays_the_text_that_was_written() -> None:
    """No name becomes a number, a truth value or a null."""
    names = ["NA", "TRUE", "ON", "0700", "1E5", "NULL", "INF", "NAN"]
    frame = read_csv("\n".join(["asset,n", *(f"{name},1" for name in names)]).encode(), "p.csv")
    assert frame["asset"].to_list() == names
    assert frame["asset"].dtype == pl.String


def test_quoted_fields_may_hold_commas_quotes_and_line_ends() -> None:
    """RFC 4180 quoting; the row is the line in which the record starts."""
    frame = read_csv(b'a,b\n"x,""y""\nz",1\nw,2\n', "p.csv")
    assert frame["a"].to_list() == ['x,"y"\nz', "w"]
    assert frame[ROW].to_list() == [2, 4]


def test_header_only_is_refused_as_empty_of_prices(problems: Callable[..., list[str]]) -> None:
    """A file with a header and nothing else holds no prices."""
    assert "holds no prices" in problems(HEADER)[0]
