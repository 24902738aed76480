"""The normal form of a config: every default filled in, the same for every way of writing the same research."""

from __future__ import annotations

from typing import Any

import yaml

from backtest.config.model import Config

__all__ = ["dump", "normal", "schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def normal(config: Config) -> dict[str, Any]:
    """Give a JSON value with every field under its name in a config."""
    value: dict[str, Any] = config.model_dump(mode="json", by_alias=True)
    return value


def dump(config: Config) -> str:
    """Give YAML text of the normal form; it loads back to an equal config."""
    text: str = yaml.dump(
        normal(config), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120
    )
    return text


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a config, for editors."""
    described = Config.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, **described, "title": "eventfolio research config"}


class _Dumper(yaml.SafeDumper):
    """Write without aliases, and quote what only looks plain."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    # Line breaks that YAML folds and white space at the ends survive double quotes only.
    is_simple = text == text.strip() and text.isprintable()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_simple else '"')


_Dumper.add_representer(str, _text)
