"""Combination, hedge, bounds and schedule: each rule by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.portfolio import Neutral, Portfolio, build, combined, decisions, drifted, numbering
from backtest.portfolio.combination import Cap, Gate, Rank, VolatilityTarget, Weights
from data.errors import RunError
from signals import ConstantMix, Custom, EventDriven
from signals.base import Context, Scores
from tests.signals.worlds import BASKETS, context, dense, event, panel


def scores(*rows):
    """Give scores of (decision, asset, event, value)."""
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    types = (np.int64, np.int64, np.int64, float)
    return Scores(*(np.array(list(column), dtype=kind) for column, kind in zip(columns, types, strict=True)))


def after(steps, given, levels=None, **found):
    """Give the sum of all scores after the steps, by decision and asset."""
    made = combined(steps, found, given, (levels or {}).get, 252.0)
    return sum(dense(one, given) for one in made)


def test_without_steps_scores_add_up():
    """Two signals on one asset."""
    given = context([], [50])
    assert after([], given, a=scores((0, 1, 0, 0.1)), b=scores((0, 1, 0, -0.04)))[0, 1] == pytest.approx(0.06)


def test_weights_scale_signals():
    """Half of a, none of b, all of c."""
    given = context([], [50])
    one = {name: scores((0, at, 0, 0.1)) for at, name in enumerate("abc")}
    assert after([Weights(of={"a": 0.5, "b": 0})], given, **one)[0].tolist() == pytest.approx([0.05, 0, 0.1, 0, 0, 0])


def test_a_gate_lets_through_while_its_condition_holds():
    """B passes where the level of a is above 0; a itself is not gated."""
    given = context([], [50, 55])
    found = {"a": scores((1, 0, 0, 0.2)), "b": scores((0, 1, 0, 0.1), (1, 1, 0, 0.1))}
    levels = {"a": np.array([0.0, 0.2]), "b": np.array([0.1, 0.1])}
    table = after([Gate(when="a > 0")], given, levels, **found)
    assert table[:, :2].tolist() == [[0.0, 0.0], [0.2, 0.1]]


def test_the_order_of_steps_is_the_order_written():
    """Cap then double is twice the cap; double then cap is the cap."""
    given, cap, twice = context([], [50]), Cap(most=0.1), Weights(of={"a": 2})
    found = {"a": scores((0, 0, 0, 0.3))}
    assert after([cap, twice], given, **found)[0, 0] == pytest.approx(0.2)
    assert after([twice, cap], given, **found)[0, 0] == pytest.approx(0.1)


def test_ranks_replace_sums_and_keep_who_stood_behind():
    """Sums 0.3, 0.1, 0.1, -0.5 have centred ranks 1.5, 0, 0, -1.5; two events share an asset's rank by their size."""
    given = context([], [50])
    a = scores((0, 0, 0, 0.4), (0, 0, 1, -0.1), (0, 1, 0, 0.1), (0, 2, 0, 0.1), (0, 3, 0, -0.5))
    (made,) = combined([Rank(size=0.2)], {"a": a}, given, {}.get, 252.0)
    assert dense(made, given)[0].tolist() == pytest.approx([0.2, 0, 0, -0.2, 0, 0])
    assert made.value[:2].tolist() == pytest.approx([0.16, 0.04])


def test_a_cap_per_asset_leaves_the_others():
    """0.3 is cut to 0.1, 0.05 stays."""
    given = context([], [50])
    table = after([Cap(of="asset", most=0.1)], given, a=scores((0, 0, 0, 0.3), (0, 1, 0, 0.05)))
    assert table[0, :2].tolist() == pytest.approx([0.1, 0.05])


def test_a_volatility_target_scales_by_the_past_of_the_same_tilts():
    """Moves of +-1 % a session are 1.0127 % by ddof 1 over 40; the target is a tenth of that a year."""
    close = 100 * np.cumprod(1 + np.where(np.arange(60) % 2, 0.01, -0.01))[:, None]
    given = context([], [5, 50], panel(close=close), baskets={"x": ("A",)})
    step = VolatilityTarget(per_year=0.1 * 0.01 * np.sqrt(40 / 39) * np.sqrt(252), lookback_sessions=40)
    table = after([step], given, a=scores((0, 0, 0, 1.0), (1, 0, 0, 1.0)))
    assert table.ravel().tolist() == pytest.approx([1.0, 0.1])  # too little past: as it was


def portfolio(**settings):
    return Portfolio.model_validate({"base": {"chips": 0.5, "clouds": 0.5}} | settings)


def test_a_dollar_hedge_takes_each_parts_sum_off_within_the_part():
    """A tilt of 10 % on A is sold in E and F; base and event stay apart."""
    settings = portfolio(neutral={"to": "dollar", "with": "rest"}, long_only=False)
    made = build(settings, context([event("e", 50)], [50]), [scores((0, 0, 0, 0.1))], 9.0)
    assert made.totals[0].tolist() == pytest.approx([0.35, 0.25, 0.25, 0.25, -0.05, -0.05])
    tilts = made.targets.part == 1
    assert made.targets.weight[tilts].sum() == pytest.approx(0.0)
    assert made.targets.asset[tilts].tolist() == [0, 4, 5]


def test_a_beta_hedge_takes_the_past_beta_off():
    """A has twice the beta of B, so 10 % of A is hedged by 20 % of B."""
    moves = np.random.default_rng(2).normal(0, 0.01, 80)
    close = 100 * np.cumprod(1 + np.column_stack([2 * moves, moves]), axis=0)
    given = context([event("e", 60)], [60], panel(close=close), baskets={"chips": ("A",), "rest": ("B",)})
    settings = Portfolio(base={"chips": 0.0}, neutral=Neutral.model_validate({"to": "beta", "with": "rest"}),
                         long_only=False)  # fmt: skip
    assert build(settings, given, [scores((0, 0, 0, 0.1))], 9.0).totals[0].tolist() == pytest.approx([0.1, -0.2])


def test_a_hedge_without_members_is_explained():
    """F alone lists in session 40: before, nothing can hedge."""
    given = context([event("e", 30)], [30], baskets=BASKETS | {"late": ("F",)})
    settings = portfolio(neutral={"with": "late"}, long_only=False)
    with pytest.raises(RunError, match=r"basket late has no listed member on 2020-01-31, so it cannot hedge"):
        build(settings, given, [scores((0, 0, 0, 0.1))], 9.0)


@pytest.mark.parametrize(
    ("settings", "tilt", "sentence"),
    [
        (
            {"max_weight": 0.3},
            0.1,
            r"max_weight: the target of A on 2020-02-20 is 0\.3500 of equity, at most 0\.3000 is allowed, 0\.0500 over",
        ),
        ({"gross": {"most": 1.05}}, 0.1, r"portfolio\.gross\.most: the targets of 2020-02-20 add up to 1\.1000"),
        (
            {"net": {"least": 0.95}},
            -0.1,
            r"portfolio\.net\.least: the targets .* at least 0\.9500 is allowed, 0\.0500 under",
        ),
        ({}, -0.4, r"long_only: the target of A on 2020-02-20 is -0\.1500 of equity"),
    ],
)
def test_a_broken_bound_names_place_and_amount(settings, tilt, sentence):
    """Targets are neither clipped nor scaled unless asked to."""
    with pytest.raises(RunError, match=sentence):
        build(portfolio(**settings), context([event("e", 50)], [50]), [scores((0, 0, 0, tilt))], 2.0)


def test_all_broken_bounds_are_named_at_once():
    """Two bounds, two sentences."""
    with pytest.raises(RunError) as caught:
        build(portfolio(max_weight=0.3, net={"most": 1.0}), context([event("e", 50)], [50]),
              [scores((0, 0, 0, 0.1))], 2.0)  # fmt: skip
    assert "max_weight" in str(caught.value)
    assert "net.most" in str(caught.value)


def test_tilts_shrink_to_the_bounds_when_asked():
    """Of a tilt of 10 % on A a half fits under 30 %; the other decision keeps all of its own."""
    settings = portfolio(max_weight=0.3, infeasible="shrink")
    made = build(settings, context([event("e", 50)], [50, 55]), [scores((0, 0, 0, 0.1), (1, 0, 0, 0.04))], 2.0)
    assert made.kept.tolist() == pytest.approx([0.5, 1.0])
    assert made.totals[:, 0].tolist() == pytest.approx([0.3, 0.29])
    assert made.totals[0].max() <= 0.3 + 2e-9


def test_a_base_that_breaks_a_bound_cannot_be_shrunk():
    """25 % of each name without any tilt is over 20 %."""
    settings = portfolio(max_weight=0.2, infeasible="shrink")
    with pytest.raises(RunError, match="even without any tilt 0\\.2500 of equity, at most 0\\.2000"):
        build(settings, context([event("e", 50)], [50]), [scores((0, 0, 0, 0.1))], 2.0)


def test_an_event_of_two_signals_is_two_parts():
    """Controls come first, then events in order, each by its signals."""
    first, second = (Custom(name=n, events=("rpo",), score="1", size=0.1) for n in ("one", "two"))
    events = [event("e", 50, "rpo"), event("f", 55, "other"), event("g", 60, "rpo")]
    found = numbering([first, ConstantMix(tilts={"chips": 0.1}), second], events)
    pairs = list(zip(found.signal.tolist(), found.event.tolist(), strict=True))
    assert pairs == [(1, -1), (0, 0), (2, 0), (0, 2), (2, 2)]
    assert found.table[1, 0] == 1
    assert found.table[2, 3] == 5
    assert found.parts == 6


def test_entries_of_one_part_on_one_asset_become_one():
    """An announcer that is among its own suppliers has one weight, the sum of both."""
    made = build(portfolio(), context([event("e", 50)], [50]), [scores((0, 0, 0, 0.01), (0, 0, 0, 0.02))], 2.0)
    part = made.targets.part == 1
    assert made.targets.weight[part].tolist() == pytest.approx([0.03])


def test_targets_are_set_when_holdings_have_drifted():
    """A doubles in session 2: before session 3 it is 2/3 instead of 1/2, more than a tenth away; it is set."""
    totals, returns = np.full((6, 2), 0.5), np.zeros((6, 2))
    returns[2, 0] = 1.0
    anyway = np.array([True] + [False] * 5)
    assert drifted(totals, returns, anyway, 0.1).tolist() == [True, False, False, True, False, False]
    assert drifted(totals, returns, anyway, 0.2).tolist() == [True] + [False] * 5


def test_a_new_target_is_a_distance_too():
    """A tilt that arrives counts like a drift."""
    totals = np.array([[0.5], [0.5], [0.8], [0.8]])
    assert drifted(totals, np.zeros((4, 1)), np.array([True, False, False, False]), 0.1).tolist() == [
        True, False, True, False,
    ]  # fmt: skip


def test_the_grid_and_the_events_make_decisions():
    """As before: every fourth from the first, and event sessions inside the run."""
    assert decisions(1, 9, 4, [3, 12]).tolist() == [1, 3, 5, 9]


def test_event_driven_signals_are_known_as_such():
    """Controls have no part per event."""
    assert issubclass(Custom, EventDriven)
    assert not issubclass(ConstantMix, EventDriven)
    assert isinstance(context([], [50]), Context)
