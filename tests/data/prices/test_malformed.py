"""Malformed price files: each is refused with its file, row and remedy, and nothing is padded, renamed or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.prices.source import Prices

HEADER = b"session,asset,close\n"
GOOD = b"2024-01-02,NVDA,48.168\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "prices.csv: is empty"),
        (HEADER, "prices.csv: has a header but no rows"),
        (HEADER + b"2024-01-02,NVDA\n", "row 2: '2024-01-02,NVDA': has 2 fields, the header has 3"),
        (HEADER + GOOD + b"2024-01-03,NVDA,1,2\n", "row 3: '2024-01-03,NVDA,1,2': has 4 fields, the header has 3"),
        (b"session;asset;close\n2024-01-02;NVDA;48\n", "the delimiter seems to be ';', expected ','"),
        (b"session,close,close\n2024-01-02,1,2\n", "row 1: close: the column stands twice or more"),
        (HEADER + b"2024-01-02,N\0VDA,1\n", "line 2: holds a NUL byte"),
        (HEADER + GOOD + b"2024-01-02,Caf\xe9,1\n", "line 3: is not UTF-8: byte 0xe9 at offset 57"),
        (HEADER + GOOD + b'2024-01-03,"NVDA,1\n' + GOOD, "row 3: has a quote that is opened and not closed"),
        ("session,asset,close\n".encode("utf-16"), "UTF-16"),
        (HEADER + b'2024-01-02,"NV"DA,1\n', "row 2"),
    ],
)
def test_a_malformed_file_is_refused_with_its_row(problems: Callable[..., list[str]], data: bytes, said: str) -> None:
    """Every break of the form names file and row and says what was expected."""
    assert said in problems(data)[0]


def test_all_ragged_rows_are_listed_at_once(problems: Callable[..., list[str]]) -> None:
    """Two rows with too few and too many fields give two findings."""
    first, second = problems(HEADER + b"a\n" + GOOD + b"a,b,c,d\n")
    assert first.startswith("prices.csv row 2")
    assert second.startswith("prices.csv row 4")


def test_byte_order_mark_crlf_and_blank_lines_are_accepted_and_rows_still_count(
    load_text: Callable[..., Prices], problems: Callable[..., list[str]]
) -> None:
    """Windows files read as others do; blank lines are no rows but count as lines."""
    text = b"\xef\xbb\xbfsession,asset,close\r\n2024-01-02,A,1\r\n\r\n  \r\n2024-01-03,B,"
    assert load_text(text + b"2\r\n").frame["asset"].to_list() == ["A", "B"]
    assert problems(text + b"x\r\n")[0].startswith("prices.csv row 5: close = 'x'")


def test_every_name_stays_the_text_that_was_written(load_text: Callable[..., Prices]) -> None:
    """No name becomes a number, a truth value or a null."""
    names = ["0700", "1E5", "INF", "NA", "NAN", "NULL", "ON", "TRUE"]
    rows = "".join(f"2024-01-02,{name},1\n" for name in names)
    assert load_text(HEADER + rows.encode()).frame["asset"].to_list() == names


def test_a_quoted_name_may_hold_commas_and_quotes(load_text: Callable[..., Prices]) -> None:
    """RFC 4180 quoting."""
    assert load_text(HEADER + b'2024-01-02,"x,""y""",1\n').frame["asset"].to_list() == ['x,"y"']
