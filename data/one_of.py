"""Settings of several kinds: a text under a key says which, and what no config names is neither imported nor built."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic_core import PydanticKnownError, core_schema

from data.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

__all__ = ["OneOf"]


class OneOf:
    """What ``Annotated`` says of a field whose ``key`` tells one kind of settings from another.

    It validates, complains and is described as pydantic's discriminated union of the same models. That one imports all
    its members and builds the validators of all, though a config names a few: most of the time of reading one.

    Attributes
    ----------
    key
        Field that says which, as ``kind``.
    homes
        Its text: the class, as ``signals.rotation.Rotation``.

    """

    def __init__(self, key: str, homes: Mapping[str, str]) -> None:
        self.key = key
        self.homes = homes

    def model(self, tag: str) -> type[Settings]:
        """Give the settings of a kind."""
        return _imported(self.homes[tag])

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> core_schema.CoreSchema:
        """Validate by the model that the value names."""
        return core_schema.no_info_plain_validator_function(self._validated)

    def __get_pydantic_json_schema__(self, _schema: object, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe all kinds."""
        from pydantic import Field, TypeAdapter

        models = tuple(self.model(tag) for tag in self.homes)
        union: Any = Annotated[Union[models], Field(discriminator=self.key)]  # noqa: UP007 - of a tuple
        return handler(TypeAdapter(union).core_schema)

    def _validated(self, value: object) -> Settings:
        if isinstance(value, Settings):
            tag = getattr(value, self.key, None)
        elif isinstance(value, dict):
            tag = value.get(self.key)
        else:
            raise PydanticKnownError("model_attributes_type")
        said = {"discriminator": repr(self.key)}
        if tag is None:
            raise PydanticKnownError("union_tag_not_found", said)
        if not isinstance(tag, str) or tag not in self.homes:
            expected = ", ".join(map(repr, self.homes))
            raise PydanticKnownError("union_tag_invalid", {**said, "tag": str(tag), "expected_tags": expected})
        return self.model(tag).model_validate(value)


@cache
def _imported(home: str) -> type[Settings]:
    module, _, name = home.rpartition(".")
    model: type[Settings] = getattr(import_module(module), name)
    return model
