"""Laws that every signal of the union keeps: a new one is tested by joining the union and giving a sample here."""

from __future__ import annotations

import numpy as np
import pytest

from data.panel import Panel
from signals import SIGNALS, EventDriven
from signals.base import NO_EVENT, Scores
from signals.custom import Custom
from tests.signals import worlds

UNION = {kind: SIGNALS.model(kind) for kind in SIGNALS.homes}
SIDES = {"from": "chips", "to": "clouds"}
SAMPLES = {
    "capex_guidance": {
        "announcer": 0.05, "neutral_to": "rest", "suppliers": {"size": 0.05, "basket": "chips"},
        "peers": {"size": -0.02, "links": {"C": ["D", "E"]}},
    },
    "capex_trend": SIDES | {"companies": ["C", "D"], "strength": "clip(otherwise(growth, total / 100), -1, 1)"},
    "compute_resale": {"against": {"chips": 2, "rest": 1}, "oversupply": {"oversupply_fear": 1}, "to": "clouds"},
    "constant_mix": {"tilts": {"chips": 0.1, "clouds": -0.1}},
    "custom": {"events": ["rpo"], "score": "value / 100", "size": 0.1, "neutral_to": "rest"},
    "price_momentum": {"of": "all", "lookback_sessions": 20, "skip_sessions": 2},
    "random": {"of": "all"},
    "rotation": SIDES | {"triggers": [{"kind": "routing_adoption", "size": 0.1}], "neutral_to": "beta",
                         "beta_sessions": 30},
    "routing_adoption": SIDES,
    "rpo_change": {"announcer": 0.05, "strength": "otherwise(over_capex, 1) * (1 - concentration)",
                   "concentration": {"C": 0.4}, "suppliers": {"size": 0.1, "basket": "chips"}},
}  # fmt: skip
ROWS = [
    (f"{asset}{year}{quarter}", "capex_actual", asset, f"{year}-{3 * quarter - 1:02d}-15T12:00:00", "capex_cash",
     f"CY{year - (quarter == 1)}Q{(quarter - 2) % 4 + 1}", 10.0 + quarter + (year - 2018) * 3)
    for asset in "CD" for year in (2018, 2019, 2020) for quarter in (1, 2, 3, 4)
]  # fmt: skip
DECISIONS = np.arange(45, 115, 3)
WEIGHTING = {"chips": {"kind": "inverse_volatility", "lookback_sessions": 30}, "rest": {"kind": "given",
             "weights": {"E": 0.3, "F": 0.7}}}  # fmt: skip


@pytest.fixture(params=sorted(UNION))
def signal(request):
    """Give a sample of every member of the union."""
    return UNION[request.param].model_validate({"kind": request.param} | SAMPLES[request.param])


def events():
    """Give events of every kind the samples listen to, spread over the run."""
    kinds = ("routing_adoption", "capex_guidance", "capex_actual", "rpo", "compute_resale")
    ways = {"capex_guidance": "raised", "compute_resale": "resale_plan"}
    return [
        worlds.event(
            f"e{number:02d}", 46 + 3 * number, kinds[number % 5], "CDE"[number % 3], ways.get(kinds[number % 5], ""),
            value=50.0 + number, over_prior=0.02 * number, level=40.0 + number, metric="rpo_total", over_year=0.1,
        )
        for number in range(20)
    ]  # fmt: skip


def weighting():
    from pydantic import TypeAdapter

    from signals.weighting import Weighting

    return TypeAdapter(dict[str, Weighting]).validate_python(WEIGHTING)


def given(chosen=None, prices=None):
    """Give the world that the laws look at."""
    return worlds.context(
        events() if chosen is None else chosen, DECISIONS, prices, worlds.history(ROWS), weighting=weighting(),
        delisted={"B": 90},
    )  # fmt: skip


def rows(scores, context, before):
    """Give the scores of the decisions before a session as bytes, with the names of the events behind."""
    at = context.decisions[scores.decision]
    early = at < before
    names = [context.events[e].event_id if e != NO_EVENT else "" for e in scores.event[early].tolist()]
    return names, *(part[early].tobytes() for part in (at, scores.asset, scores.value))


def leaks(signal):
    """Say in which cut worlds the scores before the cut differ: the prefix law, and the poison law."""
    whole = given()
    expected = {cut: rows(signal.scores(whole), whole, cut) for cut in (61, 76, 100)}  # one after a decision
    found = []
    for cut, past in expected.items():
        close = worlds.panel().close
        early = given([one for one in events() if one.session < cut])
        if rows(signal.scores(early), early, cut) != past:
            found.append(f"prefix {cut}")
        for poison in (np.nan, 1e9):
            spoilt = close.copy()
            spoilt[cut - 1 :] = poison  # a decision in session cut - 1 knows the sessions before it
            worse = given(prices=worlds.panel(close=spoilt))
            if rows(signal.scores(worse), worse, cut) != past:
                found.append(f"poison {cut}")
    return found


def test_every_kind_has_a_sample():
    """Who joins the union without a sample is told here."""
    assert sorted(SAMPLES) == sorted(UNION)


def test_the_sample_scores_something(signal):
    """A law that holds for nothing would prove nothing."""
    found = signal.scores(given())
    assert len(found.value) > 10
    assert np.isfinite(found.value).all()


def test_the_past_does_not_hang_on_the_future(signal):
    """Cutting later events and spoiling later prices leaves every earlier score, bit for bit (laws 21 and 22)."""
    assert leaks(signal) == []


def test_no_event_moves_anything_before_its_session(signal):
    """Law 25: a score behind which an event stands comes in its session or later."""
    context = given()
    found = signal.scores(context)
    sessions = np.array([event.session for event in context.events])
    driven = found.event != NO_EVENT
    assert (context.decisions[found.decision[driven]] >= sessions[found.event[driven]]).all()
    assert driven.all() == isinstance(signal, EventDriven)


def test_an_asset_that_is_not_listed_has_no_score(signal):
    """F lists in session 40, B leaves in session 90: nothing is asked of them before and after."""
    context = worlds.context(events(), np.arange(30, 115), None, worlds.history(ROWS), delisted={"B": 90})
    found = signal.scores(context)
    at = context.decisions[found.decision]
    assert not ((found.asset == 5) & (at <= 40)).any()
    assert not ((found.asset == 1) & (at > 90)).any()


def test_moving_events_needs_their_sessions_alone(signal):
    """Impulses of one dating, scored with the sessions of another, are the scores of that other dating."""
    if not isinstance(signal, EventDriven) or signal.kind == "capex_trend":
        pytest.skip("no event moves it, or its strength belongs to what was known at the instant")
    from dataclasses import replace as changed

    from signals.impulses import scored

    context = given()
    later = [changed(event, session=event.session + 7) for event in context.events]
    moved = worlds.context(later, DECISIONS, None, worlds.history(ROWS), weighting=weighting(), delisted={"B": 90})
    at = np.array([event.session for event in later])
    found, expected = scored(signal.impulses(context), at, DECISIONS), signal.scores(moved)
    assert found.value.tobytes() == expected.value.tobytes() != b""


class _ReadsAhead(Custom):
    """A planted leak: the size of every event hangs on the last event of the run."""

    def impulses(self, context):
        from dataclasses import replace as changed

        made = super().impulses(context)
        return changed(made, size=made.size * context.events[-1].number("value"))


class _ReadsTheDay(Custom):
    """A planted leak: at each decision it looks at that session's own close."""

    def scores(self, context):
        close = context._panel.close[context.decisions, 0]
        count = np.arange(len(close))
        return Scores(count, count * 0, count * 0 + NO_EVENT, np.where(close > 100.0, 0.1, -0.1))


@pytest.mark.parametrize(("leaky", "found"), [(_ReadsAhead, "prefix"), (_ReadsTheDay, "poison")])
def test_a_planted_leak_is_found(leaky, found):
    """The laws see a signal that reads later events, and one that reads the decision's own session."""
    signal = leaky(events=("rpo",), score="1", size=0.1)
    assert any(leak.startswith(found) for leak in leaks(signal))


def test_the_view_before_a_decision_holds_nothing_later():
    """The prices a signal is handed end before the decision, and cannot be written to."""
    context = given()
    past = context.past(50)
    assert isinstance(past, Panel)
    assert (len(past.sessions), len(past.close)) == (50, 50)
    assert len(context.past_returns(50, 20)) == 20
    with pytest.raises(ValueError, match="read-only"):
        past.close[0, 0] = 1.0
    assert "panel" not in {name for name in dir(context) if not name.startswith("_")}
