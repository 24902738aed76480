"""What the config's types expect at each place: walked beside the tree to type texts and to locate errors."""

from __future__ import annotations

import types
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from data.one_of import OneOf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtest.config.tree import Content, Node

__all__ = ["Shape", "Unreadable", "typed"]


class Unreadable(NamedTuple):
    """A text that is no value of its field's type; it stands in for the value, so that validation refuses it."""

    text: str


class Shape(NamedTuple):
    """One place's type: the members of its union (one without a union), None left out; or one of several kinds."""

    members: tuple[Any, ...]
    one_of: OneOf | None = None
    description: str = ""

    @classmethod
    def of(cls, annotation: Any, field: FieldInfo | None = None) -> Shape:
        """Read a type annotation."""
        said = list(field.metadata) if field else []
        description = (field.description or "") if field else ""
        while get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            said += more
        for item in said:
            if isinstance(item, FieldInfo):
                description = description or item.description or ""
        one_of = next((item for item in said if isinstance(item, OneOf)), None)
        if get_origin(annotation) not in {Union, types.UnionType}:
            return cls((annotation,), one_of, description)
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) > 1:
            return cls(tuple(members), None, description)
        inner = cls.of(members[0])
        return cls(inner.members, inner.one_of, description or inner.description)

    @property
    def tags(self) -> Mapping[str, str]:
        """Give where the kinds are at home, by what names them; empty when there is one."""
        return self.one_of.homes if self.one_of else {}

    @property
    def choices(self) -> tuple[Any, ...]:
        """Give the values of a Literal; empty for anything else."""
        return tuple(choice for member in self.members if get_origin(member) is Literal for choice in get_args(member))

    def chosen(self, tag: str) -> Shape:
        """Give the shape of one kind."""
        return Shape((self.one_of.model(tag),) if self.one_of else (), None, self.description)

    def tag(self, content: Content) -> str:
        """Give the text that names the kind, known or not; empty where there is none."""
        entry = content.get(self.one_of.key) if self.one_of and isinstance(content, dict) else None
        return entry.node.content if entry and isinstance(entry.node.content, str) else ""

    def fields(self, content: Content = None) -> dict[str, Shape]:
        """Give the fields of the model that is meant, by the name used in a config; empty when it is no model."""
        model = self._model(content)
        return {} if model is None else _fields(model)

    def below(self, content: Content, part: str | int) -> Shape | None:
        """Give the shape of a field, a mapping's value or a list's item."""
        fields = self.fields(content)
        if fields:
            return fields.get(str(part))
        for member in self.members:
            arguments = get_args(member)
            if get_origin(member) is dict:
                return Shape.of(arguments[1])
            if get_origin(member) in {tuple, list, frozenset}:
                return Shape.of(arguments[0])
        return None

    def keys(self) -> Shape | None:
        """Give the shape of a mapping's keys."""
        return next((Shape.of(get_args(member)[0]) for member in self.members if get_origin(member) is dict), None)

    def _model(self, content: Content) -> type[BaseModel] | None:
        if self.one_of:
            tag = self.tag(content)
            return self.one_of.model(tag) if tag in self.tags else None
        models = [member for member in self.members if isinstance(member, type) and issubclass(member, BaseModel)]
        return models[0] if len(models) == 1 else None


@cache
def _fields(model: type[BaseModel]) -> dict[str, Shape]:
    return {field.alias or name: Shape.of(field.annotation, field) for name, field in model.model_fields.items()}


def typed(node: Node, shape: Shape | None) -> Any:
    """Give plain values, texts turned into what their fields expect where pydantic would guess or refuse."""
    content = node.content
    if isinstance(content, dict):
        return {key: typed(entry.node, shape and shape.below(content, key)) for key, entry in content.items()}
    if isinstance(content, tuple):
        return [typed(item, shape and shape.below(content, number)) for number, item in enumerate(content)]
    if content is None or shape is None:
        return content
    if date in shape.members:
        return _date(content)
    return next((choice for choice in shape.choices if _written(choice) == content), content)


def _date(text: str) -> date | Unreadable:
    # pydantic would also take `1577836800` and `2019-01-02T00:00:00` for a date, and Python `20190102`.
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" else Unreadable(text)
    except ValueError:
        return Unreadable(text)


def _written(choice: object) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)
