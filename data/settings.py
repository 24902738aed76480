"""The base of all settings: frozen, without unknown fields, decoded from a config by type."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["Asset", "Fraction", "Label", "Name", "NonNegative", "Positive", "Settings"]


class Settings(BaseModel):
    """A frozen settings object; an unknown field is an error."""

    # Built when first used: a config's validator holds those of all its parts, so theirs alone are rarely needed.
    # Settings that are another field's default are made by ``model_construct``, which builds none.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, defer_build=True)


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Asset = Annotated[str, BeforeValidator(_strip), Field(min_length=1, max_length=32)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Label = Annotated[Name, Field(description="Name under which it stands in reports; each its own.")]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
