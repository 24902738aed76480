"""YAML to a tree of texts: no implicit types, no tags, no duplicate keys, no bombs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from backtest.config.tree import MOST_DEPTH, Entry, Node, Place, Refusal, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.errors import Finding

__all__ = ["NULLS", "read_yaml"]

NULLS = ("", "~", "null")
MOST_ALIASES = 50
MOST_NODES = 100_000
# libyaml's parser where the wheel has it: a megabyte takes a tenth of a second, not ten.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Built(NamedTuple):
    node: Node
    size: int
    height: int


class _Frame:
    """A mapping or list that is still open."""

    def __init__(self, place: Place, anchor: str | None, *, is_mapping: bool) -> None:
        self.place = place
        self.anchor = anchor
        self.is_mapping = is_mapping
        self.entries: dict[str, Entry] = {}
        self.items: list[Node] = []
        self.key: tuple[str, Place] | None = None
        self.size = 1
        self.height = 1


def read_yaml(source: Source) -> tuple[Node | None, list[Finding]]:
    """Read one YAML document; duplicate keys and tags are found all at once, a syntax error ends the reading."""
    builder = _Builder(source)
    try:
        for event in _events(source):
            builder.take(event)
        builder.refuse_tabs()
    except Refusal as refusal:
        return None, [*builder.findings, refusal.finding]
    return builder.root, builder.findings


def _events(source: Source) -> Iterator[Any]:
    try:
        yield from yaml.parse(source.text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        tab = next((n for n in range(min(line + 1, len(source.lines))) if _tab_indented(source.lines[n])), None)
        if tab is not None:
            raise Refusal(_tab_finding(source, tab)) from error
        place = Place(source.label, min(line + 1, len(source.lines)), column + 1)
        about = f" {error.context}" if error.context else ""
        raise Refusal(source.finding(place, "", "", f"is not YAML: {error.problem}{about}", _advice(error))) from error
    except yaml.YAMLError as error:  # a character that YAML forbids
        problem = f"is not YAML: {str(error).splitlines()[0]}"
        raise Refusal(source.finding(Place(source.label), "", "", problem)) from error


def _advice(error: yaml.MarkedYAMLError) -> str:
    if "mapping values are not allowed" in str(error.problem):
        return "a text with `: ` needs quotes; or the indentation is off"
    return "check the indentation and close every bracket and quote"


def _tab_indented(line: str) -> bool:
    return "\t" in line[: len(line) - len(line.lstrip())] and bool(line.strip())


def _tab_finding(source: Source, line: int) -> Finding:
    place = Place(source.label, line + 1, source.lines[line].index("\t") + 1)
    return source.finding(place, "", "", "is indented with a tab", "indent with spaces")


class _Builder:
    """Build the tree from parser events, with an explicit stack so that nesting cannot exhaust Python's."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.root: Node | None = None
        self._documents = 0
        self._aliases = 0
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Built] = {}
        self._long_scalars: set[int] = set()

    def take(self, event: Any) -> None:
        """Take the next event."""
        place = Place(self.source.label, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._refusal(place, "begins a second document; a config is one")
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor, place)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open(event, place)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, place)

    def refuse_tabs(self) -> None:
        """Refuse lines indented with tabs, outside texts that may hold them."""
        for number, line in enumerate(self.source.lines):
            if number not in self._long_scalars and _tab_indented(line):
                self.findings.append(_tab_finding(self.source, number))

    def _refusal(self, place: Place, problem: str, hint: str = "") -> Refusal:
        return Refusal(self.source.finding(place, self._path(), "", problem, hint))

    def _path(self) -> str:
        parts = [frame.key[0] if frame.key else str(len(frame.items)) for frame in self._stack if not _idle(frame)]
        return ".".join(parts)

    def _tagged(self, event: Any, place: Place) -> None:
        if event.tag is not None:
            problem = f"carries the tag `{event.tag}`; tags are not read"
            hint = "write the plain value, its type comes from the field"
            self.findings.append(self.source.finding(place, self._path(), "", problem, hint))

    def _scalar(self, event: Any, place: Place) -> None:
        self._tagged(event, place)
        is_plain = not event.style  # None from the Python parser, empty from libyaml's
        if not is_plain:
            self._long_scalars.update(range(event.start_mark.line + 1, event.end_mark.line + 1))
        if "\0" in event.value:
            raise self._refusal(place, "holds a NUL character")
        frame = self._stack[-1] if self._stack else None
        if frame and frame.is_mapping and frame.key is None:
            frame.key = (event.value, place)
            if event.value == "<<" and is_plain:
                self.findings.append(
                    self.source.finding(place, self._path(), "", "is a merge key; they are not read", "repeat the keys")
                )
            return
        text = None if is_plain and event.value in NULLS else event.value
        self._put(_Built(Node(place, text), 1, 0), event.anchor)

    def _open(self, event: Any, place: Place) -> None:
        self._tagged(event, place)
        if self._stack and self._stack[-1].is_mapping and self._stack[-1].key is None:
            raise self._refusal(place, "has a list or mapping as a key; keys are texts")
        self._stack.append(_Frame(place, event.anchor, is_mapping=isinstance(event, yaml.MappingStartEvent)))
        if len(self._stack) > MOST_DEPTH:
            raise self._refusal(place, f"is nested deeper than {MOST_DEPTH} levels")

    def _close(self) -> None:
        frame = self._stack.pop()
        content = frame.entries if frame.is_mapping else tuple(frame.items)
        self._put(_Built(Node(frame.place, content), frame.size, frame.height), frame.anchor)

    def _alias(self, name: Any, place: Place) -> None:
        self._aliases += 1
        if name not in self._anchors:
            raise self._refusal(place, f"refers to `&{name}`, which is not complete before this line")
        if self._aliases > MOST_ALIASES:
            raise self._refusal(place, f"uses more than {MOST_ALIASES} aliases")
        frame = self._stack[-1] if self._stack else None
        if frame and frame.is_mapping and frame.key is None:
            raise self._refusal(place, "has an alias as a key; keys are texts")
        self._put(self._anchors[name], None)

    def _put(self, built: _Built, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = built
        if not self._stack:
            self.root = built.node
            return
        frame = self._stack[-1]
        frame.size += built.size
        frame.height = max(frame.height, built.height + 1)
        if frame.size > MOST_NODES or len(self._stack) + built.height > MOST_DEPTH:
            raise self._refusal(built.node.place, "grows too large through its aliases")
        if frame.is_mapping:
            self._enter(frame, built.node)
        else:
            frame.items.append(built.node)

    def _enter(self, frame: _Frame, node: Node) -> None:
        if frame.key is None:
            raise AssertionError("a value without a key")
        key, place = frame.key
        if key in frame.entries:
            first = frame.entries[key].place.line
            problem = f"is given twice, first in line {first}"
            self.findings.append(self.source.finding(place, self._path(), "", problem, "keep one of the two"))
        else:
            frame.entries[key] = Entry(place, node)
        frame.key = None


def _idle(frame: _Frame) -> bool:
    return frame.is_mapping and frame.key is None
