"""The strict text reader: whole-file faults with file, row and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from data.errors import InputError, MissingDataError
from data.prices.table import open_table
from data.tables import MOST_ROWS, read_text_table, table_files

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path, content: bytes) -> InputError:
    """Write a file and give the error of reading it."""
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_text_table(path)
    assert path.name in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("content", "where", "problem"),
    [
        (b"", "t.csv", "is empty"),
        (b" \n\n", "t.csv", "is empty"),
        (b"\xef\xbb\xbf", "t.csv", "is empty"),
        (b"a,b\n", "t.csv", "header but no rows"),
        (b"a,b\n1,2,3\n", "t.csv row 2", "has 3 fields, the header has 2"),
        (b"a,b\n1,2\n\n1\n", "t.csv row 4", "has 1 fields, the header has 2"),
        (b"a,b,c\n1,2,3\n1,2\n", "t.csv row 3", "has 2 fields, the header has 3"),
        (b'a,b\n1,2\n"open,2\n3,4\n', "t.csv row 3", "not closed"),
        (b'a,b\n1,"x"y\n', "t.csv row 2", "after a closing quote"),
        (b"a,b\n1,\x002\n", "t.csv line 2", "NUL byte at offset 6"),
        (b"a,b\n1,\xe9\n", "t.csv line 2", "not UTF-8: byte 0xe9 at offset 6"),
        ("a,b\n1,2\n".encode("utf-16"), "t.csv line 1", "not UTF-8"),
        (b"a;b\n1;2\n", "t.csv row 1", "delimiter seems to be ';'"),
        (b"a\tb\n1\t2\n", "t.csv row 1", "delimiter seems to be '\\t'"),
        (b"a,b,a\n1,2,3\n", "t.csv row 1", "stands twice or more"),
        (b"a, a\n1,2\n", "t.csv row 1", "stands twice or more"),
    ],
)
def test_a_malformed_csv_is_refused_with_its_place(tmp_path: Path, content: bytes, where: str, problem: str) -> None:
    """Encoding, form and header; a blank line is no fault but counts."""
    error = refusal(tmp_path / "t.csv", content)

    assert error.findings[0].where == where
    assert problem in error.findings[0].problem


def test_every_ragged_row_is_listed(tmp_path: Path) -> None:
    """All at once, each with its row."""
    error = refusal(tmp_path / "t.csv", b"a,b\n1\n1,2\n1,2,3\n")

    assert [finding.where for finding in error.findings] == ["t.csv row 2", "t.csv row 4"]


def test_fields_are_texts_to_the_letter_and_rows_are_lines(tmp_path: Path) -> None:
    """Quotes, commas, line breaks, spaces; a row is numbered by the line in which it starts."""
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbfa, b \r\n"x,1"," y "\r\n\r\n"two\nlines","say ""hi"""\r\n0700,\r\n')

    table = read_text_table(path)

    assert table.frame.rows() == [("x,1", " y "), ("two\nlines", 'say "hi"'), ("0700", "")]
    assert table.frame.columns == ["a", "b"]
    assert set(table.frame.dtypes) == {pl.String}
    np.testing.assert_array_equal(table.rows, [2, 4, 6])


def test_only_the_columns_asked_for_are_given_and_all_are_named(tmp_path: Path) -> None:
    """For messages about a column that is not there."""
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n1,2,3\n")

    table = read_text_table(path, only={"c", "z"})

    assert (table.frame.columns, table.found) == (["c"], ("a", "b", "c"))


def test_parquet_values_are_written_out_exactly(tmp_path: Path) -> None:
    """Numbers in their shortest exact form, dates in ISO form, nulls as nulls; rows count from 1."""
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame({"x": [0.1 + 0.2, None], "n": [1, 2], "d": pl.Series(["2026-02-05", None]).str.to_date()})
    frame.write_parquet(path)

    table = read_text_table(path)

    assert table.frame.rows() == [("0.30000000000000004", "1", "2026-02-05"), (None, "2", None)]
    np.testing.assert_array_equal(table.rows, [1, 2])


@pytest.mark.parametrize("content", [b"", b"<html>portal</html>", b"PAR1" + b"\xff" * 200 + b"PAR1"])
def test_a_damaged_parquet_file_is_named_with_size_and_hash(tmp_path: Path, content: bytes) -> None:
    """The messages of polars never name the file."""
    error = refusal(tmp_path / "t.parquet", content)

    assert f"{len(content)} bytes, sha256" in error.findings[0].problem


def test_a_torn_parquet_file_is_refused(tmp_path: Path) -> None:
    """Cut anywhere, it is an error of the file, not a crash."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"x": list(range(1000))}).write_parquet(path)
    whole = path.read_bytes()

    for size in range(1, len(whole), max(1, len(whole) // 20)):
        refusal(path, whole[:size])


def test_a_nested_column_is_refused_only_when_asked_for(tmp_path: Path) -> None:
    """A list is no text; beside the point it does no harm."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"x": [[1]], "y": ["a"]}).write_parquet(path)

    assert read_text_table(path, only={"y"}).frame.rows() == [("a",)]
    with pytest.raises(InputError, match=r"x: dtype is List\(Int64\)"):
        read_text_table(path)


def test_other_kinds_of_file_and_empty_folders_are_refused(tmp_path: Path) -> None:
    """By name, with what was expected."""
    with pytest.raises(MissingDataError, match=r"no \.csv or \.parquet file"):
        table_files(tmp_path)
    refusal(tmp_path / "t.xlsx", b"PK")


def test_the_files_of_a_folder_come_by_name(tmp_path: Path) -> None:
    """Others are left alone."""
    for name in ("b.csv", "a.parquet", "README.md"):
        (tmp_path / name).write_text("x")

    assert [file.name for file in table_files(tmp_path)] == ["a.parquet", "b.csv"]


def test_a_parquet_bomb_is_refused_by_its_footer(tmp_path: Path) -> None:
    """Fifty million rows and one in some hundred kilobytes: counted before anything is unpacked."""
    path = tmp_path / "bomb.parquet"
    pl.DataFrame({"asset": pl.repeat(None, MOST_ROWS + 1, dtype=pl.Boolean, eager=True)}).write_parquet(path)

    assert path.stat().st_size < 5_000_000
    for read in (read_text_table, open_table):
        with pytest.raises(InputError) as caught:
            read(path)
        assert f"has {MOST_ROWS + 1} rows, at most {MOST_ROWS} are read" in str(caught.value)
