"""Switching a source by one ``--set``: leftovers are dropped and told, named alternatives stand beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.cli.main import main
from backtest.config.normal import dump, schema
from backtest.config.reader import Loaded, load
from data.errors import ConfigError
from data.prices.settings import PriceFiles, PriceYahoo

if TYPE_CHECKING:
    from pathlib import Path

REST = """
events: {source: files, path: events.csv, timezone: America/New_York, exclude_confidence: [low]}
baskets: {one: [A]}
portfolio: {base: {one: 1}}
"""
FLAT = "name: x\nprices: {source: files, path: p.csv, adjustment: split, name: Mine}\n" + REST
NAMED = (
    """
name: x
prices:
  source: files
  name: Mine
  files: {path: p.csv, adjustment: total}
  yfinance: {start: 2019-01-02}
"""
    + REST
)


@pytest.fixture
def read(tmp_path: Path):
    """Give a function that loads a text with overrides."""

    def load_text(text: str, *overrides: str) -> Loaded:
        path = tmp_path / "c.yaml"
        path.write_text(text)
        return load(path, overrides)

    return load_text


def problems(read, text: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, *overrides)
    return [f"{finding.field}: {finding.problem}" for finding in caught.value.findings]


def test_what_only_the_old_source_knows_is_dropped_and_told(read) -> None:
    """The path, the zone; what both know stays; the keys are named in the order of the file."""
    loaded = read(FLAT, "events.source=curated")

    assert loaded.config.events.model_dump() == {
        "source": "curated",
        "kinds": loaded.config.events.kinds,
        "exclude_confidence": ("low",),
        "group": "first",
    }
    assert loaded.notes == ("events.source was set to curated: without events.path, events.timezone",)


def test_a_flat_config_switches_with_what_the_new_source_needs(read) -> None:
    """What is fetched needs a start; its name was shared."""
    loaded = read(FLAT, "prices.source=yfinance", "prices.start=2020-01-02")

    assert isinstance(loaded.config.prices, PriceYahoo)
    assert (str(loaded.config.prices.start), loaded.config.prices.name) == ("2020-01-02", "Mine")
    assert problems(read, FLAT, "prices.source=yfinance") == ["prices.start: is required and missing"]


@pytest.mark.parametrize("override", ["prices.path=q.csv", "prices.pth=q.csv"])
def test_a_key_that_is_set_is_never_dropped(read, override: str) -> None:
    """Who sets a path and another source at once is told that the two do not go together."""
    key = override.partition("=")[0]
    found = problems(read, FLAT, "prices.source=simulated", override, "events.source=simulated", "baskets.one=[MKT]")
    assert found == [f"{key}: is not a known key"]


def test_a_typo_of_the_file_stays_a_mistake(read) -> None:
    """A key that neither source knows is not dropped by a switch."""
    text = FLAT.replace("name: Mine", "nam: Mine")
    assert problems(read, text, "prices.source=yfinance", "prices.start=2020-01-02") == [
        "prices.nam: is not a known key"
    ]


def test_the_same_source_drops_nothing(read) -> None:
    """Nothing is said, nothing is gone."""
    loaded = read(FLAT, "prices.source=files")
    assert (loaded.notes, loaded.config) == ((), read(FLAT).config)


def test_one_set_chooses_a_named_alternative(read) -> None:
    """No other option is needed, and what stands beside the alternatives is shared."""
    files, fetched = read(NAMED), read(NAMED, "prices.source=yfinance")

    assert isinstance(files.config.prices, PriceFiles)
    assert (files.config.prices.path, files.config.prices.name) == ("p.csv", "Mine")
    assert isinstance(fetched.config.prices, PriceYahoo)
    assert (str(fetched.config.prices.start), fetched.config.prices.name) == ("2019-01-02", "Mine")
    assert files.notes == fetched.notes == ()


def test_the_normal_form_holds_the_chosen_source_alone(read, tmp_path: Path) -> None:
    """It is what was run, and equals that of a config without alternatives."""
    plain = read(
        NAMED.replace("files: {path: p.csv, adjustment: total}", "path: p.csv\n  adjustment: total").replace(
            "  yfinance: {start: 2019-01-02}\n", ""
        )
    )
    assert dump(read(NAMED).config) == dump(plain.config)


def test_an_alternative_is_overridden_by_its_path_or_beside_it(read) -> None:
    """``prices.files.path`` and ``prices.path`` are the same once files are chosen."""
    for key in ("prices.files.path", "prices.path"):
        assert read(NAMED, f"{key}=q.csv").config.prices.path == "q.csv"


def test_mistakes_of_alternatives_are_found_where_they_stand(read) -> None:
    """Of the one that is chosen and of the one that is not, with line and column."""
    text = NAMED.replace("start: 2019-01-02", "strt: 2019-01-02").replace("adjustment: total", "adjustment: none")
    with pytest.raises(ConfigError) as caught:
        read(text)
    found = [(finding.where.split(":")[-2], finding.field) for finding in caught.value.findings]
    assert found == [("6", "prices.adjustment"), ("7", "prices.strt")]


def test_the_signals_of_a_config_switch_too(read) -> None:
    """The tag of a list's item: a decay that is set to another kind loses what only the old one had."""
    decay = "{kind: exponential, half_life_sessions: 5}"
    signal = f"{{kind: rotation, name: s, from: one, to: two, triggers: [{{kind: rpo, size: 0.1}}], decay: {decay}}}"
    text = FLAT.replace("{one: [A]}", "{one: [A], two: [B]}") + f"signals: [{signal}]\n"
    loaded = read(text, "signals.0.decay.kind=step", "signals.0.decay.sessions=7")
    assert loaded.notes == ("signals.0.decay.kind was set to step: without signals.0.decay.half_life_sessions",)


def test_what_was_left_out_is_said_on_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """On stderr, so that stdout stays data."""
    path = tmp_path / "c.yaml"
    path.write_text(FLAT)
    (tmp_path / "p.csv").touch()

    assert main(["validate", str(path), "--set", "events.source=curated"]) == 0
    out, err = capsys.readouterr()
    assert "without events.path" in err
    assert out.endswith("valid\n")


def test_the_schema_for_editors_knows_alternatives() -> None:
    """Prices and events may hold their variants under their tags; one of them at least."""
    for key, tags in (("prices", {"files", "yfinance", "simulated"}), ("events", {"files", "curated", "simulated"})):
        named = schema()["properties"][key]["oneOf"][-1]
        assert set(named["properties"]) == {"source", *tags}
        assert {one["required"][0] for one in named["anyOf"]} == tags
