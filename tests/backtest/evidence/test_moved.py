"""Moved events: the kernel's targets are those of a run whose events lie in the other sessions, to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SETTINGS
from simulated_lines import ROTATION, SIGNALS, line

from backtest.batch import walk_many
from backtest.evidence.moved import Mover, real
from backtest.evidence.tables import tilts_of
from backtest.evidence.types import Moved
from backtest.kernels.parts import totals
from backtest.study.designs import stand_ins


@pytest.fixture(scope="module")
def made():
    """Give a line and its mover per kind of signals."""
    lines = {name: line(signals) for name, signals in SIGNALS.items()}
    return {name: (each, Mover.of(each)) for name, each in lines.items()}


def last_equity(of, mover, moved):
    """Walk draws and give what they end with."""
    walks = walk_many(of.stage.market, mover.batch(moved), of.config.costs, of.config.account)
    return walks.summary["equity"].to_numpy()


def agree(mover, moved):
    """Compare what the kernel sets with what the way of the run sets, draw by draw."""
    made = mover.batch(moved)
    for b in range(len(moved.sessions)):
        slow = mover.retargeted(moved.case(b))
        rows = totals(slow.session, slow.start, slow.asset, slow.weight)
        own = slice(made.scenario[b], made.scenario[b + 1])
        entries = slice(made.start[own.start], made.start[own.stop])
        assert np.array_equal(made.session[own], rows.session)
        assert np.array_equal(made.weight[entries], rows.weight)


@pytest.mark.parametrize("name", sorted(SIGNALS))
def test_events_left_where_they_are_give_the_run(made, name):
    """Targets and last equity are those of the run, to the bit."""
    of, mover = made[name]
    here = Moved(real(of)[None, :])
    batch, targets = mover.batch(here), of.targets
    of_run = totals(targets.session, targets.start, targets.asset, targets.weight)

    assert np.array_equal(batch.session + mover.first, of_run.session)
    assert np.array_equal(batch.weight, of_run.weight)
    assert last_equity(of, mover, here)[0] == of.walked.equity[-1]


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), name=st.sampled_from(sorted(SIGNALS)), flips=st.booleans())
def test_the_kernel_sets_the_targets_of_the_run_itself(made, seed, name, flips):
    """Wherever the events lie and whichever way they point, kernel and run agree to the bit."""
    of, mover = made[name]
    rng = np.random.default_rng(seed)
    count, last = len(of.traded), mover.first + len(mover.grid) - 1
    close = int(rng.integers(1, 40))  # some draws pile events up, so that they meet in one session
    sessions = mover.first + rng.integers(0, (last + 1 - mover.first) // close, (2, count))
    agree(mover, Moved(sessions, rng.choice([-1.0, 1.0], (2, count)) if flips else None))


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), name=st.sampled_from(sorted(SIGNALS)))
def test_stand_ins_take_the_tilts_of_the_assets_they_stand_in_for(made, seed, name):
    """Whichever assets are exchanged for which, kernel and run agree to the bit."""
    of, mover = made[name]
    allowed = np.zeros((mover.family.max() + 1, len(mover.whole.context.assets)), dtype=np.bool_)
    allowed[:, mover.members] = True
    firms = stand_ins(allowed, range(2), seed=seed)
    agree(mover, Moved(np.repeat(real(of)[None, :], 2, axis=0), None, firms))


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cooldown=st.sampled_from([0, 4]))
def test_events_that_replace_each_other_agree_too(made, seed, cooldown):
    """Of several events of a group in one session the last counts alone where a signal says so."""
    _, mover = made["until the next"]
    own = mover.whole.impulses
    strict = {name: replace(each, replaces=True, cooldown=cooldown) for name, each in own.items()}
    whole = replace(mover.whole, impulses=strict)
    rng = np.random.default_rng(seed)
    piled = mover.first + rng.integers(0, 12, (2, len(mover.family)))
    agree(replace(mover, whole=whole, tilts=tilts_of(whole)), Moved(piled))


def test_a_combination_goes_the_way_of_the_run():
    """With a step that the kernel does not know, targets still follow the moved events."""
    of = line([ROTATION], combination=[{"kind": "cap", "of": "total", "most": 0.05}])
    mover, at = Mover.of(of), real(of)[None, :]

    assert not mover.plain
    assert last_equity(of, mover, Moved(at))[0] == of.walked.equity[-1]
    assert last_equity(of, mover, Moved(at + 5))[0] != of.walked.equity[-1]


def test_placebos_that_break_a_bound_shrink():
    """Events piled up on one session would sell a basket short: the tilts shrink, nothing is refused."""
    large = {**ROTATION, "cap": 1.0, "decay": {"kind": "step", "sessions": 40}}
    of = line([{**large, "triggers": [{"kind": "routing_adoption", "size": 0.02}]}],
              portfolio=SETTINGS["portfolio"], account={})  # fmt: skip
    mover = Mover.of(of)
    piled = np.full((1, len(of.traded)), mover.first + 50)
    many = mover.batch(Moved(np.repeat(piled, 2, axis=0), np.full((2, piled.shape[1]), 3.0)))

    assert many.weight.min() >= -1e-12
    walks = walk_many(of.stage.market, many, of.config.costs, of.config.account)
    assert walks.summary["stopped"].to_list() == [-1, -1]
