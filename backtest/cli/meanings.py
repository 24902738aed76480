"""What every word means that a config, a result or a verdict uses, read from the settings and metrics themselves."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from backtest.config.model import Config
from backtest.config.shape import Shape
from data.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

__all__ = ["VERDICTS", "Meaning", "fields", "look_up"]

TAGS = ("kind", "source")
VERDICTS = {
    "supported": "The 95 % interval of the yearly return over the untilted mix lies above 0, the placebo p is at most "
    "0.05, the deflated Sharpe ratio of that difference over all trials at least 0.95, and the run could have found an "
    "edge of plausible size. docs/verdict.md has every rule.",
    "refuted": "The 95 % interval of the yearly return over the untilted mix lies below 0.",
    "luck": "Not distinguishable from luck: the 95 % interval of the yearly return over the untilted mix holds 0, or "
    "the placebo p is above 0.05, or the deflated Sharpe ratio over all trials below 0.95.",
    "informative": "Not informative: fewer than ten traded events, nothing that can be measured, or an edge of "
    "evidence.plausible_drift_bps could not have been found, so neither a gain nor a loss says anything.",
    "ruined": "The account lost all its capital and was closed; what follows is cash of 0.",
    "base": "Base mix alone: the config has no signals, so there is nothing to judge.",
}


class Meaning(NamedTuple):
    """One entry: the name, what sort of thing it is, and what it means, line by line."""

    name: str
    sort: str
    lines: tuple[str, ...]


def look_up(word: str) -> tuple[Meaning, ...]:
    """Give the meanings of a word, those of the field with that very path alone.

    Raises
    ------
    ConfigError
        When nothing has that name; with the nearest names.

    """
    asked = word.strip().lower()
    known = fields()
    place = [part for part in asked.split(".") if not part.isdigit()]
    exact = known.get(".".join(place))
    if exact:
        return (exact,)
    found = _merged(entry for path, entry in known.items() if _leads(place, path.split(".")))
    kinds = [entry for entry in _kinds() if asked in {entry.name, f"{entry.sort.rpartition(' of ')[2]}.{entry.name}"}]
    verdicts = [Meaning(asked, "verdict", (text,)) for name, text in VERDICTS.items() if name == asked]
    metrics = [entry for entry in _metrics() if entry.name == asked] if len(place) == 1 else []
    if not (found or kinds or verdicts or metrics):
        raise _unknown(asked, known)
    return (*metrics, *verdicts, *kinds, *found)


def _leads(place: list[str], path: list[str]) -> bool:
    """Say whether a path ends like the place and has its other parts in order, from the first on."""
    if place[-1:] != path[-1:] or (len(place) > 1 and place[0] != path[0]):
        return False
    rest = iter(path)
    return all(part in rest for part in place)


def _merged(entries: Iterable[Meaning]) -> list[Meaning]:
    """Give one entry for all places that mean the same."""
    places: dict[tuple[str, ...], list[str]] = {}
    for entry in entries:
        places.setdefault(entry.lines, []).append(entry.name)
    return [
        Meaning(names[0] if len(names) == 1 else names[0].rpartition(".")[2], "field",
                lines if len(names) == 1 else (*lines, f"in {', '.join(name.rpartition('.')[0] for name in names)}"))
        for lines, names in places.items()
    ]  # fmt: skip


def _unknown(asked: str, known: dict[str, Meaning]) -> ConfigError:
    last = {path.rpartition(".")[2] for path in known}
    names = sorted({*known, *last, *VERDICTS, *(entry.name for entry in (*_kinds(), *_metrics()))})
    near = get_close_matches(asked, names, 3)
    guess = (
        f"did you mean {', '.join(near)}?" if near else "ask for a field as costs.slippage_bps, or a metric as sharpe"
    )
    return ConfigError(f"{asked!r} is no field, metric, signal or verdict; {guess}")


@cache
def fields() -> dict[str, Meaning]:
    """Give every field of a config by its path; those of alternatives carry the alternative's tag."""
    return {entry.name: entry for entry in _fields(Config, "")}


def _fields(model: type[BaseModel], path: str) -> Iterator[Meaning]:
    for name, field in model.model_fields.items():
        here = f"{path}{field.alias or name}"
        shape = Shape.of(field.annotation, field)
        yield Meaning(here, "field", tuple(_lines(model, name, field, shape)))
        for inner, tag in _inner(shape):
            yield from _fields(inner, f"{here}.{tag}." if tag else f"{here}.")


def _inner(shape: Shape) -> Iterator[tuple[type[BaseModel], str]]:
    """Give the models below a field, through lists and mappings, with the tag that chooses each."""
    if shape.tags:
        yield from ((shape.chosen(tag).members[0], tag) for tag in shape.tags)
        return
    for member in shape.members:
        if get_origin(member) in {tuple, dict}:
            yield from _inner(Shape.of(get_args(member)[-1 if get_origin(member) is dict else 0]))
        elif hasattr(member, "model_fields"):
            yield member, ""


def _lines(model: type[BaseModel], name: str, field: FieldInfo, shape: Shape) -> Iterator[str]:
    if name in TAGS and shape.choices:
        yield _first(model)
        return
    yield shape.description
    yield f"takes {_type(field, shape)}"
    if field.is_required():
        yield "required"
    else:
        yield f"default {_default(field)}"


def _type(field: FieldInfo, shape: Shape) -> str:
    if shape.one_of:
        return f"a mapping, with {shape.one_of.key} one of {', '.join(sorted(shape.tags))}"
    if shape.choices:
        return f"one of {', '.join(map(str, shape.choices))}"
    bounds = [f"{sign} {getattr(item, key)}" for item in field.metadata for key, sign in _BOUNDS if hasattr(item, key)]
    return f"{_word(shape.members[0])}{' ' if bounds else ''}{', '.join(bounds)}"


_BOUNDS = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))
_WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "a text", "date": "a day"}


def _word(member: Any) -> str:
    if get_origin(member) is tuple:
        return "a list"
    if get_origin(member) is dict or hasattr(member, "model_fields"):
        return "a mapping"
    return _WORDS.get(getattr(member, "__name__", ""), "a text")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if hasattr(value, "model_dump"):
        return f"as {type(value).__name__.lower()} has it" if not value.model_fields_set else str(value)
    if value is None:
        return "none"
    return "none" if value in ((), {}, "") else str(value).lower() if isinstance(value, bool) else f"{value}"


def _first(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0].replace("``", "`")


def _kinds() -> Iterator[Meaning]:
    """Give every tag that chooses an alternative: kinds of signal, decay, weighting, step, and sources."""
    seen = set()
    for path, model in _tagged(Config, ""):
        for name in TAGS:
            field = model.model_fields.get(name)
            tags = get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
            if len(tags) == 1 and (model, tags[0]) not in seen:
                seen.add((model, tags[0]))
                own = ", ".join(one.alias or key for key, one in model.model_fields.items() if key != name)
                sort = f"{name} of {path}"
                yield Meaning(tags[0], sort, (_first(model), f"fields: {own}" if own else "no fields of its own"))


def _tagged(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        here = f"{path}{field.alias or name}"
        for inner, tag in _inner(Shape.of(field.annotation, field)):
            if tag:
                yield here, inner
            yield from _tagged(inner, f"{here}.")


def _metrics() -> Iterator[Meaning]:
    """Give every metric with its convention, as a run of a month of nothing states them."""
    from backtest.metrics.catalogue import catalogue

    for metric in catalogue():
        yield Meaning(metric.name, "metric", (metric.label, f"unit: {metric.unit}", metric.convention))
