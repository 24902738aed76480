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
    for described_key in described["properties"].values():
        if "discriminator" in described_key:
            described_key["oneOf"].append(_alternatives(described_key["discriminator"]))
    return {"$schema": DIALECT, **described, "title": "eventfolio research config"}


def _alternatives(discriminator: dict[str, Any]) -> dict[str, Any]:
    """Describe a mapping that holds its variants under their tags; see `backtest.config.variants`."""
    tag, variants = discriminator["propertyName"], discriminator["mapping"]
    return {
        "type": "object",
        "description": f"Alternatives under their names; `{tag}` chooses, what stands beside them is shared.",
        "properties": {tag: {"enum": list(variants)}, **{name: {"$ref": ref} for name, ref in variants.items()}},
        "required": [tag],
        "anyOf": [{"required": [name]} for name in variants],
    }


class _Dumper(yaml.SafeDumper):
    """Write without aliases, and quote what only looks plain."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    # Line breaks that YAML folds and white space at the ends survive double quotes only.
    is_simple = text == text.strip() and text.isprintable()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_simple else '"')


_Dumper.add_representer(str, _text)
