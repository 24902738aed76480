"""Whole runs with several signals: the books by signal and event, what is fitted, what is left without an event."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from markets import SETTINGS, write

from data.errors import RunError

ROTATION = SETTINGS["signals"][0]
CUSTOM = {
    "kind": "custom", "name": "own", "events": ["routing_adoption", "product_news"], "score": "value", "size": 0.02,
    "neutral_to": "semis", "decay": {"kind": "step", "sessions": 10},
}  # fmt: skip
MOMENTUM = {"kind": "price_momentum", "of": "semis", "lookback_sessions": 20, "skip_sessions": 1, "size": 0.02}
THREE = [ROTATION, CUSTOM, MOMENTUM]


@pytest.fixture(scope="module")
def three(small):
    """Give a run of a rotation, a custom signal on the same events, and a control."""
    return small.run(signals=THREE)


def test_an_event_of_two_signals_keeps_two_accounts(three):
    """Routing events have a row per signal; the event's own P&L is their sum."""
    rows = three.rotations.filter(pl.col("event_id").is_duplicated())
    assert set(rows["signal"]) == {"thrift", "own"}
    pnl = dict(three.events.filter(pl.col("status") == "traded").select("event_id", "pnl").iter_rows())
    for event_id, parts in rows.group_by("event_id"):
        assert pnl[event_id[0]] == pytest.approx(math.fsum(v or 0.0 for v in parts["pnl"].to_list()), abs=1e-6)


def test_signals_base_and_cash_make_the_equity_change(three):
    """To 1e-9 of equity, controls included."""
    equity = three.daily["equity"].to_numpy()
    rest = three.attribution.filter(pl.col("event_id").is_in(["base", "cash"]))["pnl"].sum()
    whole = three.signals["pnl"].sum() + rest
    assert three.signals["signal"].to_list() == ["thrift", "own", "price_momentum"]
    assert whole == pytest.approx(equity[-1] - 1_000_000.0, abs=1e-9 * equity.max())


def test_every_rotation_says_when_and_why_it_ended(three):
    """A step of ten sessions ends after ten sessions of the calendar."""
    own = three.rotations.filter(signal="own", exit="faded").head(5)
    sessions = three.daily["session"].to_list()
    spans = [sessions.index(until) - sessions.index(since) for since, until in own.select("session", "until").rows()]
    assert spans == [10] * 5
    assert set(three.rotations["exit"]) <= {"faded", "end of run"}
    assert three.rotations.filter(exit="end of run")["until"].null_count() > 0


def test_a_rotations_turnover_is_in_and_out(small):
    """A step of size 0.1 x value on one asset, funded: in and out of two sides, when it ends before the run does."""
    result = small.run(signals=[CUSTOM])
    values = dict(result.events.select("event_id", "value").iter_rows())
    faded = result.rotations.filter(exit="faded")
    expected = [4 * 0.02 * values[name] for name in faded["event_id"]]
    capped = [one < two - 1e-9 for one, two in zip(faded["turnover"], expected, strict=True)]
    assert faded["turnover"].to_list()[0] == pytest.approx(expected[0]) or any(capped)
    assert max(faded["turnover"]) <= max(expected) + 1e-9


def test_without_an_event_is_the_run_whose_event_moves_nothing(small):
    """The scenario without an event ends where a run ends in which that event has size 0."""
    result = small.run(signals=[ROTATION])
    row = result.leave_out.filter(by="event").row(3, named=True)
    left_out = row["left_out"]
    silent = ROTATION | {
        "triggers": [{"kind": "routing_adoption", "size": 0.15, "strength": f"event_id != '{left_out}'"}]
    }
    without = small.run(signals=[silent]).daily["equity"][-1]
    assert row["total_return"] == pytest.approx(without / 1_000_000.0 - 1.0, abs=1e-12)
    assert row["difference"] == pytest.approx((without - result.daily["equity"][-1]) / 1_000_000.0, abs=1e-12)


def test_leaving_out_a_company_leaves_out_all_its_events(small):
    """Each announcer once, with as many events as it has; together they are all."""
    result = small.run(signals=[ROTATION])
    companies = result.leave_out.filter(by="company")
    traded = result.events.filter(pl.col("stage").is_in(["tradable", "traded"]))
    assert dict(companies.select("left_out", "events").iter_rows()) == dict(traded["asset"].value_counts().iter_rows())


def test_moved_events_are_the_run_of_the_moved_events(small):
    """Targets from moved sessions equal those of a plan whose events came in those sessions (the placebo's footing)."""
    from dataclasses import replace as changed

    from backtest.events import chosen, read_events
    from backtest.inputs import lay_out, read
    from backtest.plan import context, plan, replanned

    config = small.config(signals=THREE[:2], portfolio={"base": {"semis": 0.5, "hyperscalers": 0.5},
                                                        "rebalance_every_sessions": 1})  # fmt: skip
    inputs = lay_out(config, *read(config, small.folder))
    events = [e for e in chosen(inputs, config.signals, read_events(inputs)) if 20 < e.session < 200]
    made = plan(config, inputs, config.signals, events)
    later = [changed(event, session=event.session + 7) for event in events]
    other = plan(config, inputs, config.signals, later)
    moved = replanned(config, made.draft, sessions=np.array([event.session for event in later]))
    assert moved.weight.tobytes() == other.targets.weight.tobytes()
    assert context(config, inputs, events, made.draft.context.decisions).events == made.draft.context.events


def test_combination_and_bounds_reach_the_run(small):
    """Half of the weight is half of the tilt; shrunk decisions are told."""
    whole = small.run(signals=[ROTATION]).rotations["turnover"].sum()
    half = small.run(signals=[ROTATION | {"cap": 1.0}], combination=[{"kind": "weights", "of": {"thrift": 0.5}}])
    assert half.rotations["turnover"].sum() < whole
    tight = {"base": {"semis": 0.5, "hyperscalers": 0.5}, "max_weight": 0.3, "infeasible": "shrink"}
    told = small.run(signals=[ROTATION], portfolio=tight).warnings
    assert any(sentence.startswith("The bounds shrank the tilts of") for sentence in told)


def test_targets_on_drift_are_set_more_often_the_less_is_allowed(small):
    """With no grid and no events every setting after the first is a drift."""

    def count(drift):
        portfolio = {"base": {"semis": 0.5, "hyperscalers": 0.5}, "rebalance_every_sessions": 10_000,
                     "rebalance_on_events": False, "rebalance_on_drift": drift}  # fmt: skip
        return small.run(signals=[], portfolio=portfolio).weights["session"].n_unique()

    assert 1 < count(0.03) < count(0.015)


def test_a_fitted_half_life_is_used_and_reported(small):
    """The fit sees training events alone, and the sheet says what is no test."""
    fitted = ROTATION | {"decay": {"kind": "fitted", "train_until": "2019-07-31", "horizon_sessions": 20,
                                   "least_events": 5}}  # fmt: skip
    try:
        result = small.run(signals=[fitted])
    except RunError as error:
        pytest.fail(f"the small market has a planted drift: {error}")
    row = result.fits.row(0, named=True)
    given = ROTATION | {"decay": {"kind": "exponential", "half_life_sessions": row["value"]}}
    assert small.run(signals=[given]).daily.equals(result.daily)
    assert row["events"] >= 5
    assert any("was fitted on events to 2019-07-31" in sentence for sentence in result.warnings)


def test_a_fit_never_sees_what_comes_after_its_day(small, tmp_path):
    """Prices and events after the training day are spoilt; the number stays."""
    fitted = ROTATION | {"decay": {"kind": "fitted", "train_until": "2019-07-31", "horizon_sessions": 20,
                                   "least_events": 5}}  # fmt: skip
    late = pl.col("session").cast(pl.String) > "2019-07-31"
    spoilt = small.prices.with_columns(
        pl.when(late).then(pl.col(name) * 3.0).otherwise(pl.col(name)).alias(name)
        for name in ("open", "high", "low", "close")
    )
    other = write(tmp_path, spoilt, pl.read_csv(small.folder / "events.csv"))
    assert other.run(signals=[fitted]).fits.equals(small.run(signals=[fitted]).fits)


def test_a_fit_that_is_only_compared_changes_nothing(small):
    """The decay stays as given; the fit, its paths and the decay used are reported, and no warning."""
    compared = ROTATION | {"fit_until": "2019-11-29"}
    plain, result = small.run(signals=[ROTATION]), small.run(signals=[compared])
    assert result.daily.equals(plain.daily)
    assert result.warnings == plain.warnings
    (row,) = result.fits.iter_rows(named=True)
    assert row["used"] == "exponential (half_life_sessions 8)"
    assert 0.0 < row["p"] <= 1.0
    assert result.fit_paths.height == 60
    assert (plain.fits.height, plain.fit_paths.height) == (0, 0)


def test_a_fit_that_is_only_compared_says_why_there_is_none(small):
    """Where the fit is used it is an error; here the run goes on."""
    result = small.run(signals=[ROTATION | {"fit_until": "2019-02-15"}])
    (row,) = result.fits.iter_rows(named=True)
    assert row["value"] is None
    assert row["reason"] == "decay has 0 complete training events to 2019-02-15, at least 8 are needed"
    assert result.fit_paths.height == 0


def test_too_few_training_events_are_an_error(small):
    """A fit on nothing is no fit."""
    fitted = ROTATION | {"decay": {"kind": "fitted", "train_until": "2019-02-15", "horizon_sessions": 20}}
    with pytest.raises(RunError, match=r"thrift: decay has 0 complete training events to 2019-02-15, at least 8"):
        small.run(signals=[fitted])


def test_a_learnt_sign_is_that_of_the_mean_reaction(small, tmp_path):
    """Routing news planted against the chips: a guide-like signal on them learns to sell."""
    events = pl.read_csv(small.folder / "events.csv").with_columns(
        kind=pl.col("kind").replace("routing_adoption", "capex_guidance"), value=None, unit=None,
        direction=pl.lit("raised"),
    )  # fmt: skip
    signal = {
        "kind": "capex_guidance", "suppliers": {"size": 0.05, "basket": "semis"}, "neutral_to": "hyperscalers",
        "sign": {"kind": "learnt", "train_until": "2019-08-30", "horizon_sessions": 10},
    }  # fmt: skip
    result = write(tmp_path, small.prices, events).run(signals=[signal])
    row = result.fits.row(0, named=True)
    assert row["setting"] == "reaction of suppliers"
    assert row["value"] < 0.0
    first = result.rotations.filter(pl.col("pnl").is_not_null()).row(0, named=True)
    day = result.weights.filter(session=first["session"])
    assert day.filter(pl.col("asset") == "SEM1")["target"][0] < 0.5 / 3


def test_facts_are_those_known_at_the_event(small):
    """Signals read value and unit of the row, and no fact of a later vintage."""
    from backtest.events import read_events
    from backtest.inputs import lay_out, read

    config = small.config()
    inputs = lay_out(config, *read(config, small.folder))
    events = read_events(inputs)
    assert [event.event_id for event in events] == inputs.events.frame["event_id"].to_list()
    assert [event.facts["value"] for event in events] == inputs.events.frame["value"].to_list()
    assert {"over_prior", "over_year", "acceleration", "metric", "period", "confidence"} <= set(events[0].facts)


def test_the_run_of_three_signals_is_the_same_twice(small, three):
    """Same config, same bytes."""
    again = small.anew(signals=THREE)
    assert again.daily.equals(three.daily)
    assert again.rotations.equals(three.rotations)
