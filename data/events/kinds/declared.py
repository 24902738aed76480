"""Kinds that a config declares: their required fields, unit and directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.events.kinds.base import Kind, Rule, given, known_direction, known_unit

if TYPE_CHECKING:
    from data.events.settings import DeclaredKind

__all__ = ["declared"]


def declared(settings: DeclaredKind) -> Kind:
    """Make the kind of its settings."""
    rules: list[Rule] = [given(field, "error") for field in settings.required]
    if settings.unit is not None:
        rules.append(known_unit((settings.unit,)))
    if settings.directions:
        rules.append(known_direction(settings.directions))
    return Kind(settings.name, tuple(rules))
