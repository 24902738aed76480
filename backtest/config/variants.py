"""Sources that a config can switch between: named alternatives of a tagged union, and what a ``--set`` leaves behind.

A mapping of a tagged union may hold its alternatives under their tags, and what they share beside them:

    prices:
      source: files
      files: {path: prices.parquet, adjustment: total}
      yfinance: {start: 2019-01-02}

``--set prices.source=yfinance`` then takes the other one. Without alternatives a ``--set`` of the tag drops the keys
that only the variant of the file knows, and says so; keys that neither knows stay mistakes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtest.config.tree import Entry, Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtest.config.shape import Shape

__all__ = ["Chosen", "Other", "alternatives", "choose", "switch"]

OPTION = "--set "


class Chosen(NamedTuple):
    """A tree without alternatives, and what of it must be said."""

    tree: Node
    notes: tuple[str, ...]


class Other(NamedTuple):
    """An alternative that was not chosen: the key under which it stands, its shape, and the tree with it there."""

    key: str
    shape: Shape
    tree: Node


def switch(before: Node, after: Node, shape: Shape) -> Chosen:
    """Drop the keys of a file's variant that the one chosen by ``--set`` does not know.

    Parameters
    ----------
    before, after
        The config without and with what was set; both are mappings.
    shape
        What the config expects.

    """
    notes: list[str] = []
    return Chosen(_switched(before, after, shape, (), notes), tuple(notes))


def choose(tree: Node, shape: Shape) -> Node:
    """Put the chosen alternative of each tagged union in its place, with what stands beside the alternatives."""
    content = tree.content
    if not isinstance(content, dict):
        return tree
    chosen = {}
    for key, entry in content.items():
        below = shape.below(content, key)
        node = entry.node if below is None else _merged(entry.node, below, below.tag(entry.node.content))
        chosen[key] = Entry(entry.place, node)
    return Node(tree.place, chosen)


def alternatives(tree: Node, shape: Shape) -> Iterator[Other]:
    """Give each alternative of the tree that was not chosen."""
    content = tree.content
    if not isinstance(content, dict):
        return
    for key, entry in content.items():
        below = shape.below(content, key)
        for tag in _listed(entry.node, below) if below else ():
            if below and tag != below.tag(entry.node.content):
                other = Entry(entry.place, _merged(entry.node, below, tag))
                yield Other(key, below.chosen(tag), Node(tree.place, content | {key: other}))


def _switched(before: Node, after: Node, shape: Shape | None, path: tuple[str, ...], notes: list[str]) -> Node:
    if isinstance(after.content, tuple) and isinstance(before.content, tuple) and shape:
        pairs = enumerate(zip(before.content, after.content, strict=False))
        items = [_switched(*pair, shape.below(after.content, at), (*path, str(at)), notes) for at, pair in pairs]
        return Node(after.place, (*items, *after.content[len(items) :]))
    if not isinstance(after.content, dict) or not isinstance(before.content, dict) or shape is None:
        return after
    left = _leftover(before, after, shape)
    if left and shape.one_of:
        names = ", ".join(f"{'.'.join((*path, key))}" for key in left)
        notes.append(f"{'.'.join((*path, shape.one_of.key))} was set to {shape.tag(after.content)}: without {names}")
    entries = {key: entry for key, entry in after.content.items() if key not in left}
    for key in [key for key in entries if key in before.content]:
        below = shape.below(after.content, key)
        node = _switched(before.content[key].node, entries[key].node, below, (*path, key), notes)
        entries[key] = Entry(entries[key].place, node)
    return Node(after.place, entries)


def _leftover(before: Node, after: Node, shape: Shape) -> list[str]:
    """Give the keys of the file that only its own variant knows, when another one was set."""
    old, new = shape.tag(before.content), shape.tag(after.content)
    tags = shape.tags
    if old == new or old not in tags or new not in tags or not isinstance(after.content, dict):
        return []
    known = {tag: set(shape.chosen(tag).fields()) for tag in (old, new)}
    stale = known[old] - known[new] - set(tags)
    return [key for key, entry in after.content.items() if key in stale and not entry.place.label.startswith(OPTION)]


def _listed(node: Node, shape: Shape) -> list[str]:
    """Give the tags under which a mapping holds alternatives; a field of that name is none."""
    content = node.content
    if not isinstance(content, dict):
        return []
    tags = [key for key, entry in content.items() if key in shape.tags and _is_mapping(entry)]
    meant = {*tags, shape.tag(content)} & set(shape.tags) if tags else ()
    fields = {name for tag in meant for name in shape.chosen(tag).fields()}
    return [tag for tag in tags if tag not in fields]


def _is_mapping(entry: Entry) -> bool:
    return isinstance(entry.node.content, dict) or entry.node.content is None


def _merged(node: Node, shape: Shape, tag: str) -> Node:
    """Give the mapping of one variant: its tag, its alternative, and what is shared; as it is without alternatives.

    What is shared and only the chosen variant knows is no part of another one: it is judged where it was chosen.
    """
    listed = _listed(node, shape)
    content = node.content
    if not listed or not shape.one_of or not isinstance(content, dict):
        return node
    key = shape.one_of.key
    own = content[tag].node.content if tag in listed else {}
    others = tag in shape.tags and tag != shape.tag(content)
    fits = set(shape.chosen(tag).fields()) if others else set(content)
    shared = {name: entry for name, entry in content.items() if name not in listed and name in fits}
    chosen = {**(own if isinstance(own, dict) else {}), **shared}
    if tag and key in content:
        chosen[key] = Entry(content[key].place, Node(content[key].node.place, tag))
    return Node(node.place, chosen)
