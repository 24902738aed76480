"""From pydantic's errors to findings: each located in the source, in plain words, with the nearest known name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from backtest.config.words import hint_of, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtest.config.shape import Shape
    from backtest.config.tree import Node, Place, Source
    from data.errors import Finding

__all__ = ["findings_of", "judged", "nearest"]

MOST_NAMED = 12
QUOTED = re.compile(r"'([^']+)'|`([^`]+)`")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an error's location leads.

    ``holder`` is the place of the innermost key passed, ``parent`` the shape and node above the last part.
    """

    path: tuple[str, ...]
    place: Place
    holder: Place
    node: Node
    shape: Shape | None
    parent: tuple[Shape | None, Node]
    absent: bool = False


def findings_of(errors: Iterable[Any], root: Node, shape: Shape, source: Source) -> list[Finding]:
    """Give one finding per mistake."""
    located = [(error, _locate(error["loc"], root, shape)) for error in errors]
    renamed = {(*spot.path[:-1], _meant(spot)) for error, spot in located if error["type"] == "extra_forbidden"}
    findings = []
    for error, spot in located:
        echo = error["type"] == "missing" and spot.path in renamed
        if not echo and not _follows(error, spot):
            findings += (
                _judged(sentence("value_error", {}, None, error["msg"]).splitlines(), spot, source)
                if error["type"] == "value_error"
                else [_finding(error, spot, source)]
            )
    return findings


def judged(problems: Iterable[str], root: Node, shape: Shape, source: Source) -> list[Finding]:
    """Locate sentences about a whole config, each at the key that it names in backticks."""
    return _judged(problems, _locate((), root, shape), source)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known name closest to a word, None when none is close."""
    by_form = {name.lower().replace("-", "_"): name for name in known}
    close = get_close_matches(word.lower().replace("-", "_"), by_form, 1, 0.6)
    return by_form[close[0]] if close else None


def _locate(loc: Sequence[str | int], root: Node, shape: Shape | None) -> _Spot:
    spot = _Spot((), root.place, root.place, root, shape, (shape, root))
    for part in loc:
        spot = _step(spot, part)
        if spot.absent:
            break
    return spot


def _step(spot: _Spot, part: str | int) -> _Spot:
    shape, content = spot.shape, spot.node.content
    if part == "[key]":
        above, node = spot.parent
        keys = above.keys() if above else None
        return _Spot(spot.path, spot.holder, spot.holder, node, keys, spot.parent)
    path, below = (*spot.path, str(part)), shape.below(content, part) if shape else None
    parent = (shape, spot.node)
    if isinstance(content, dict) and part in content:
        entry = content[str(part)]
        return _Spot(path, entry.node.place, entry.place, entry.node, below, parent)
    if isinstance(content, tuple) and isinstance(part, int) and part < len(content):
        node = content[part]
        return _Spot(path, node.place, node.place, node, below, parent)
    if isinstance(content, (dict, tuple)):
        return _Spot(path, spot.holder, spot.holder, spot.node, below, parent, absent=True)
    return spot


def _follows(error: Any, spot: _Spot) -> bool:
    """Say whether a list counts as too short only because its items were refused, each with its own error."""
    return (
        error["type"] == "too_short"
        and isinstance(spot.node.content, (tuple, dict))
        and len(spot.node.content) >= error["ctx"]["min_length"]
    )


def _finding(error: Any, spot: _Spot, source: Source) -> Finding:
    kind, context, field = error["type"], error.get("ctx", {}), ".".join(spot.path)
    if kind == "extra_forbidden":
        return source.finding(spot.holder, field, "", "is not a known key", _known(spot))
    if kind == "missing":
        return source.finding(spot.holder, field, "", "is required and missing", _description(spot))
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _tag_finding(spot, source)
    if kind == "literal_error":
        return _choice_finding(error, spot, source)
    value = _raw(spot) if not spot.absent else error["input"]
    problem = sentence(kind, context, value, error["msg"])
    hint = hint_of(kind, context, value) or _description(spot)
    return source.finding(spot.place, field, value if isinstance(value, str) else "", problem, hint)


def _raw(spot: _Spot) -> object:
    content = spot.node.content
    if spot.place == spot.holder != spot.node.place and spot.path:  # the key itself is meant
        return spot.path[-1]
    return list(content) if isinstance(content, tuple) else content


def _description(spot: _Spot) -> str:
    return spot.shape.description.rstrip(".") if spot.shape else ""


def _names(spot: _Spot) -> list[str]:
    above, node = spot.parent
    return list(above.fields(node.content)) if above else []


def _meant(spot: _Spot) -> str:
    return nearest(spot.path[-1], _names(spot)) or ""


def _known(spot: _Spot) -> str:
    near = _meant(spot)
    if spot.path[-1].isdecimal():
        return "a comma begins the next key: decimals take a point, thousands no sign"
    return f"did you mean `{near}`?" if near else _listed("known keys", _names(spot))


def _listed(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{what}: {', '.join(names[:MOST_NAMED])}{more}" if names else ""


def _tag_finding(spot: _Spot, source: Source) -> Finding:
    shape, content = spot.shape, spot.node.content
    if shape is None or shape.one_of is None or not isinstance(content, dict):
        raise AssertionError("what has a kind is a mapping with a shape")
    key, tags = shape.one_of.key, list(shape.tags)
    field = ".".join((*spot.path, key))
    if key in content:
        node = content[key].node
        text = node.content if isinstance(node.content, str) else ""
        return source.finding(node.place, field, text, f"expected one of {', '.join(tags)}", _near_hint(text, tags))
    typo = nearest(key, content)
    place = content[typo].place if typo else spot.holder
    hint = f"did you mean `{key}` instead of `{typo}`?" if typo else f"one of {', '.join(tags)}"
    return source.finding(place, field, "", "is required and missing", hint)


def _choice_finding(error: Any, spot: _Spot, source: Source) -> Finding:
    choices = [str(choice) for choice in spot.shape.choices] if spot.shape else []
    text = str(error["input"]) if isinstance(error["input"], str) else ""
    expected = f"one of {', '.join(choices)}" if len(choices) != 1 else choices[0]
    return source.finding(spot.place, ".".join(spot.path), text, f"expected {expected}", _near_hint(text, choices))


def _near_hint(text: str, names: Sequence[str]) -> str:
    near = nearest(text, names)
    return f"did you mean `{near}`?" if near else ""


def _judged(problems: Iterable[str], spot: _Spot, source: Source) -> list[Finding]:
    """Locate judgements over several fields, one finding each, at what the sentence names."""
    findings = []
    for problem in problems:
        path, place, value = _named(problem, spot) or (spot.path, spot.holder, "")
        field = ".".join(path)
        findings.append(source.finding(place, field, value, problem.removeprefix(f"`{field}` ")))
    return findings


def _named(problem: str, spot: _Spot) -> tuple[tuple[str, ...], Place, str] | None:
    """Find the first thing named: a quoted path as `signals.0.to`, a quoted text or key, else any word that is one."""
    leaves = list(_leaves(spot.node, spot.path))
    by_path = {".".join(leaf[0][len(spot.path) :]): leaf for leaf in leaves}
    quoted = [first or second for first, second in QUOTED.findall(problem)]
    dotted = (by_path.get(name) for name in quoted if "." in name)
    words = (*quoted, *re.findall(r"[^\s,;:]+", problem))
    equal = (leaf for name in words for leaf in leaves if leaf[2] == name)
    found = next((leaf for leaf in dotted if leaf), None) or next(equal, None)
    if found is None:
        return None
    path, place, text = found
    return path, place, text if text != path[-1] else ""


def _leaves(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Place, str]]:
    """Give every key and text below a node, keys as values of their own path."""
    if isinstance(node.content, dict):
        for key, entry in node.content.items():
            yield (*path, key), entry.place, key
            yield from _leaves(entry.node, (*path, key))
    elif isinstance(node.content, tuple):
        for number, item in enumerate(node.content):
            yield from _leaves(item, (*path, str(number)))
    elif node.content is not None:
        yield path, node.place, node.content
