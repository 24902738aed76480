"""TOML to the same tree of texts as YAML: tomllib reads, a scan of the text gives the places."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from typing import TYPE_CHECKING, Any

from backtest.config.toml_scan import scan
from backtest.config.tree import MOST_DEPTH, Entry, Node, Place, Source

if TYPE_CHECKING:
    from backtest.config.toml_scan import Path, Scan
    from data.errors import Finding

__all__ = ["read_toml"]

POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(source: Source) -> tuple[Node | None, list[Finding]]:
    """Read a TOML text; keys given twice are found all at once, any other fault of syntax ends the reading."""
    found = scan(source.text)
    if found.too_deep is not None:
        problem = f"is nested deeper than {MOST_DEPTH} levels"
        return None, [source.finding(source.place(found.too_deep), "", "", problem)]
    doubles = [_double(source, *double) for double in found.doubles]
    try:
        values = tomllib.loads(_without_doubles(source.text, found))
    except tomllib.TOMLDecodeError as error:
        return None, doubles or [_syntax(source, str(error))]
    return _Tree(source, found).node(values, (), Place(source.label, 1, 1)), doubles


def _double(source: Source, path: Path, first: Any, second: Any) -> Finding:
    problem = f"is given twice, first in line {source.place(first.key).line}"
    return source.finding(source.place(second.key), ".".join(map(str, path)), "", problem, "keep one of the two")


def _without_doubles(text: str, found: Scan) -> str:
    """Blank the second of each double, so that the rest is still checked."""
    for _, _, mark in found.doubles:
        blank = re.sub(r"[^\n]", " ", text[mark.key : mark.end])
        text = text[: mark.key] + blank + text[mark.end :]
    return text


def _syntax(source: Source, message: str) -> Finding:
    match = POSITION.search(message)
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (len(source.lines), 1)
    problem = POSITION.sub("", message)
    return source.finding(Place(source.label, line, column), "", "", f"is not TOML: {problem[:1].lower()}{problem[1:]}")


class _Tree:
    def __init__(self, source: Source, found: Scan) -> None:
        self._source = source
        self._marks = found.marks

    def node(self, value: Any, path: Path, fallback: Place) -> Node:
        """Give a value with its places; one the scan did not see stands at its parent."""
        mark = self._marks.get(path)
        place = self._source.place(mark.value) if mark else fallback
        if isinstance(value, dict):
            return Node(place, {key: self._entry(value[key], (*path, key), place) for key in value})
        if isinstance(value, list):
            return Node(place, tuple(self.node(item, (*path, number), place) for number, item in enumerate(value)))
        return Node(place, _text(value))

    def _entry(self, value: Any, path: Path, fallback: Place) -> Entry:
        mark = self._marks.get(path)
        return Entry(self._source.place(mark.key) if mark else fallback, self.node(value, path, fallback))


def _text(value: Any) -> str:
    """Give the text that a YAML config would hold, so that both formats mean the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value if isinstance(value, str) else repr(value)
