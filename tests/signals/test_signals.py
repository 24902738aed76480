"""Single signals by hand: who is moved, by how much, and from what was known when."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from data.errors import RunError
from signals import (
    CapexGuidance,
    CapexTrend,
    ComputeResale,
    ConstantMix,
    Custom,
    PriceMomentum,
    RandomTilt,
    Rotation,
    RoutingAdoption,
    RpoChange,
)
from signals.decay import Step
from tests.signals.worlds import context, dense, event, history, known, panel

STAY = Step(sessions=50)
AT = [50, 55]
SIDES = {"from": "chips", "to": "clouds", "decay": STAY}


def tilts(signal, events, at=AT, **more):
    """Give the tilts of A to F at the first decision."""
    given = context(events, at, **more)
    return dense(signal.scores(given), given)[0].tolist()


def guide(**more):
    return event("g", 50, "capex_guidance", "C", "raised", **more)


def test_a_guide_moves_announcer_suppliers_and_peers_by_their_own_sizes():
    """5 % over the prior is strength 0.5: +2.5 % on C, -1 % split over A and B, +0.5 % on D linked to C."""
    signal = CapexGuidance(
        announcer=0.05, suppliers={"size": -0.02, "basket": "chips"}, peers={"size": 0.01, "links": {"C": ["D"]}},
        decay=STAY,
    )  # fmt: skip
    assert tilts(signal, [guide(over_prior=0.05)]) == pytest.approx([-0.005, -0.005, 0.025, 0.005, 0, 0])


def test_a_guide_without_a_number_counts_by_its_direction():
    """`raised` is 1, a redefined guide is nothing; unlinked announcers have no peers."""
    signal = CapexGuidance(announcer=0.05, peers={"size": 0.01, "links": {"D": ["E"]}}, decay=STAY)
    assert tilts(signal, [guide()]) == pytest.approx([0, 0, 0.05, 0, 0, 0])
    assert tilts(signal, [event("g", 50, "capex_guidance", "C", "redefined")]) == [0.0] * 6


def test_what_is_moved_is_funded():
    """neutral_to takes as much from E and F, F not being listed before session 41."""
    signal = CapexGuidance(announcer=0.05, neutral_to="rest", decay=STAY)
    assert tilts(signal, [guide()]) == pytest.approx([0, 0, 0.05, 0, -0.025, -0.025])
    early = event("g", 20, "capex_guidance", "C", "raised")
    assert tilts(signal, [early], [20]) == pytest.approx([0, 0, 0.05, 0, -0.05, 0])


def test_an_announcer_outside_the_baskets_moves_only_others():
    """UBER is no asset; its suppliers are."""
    signal = CapexGuidance(announcer=0.05, suppliers={"size": 0.02, "basket": "chips"}, decay=STAY)
    found = tilts(signal, [event("g", 50, "capex_guidance", "UBER", "raised")])
    assert found == pytest.approx([0.01, 0.01, 0, 0, 0, 0])


def test_a_guidance_signal_that_moves_nobody_is_refused():
    """All sizes 0 is a mistake of the config."""
    with pytest.raises(ValidationError, match="nothing moves"):
        CapexGuidance()


def test_routing_adds_up_by_materiality_and_fades():
    """An adoption (1) and a budget overrun (0.75) at 4 % each: 7 %; a reversal takes 4 % back."""
    signal = RoutingAdoption(per_intensity=0.04, **SIDES)
    events = [event("a", 48, direction="adoption"), event("b", 50, direction="budget_overrun")]
    assert tilts(signal, events) == pytest.approx([-0.035, -0.035, 0.035, 0.035, 0, 0])
    events.append(event("c", 50, direction="reversal"))
    assert tilts(signal, events) == pytest.approx([-0.015, -0.015, 0.015, 0.015, 0, 0])


def test_resale_moves_from_two_baskets_to_the_seller():
    """10 % to C, two thirds from A and B, one third from E and F; a hint is half of a plan."""
    signal = ComputeResale(against={"chips": 2, "rest": 1}, size=0.1, decay=STAY)
    found = tilts(signal, [event("r", 50, "compute_resale", "C", "resale_plan")])
    assert found == pytest.approx([-1 / 30, -1 / 30, 0.1, 0, -1 / 60, -1 / 60])
    hint = tilts(signal, [event("r", 50, "compute_resale", "C", "resale_hint")])
    assert hint == pytest.approx([value / 2 for value in found])


def test_a_seller_within_a_giving_basket_gives_nothing():
    """A sells: the chips' part is B's alone."""
    signal = ComputeResale(against={"chips": 1}, size=0.1, decay=STAY)
    assert tilts(signal, [event("r", 50, "compute_resale", "A", "resale_plan")])[:2] == pytest.approx([0.1, -0.1])


def test_custom_scores_a_column_under_a_condition():
    """A grid delay of 12 months at 1 % a month, on its announcer, if long enough."""
    signal = Custom(events=("grid_delay",), score="months", when="months > 6", size=-0.01, decay=STAY)
    long, short = (event(n, 50, "grid_delay", "A", months=m) for n, m in (("x", 12.0), ("y", 3.0)))
    assert tilts(signal, [long, short]) == pytest.approx([-0.12, 0, 0, 0, 0, 0])
    assert [signal.selects(one) for one in (long, short)] == [True, False]


def test_an_unknown_fact_is_a_located_mistake():
    """The message names the column of the expression and the nearest fact."""
    signal = Custom(events=("rpo",), score="1 + valu", size=0.1)
    with pytest.raises(
        RunError, match="column 5 of '1 \\+ valu': 'valu' is no fact of the event; did you mean 'value'"
    ):
        tilts(signal, [event("x", 50, "rpo")])


def test_a_rotation_is_sized_by_the_strength_of_its_event():
    """Half of full strength moves half; an unknown strength moves nothing."""
    trigger = {"kind": "capex_guidance", "size": 0.2, "strength": "clip(over_prior / 0.1, 0, 1)"}
    signal = Rotation(triggers=(trigger,), **SIDES)
    assert tilts(signal, [guide(over_prior=0.05)])[:4] == pytest.approx([-0.05, -0.05, 0.05, 0.05])
    assert tilts(signal, [guide()]) == [0.0] * 6


def test_a_beta_neutral_rotation_sells_what_has_the_beta_of_what_it_buys():
    """A moves twice as much as the clouds, so half as much of it is sold."""
    moves = np.random.default_rng(1).normal(0, 0.01, 80)
    close = 100 * np.cumprod(1 + np.column_stack([2 * moves, moves]), axis=0)
    signal = Rotation.model_validate(
        SIDES | {"triggers": [{"kind": "routing_adoption", "size": 0.1}], "neutral_to": "beta"}
    )
    given = context([event("e", 60)], [60], panel(close=close), baskets={"chips": ("A",), "clouds": ("B",)})
    assert dense(signal.scores(given), given)[0].tolist() == pytest.approx([-0.05, 0.1])


def capex(asset, first=2019, growth=1.1):
    """Give two years of quarters, each 10 % above the year before, published 20 days after their end."""
    rows = []
    for number in range(8):
        year, quarter = first + number // 4, number % 4 + 1
        day = f"{year + (quarter == 4)}-{(3 * quarter) % 12 + 1:02d}-20T21:00:00"
        rows.append((f"{asset}{number}", "capex_actual", asset, day, "capex_cash", f"CY{year}Q{quarter}",
                     10.0 * growth ** (number // 4)))  # fmt: skip
    return rows


def test_the_trend_reads_what_was_known_at_each_event():
    """At the last quarter of 2020 C spends 44 after 40: growth 10 %; one quarter before, 43 after 30 + nothing."""
    rows = [*capex("C"), *capex("D", growth=1.2)]
    signal = CapexTrend(companies=("C", "D"), strength="growth", size=1.0, **SIDES)
    last = event("x", 50, "capex_actual", "C")
    last = type(last)(last.event_id, last.kind, "C", "", 50, known("2021-01-20T21:00:00"), last.facts)
    read = signal.readings(history(rows), [last])
    assert {name: values[0] for name, values in read.items()} == pytest.approx(
        {
            "total": 44.0 + 48.0, "growth": 92.0 / 80.0 - 1, "breadth": 1.0, "known": 2.0, "guides": math.nan,
            "acceleration": math.nan, "guides_growth": math.nan, "guides_over_total": math.nan,
        },
        nan_ok=True,
    )  # fmt: skip
    early = type(last)("y", last.kind, "C", "", 50, known("2021-01-20T20:59:59"), last.facts)
    assert signal.readings(history(rows), [early])["total"][0] == pytest.approx(43.0 + 46.0)


def test_the_trend_holds_its_view_until_the_next_reading():
    """Growth of 10 % moves 10 % of equity; the next report replaces it."""
    signal = CapexTrend.model_validate({"companies": ["C"], "strength": "growth", "size": 1.0} | SIDES | {
        "decay": {"kind": "until_next"}})  # fmt: skip
    first, last = (
        type(one)(name, "capex_actual", "C", "", session, known(at), {})
        for one, name, session, at in (
            (event("x", 1), "x", 50, "2021-01-20T21:00:00"),
            (event("y", 1), "y", 55, "2020-10-20T21:00:00"),
        )
    )
    given = context([first, last], AT, history=history(capex("C")))
    found = dense(signal.scores(given), given)
    assert found[:, 2].tolist() == pytest.approx([0.05, 0.0])  # at the second nothing was known a year before


def test_a_guide_of_the_latest_year_counts():
    """75 for 2025 and 85 for it later, then 100 for 2026: what was known, by instant."""
    rows = [
        ("a", "capex_guidance", "C", "2025-02-04T21:00:00", "capex_guidance", "FY2025", 75.0),
        ("b", "capex_guidance", "C", "2025-07-23T21:00:00", "capex_guidance", "FY2025", 85.0),
        ("c", "capex_guidance", "C", "2026-02-04T21:00:00", "capex_guidance", "FY2026", 100.0),
    ]
    from data.events.series import Series

    events = [event("x", 1), event("y", 1)]
    events = [type(one)("x", "", "", "", 1, known(at), {}) for one, at in
              zip(events, ("2025-08-01T00:00:00", "2026-02-04T21:00:00"), strict=True)]  # fmt: skip
    series = Series("C", "capex_guidance", "capex_guidance")
    assert history(rows).guide(series, events).tolist() == [85.0, 100.0]
    assert history(rows).guide(series, events, 365)[1] == 75.0
    with pytest.raises(ValueError, match="not known"):
        history(rows).guide(series, events, -1)


def test_a_backlog_counts_by_acceleration_less_concentration():
    """Acceleration of 10 % is strength 0.5; with 40 % from one customer 0.3: +3 % of the 10 % asked for."""
    signal = RpoChange(announcer=0.1, concentration={"C": 0.4}, decay=STAY)
    print_ = event("r", 50, "rpo", "C", acceleration=0.1, metric="rpo_total")
    assert tilts(signal, [print_]) == pytest.approx([0, 0, 0.03, 0, 0, 0])


def test_the_share_of_one_customer_may_stand_in_the_print_itself():
    """40 % of this print; what the setting says of a company comes first, and a print without the column has none."""
    stated = event("r", 50, "rpo", "C", acceleration=0.1, concentration=0.4, metric="rpo_total")
    silent = event("r", 50, "rpo", "C", acceleration=0.1, concentration=None, metric="rpo_total")
    plain, said = RpoChange(announcer=0.1, decay=STAY), RpoChange(announcer=0.1, concentration={"C": 0.8}, decay=STAY)
    assert [tilts(plain, [stated])[2], tilts(said, [stated])[2]] == pytest.approx([0.03, 0.01])
    assert tilts(plain, [silent])[2] == pytest.approx(0.05)


def test_a_backlog_is_compared_with_the_capex_known_then():
    """88 owed over 44 spent is 2."""
    signal = RpoChange(announcer=0.1, strength="over_capex", decay=STAY, cap=1.0)
    one = event("r", 50, "rpo", "C", level=88.0, metric="rpo_total")
    one = type(one)("r", "rpo", "C", "", 50, known("2021-02-01T00:00:00"), one.facts)
    assert signal.facts(context([one], AT, history=history(capex("C"))), one)["over_capex"] == pytest.approx(2.0)


def test_momentum_buys_the_best_and_sells_the_worst():
    """Six assets that grow by their number: F against A, from closes before the decision."""
    close = 100 * (1 + np.arange(6) / 1000) ** np.arange(60)[:, None]
    signal = PriceMomentum(of="all", lookback_sessions=10, skip_sessions=1, part=0.2, size=0.1)
    given = context([], [5, 40], panel(close=close))
    assert dense(signal.scores(given), given).tolist() == [[0.0] * 6, pytest.approx([-0.1, 0, 0, 0, 0, 0.1])]


def test_constant_mix_is_the_same_everywhere():
    """5 % more clouds, at every decision."""
    assert tilts(ConstantMix(tilts={"clouds": 0.05}), []) == pytest.approx([0, 0, 0.025, 0.025, 0, 0])


def test_random_tilts_are_seeded_balanced_and_last_a_stretch():
    """Same seed, same draw within 20 sessions; each side is 10 % of equity."""
    signal = RandomTilt(of="all", size=0.1, hold_sessions=20)
    given = context([], [60, 79, 80])
    found = dense(signal.scores(given), given)
    assert found[0].tolist() == found[1].tolist() != found[2].tolist()
    assert np.maximum(found, 0).sum(axis=1).tolist() == pytest.approx([0.1] * 3)
    assert found.sum(axis=1).tolist() == pytest.approx([0.0] * 3)
    assert dense(RandomTilt(of="all", seed=1).scores(given), given)[0].tolist() != found[0].tolist()
