"""Power and minimum detectable drift: the published values, a market of known noise, and the design effect."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from markets import SETTINGS

from backtest.config.model import Config
from backtest.engine import line_of
from backtest.evidence.power import design_effect, detectable, power, rejection
from backtest.inputs import read


@pytest.mark.parametrize(("sigma", "expected"), [(0.02, 0.61), (0.04, 0.20)])
def test_power_is_that_of_mackinlays_example(sigma, expected):
    """20 events, an abnormal return of 1 %: 61 % and 20 % (RIGOR 2.6)."""
    assert rejection(0.01, sigma / math.sqrt(20)) == pytest.approx(expected, abs=0.006)


def test_the_detectable_edge_is_found_in_eighty_of_a_hundred():
    """The two formulas agree; 2.8016 standard errors."""
    assert detectable(0.01) == pytest.approx(0.028016, abs=1e-6)
    assert rejection(detectable(0.01), 0.01) == pytest.approx(0.80, abs=1e-5)


def test_the_design_effect_of_perfect_correlation_is_the_count():
    """N copies of one event are one event."""
    assert design_effect(10, 1.0) == 10.0
    assert design_effect(10, 0.0) == 1.0


def simulated(**evidence):
    """Give the line of a simulated market without an effect, events held whole for five sessions."""
    signal = {**SETTINGS["signals"][0], "decay": {"kind": "step", "sessions": 5}}
    prices = {"source": "simulated", "seed": 5, "sessions": 700, "sectors": {"semis": 3, "hyperscalers": 2},
              "effects": [], "events_per_year": 12}  # fmt: skip
    config = Config.model_validate(
        {
            **SETTINGS,
            "portfolio": {**SETTINGS["portfolio"], "rebalance_every_sessions": 1},
            "signals": [signal],
            "prices": prices,
            "events": {"source": "simulated"},
            "evidence": evidence,
        }
    )
    return line_of(config, read(config, Path()))


def test_the_drift_is_near_that_of_independent_events_of_the_market():
    """2.8 sigma sqrt(5) / sqrt(n), sigma of the spread between the baskets over the whole market, within a quarter."""
    line = simulated()
    panel = line.inputs.panel
    change = panel.close[1:] / panel.close[:-1] - 1.0
    legs = [[panel.column(asset) for asset in line.config.baskets[basket]] for basket in ("hyperscalers", "semis")]
    spread = change[:, legs[0]].mean(axis=1) - change[:, legs[1]].mean(axis=1)
    found = power(line)
    plain = 2.8016 * np.std(spread, ddof=1) * math.sqrt(5.0 / found.events)
    assert found.minimum_drift == pytest.approx(plain, rel=0.25)


def test_costs_of_an_event_are_both_legs_in_and_out():
    """4 bps on two legs, bought and sold: 16 bps of the notional."""
    assert power(simulated()).cost_per_event == pytest.approx(16e-4, abs=1e-12)


def test_informative_is_whether_the_plausible_gain_after_costs_could_be_found():
    """Just above the minimum it is, just below it is not."""
    found = power(simulated())
    border = (found.minimum_drift + found.cost_per_event) * 1e4
    assert power(simulated(plausible_drift_bps=border + 0.1)).informative
    assert not power(simulated(plausible_drift_bps=border - 0.1)).informative
