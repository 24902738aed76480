"""``--set a.b=c``: values put into the tree before it is checked, each keeping its own place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.config.tree import Entry, Node, Place, Refusal, Source
from backtest.config.yaml_text import NULLS, read_yaml
from data.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["override"]


def override(tree: Node, texts: Sequence[str]) -> tuple[Node, list[Finding]]:
    """Put each ``a.b=c`` into the tree, in order; list items are named by their number, from 0."""
    findings = []
    for text in texts:
        place = Place(f"--set {text}")
        try:
            key, value = _parsed(text, place)
            tree = _put(tree, key.split("."), value, ())
        except Refusal as refusal:
            findings.append(refusal.finding)
    return tree, findings


def _refusal(place: Place, field: str, problem: str, hint: str = "") -> Refusal:
    return Refusal(Finding(str(place), field, "", problem, hint))


def _parsed(text: str, place: Place) -> tuple[str, Node]:
    key, equals, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not equals or not all(key.split(".")):
        raise _refusal(place, "", "cannot be read, expected `key.key=value`", "for example --set account.capital=50000")
    if not value.startswith(("[", "{", '"', "'")):
        return key, Node(place, None if value in NULLS else value)
    node, findings = read_yaml(Source(place.label, value))
    if node is None or findings:
        raise _refusal(place, key, findings[0].problem if findings else "is empty")
    return key, _placed(node, place)


def _placed(node: Node, place: Place) -> Node:
    if isinstance(node.content, dict):
        return Node(place, {key: Entry(place, _placed(entry.node, place)) for key, entry in node.content.items()})
    if isinstance(node.content, tuple):
        return Node(place, tuple(_placed(item, place) for item in node.content))
    return Node(place, node.content)


def _put(node: Node, keys: Sequence[str], value: Node, done: tuple[str, ...]) -> Node:
    """Give the tree with the value put at the keys; mappings that are not there yet are made."""
    if not keys:
        return value
    if node.content is None:
        node = Node(value.place, {})
    if isinstance(node.content, dict):
        key, rest = _longest(node.content, keys)
        entry = node.content.get(key, Entry(value.place, Node(value.place, None)))
        place = entry.place if rest else value.place
        return Node(node.place, node.content | {key: Entry(place, _put(entry.node, rest, value, (*done, key)))})
    if isinstance(node.content, tuple):
        number = _number(keys[0], node.content, value.place, done)
        item = _put(node.content[number], keys[1:], value, (*done, keys[0]))
        return Node(node.place, (*node.content[:number], item, *node.content[number + 1 :]))
    raise _refusal(value.place, ".".join((*done, keys[0])), f"cannot be set: `{'.'.join(done)}` is a plain value")


def _longest(entries: dict[str, Entry], keys: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Split off the longest key that is there (names may hold dots), else the first part."""
    for length in range(len(keys), 0, -1):
        if ".".join(keys[:length]) in entries:
            return ".".join(keys[:length]), keys[length:]
    return keys[0], keys[1:]


def _number(key: str, items: tuple[Node, ...], place: Place, done: tuple[str, ...]) -> int:
    if key.isascii() and key.isdigit() and int(key) < len(items):
        return int(key)
    known = [str(number) for number in range(len(items))]
    where = ".".join(done)
    problem = f"names no item: `{where}` is a list of {len(items)}, its items are numbered from 0"
    from difflib import get_close_matches

    near = get_close_matches(key, known, 1)
    raise _refusal(place, f"{where}.{key}", problem, f"for example {where}.{near[0] if near else 0}" if items else "")
