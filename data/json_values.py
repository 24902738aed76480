"""JSON values as they are written: numbers keep their text, objects all their pairs, and each row its position."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from data.errors import Finding
from data.text_tables import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEEPEST", "Constant", "document", "line_value", "syntax_fault"]

DEEPEST = 32
SPACES = re.compile(r"[ \t\n\r]*")
HALF = "the file was written half or cut off"
TWO_FORMS = "a .json file holds one array, a .ndjson file one object per line"


class Constant(str):
    """One of NaN, Infinity and -Infinity, which Python's reader takes and JSON does not have."""

    __slots__ = ()


# An object is a tuple of its pairs, so that a repeated key is seen; a number is its own text.
READER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=Constant)


def document(text: str) -> object:
    """Read a whole text: an array as a list of (position, value); an object as a tuple of (key, value).

    The arrays right inside an object are such lists too; everything else is as READER gives it.

    Raises
    ------
    json.JSONDecodeError
        At the first place that is no JSON.

    """
    at = _skip(text, 0)
    value, end = _object(text, at) if text[at] == "{" else _placed(text, at)
    _at_end(text, end)
    return value


def line_value(line: str) -> object:
    """Read the one value of a line.

    Raises
    ------
    json.JSONDecodeError
        When the line holds no value, half a value, or more than one.

    """
    value, end = _value(line, _skip(line, 0))
    _at_end(line, end)
    return value


def syntax_fault(where: str, error: json.JSONDecodeError) -> Finding:
    """Say what is wrong with the form, with the text around the place."""
    text, at = error.doc, error.pos
    excerpt = text[max(0, at - SHOWN // 2) : at + SHOWN // 2].strip()
    if text[at : at + 1] in {"]", "}"} and text[:at].rstrip().endswith(","):
        return Finding(where, "", excerpt, f"has a trailing comma before {text[at]!r}", "remove the comma")
    if error.msg == "Extra data":
        return Finding(where, "", excerpt, f"goes on after the value, at column {error.colno}", TWO_FORMS)
    half = at >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    problem = f"is no JSON at column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
    return Finding(where, "", excerpt, problem, HALF if half else "")


def _object(text: str, at: int) -> tuple[object, int]:
    pairs: list[tuple[object, object]] = []
    for start in (places := _Places(text, at, "}")):
        if text[start : start + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, start)
        key, end = _value(text, start)
        value, places.end = _placed(text, _skip(text, _past(text, _skip(text, end), ":")))
        pairs.append((key, value))
    return tuple(pairs), places.end


def _placed(text: str, at: int) -> tuple[object, int]:
    """Read a value, an array with the position of each of its elements."""
    if text[at : at + 1] != "[":
        return _value(text, at)
    rows: list[tuple[int, object]] = []
    for start in (places := _Places(text, at, "]")):
        value, places.end = _value(text, start)
        rows.append((start, value))
    return rows, places.end


class _Places:
    """The positions of the elements between an opening and its closing mark; the reader tells where each one ends."""

    def __init__(self, text: str, at: int, closing: str) -> None:
        self.text, self.end, self.closing = text, at + 1, closing

    def __iter__(self) -> Iterator[int]:
        at = _skip(self.text, self.end)
        is_open = self.text[at : at + 1] != self.closing
        while is_open:
            yield at
            at = _skip(self.text, self.end)
            is_open = self.text[at : at + 1] != self.closing
            if is_open:
                at = _skip(self.text, _past(self.text, at, ","))
        self.end = at + 1


def _skip(text: str, at: int) -> int:
    match = SPACES.match(text, at)
    return match.end() if match else at


def _past(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"Expecting {mark!r} delimiter", text, at)
    return at + 1


def _at_end(text: str, at: int) -> None:
    end = _skip(text, at)
    if end < len(text):
        raise json.JSONDecodeError("Extra data", text, end)


def _value(text: str, at: int) -> tuple[object, int]:
    try:
        return READER.raw_decode(text, at)
    except RecursionError as error:
        raise json.JSONDecodeError(f"Nested deeper than {DEEPEST} levels", text, at) from error
