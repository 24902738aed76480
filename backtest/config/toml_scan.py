"""Where each key and value of a TOML text stands, which tomllib does not tell."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field

from backtest.config.tree import MOST_DEPTH

__all__ = ["Mark", "Path", "Scan", "scan"]

Path = tuple[str | int, ...]

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BARE_VALUE = re.compile(r"[^,\]}#\r\n]+")
LINE = re.compile(r"[^\n]*")
# A string of one of four kinds: triple before single, so that the longest opening wins.
STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'",
    re.DOTALL,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Offsets of a key, of its value and of the value's end, from 0."""

    key: int
    value: int
    end: int


@dataclass(slots=True)
class Scan:
    """What a scan found.

    Attributes
    ----------
    marks
        By path.
    doubles
        (path, first mark, second mark) of keys given twice, in order.
    too_deep
        Offset at which the nesting passes the limit, None when it does not.

    """

    marks: dict[Path, Mark] = field(default_factory=dict)
    doubles: list[tuple[Path, Mark, Mark]] = field(default_factory=list)
    too_deep: int | None = None


class _Stop(Exception):  # noqa: N818 - it ends the scan of a text that tomllib will refuse
    pass


def scan(text: str) -> Scan:
    """Scan a TOML text; a malformed one is scanned up to its fault."""
    scanner = _Scanner(text)
    with contextlib.suppress(_Stop):
        scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Scan()
        self._prefix: Path = ()
        self._counts: dict[Path, int] = {}

    def document(self) -> None:
        while True:
            self._skip(BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self._prefix, len(self._prefix))
            self._skip(SPACE)
            self._skip(LINE)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _Stop
        self.at = match.end()
        return match.group()

    def _expect(self, letters: str) -> None:
        if not self.text.startswith(letters, self.at):
            raise _Stop
        self.at += len(letters)

    def _deeper(self, depth: int) -> int:
        if depth >= MOST_DEPTH:
            self.found.too_deep = self.at
            raise _Stop
        return depth + 1

    def _header(self) -> None:
        is_array = self.text.startswith("[[", self.at)
        start = self.at
        self._expect("[[" if is_array else "[")
        parts = self._key()
        path: Path = ()
        for number, (part, _) in enumerate(parts):
            self._deeper(number)
            path = (*path, part)
            self.found.marks.setdefault(path, Mark(start, start, start))
            if number < len(parts) - 1 and path in self._counts:
                path = (*path, self._counts[path] - 1)
        if is_array:
            path = (*path, self._counts.setdefault(path, 0))
            self._counts[path[:-1]] += 1
            self.found.marks[path] = Mark(start, start, start)
        self._prefix = path
        self._expect("]]" if is_array else "]")

    def _key(self) -> list[tuple[str, int]]:
        parts = []
        while True:
            self._skip(SPACE)
            start = self.at
            quoted = self.text[start : start + 1] in {'"', "'"}
            word = self._skip(STRING if quoted else BARE_KEY)
            parts.append((_unquoted(word) if quoted else word, start))
            self._skip(SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _pair(self, prefix: Path, depth: int) -> None:
        parts = self._key()
        self._expect("=")
        self._skip(SPACE)
        path, value, key = prefix, self.at, parts[0][1]
        for part, start in parts[:-1]:
            path = (*path, part)
            depth = self._deeper(depth)
            self.found.marks.setdefault(path, Mark(start, value, value))
        path = (*path, parts[-1][0])
        earlier = self.found.marks.get(path)
        self._value(path, depth)
        if earlier is None:
            self.found.marks[path] = Mark(parts[-1][1], value, self.at)
        else:
            self.found.doubles.append((path, earlier, Mark(key, value, self.at)))

    def _value(self, path: Path, depth: int) -> None:
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self._list(path, self._deeper(depth))
        elif first == "{":
            self._table(path, self._deeper(depth))
        elif first in {'"', "'"}:
            self._skip(STRING)
        else:
            word = self._skip(BARE_VALUE)
            self.at -= len(word) - len(word.rstrip())

    def _list(self, path: Path, depth: int) -> None:
        self.at += 1
        number = 0
        while True:
            self._skip(BLANK)
            if self.text.startswith("]", self.at):
                self.at += 1
                return
            start = self.at
            self._value((*path, number), depth)
            self.found.marks[*path, number] = Mark(start, start, self.at)
            number += 1
            self._skip(BLANK)
            if not self.text.startswith("]", self.at):
                self._expect(",")

    def _table(self, path: Path, depth: int) -> None:
        self.at += 1
        while True:
            self._skip(BLANK)
            if self.text.startswith("}", self.at):
                self.at += 1
                return
            self._pair(path, depth)
            self._skip(BLANK)
            if not self.text.startswith("}", self.at):
                self._expect(",")


def _unquoted(word: str) -> str:
    if word.startswith("'"):
        return word[1:-1]
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), word[1:-1])
