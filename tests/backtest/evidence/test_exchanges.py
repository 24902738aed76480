"""Placebo and bridge of runs on several exchanges: the run itself is among the draws, kernel and run agree."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from mixed_markets import prices, write

from backtest.batch import Batch, walk_many
from backtest.config.reader import load
from backtest.engine import line_of
from backtest.evidence.bridge import bridge
from backtest.evidence.draws import drawn
from backtest.evidence.moved import Mover, real
from backtest.evidence.placebo import placebo
from backtest.evidence.scenarios import _joined, _slowly, elsewhere, walked
from backtest.inputs import read
from backtest.kernels.parts import totals

DESIGNS = ("whole_dates", "random_dates", "circular_shift", "random_assets", "sign_flips")


def line(path, **settings):
    """Give the main line of a config."""
    loaded = load(path)
    config = loaded.config.model_copy(update=settings)
    return line_of(config, read(config, loaded.folder))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Give a run on three exchanges in three currencies."""
    return line(write(tmp_path_factory.mktemp("mixed"), prices(), evidence={}))


def with_design(of, design):
    """Let a line's placebo have a design."""
    evidence = of.config.evidence.model_copy(update={"placebo_design": design})
    return replace(of, config=of.config.model_copy(update={"evidence": evidence}))


def test_real_events_lie_where_they_are_on_every_exchange(mixed):
    """From the first exchange's sessions alone those of the others are found again."""
    at = [np.array([event.session for event in view.dated(mixed.traded)]) for view in mixed.seen]
    for found, wanted in zip(elsewhere(mixed, real(mixed)[None, :]), at, strict=True):
        assert found[0].tolist() == wanted.tolist()


def test_events_left_where_they_are_give_the_run_on_several_exchanges(mixed):
    """Targets and last equity are those of the run, to the bit."""
    movers = [Mover.of(mixed, at) for at in range(3)]
    here = replace(drawn(mixed, 5), sessions=real(mixed)[None, :])
    made, targets = _joined(mixed, movers, here.part(0, 1)), mixed.targets
    of_run = totals(targets.session, targets.start, targets.asset, targets.weight)
    assert np.array_equal(made.session + mixed.stage.first, of_run.session)
    assert np.array_equal(made.start, of_run.start)
    assert np.array_equal(made.asset, of_run.asset)
    assert np.array_equal(made.weight, of_run.weight)
    assert walked(mixed, here).equity[0] == mixed.walked.equity[-1]


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_gives_the_targets_of_the_run_on_such_events(mixed, design):
    """Kernel and run agree to the bit, draw by draw, on the rows of the walk."""
    of = with_design(mixed, design)
    movers, some = [Mover.of(of, at) for at in range(3)], drawn(of, 6).part(0, 6)
    moved = [some._replace(sessions=each) for each in elsewhere(of, some.sessions)]
    made = _joined(of, movers, some)
    slow = Batch.of([_slowly(of, movers, moved, b) for b in range(6)])
    for name in ("scenario", "session", "start", "asset", "weight"):
        assert np.array_equal(getattr(made, name), getattr(slow, name)), name


def test_the_placebo_of_several_exchanges_is_measured_by_days(mixed):
    """Net return and Sharpe ratio of the run are its metrics; those of a draw are of its days, by numpy."""
    found = placebo(mixed, draws=12)
    metrics = {metric.name: metric.value for metric in mixed.metrics}
    assert found.net_return == pytest.approx(metrics["total_return"], abs=1e-12)
    assert found.sharpe == pytest.approx(metrics["sharpe"], abs=1e-9)
    assert found.p_return == (1 + sum(one >= found.net_return for one in found.draws["net_return"])) / 13
    movers = [Mover.of(mixed, at) for at in range(3)]
    batch = _joined(mixed, movers, drawn(mixed, 12).part(7, 8))
    walks = walk_many(mixed.stage.market, batch, mixed.config.costs, mixed.config.account, paths=True)
    days = mixed.stage.panel.sessions[mixed.stage.first :]
    ends = [int(np.flatnonzero(days == day)[-1]) for day in np.unique(days)]
    changes = np.diff(np.r_[mixed.config.account.capital, walks.equity[0, ends]])
    changes /= np.r_[mixed.config.account.capital, walks.equity[0, ends][:-1]]
    idle = (1.0 + mixed.config.risk_free_per_year) ** (1.0 / mixed.inputs.measured_on.sessions_per_year) - 1.0
    sharpe = (changes.mean() - idle) / changes.std(ddof=1) * math.sqrt(mixed.inputs.measured_on.sessions_per_year)
    assert found.draws["sharpe"][7] == pytest.approx(sharpe, rel=1e-12)


def test_the_bridge_of_several_exchanges_sums_exactly_to_the_gain(mixed):
    """The values add up to the last level, which is that of the two walks; the costs cost."""
    frame = bridge(mixed)
    total = (mixed.walked.equity[-1] - mixed.base.equity[-1]) / mixed.config.account.capital
    assert math.fsum(frame["value"].to_list()) == frame["running"][-1]
    assert frame["running"][-1] == pytest.approx(total, abs=1e-14)
    found = dict(frame.select("step", "value").iter_rows())
    assert abs(found["compounding and drift"]) < 0.2 * max(abs(found["overlap"]), abs(found["event study"]), 0.05)
    assert found["half spread"] < 0.0


def test_an_exchange_that_is_named_changes_nothing(tmp_path):
    """All assets in New York, said or not: the same placebos and the same bridge."""
    west = {
        "baskets": {"west": ["AAA"], "east": ["BBB"]}, "exchanges": {}, "currencies": None, "benchmark": None,
    }  # fmt: skip
    plain = line(write(tmp_path / "plain", prices(), **west))
    named = line(write(tmp_path / "named", prices(), **{**west, "exchanges": {"XNYS": ["AAA", "BBB"]}}))
    assert (plain.inputs.mixed is None, named.inputs.mixed is None) == (True, False)
    one, other = placebo(plain, draws=9), placebo(named, draws=9)
    np.testing.assert_allclose(one.draws["net_return"], other.draws["net_return"], rtol=1e-13)
    np.testing.assert_allclose(one.draws["sharpe"], other.draws["sharpe"], rtol=1e-10)
    np.testing.assert_allclose(bridge(plain)["value"], bridge(named)["value"], atol=1e-14)
