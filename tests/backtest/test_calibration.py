"""The verdict on markets whose truth is known: how often it supports nothing, and how often it supports something."""

from __future__ import annotations

from pathlib import Path

import pytest
from markets import SETTINGS

from backtest.config.model import Config
from backtest.engine import run

SECTORS = {"semis": 3, "hyperscalers": 2}
DRIFT = 200.0  # bps of each side, half of it within five sessions
QUIET = {"market_volatility_per_year": 0.16, "sector_volatility_per_year": 0.10, "own_volatility_per_year": 0.15}
EVIDENCE = {"placebo_draws": 59, "shifts": [], "study": False, "hindsight": False, "plausible_drift_bps": 400}


def verdict(seed: int, effects: list[dict]) -> str:
    """Run 500 simulated sessions with some 50 events and give the code of the verdict."""
    prices = {"source": "simulated", "seed": seed, "sessions": 500, "sectors": SECTORS, "events_per_year": 25, **QUIET}
    signals = [{**SETTINGS["signals"][0], "decay": {"kind": "exponential", "half_life_sessions": 6}}]
    config = {**SETTINGS, "prices": {**prices, "effects": effects}, "events": {"source": "simulated"},
              "signals": signals, "evidence": EVIDENCE}  # fmt: skip
    judgement = run(Config.model_validate(config), Path()).judgement
    assert judgement is not None
    return judgement.code


def supported(seeds: range, effects: list[dict]) -> int:
    """Count the markets on which the verdict is that the run is supported."""
    return sum(verdict(seed, effects) == "supported" for seed in seeds)


PLANTED = [{"drift_bps": DRIFT, "half_life_sessions": 5}]


def test_markets_without_an_effect_are_seldom_supported():
    """Of 20 null markets at most 4: at a true rate of 5 % more come once in 400 such tests."""
    assert supported(range(20), []) <= 4


def test_markets_with_a_planted_effect_are_mostly_supported():
    """Of 20 planted markets at least 12: at a true rate of 80 % fewer come once in 100 such tests."""
    assert supported(range(1000, 1020), PLANTED) >= 12


@pytest.mark.full
def test_two_hundred_null_markets_are_supported_in_at_most_five_percent():
    """At most 10 of 200."""
    assert supported(range(200), []) <= 10


@pytest.mark.full
def test_two_hundred_planted_markets_are_supported_in_at_least_eighty_percent():
    """At least 160 of 200."""
    assert supported(range(1000, 1200), PLANTED) >= 160
