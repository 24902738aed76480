"""The strict JSON reader: scalars to the letter, whole-file faults with file, line, row and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from data.errors import InputError, MissingDataError
from data.tables import READABLE, read_text_table, table_files

if TYPE_CHECKING:
    from pathlib import Path

DEEP = 200_000


def refusal(path: Path, text: str) -> list[tuple[str, str, str]]:
    """Write a file and give where, field and problem of each fault."""
    path.write_bytes(text.encode())
    with pytest.raises(InputError) as caught:
        read_text_table(path)
    assert path.name in str(caught.value)
    return [(fault.where, fault.field, fault.problem) for fault in caught.value.findings]


SCALARS = '{"s": " NVDA ", "n": 1.50, "i": 12345678901234567890123, "b": true, "z": null}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", f'[{SCALARS}, {{"n": -0, "e": 1E+400, "b": false, "s": ""}}]'),
        (
            "t.json",
            f'\ufeff {{"made": "x", "rows": [{SCALARS},\n{{"n":-0,"e":1E+400,"b":false,"s":""}}], "v": {{}}}}\n',
        ),
        ("t.ndjson", f'{SCALARS}\n{{"n": -0, "e": 1E+400, "b": false, "s": ""}}'),
        ("t.jsonl", f'{SCALARS}\r\n{{"n": -0, "e": 1E+400, "b": false, "s": ""}}\r\n'),
    ],
)
def test_scalars_are_texts_to_the_letter(tmp_path: Path, name: str, text: str) -> None:
    """No number goes through a float, null and an absent key are null, and the columns come as first met."""
    path = tmp_path / name
    path.write_bytes(text.encode())

    table = read_text_table(path)

    assert table.found == ("s", "n", "i", "b", "z", "e")
    assert table.frame.rows() == [
        (" NVDA ", "1.50", "12345678901234567890123", "true", None, None),
        ("", "-0", None, "false", None, "1E+400"),
    ]
    assert set(table.frame.dtypes) == {pl.String}
    np.testing.assert_array_equal(table.rows, [1, 2])


def test_rows_of_ndjson_are_lines(tmp_path: Path) -> None:
    """Blank lines count; a line separator of Unicode inside a text ends no line."""
    path = tmp_path / "t.ndjson"
    path.write_bytes('\n{"a": "x\u2028y"}\n\n \t\r\n{"a": 2}\n'.encode())

    table = read_text_table(path)

    assert table.frame["a"].to_list() == ["x\u2028y", "2"]
    np.testing.assert_array_equal(table.rows, [2, 5])


@pytest.mark.parametrize(
    ("text", "where", "field", "problem"),
    [
        ('[{"a": 1},\n{"a": 2,}]', "t.json line 2", "", "trailing comma before '}'"),
        ('[{"a": 1},\n]', "t.json line 2", "", "trailing comma before ']'"),
        ('{"rows": [{"a": 1}],\n}', "t.json line 2", "", "trailing comma before '}'"),
        ('[{"a": 1}\n{"a": 2}]', "t.json line 2", "", "expecting ',' delimiter"),
        ('[{"a": 1},\n{"a": 01}]', "t.json line 2", "", "expecting ',' delimiter"),
        ("[{'a': 1}]", "t.json line 1", "", "double quotes"),
        ('{"a": [1]}\n{"a": [2]}\n', "t.json line 2", "", "goes on after the value"),
        ('[{"a": 1}]\n[]', "t.json line 2", "", "goes on after the value"),
        ('[{"a": 1},\n{"a": "x', "t.json line 2", "", "unterminated string"),
        ('[{"a": 1}', "t.json line 1", "", "expecting ',' delimiter"),
        ("{", "t.json line 1", "", "double quotes"),
        ('{"a"', "t.json line 1", "", "expecting ':' delimiter"),
        ('[{"a": 1},\n{"b": NaN}]', "t.json row 2 (line 2)", "b", "is no JSON number"),
        ('[{"a": -Infinity}]', "t.json row 1 (line 1)", "a", "is no JSON number"),
        ('[\n\n{"a": 1, "a": 1}]', "t.json row 1 (line 3)", "a", "twice or more"),
        ('[{"a": 1}, {"a": {"b": 1}}]', "t.json row 2 (line 1)", "a", "is an object, expected text"),
        ('[{"a": [1]}]', "t.json row 1 (line 1)", "a", "is an array, expected text"),
        ('[{"a": 1}, [1]]', "t.json row 2 (line 1)", "", "is an array, expected an object"),
        ('[{"a": 1}, null]', "t.json row 2 (line 1)", "", "is null, expected an object"),
        ('[{"a": "\\ud800"}]', "t.json row 1 (line 1)", "a", "half a surrogate pair"),
        ('[{"a": "\\u0000"}]', "t.json row 1 (line 1)", "a", "holds a NUL"),
        ('[{"\\u0000": 1}]', "t.json row 1 (line 1)", "'\\x00'", "the key holds a NUL"),
        ('{"a": [], "b": []}', "t.json", "", "2 arrays (a, b)"),
        ('{"a": 1}', "t.json", "", "0 arrays"),
        ("{}", "t.json", "", "0 arrays"),
        ('{"a": 1, "a": 2, "b": [{"x": 1}]}', "t.json", "a", "twice or more"),
        ('{"a": NaN, "b": [{"x": 1}]}', "t.json", "a", "is no JSON number"),
        ('"text"', "t.json", "", "holds one value"),
        ("[]", "t.json", "", "has no rows"),
        ("[{}]", "t.json", "", "without a single key"),
        (" \n", "t.json", "", "is empty"),
        ('[{"a": "\0"}]', "t.json line 1", "", "NUL byte at offset 8"),
    ],
)
def test_a_malformed_json_is_refused_with_its_place(
    tmp_path: Path, text: str, where: str, field: str, problem: str
) -> None:
    """Form, numbers that are none, repeated keys, nested values, and what is no table."""
    fault = refusal(tmp_path / "t.json", text)[0]

    assert fault[0].startswith(where)
    assert fault[1] == field
    assert problem in fault[2]


def test_every_bad_line_of_ndjson_is_listed(tmp_path: Path) -> None:
    """In the order of the lines, whatever is wrong with them; the last was written half."""
    lines = ('{"a": 1,}', '{"a": 1}', '{"a": NaN}', "", '{"a": 1, "a": 2}', "[1]", '{"a": 1} {"a": 2}', '{"a": [1]}')
    faults = refusal(tmp_path / "t.ndjson", "\n".join((*lines, "[" * DEEP, '{"a": "x')))

    assert [fault[0] for fault in faults] == [f"t.ndjson line {line}" for line in (1, 3, 5, 6, 7, 8, 9, 10)]
    assert "trailing comma" in faults[0][2]
    assert "deeper than 32 levels" in faults[6][2]
    assert "unterminated string" in faults[7][2]


@pytest.mark.parametrize("text", ['[{"a": %s%s}]', '{"a": %s%s}', "%s%s", '{"m": {"x": %s%s}, "rows": [{"a": 1}]}'])
@pytest.mark.parametrize("depth", [40, 900, DEEP])
def test_deep_nesting_is_an_error_and_never_a_crash(tmp_path: Path, text: str, depth: int) -> None:
    """Above the limit, near the interpreter's own and far beyond, in a row and beside the rows."""
    assert refusal(tmp_path / "t.json", text % ("[" * depth, "]" * depth))


def test_a_nested_value_is_refused_only_when_asked_for(tmp_path: Path) -> None:
    """As with parquet: beside the point it does no harm, unless it is no JSON or too deep."""
    path = tmp_path / "t.json"
    path.write_text('[{"x": {"deep": [1]}, "y": "a"}]')

    assert read_text_table(path, only={"y"}).frame.rows() == [("a",)]
    assert read_text_table(path, only={"y"}).found == ("x", "y")
    for bad, problem in (("[NaN]", "no JSON number"), ('{"k":1,"k":1}', "twice"), ("[" * 40 + "]" * 40, "deeper")):
        path.write_text(f'[{{"x": {bad}, "y": "a"}}]')
        with pytest.raises(InputError, match=problem):
            read_text_table(path, only={"y"})


def test_a_json_cut_anywhere_is_refused(tmp_path: Path) -> None:
    """Whatever the place of the cut, it is an error of the file."""
    whole = '{"v": 1, "rows": [{"a": "x\\n", "b": -1.5e3}, {"a": null, "b": true}]}'

    for size in range(len(whole)):
        assert refusal(tmp_path / "t.json", whole[:size])


def test_json_files_of_a_folder_come_only_where_they_are_read(tmp_path: Path) -> None:
    """Beside prices a .json is a side note, so the endings are the caller's."""
    for name in ("b.csv", "a.JSON", "c.ndjson", "d.jsonl", "README.md"):
        (tmp_path / name).write_text("x")

    assert [file.name for file in table_files(tmp_path, READABLE)] == ["a.JSON", "b.csv", "c.ndjson", "d.jsonl"]
    assert [file.name for file in table_files(tmp_path)] == ["b.csv"]
    with pytest.raises(MissingDataError, match=r"no \.json or \.jsonl file"):
        table_files(tmp_path / "..", (".json", ".jsonl"))
