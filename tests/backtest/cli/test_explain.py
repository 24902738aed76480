"""``backtest explain``: every field, metric, signal and verdict word has a meaning, and a slip finds the nearest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from backtest.cli.meanings import VERDICTS, fields, look_up
from backtest.metrics.catalogue import catalogue
from data.errors import ConfigError
from tests.signals.test_union import UNION

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Backtest = Callable[..., subprocess.CompletedProcess[str]]


def test_a_kind_is_found_by_its_place_too() -> None:
    """As it stands under the field that it is a kind of."""
    assert [entry.sort for entry in look_up("combination.cap")] == ["kind of combination"]
    assert look_up("signals.decay.linear")[0] in look_up("linear")
    assert "`cap`" in look_up("signals.rotation")[0].lines[0]


@pytest.mark.parametrize("path", fields())
def test_every_field_has_a_description(path: str) -> None:
    """A sentence, which ends as one."""
    said = fields()[path].lines[0]
    assert len(said) > 10
    assert said.endswith((".", ":"))


def test_a_field_says_what_it_takes_and_its_default() -> None:
    """By its path, the number of a list's item left out or not."""
    (entry,) = look_up("costs.slippage_bps")
    assert entry.lines == ("Further adverse move of the fill price.", "takes a number < 10000, >= 0", "default 0.0")
    assert look_up("signals.0.rotation.cap") == look_up("signals.rotation.cap")


def test_places_that_mean_the_same_stand_together() -> None:
    """The half-life of every signal's exponential decay is one entry; that of the simulated market another."""
    found = look_up("half_life_sessions")
    assert [entry.lines[0] for entry in found] == [
        "Sessions in which half of the drift has come.", "Sessions in which half of the weight is gone.",
    ]  # fmt: skip
    assert "signals.rotation.decay.exponential" in found[1].lines[-1]


def test_a_path_as_a_config_has_it_is_found() -> None:
    """Without the kind that chooses among alternatives."""
    assert {entry.name.rpartition(".")[2] for entry in look_up("signals.0.decay")} == {"decay"}
    assert look_up("prices.seed")[0].name == "prices.simulated.seed"


@pytest.mark.parametrize("word", [*UNION, *VERDICTS, *(metric.name for metric in catalogue())])
def test_signals_verdicts_and_metrics_have_a_meaning(word: str) -> None:
    """The first entry is about them, and says something."""
    assert look_up(word)[0].sort in {"metric", "verdict", "kind of signals", "field"}
    assert all(line for entry in look_up(word) for line in entry.lines)


@pytest.mark.parametrize(
    ("slip", "meant"), [("shrpe", "sharpe"), ("costs.slipage_bps", "costs.slippage_bps"), ("rotaton", "rotation")]
)
def test_a_slip_finds_the_nearest(slip: str, meant: str) -> None:
    """As everywhere."""
    with pytest.raises(ConfigError, match=f"did you mean .*{meant}"):
        look_up(slip)


def test_the_command_speaks_to_people_and_programs(inside: Backtest) -> None:
    """Plain lines, or JSON; an unknown word is exit 2."""
    assert inside("explain", "sharpe").stdout.startswith("sharpe  (metric)\n  Sharpe ratio\n  unit: ratio\n")
    assert json.loads(inside("explain", "luck", "--json").stdout)["meanings"][0]["sort"] == "verdict"
    assert inside("explain", "nonsense_word").returncode == 2
