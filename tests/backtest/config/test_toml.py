"""TOML configs: the same config, the same places, the same findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.config.reader import load
from backtest.config.toml_scan import scan
from data.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from data.errors import Finding

TOML = """\
name = "base"   # a comment
seed = 7
period.start = 2020-01-02

[prices]
source = 'simulated'
start = 2019-01-02

[events]
source = "simulated"

[baskets]
semis = [
  "SEM1", # "not a key" = 1
  "SEM2",
]
clouds = ["HYP1"]

[[signals]]
name = "one"
kind = "rotation"
from = "semis"
to = "clouds"
triggers = [{kind = "a", size = 0.1}, {kind = "b", size = 0.2}]
[signals.decay]
kind = "linear"
sessions = 5

[[signals]]
name = "two"
kind = "rotation"
from = "semis"
to = "clouds"
triggers = [{kind = "a", size = 0.1}]

[portfolio]
base = {semis = 0.5, clouds = 0.5}
long_only = true
"""


def mistakes(tmp_path: Path, text: str) -> list[Finding]:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    return list(caught.value.findings)


def at(tmp_path: Path, line: int, column: int) -> str:
    return f"{tmp_path / 'a.toml'}:{line}:{column}"


def test_a_toml_config_loads(tmp_path: Path) -> None:
    """Dates serve date fields and text fields alike."""
    (tmp_path / "a.toml").write_text(TOML)
    config = load(tmp_path / "a.toml").config
    assert str(config.period.start) == "2020-01-02"
    assert str(config.prices.start) == "2019-01-02"
    assert [signal.name for signal in config.signals] == ["one", "two"]
    assert config.baskets["semis"] == ("SEM1", "SEM2")


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "field"),
    [
        ("seed = 7", "seed = 'x'", 2, 8, "seed"),
        ("period.start = 2020-01-02", "period.stat = 2020-01-02", 3, 8, "period.stat"),
        ("source = 'simulated'", "source = 'simulatd'", 6, 10, "prices.source"),
        ('clouds = ["HYP1"]', 'clouds = ["HYP1", ""]', 17, 19, "baskets.clouds.1"),
        ('kind = "b", size = 0.2', 'kind = "b", size = 2.5', 24, 59, "signals.0.triggers.1.size"),
        ("sessions = 5", "sesions = 5", 27, 1, "signals.0.decay.sesions"),
        ('name = "two"', 'name = "T"', 30, 8, "signals.1.name"),
        ("long_only = true", "long_only = 5", 38, 13, "portfolio.long_only"),
        ("clouds = 0.5", "clouds = true", 37, 31, "portfolio.base.clouds"),
        ("[portfolio]", "[portfolo]", 36, 1, "portfolo"),
    ],
)
def test_errors_are_located(tmp_path: Path, old: str, new: str, line: int, column: int, field: str) -> None:
    """In tables, arrays of tables, dotted keys, inline tables and lists over several lines."""
    found = mistakes(tmp_path, TOML.replace(old, new, 1))
    assert [(one.where, one.field) for one in found] == [(at(tmp_path, line, column), field)]


def test_keys_given_twice_are_told_with_the_other_mistakes(tmp_path: Path) -> None:
    """The library stops at the first and gives no line of the earlier one."""
    text = TOML.replace("seed = 7", "seed = 7\nseed = 8\nbenchmark = ''").replace(
        "long_only = true", "long_only = true\nlong_only = false"
    )
    found = mistakes(tmp_path, text)
    assert [(one.where, one.field) for one in found] == [
        (at(tmp_path, 3, 1), "seed"),
        (at(tmp_path, 4, 13), "benchmark"),
        (at(tmp_path, 41, 1), "portfolio.long_only"),
    ]
    assert found[0].problem == "is given twice, first in line 2"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a = 1\nb = \n", 2, 5), ("a = 1\nb = [1,\n", 3, 1), ("[a]\nx = 1\n[a]\n", 3, 3), ("a = 'x\n", 2, 1)],
)
def test_faults_of_syntax_are_located(tmp_path: Path, text: str, line: int, column: int) -> None:
    """The reading ends there."""
    found = mistakes(tmp_path, text)
    assert [one.where for one in found] == [at(tmp_path, line, column)]
    assert found[0].problem.startswith("is not TOML")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "{a=" * 5000, "a" + ".a" * 5000 + " = 1"])
def test_deep_nesting_is_refused(tmp_path: Path, text: str) -> None:
    """The library itself ends in a RecursionError on these."""
    assert "nested deeper than 20" in mistakes(tmp_path, text)[0].problem


def test_strings_of_all_four_kinds_hide_their_content_from_the_scan() -> None:
    """What looks like keys inside of strings is none."""
    text = 'a = "x = 1 \\" y"\nb = \'[c]\'\nd = """\ne = 1\n\\""""\nf = \'\'\'\n[g]\n\'\'\'\n"h i".j = 1\n'
    assert list(scan(text).marks) == [("a",), ("b",), ("d",), ("f",), ("h i",), ("h i", "j")]
