"""Strict reading of JSON and NDJSON as text: scalars to the letter, every fault with its file, line, row and key."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from data.errors import Finding
from data.json_values import DEEPEST, Constant, document, line_value, syntax_fault
from data.text_tables import MOST_ROWS, SHOWN, TextTable, broken, decode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["read_json", "read_ndjson"]

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
KINDS = {list: "an array", tuple: "an object", bool: "true or false", type(None): "null"}


class _Row(NamedTuple):
    """What ought to be an object: its number for people, where it stands, and what was read, or why it was not."""

    number: int
    where: str
    value: object


def read_json(name: str, content: bytes, only: Collection[str] | None = None) -> TextTable:
    """Read a JSON array of objects, or the one array in an object, as text; rows count from 1.

    Raises
    ------
    InputError
        At the first place that is no JSON; else with every fault of its rows.

    """
    text = decode(name, content)
    try:
        whole = document(text)
    except json.JSONDecodeError as error:
        raise broken(name, syntax_fault(f"{name} line {error.lineno}", error)) from error
    rows: list[_Row] = []
    line, before = 1, 0
    for number, (start, value) in enumerate(_only_array(name, whole), 1):
        line, before = line + text.count("\n", before, start), start
        rows.append(_Row(number, f"{name} row {number} (line {line})", value))
    return _table(name, rows, only)


def read_ndjson(name: str, content: bytes, only: Collection[str] | None = None, *, go_on: bool = False) -> TextTable:
    """Read one JSON object per line as text; a row is numbered by its line, blank lines are none.

    With ``go_on`` a line that is no row is lost and listed, and the others are kept.

    Raises
    ------
    InputError
        With every fault of every line; with ``go_on`` only when no line is left.

    """
    lines = (full.rstrip(" \t\r") for full in decode(name, content).split("\n"))
    rows = [_line(f"{name} line {k}", k, line) for k, line in enumerate(lines, 1) if line]
    told = [(row, tuple(_faults(row, only))) for row in rows] if go_on else []
    sound = [row for row, faults in told if not faults]
    if not sound:
        return _table(name, rows, only)
    return _table(name, sound, only)._replace(lost=tuple(found for _, faults in told for found in faults))


def _line(where: str, number: int, line: str) -> _Row:
    try:
        return _Row(number, where, line_value(line))
    except json.JSONDecodeError as error:
        return _Row(number, where, syntax_fault(where, error))


def _only_array(name: str, whole: object) -> list[tuple[int, object]]:
    """Give the document when it is an array, else the only array among the values of the object."""
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, tuple):
        raise broken(name, Finding(name, "", str(whole)[:SHOWN], "holds one value, expected an array of objects"))
    others = tuple((key, None if isinstance(value, list) else value) for key, value in whole)
    faults = list(_faults(_Row(0, name, others), ()))
    arrays = {key: value for key, value in whole if isinstance(value, list)}
    if len(arrays) != 1 and not faults:
        shown = f" ({', '.join(arrays)[:SHOWN]})" if arrays else ""
        problem = f"is an object with {len(arrays)} arrays{shown}, expected one array of objects"
        faults = [Finding(name, "", "", problem, "one object per line belongs into a .ndjson file")]
    if faults:
        raise broken(name, *faults)
    return next(iter(arrays.values()))


def _table(name: str, rows: list[_Row], only: Collection[str] | None) -> TextTable:
    if len(rows) > MOST_ROWS:
        raise broken(name, Finding(name, "", "", f"has {len(rows)} rows, at most {MOST_ROWS} are read", "split it"))
    faults = [found for row in rows for found in _faults(row, only)]
    if faults:
        raise broken(name, *faults)
    objects = [dict(row.value) for row in rows if isinstance(row.value, tuple)]
    found = tuple(dict.fromkeys(key for pairs in objects for key in pairs))
    if not found:
        raise broken(name, Finding(name, "", "", "has rows without a single key" if rows else "has no rows"))
    kept = [key for key in found if only is None or key in only]
    columns = [pl.Series(key, [_text(pairs.get(key)) for pairs in objects], pl.String) for key in kept]
    return TextTable(pl.DataFrame(columns), np.array([row.number for row in rows], dtype=np.int64), found)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _faults(row: _Row, only: Collection[str] | None) -> Iterator[Finding]:
    """Give the faults of an object; a value that is nested is one only when its key is asked for."""
    if isinstance(row.value, Finding):
        yield row.value
        return
    if not isinstance(row.value, tuple):
        kind = KINDS.get(type(row.value), "one value")
        yield Finding(row.where, "", "", f"is {kind}, expected an object")
        return
    yield from _repeated(row.where, "", row.value)
    for key, value in row.value:
        if UNSTORABLE.search(key):
            yield Finding(row.where, ascii(key), "", "the key holds a NUL or half a surrogate pair")
        elif isinstance(value, (list, tuple)):
            yield from _nested(row.where, key, value)
            if only is None or key in only:
                yield Finding(
                    row.where, key, "", f"is {KINDS[type(value)]}, expected text, a number, a boolean or null"
                )
        elif isinstance(value, str):
            yield from _scalar(row.where, key, value)


def _scalar(where: str, key: str, value: str) -> Iterator[Finding]:
    if isinstance(value, Constant):
        yield Finding(where, key, value, "is no JSON number", "write null where there is no value")
    elif UNSTORABLE.search(value):
        yield Finding(where, key, ascii(value)[:SHOWN], "holds a NUL or half a surrogate pair")


def _nested(where: str, key: str, value: object) -> Iterator[Finding]:
    """Give what is no JSON inside a nested value, without recursion."""
    waiting = [(1, value)]
    while waiting:
        depth, value = waiting.pop()
        if isinstance(value, (list, tuple)) and depth >= DEEPEST:
            yield Finding(where, key, "", f"is nested deeper than {DEEPEST} levels")
            return
        if isinstance(value, tuple):
            yield from _repeated(where, key, value)
            waiting += [(depth + 1, inner) for _, inner in value]
        elif isinstance(value, list):
            waiting += [(depth + 1, inner) for inner in value]
        elif isinstance(value, Constant):
            yield from _scalar(where, key, value)


def _repeated(where: str, key: str, pairs: tuple[tuple[str, object], ...]) -> Iterator[Finding]:
    keys = [name for name, _ in pairs]
    if len(set(keys)) < len(keys):
        for name in sorted({name for name in keys if keys.count(name) > 1}):
            path = ascii(name)[1:-1] if UNSTORABLE.search(name) else name
            yield Finding(where, f"{key}.{path}" if key else path, "", "the key stands twice or more in its object")
