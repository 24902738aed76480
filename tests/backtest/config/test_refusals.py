"""``validate`` refuses what ``run`` would refuse at once, at its place, and reads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.config.reader import load
from backtest.config.refusals import refusals, unread
from data.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from data.errors import Finding

CONFIG = """\
name: base
prices: {source: files, path: p.csv, adjustment: raw}
events: {source: files, path: e.csv, timezone: America/New_York}
baskets:
  semis: [NVDA, AVGO]
  clouds: [MSFT]
portfolio:
  base: {semis: 0.5, clouds: 0.5}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "p.csv").touch()
    (tmp_path / "e.csv").touch()
    return tmp_path / "a.yaml"


def findings(path: Path, text: str, *overrides: str) -> list[Finding]:
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path, overrides, refusals)
    return list(caught.value.findings)


def test_empty_files_are_enough(config: Path) -> None:
    """They are there; what is in them is for the run, and that is said."""
    config.write_text(CONFIG)
    assert unread(load(config, (), refusals).config) == ("prices", "events")


@pytest.mark.parametrize(("name", "line", "column"), [("p.csv", 2, 31), ("e.csv", 3, 31)])
def test_a_missing_file_is_told_at_its_path(config: Path, name: str, line: int, column: int) -> None:
    """With the nearest name beside it; the path is relative to the config."""
    (config.parent / name).rename(config.parent / f"{name[0]}x.csv")
    (found,) = findings(config, CONFIG)
    assert (found.where, found.value) == (f"{config}:{line}:{column}", name)
    assert found.problem.startswith("is not there")
    assert f"nearest: {config.parent / name[0]}x.csv" in found.problem


def test_a_missing_file_of_an_override_is_told_there(config: Path) -> None:
    """No line of the file is at fault."""
    (found,) = findings(config, CONFIG, "prices.path=q.csv")
    assert "--set" in found.where
    assert ":2:" not in found.where


def test_an_unknown_time_zone_gets_the_one_that_is_meant(config: Path) -> None:
    """New_York is a city of America; Mars has none."""
    (near,) = findings(config, CONFIG.replace("America/New_York", "New_York"))
    (far,) = findings(config, CONFIG.replace("America/New_York", "Mars"))
    assert (near.where, near.value) == (f"{config}:3:48", "New_York")
    assert near.problem == "is no time zone; did you mean America/New_York?"
    assert far.problem == "is no time zone; expected a name such as America/New_York"


@pytest.mark.parametrize(
    ("more", "limit"),
    [
        ("", "1.0000"),
        ("account: {max_gross: 1.2}\n", "1.2000"),
        ("account: {max_gross: 3, initial_margin: 0.8}\n", "1.25"),
    ],
)
def test_a_base_mix_above_the_account_is_refused(config: Path, more: str, limit: str) -> None:
    """0.8 + 0.6 is 1.4."""
    (found,) = findings(config, CONFIG.replace("semis: 0.5, clouds: 0.5", "semis: 0.8, clouds: 0.6") + more)
    assert (found.where, found.field) == (f"{config}:8:3", "portfolio.base")
    assert f"adds up to 1.4000 of equity, at most {limit}" in found.problem


@pytest.mark.parametrize(
    ("base", "more"),
    [
        ("semis: 0.8, clouds: 0.6", "account: {max_gross: 1.4}\n"),
        ("semis: 1, clouds: -1", "account: {max_gross: 1}\n"),  # which is 2, but baskets may share assets
        ("semis: 0.1, clouds: 0.9", ""),
    ],
)
def test_a_base_mix_that_may_be_held_is_valid(config: Path, base: str, more: str) -> None:
    """What only the weights of single assets decide is left to the run."""
    config.write_text(CONFIG.replace("semis: 0.5, clouds: 0.5", base) + more)
    load(config, (), refusals)


def test_all_are_told_at_once(config: Path) -> None:
    """Both files, the zone and the mix."""
    (config.parent / "p.csv").unlink()
    (config.parent / "e.csv").unlink()
    text = CONFIG.replace("America/New_York", "New_York").replace("clouds: 0.5", "clouds: 0.9")
    assert len(findings(config, text)) == 4


def test_an_asset_stands_in_a_basket_once(config: Path) -> None:
    """For run, too: without the refusals."""
    config.write_text(CONFIG.replace("[NVDA, AVGO]", "[NVDA, AVGO, NVDA]"))
    with pytest.raises(ConfigError) as caught:
        load(config)
    (found,) = caught.value.findings
    assert (found.where, found.value) == (f"{config}:5:23", "NVDA")
    assert found.problem == "is in basket semis already; name it once"
