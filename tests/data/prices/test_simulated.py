"""The simulated market: what is planted is there, nothing else is, and the same settings give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from data import calendar
from data.errors import ConfigError
from data.prices.market import PlantedEffect, SimulatedMarket
from data.prices.simulated import market

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.events.source import Events
    from data.prices.source import Prices

XNYS = calendar.load()


def _market(**settings: Any) -> tuple[Prices, Events]:
    return market(SimulatedMarket.model_validate({"sessions": 400, **settings}), XNYS)


def _logs(prices: Prices, asset: str, field: str) -> NDArray[np.float64]:
    return np.log(prices.frame.filter(pl.col("asset") == asset)[field].to_numpy())


def _planted(events: Events, sessions: list[Any], effect: PlantedEffect, field: str) -> NDArray[np.float64]:
    """Add up the drift event by event and session by session, from the events frame alone."""
    opens = [XNYS.open_at[XNYS.index(np.datetime64(session))] for session in sessions]
    total = np.zeros(len(sessions))
    for row in events.frame.filter(pl.col("kind") == effect.kind).iter_rows(named=True):
        known = np.datetime64(row["known_at"].replace(tzinfo=None))
        later = [t for t, at in enumerate(opens) if at > known]
        for age, t in enumerate(later):
            halves = (age if field == "open" else age + 1) / effect.half_life_sessions
            total[t] += row["value"] * (effect.jump_bps + effect.drift_bps * (1 - 0.5**halves)) / 1e4
    return total


@pytest.mark.parametrize("field", ["open", "close"])
@pytest.mark.parametrize(
    "effect",
    [PlantedEffect(), PlantedEffect(drift_bps=-300, half_life_sessions=3, jump_bps=80, up="neoclouds")],
)
def test_the_planted_drift_is_in_the_prices_and_nothing_else_is(effect: PlantedEffect, field: str) -> None:
    """With against without the effect, log prices differ by the stated formula, up, down and not at all."""
    with_it, events = _market(effects=[effect.model_dump()])
    without = _market(effects=[{**effect.model_dump(), "drift_bps": 0, "jump_bps": 0}])[0]
    sessions = with_it.frame["session"].unique().sort().to_list()
    expected = _planted(events, sessions, effect, field)
    assert np.abs(expected).max() > 0.05
    members = SimulatedMarket(sessions=400).members
    for sector, names in members.items():
        sign = {effect.up: 1, effect.down: -1}.get(sector, 0)
        found = _logs(with_it, names[0], field) - _logs(without, names[0], field)
        np.testing.assert_allclose(found, sign * expected, atol=1e-4)
    assert (_logs(with_it, "MKT", field) == _logs(without, "MKT", field)).all()


def test_without_effects_the_events_stay_and_move_nothing() -> None:
    """The null market has the same events as one whose effect has no size, and the same prices."""
    null, events = _market(effects=[])
    sizeless, same = _market(effects=[{"drift_bps": 0}])
    assert null.content_hash == sizeless.content_hash
    assert events.content_hash == same.content_hash
    assert "No effect is planted" in null.disclosure[1]


def test_the_planted_effect_is_disclosed_with_its_numbers() -> None:
    """The sentences beside every result name kind, sectors, size and half-life."""
    prices, _ = _market()
    said = " ".join(prices.disclosure)
    assert prices.simulated
    for part in (
        "Simulated prices",
        "routing_adoption",
        "hyperscalers by +150 bps",
        "semis by -150 bps",
        "10 sessions",
    ):
        assert part in said


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    """Prices and events depend on the settings alone."""
    hashes = [[part.content_hash for part in _market(seed=seed)] for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1]
    assert not set(hashes[0]) & set(hashes[2])


def test_another_sector_or_asset_changes_no_other_asset() -> None:
    """Every stream has its own name, so a market can grow."""
    small, _ = _market(sectors={"semis": 2, "hyperscalers": 2})
    large, _ = _market(sectors={"software": 3, "semis": 5, "hyperscalers": 2})
    kept = large.frame.filter(pl.col("asset").is_in(small.frame["asset"].unique().to_list()))
    assert kept.equals(small.frame)


@pytest.mark.parametrize("seed", range(5))
def test_prices_are_positive_and_high_and_low_enclose_open_and_close(seed: int) -> None:
    """Also where a large effect is planted."""
    frame = _market(seed=seed, effects=[{"drift_bps": 900, "jump_bps": -900}])[0].frame
    assert frame.filter(pl.col("low") <= 0).is_empty()
    assert frame.filter(pl.col("high") < pl.max_horizontal("open", "close")).is_empty()
    assert frame.filter(pl.col("low") > pl.min_horizontal("open", "close")).is_empty()
    assert frame.filter(pl.col("volume") <= 0).is_empty()


def test_sessions_are_the_calendars_and_every_asset_has_each() -> None:
    """A start on a holiday is the next session; 13 assets have 400 rows each."""
    frame = _market(start="2019-01-01")[0].frame
    first = XNYS.index(np.datetime64("2019-01-02"))
    expected = XNYS.sessions[first : first + 400]
    assert (frame["session"].unique().sort().to_numpy() == expected).all()
    assert frame.group_by("asset").len()["len"].to_list() == [400] * 13


def test_volatility_is_clustered_and_of_the_size_asked_for() -> None:
    """Over 20 seeds: squared market returns are autocorrelated, and not without clustering."""
    autocorrelation: dict[float, list[float]] = {0.94: [], 0.0: []}
    deviations = []
    for clustering, found in autocorrelation.items():
        for seed in range(20):
            returns = np.diff(_logs(_market(seed=seed, sessions=1000, clustering=clustering)[0], "MKT", "close"))
            squares = returns**2 - np.mean(returns**2)
            found.append(float(squares[1:] @ squares[:-1] / (squares @ squares)))
            deviations.append(returns.std())
    assert np.mean(autocorrelation[0.94]) > 0.1
    assert abs(np.mean(autocorrelation[0.0])) < 0.03
    assert np.mean(deviations) * np.sqrt(XNYS.sessions_per_year) == pytest.approx(0.16, rel=0.05)


def test_assets_of_a_sector_move_together_more_than_others() -> None:
    """The sector factor is shared: correlation within beats correlation across."""
    prices, _ = _market(sessions=1500)
    returns = {name: np.diff(_logs(prices, name, "close")) for name in ("SEM1", "SEM2", "NEO1")}
    within = np.corrcoef(returns["SEM1"], returns["SEM2"])[0, 1]
    across = np.corrcoef(returns["SEM1"], returns["NEO1"])[0, 1]
    assert within > across + 0.05 > 0.15


def test_events_come_in_all_grades_from_the_announcing_sector_and_half_are_noise() -> None:
    """About ten of each kind a year, known in order, named in order."""
    events = _market(sessions=1512)[1]
    assert set(events.frame["timing"]) == {"A", "B", "C"}
    assert set(events.frame["asset"]) <= {"HYP1", "HYP2", "HYP3", "HYP4"}
    counts = dict(events.frame["kind"].value_counts().iter_rows())
    assert counts["routing_adoption"] == counts["product_news"]
    assert 35 <= counts["routing_adoption"] <= 90
    assert events.frame["known_at"].is_sorted()
    assert events.frame["event_id"][0] == "SIM-0001"
    assert (events.read, events.rejected.height) == (events.frame.height, 0)


def test_a_market_longer_than_the_calendar_is_refused() -> None:
    """The sentence says what is known."""
    with pytest.raises(ConfigError, match="XNYS is known from 1990-01-02 to"):
        _market(sessions=20_000)
    with pytest.raises(ConfigError, match="XNYS is known from"):
        _market(start="1980-01-02")


def test_prices_beyond_four_decimals_are_refused() -> None:
    """A volatility of 900 percent ends at zero."""
    with pytest.raises(ConfigError, match="lower the volatility"):
        _market(own_volatility_per_year=9.0, sessions=1512)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sectors": {"semis": 1, "semiconductors": 1}, "effects": []}, "SEM1"),
        ({"effects": [{"kind": "product_news"}]}, "without any effect"),
        ({"effects": [{"up": "semis"}]}, "against itself"),
        ({"start": "2019-02-30"}, "start"),
        ({"clustering": 1.0}, "clustering"),
    ],
)
def test_settings_that_cannot_be_simulated_are_refused(settings: dict[str, object], said: str) -> None:
    """Names that collide, kinds that are taken, days that do not exist."""
    with pytest.raises(ValidationError, match=said):
        SimulatedMarket.model_validate(settings)
