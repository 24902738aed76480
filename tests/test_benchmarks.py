"""What the benchmarks are set beside: the limits are the simulator's equity, and the drawn work is what it says."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pytest

from backtest import Batch


@pytest.fixture
def parts(root, monkeypatch):
    """Give the modules of the limits and of the work; they import each other by their bare names."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    return importlib.import_module("limits"), importlib.import_module("work")


def by_hand():
    """Give closes and one scenario: half in the first asset from session 1 on, a quarter in each from session 3 on."""
    close = np.array([[10.0, 5.0], [10.0, 5.0], [12.0, 5.0], [14.0, 5.0], [14.0, 10.0]])
    whole = [np.array(each, dtype=np.int64) for each in ([0, 2], [1, 3], [0, 2, 4], [0, 1, 0, 1])]
    # 50,000 shares at 10; at 14 all is worth 1.2 million, of which 300,000 in each: the second doubles.
    return close, Batch(*whole, np.array([0.5, 0.0, 0.25, 0.25])), [1e6, 1e6, 1.1e6, 1.2e6, 1.5e6]


@pytest.mark.parametrize("name", ["alone", "together"])
def test_the_limit_is_the_equity_by_hand_and_the_simulators(parts, name):
    """A rebalance deals out what the portfolio is worth at its close: no session's gain is lost."""
    limits, work = parts
    close, batch, expected = by_hand()
    np.testing.assert_allclose(getattr(limits, name)(close, batch)[0], expected, rtol=1e-14)
    close = work.prices(90, 4)
    for batch in (work.scenarios(7, 90, 4, 9, together=True), work.tilted(3, 90, 4)):
        limits.agrees(close, batch, getattr(limits, name)(close, batch))
    with pytest.raises(AssertionError):
        limits.agrees(close, batch, getattr(limits, name)(close, batch) * (1.0 + 1e-8))


def test_scenarios_of_their_own_sessions_agree_with_the_limit_too(parts):
    """Scenario by scenario, sessions need not be shared; where they are not, one product for all is refused."""
    limits, work = parts
    close, batch = work.prices(90, 4), work.scenarios(7, 90, 4, 9)
    limits.agrees(close, batch, limits.alone(close, batch))
    with pytest.raises(AssertionError):
        limits.together(close, batch)


def test_tilts_decay_around_equal_weights(parts):
    """Every session has a row, long only, 95 % in all; without news a tilt halves in ten sessions."""
    _, work = parts
    sessions, weight = 1500, work.tilted(2, 1500, 20).weight.reshape(2, 1500, 20)
    assert work.tilted(2, sessions, 20).session.tolist() == [*range(sessions)] * 2
    assert (weight >= 0.0).all()
    np.testing.assert_allclose(weight.sum(axis=2), 0.95, rtol=1e-12)
    quiet = weight[0, 0]
    assert quiet.tolist() == pytest.approx([0.0475] * 20)
    # Against an untilted asset's weight, which the scaling moves alike, a tilt falls by 2 ^ (-1 / 10) a session.
    ratio = weight[0] / np.median(weight[0], axis=1, keepdims=True) - 1.0
    first = int(np.flatnonzero(np.abs(ratio).max(axis=1) > 1e-9)[0])
    hit = int(np.abs(ratio[first]).argmax())
    assert ratio[first + 1, hit] == pytest.approx(ratio[first, hit] * math.exp2(-0.1), rel=1e-9)


def test_the_machine_is_described_without_its_name(root, monkeypatch):
    """Processors and versions, never the name of the host."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    told = importlib.import_module("machine").described("numpy")
    assert f"numpy {np.__version__}" in told
    assert "processors" in told
    assert importlib.import_module("platform").node() not in told
