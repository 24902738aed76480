"""The placebo test: its p-values by hand count, its designs, what it says when there is nothing to move."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from simulated_lines import ROTATION, line

from backtest.evidence.draws import CLEAR, drawn, interchangeable
from backtest.evidence.moved import real
from backtest.evidence.placebo import placebo
from backtest.evidence.scenarios import walked
from data.errors import RunError


def with_design(design, **changes):
    """Give a line whose placebo has a design."""
    return line([ROTATION], evidence={"placebo_design": design}, **changes)


@pytest.fixture(scope="module")
def random_dates():
    """Give a line and its placebo."""
    made = with_design("random_dates")
    return made, placebo(made, draws=60)


def test_p_counts_the_placebos_that_did_as_well(random_dates):
    """(1 + placebos at least as good) / (draws + 1), counted by hand."""
    _, found = random_dates
    better = sum(one >= found.net_return for one in found.draws["net_return"])
    sharper = sum(one >= found.sharpe for one in found.draws["sharpe"])
    assert found.p_return == (1 + better) / 61
    assert found.p_sharpe == (1 + sharper) / 61


def test_the_actual_numbers_are_those_of_the_run(random_dates):
    """Net return and Sharpe ratio stand in the metrics of the run, too."""
    made, found = random_dates
    metrics = {metric.name: metric.value for metric in made.metrics}
    assert found.net_return == pytest.approx(metrics["total_return"], abs=1e-12)
    assert found.sharpe == pytest.approx(metrics["sharpe"], abs=1e-9)


def test_each_draw_is_a_run_whose_events_lie_elsewhere(random_dates):
    """A draw, walked by itself by the way of the run, ends with the same equity to the bit."""
    made, found = random_dates
    drawings = drawn(made, 60)
    for draw in (0, 17, 59):
        alone = walked(made, replace(drawings, sessions=drawings.sessions[draw : draw + 1])).equity[0]
        assert found.draws["net_return"][draw] == alone / made.config.account.capital - 1.0


def test_more_draws_leave_the_first_ones_alone(random_dates):
    """A draw is the same however many are made."""
    made, found = random_dates
    assert placebo(made, draws=20).draws.equals(found.draws.head(20))


def test_placebos_keep_clear_of_real_events(random_dates):
    """No placebo lies within five sessions of a real event of its announcer."""
    made, _ = random_dates
    sessions = drawn(made, 60).sessions
    for column, event in enumerate(made.traded):
        own = np.array([other.session for other in made.traded if other.asset == event.asset])
        assert np.abs(sessions[:, column][:, None] - own[None, :]).min() > CLEAR


def test_events_of_one_date_move_together():
    """With whole dates, events that shared a session share one in every placebo."""
    made = with_design("whole_dates")
    at = np.array([event.session for event in made.traded])
    sessions = drawn(made, 30).sessions
    for session in np.unique(at):
        together = sessions[:, at == session]
        assert (together == together[:, :1]).all()


def test_a_turned_calendar_keeps_its_spacing():
    """A circular shift keeps the distances, modulo the length of the run; few draws suffice to try them all."""
    made = with_design("circular_shift")
    inputs = made.seen[0].inputs
    length = len(inputs.panel.sessions) - inputs.first
    at = np.array([event.session for event in made.traded])
    all_of_them = drawn(made, 5000)
    assert all_of_them.exhaustive
    assert len(all_of_them.sessions) == length - 1
    assert ((all_of_them.sessions - all_of_them.sessions[:, :1]) % length == (at - at[0]) % length).all()


def test_few_dates_are_flipped_in_every_way_there_is():
    """N dates have 2^N ways to point, one of which is the run's own."""
    made = with_design("sign_flips", period={"start": "2019-05-01", "end": "2019-07-15"})
    dates = len({event.session for event in made.traded})
    found = placebo(made, draws=5000)
    assert 2 <= dates <= 10
    assert found.exhaustive
    assert found.draws.height == 2**dates - 1


def test_the_run_itself_is_never_beaten_by_its_own_copy():
    """Turned by no session at all a placebo is the run: equal counts as at least as good."""
    made = with_design("circular_shift")
    here = replace(drawn(made, 3), sessions=real(made)[None, :])
    assert walked(made, here).equity[0] / 1e6 - 1.0 == pytest.approx(placebo(made, draws=3).net_return, abs=1e-15)


def test_random_firms_take_the_place_of_others_on_the_same_dates():
    """Sessions stay; every date's assets are a permutation of those of the baskets, and all of them occur."""
    made = with_design("random_assets")
    found, at = drawn(made, 300), real(made)
    part = found.part(0, 300)
    assets = made.drafts[0].context.assets
    members = np.array([asset in {"SEM1", "SEM2", "SEM3", "HYP1", "HYP2"} for asset in assets])

    assert (part.sessions == at).all()
    assert part.firms.shape == (300, len(np.unique(at)), len(assets))
    assert (np.sort(part.firms, axis=2) == np.arange(len(assets))).all()
    assert (part.firms[:, :, ~members] == np.flatnonzero(~members)).all()
    for column in np.flatnonzero(members):
        assert set(part.firms[:, 0, column].tolist()) == set(np.flatnonzero(members).tolist())


def test_random_firms_do_as_well_as_the_baskets_by_chance_alone():
    """The p-value is counted by hand, and no draw of the design is the run itself."""
    made = with_design("random_assets")
    found = placebo(made, draws=50)
    assert found.design.startswith("random_assets")
    assert found.p_return == (1 + sum(one >= found.net_return for one in found.draws["net_return"])) / 51
    assert len(set(found.draws["net_return"].to_list())) == 50


def test_one_date_is_given_to_all_firms_in_every_way_there_is():
    """One date and five assets have 5! - 1 other ways."""
    made = with_design("random_assets", period={"start": "2019-05-01", "end": "2019-07-15"})
    while len({event.session for event in made.traded}) > 1:
        ends = made.seen[0].inputs.panel.sessions[max(event.session for event in made.traded) - 1]
        made = with_design("random_assets", period={"start": "2019-05-01", "end": str(ends)})
    found = placebo(made, draws=5000)
    assert found.exhaustive
    assert found.draws.height == 119


def test_a_stand_in_is_priced_as_long_as_the_event_lasts():
    """An asset without a price in one session of an event's life stands for itself alone."""
    made = with_design("random_assets")
    view, at = made.seen[0], real(made)
    longest = max(len(each.table) for each in made.drafts[0].impulses.values())
    close = view.inputs.panel.close.copy()
    column = view.inputs.panel.assets.index("SEM2")
    close[at.min() + 2, column] = np.nan
    holed = replace(view, inputs=replace(view.inputs, panel=replace(view.inputs.panel, close=close)))
    allowed = interchangeable(replace(made, seen=(holed,)), at)
    touched = np.unique(at) <= at.min() + 2
    assert longest > 2
    assert (allowed[:, column] == ~(touched & (np.unique(at) + longest > at.min() + 2))).all()


def test_baskets_without_a_second_priced_asset_cannot_be_redrawn():
    """The message says what is missing and what to choose instead."""
    made = with_design("random_assets")
    view = made.seen[0]
    close = np.full_like(view.inputs.panel.close, np.nan)
    holed = replace(view, inputs=replace(view.inputs, panel=replace(view.inputs.panel, close=close)))
    with pytest.raises(RunError, match=r"random_assets.*choose whole_dates"):
        drawn(replace(made, seen=(holed,)), 5)


def test_few_dates_are_moved_in_every_way_there_is():
    """Two dates of one event each and few sessions: the product of the sessions that each admits."""
    made = with_design("random_dates", period={"start": "2019-05-01", "end": "2019-05-31"})
    at = real(made)
    first = made.seen[0].inputs.first
    last = len(made.seen[0].inputs.panel.sessions) - 1
    own = [{t for t in range(first, last + 1)
            if all(abs(t - s) > CLEAR for s, other in zip(at, made.traded, strict=True) if other.asset == event.asset)}
           for event in made.traded]  # fmt: skip
    ways = int(np.prod([len(each) for each in own]))
    found = drawn(made, max(ways, 1))
    assert ways > 1
    assert found.exhaustive
    assert {tuple(row) for row in found.sessions.tolist()} == set(product(*own))


def test_nothing_to_move_is_said_not_counted():
    """Without events there is no p, and the reason stands in its place."""
    quiet = {**ROTATION, "triggers": [{"kind": "compute_resale", "size": 0.1}]}
    found = placebo(line([quiet]), draws=5)
    assert found.p_return is None
    assert "no event moves anything" in found.reason


def test_the_number_of_processors_changes_nothing(random_dates, monkeypatch):
    """One processor or seven: the same draws to the byte."""
    made, found = random_dates
    for count in (1, 7):
        monkeypatch.setattr("backtest.evidence.moved.cpu_count", lambda count=count: count)
        monkeypatch.setattr("os.cpu_count", lambda count=count: count)
        assert placebo(made, draws=60).draws.equals(found.draws)


@pytest.mark.full
def test_on_null_markets_p_is_small_as_often_as_it_says():
    """In 200 markets without an effect p <= 0.05 comes 10 times, give or take three standard errors (3.1)."""
    small = 0
    for seed in range(200):
        prices = {"source": "simulated", "seed": seed, "sessions": 380, "effects": []}
        small += placebo(line([ROTATION], prices=prices), draws=99).p_return <= 0.05
    assert small <= 20
