"""A config as written: text scalars, mappings and lists, each with its place in the source."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from data.errors import Finding

__all__ = ["MOST_DEPTH", "Content", "Entry", "Node", "Place", "Refusal", "Source"]

MOST_DEPTH = 20
WIDEST_EXCERPT = 100


class Place(NamedTuple):
    """Where something stands: a file with line and column (from 1), or an override as typed (line 0)."""

    label: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Give ``file:line:column``, or the label alone."""
        return f"{self.label}:{self.line}:{self.column}" if self.line else self.label


class Node(NamedTuple):
    """A value as written: text, nothing (None), a mapping or a list."""

    place: Place
    content: Content


class Entry(NamedTuple):
    """A value of a mapping, with the place of its key."""

    place: Place
    node: Node


Content = str | None | dict[str, Entry] | tuple[Node, ...]


class Refusal(Exception):  # noqa: N818 - it never leaves the reader
    """A text that cannot be read on after this finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class Source(NamedTuple):
    """The text of a config and what to call it."""

    label: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Give the lines without their ends."""
        return _lines(self.text)

    def place(self, offset: int) -> Place:
        """Give the place of a character, counted from 0."""
        before = self.text[:offset].replace("\r\n", "\n")
        return Place(self.label, before.count("\n") + 1, len(before) - before.rfind("\n"))

    def excerpt(self, place: Place) -> str:
        """Give the line of a place with a caret under its column; nothing for a place outside this text."""
        if place.label != self.label or not 0 < place.line <= len(self.lines):
            return ""
        line = self.lines[place.line - 1].replace("\t", " ").rstrip()
        start = max(0, place.column - WIDEST_EXCERPT // 2) if len(line) > WIDEST_EXCERPT else 0
        shown = line[start : start + WIDEST_EXCERPT]
        before = _cells(line[start : place.column - 1])
        gutter = f"{place.line:>5}"
        return f"{gutter} | {shown}\n{' ' * len(gutter)} | {' ' * before}^"

    def finding(self, place: Place, field: str, value: str, problem: str, hint: str = "") -> Finding:
        """Make a finding with its excerpt."""
        return Finding(str(place), field, value, problem, hint, self.excerpt(place))


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cells(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)
