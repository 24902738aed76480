"""The normal form: a fixed point that loads back to the same config."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.config.model import Config
from backtest.config.normal import dump, normal, schema
from backtest.config.reader import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ODD = [
    "ON", "NO", "TRUE", "0700", "1e-3", "12:30", "null", "~",
    "'", '"', "a: b", "# c", "- d", "{e}", "&f", "<<", "=",
    "it's", "\u2028", "\x85", "日本", "🚀", "a\nb", "%", "@x", "0x1F", "2020-01-01", "!t", "1_000", "\ufeff",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30),
)
assets = texts.filter(lambda text: text.strip() == text and 0 < len(text) <= 32)


def research(**changes: object) -> Config:
    value = {
        "name": "base",
        "prices": {"source": "files", "path": "p.csv", "adjustment": "raw"},
        "events": {"source": "files", "path": "e.csv"},
        "baskets": {"semis": ["SEM1"]},
        "portfolio": {"base": {"semis": 0.5}},
    }
    return Config.model_validate(value | changes)


@settings(deadline=None)
@given(
    thesis=texts,
    members=st.lists(assets, min_size=1, max_size=4, unique=True),
    capital=st.floats(min_value=1e-15, max_value=1e15),
    path=texts,
)
def test_the_normal_form_loads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, thesis: str, members: list[str], capital: float, path: str
) -> None:
    """dump(load(x)) is a fixed point, whatever the texts look like to YAML (law 54)."""
    prices = {"source": "files", "path": path, "adjustment": "raw"}
    events = {"source": "files", "path": path}
    config = research(
        thesis=thesis, baskets={"semis": members}, account={"capital": capital}, prices=prices, events=events
    )
    file = tmp_path_factory.getbasetemp() / "round.yaml"
    file.write_bytes(dump(config).encode())
    again = load(file).config
    assert again == config
    assert dump(again) == dump(config)


def test_defaults_are_filled_and_names_are_those_of_a_config() -> None:
    """`from` is the config's word; python calls it source."""
    trigger = {"kind": "a", "size": 0.1}
    signal = {"kind": "rotation", "from": "semis", "to": "clouds", "triggers": [trigger]}
    value = normal(research(signals=[signal], baskets={"semis": ["A"], "clouds": ["B"]}))
    assert value["signals"][0]["from"] == "semis"
    assert value["account"]["fill"] == "open"
    assert value["period"] == {"start": None, "end": None}
    json.dumps(value, allow_nan=False)


def test_the_quickstart_survives_the_round_trip(root: Path, tmp_path: Path) -> None:
    """The shipped config and its normal form are the same research."""
    config = load(root / "configs" / "quickstart.yaml").config
    (tmp_path / "n.yaml").write_text(dump(config))
    assert load(tmp_path / "n.yaml").config == config


def test_the_shipped_schema_is_up_to_date(root: Path) -> None:
    """Renew it with: backtest schema > configs/backtest.schema.json."""
    shipped = (root / "configs" / "backtest.schema.json").read_text()
    assert shipped == json.dumps(schema(), indent=2) + "\n"


def test_the_schema_names_its_dialect_and_forbids_unknown_keys() -> None:
    """Editors then underline typos."""
    described = schema()
    assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert described["additionalProperties"] is False
    assert "from" in described["$defs"]["Rotation"]["properties"]
