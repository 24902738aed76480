"""Moved events: the kernel's targets are those of a run whose events lie in the other sessions, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SETTINGS
from simulated_lines import ROTATION, SIGNALS, line

from backtest.evidence.moved import Mover
from backtest.kernels.parts import totals


@pytest.fixture(scope="module")
def movers():
    """Give a mover per kind of signals."""
    return {name: Mover.of(line(signals)) for name, signals in SIGNALS.items()}


def actual(mover):
    """Give the sessions in which the real events can be traded."""
    return np.array([event.session for event in mover.line.traded], dtype=np.int64)


@pytest.mark.parametrize("name", sorted(SIGNALS))
def test_events_left_where_they_are_give_the_run(movers, name):
    """Targets and last equity are those of the run, to the bit."""
    mover = movers[name]
    made, targets = mover.batch(actual(mover)[None, :]), mover.line.targets
    of_run = totals(targets.session, targets.start, targets.asset, targets.weight)

    assert np.array_equal(made.session + mover.first, of_run.session)
    assert np.array_equal(made.weight, of_run.weight)
    assert mover.walked(actual(mover)[None, :])["equity"][0] == mover.line.walked.equity[-1]


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), name=st.sampled_from(sorted(SIGNALS)), flips=st.booleans())
def test_the_kernel_sets_the_targets_of_the_run_itself(movers, seed, name, flips):
    """Wherever the events lie and whichever way they point, kernel and run agree to the bit."""
    mover, rng = movers[name], np.random.default_rng(seed)
    count, last = len(mover.line.traded), mover.first + len(mover.grid) - 1
    sessions = rng.integers(mover.first, last + 1, (2, count))
    signs = rng.choice([-1.0, 1.0], (2, count)) if flips else None

    made = mover.batch(sessions, signs)

    for b in range(2):
        slow = mover.retargeted(sessions[b], None if signs is None else signs[b])
        rows = totals(slow.session, slow.start, slow.asset, slow.weight)
        own = slice(made.scenario[b], made.scenario[b + 1])
        entries = slice(made.start[own.start], made.start[own.stop])
        assert np.array_equal(made.session[own], rows.session)
        assert np.array_equal(made.weight[entries], rows.weight)


def test_a_combination_goes_the_way_of_the_run():
    """With a step that the kernel does not know, targets still follow the moved events."""
    mover = Mover.of(line([ROTATION], combination=[{"kind": "cap", "of": "total", "most": 0.05}]))
    at = actual(mover)

    assert not mover.plain
    assert mover.walked(at[None, :])["equity"][0] == mover.line.walked.equity[-1]
    assert mover.walked(at[None, :] + 5)["equity"][0] != mover.line.walked.equity[-1]


def test_placebos_that_break_a_bound_shrink():
    """Events piled up on one session would sell a basket short: the tilts shrink, nothing is refused."""
    large = {**ROTATION, "cap": 1.0, "decay": {"kind": "step", "sessions": 40}}
    mover = Mover.of(line([{**large, "triggers": [{"kind": "routing_adoption", "size": 0.02}]}],
                          portfolio=SETTINGS["portfolio"], account={}))  # fmt: skip
    piled = np.full((1, len(mover.line.traded)), mover.first + 50)
    many = mover.batch(np.repeat(piled, 2, axis=0), np.full((2, piled.shape[1]), 3.0))

    assert many.weight.min() >= -1e-12
    assert mover.walked(piled, np.full(piled.shape, 3.0))["stopped"][0] == -1
