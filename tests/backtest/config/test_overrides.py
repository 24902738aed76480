"""``--set``: values over the file, checked like the file, blamed on the option."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backtest.config.reader import load
from data.errors import ConfigError

if TYPE_CHECKING:
    from backtest.config.model import Config
    from data.errors import Finding

ROTATION = Path(__file__).resolve().parents[3] / "configs" / "rotate_semis_to_hyperscalers.yaml"


def rotation(*overrides: str) -> Config:
    return load(ROTATION, overrides).config


def mistakes(*overrides: str) -> list[Finding]:
    with pytest.raises(ConfigError) as caught:
        rotation(*overrides)
    return list(caught.value.findings)


def test_a_value_is_set() -> None:
    """The file says 1000000."""
    assert rotation("account.capital=5e4").account.capital == 50_000


def test_a_list_item_is_set_by_its_number() -> None:
    """The first signal's cap in the file is 0.40."""
    assert rotation("signals.0.cap=0.3").signals[0].cap == 0.3


def test_a_missing_mapping_is_made() -> None:
    """The file has no period."""
    assert str(rotation("period.start=2020-01-02").period.start) == "2020-01-02"


def test_the_last_of_two_settings_counts() -> None:
    """As with every command line."""
    assert rotation("seed=1", "seed=2").seed == 2


def test_lists_and_texts_are_read_as_yaml() -> None:
    """A value may be a list; texts stay texts."""
    config = rotation("baskets.other=[ON, '0700']", "benchmark=null")
    assert config.baskets["other"] == ("ON", "0700")
    assert config.benchmark is None


def test_a_name_with_a_dot_is_found() -> None:
    """The longest key that is there wins."""
    added = "baskets={a.b: [X], semis: [S], hyperscalers: [H], least_openai: [GOOGL, AMZN, MSFT, META]}"
    assert rotation(added, "baskets.a.b=[Y]").baskets["a.b"] == ("Y",)


@pytest.mark.parametrize(
    ("override", "field", "problem", "hint"),
    [
        ("account.capital=five", "account.capital", "expected a number", "Cash before"),
        ("account.capital=1e16", "account.capital", "expected a number <= 1000000000000000", "Cash before"),
        ("account.captial=5", "account.captial", "is not a known key", "did you mean `capital`?"),
        ("signals.9.cap=1", "signals.9", "a list of 3", "for example signals.0"),
        ("signals.x.cap=1", "signals.x", "a list of 3", "for example signals.0"),
        ("name.x=1", "name.x", "`name` is a plain value", ""),
        ("account.capital", "", "expected `key.key=value`", "for example"),
        ("=5", "", "expected `key.key=value`", "for example"),
        ("a..b=5", "", "expected `key.key=value`", "for example"),
        ("seed=[1", "seed", "is not YAML", ""),
    ],
)
def test_a_mistake_is_blamed_on_the_option(override: str, field: str, problem: str, hint: str) -> None:
    """The place is the option as typed."""
    found = mistakes(override)
    assert [(one.where, one.field) for one in found] == [(f"--set {override}", field)]
    assert problem in found[0].problem
    assert found[0].hint.startswith(hint)


def test_all_mistakes_of_options_are_told_at_once() -> None:
    """Two options, two findings."""
    assert len(mistakes("seed=x", "account.fill=noon")) == 2
