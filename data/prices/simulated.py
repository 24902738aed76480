"""The simulated market: seeded prices with sectors and clustered volatility, and the events they were made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.errors import ConfigError
from data.events.source import REJECTED, Events
from data.hashing import frame_hash
from data.prices.factors import Bars, Steps, asset_steps, bars, market_steps, plain_steps, stream
from data.prices.market import INDEX
from data.prices.planted import Window, announcements, events_frame, shift
from data.prices.source import Prices
from data.schema import PRICES, check, conform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.calendar import Calendar
    from data.prices.market import PlantedEffect, SimulatedMarket
    from data.prices.planted import Announcement

    Floats = NDArray[np.float64]

__all__ = ["market"]

FIRST_PRICE = 100.0
EVENT_VOLUME = 1.5


def market(settings: SimulatedMarket, calendar: Calendar) -> tuple[Prices, Events]:
    """Make the market: the same settings give the same bytes.

    Raises
    ------
    ConfigError
        When the calendar ends before the market does, or prices leave what four decimals can hold.

    """
    window = _window(settings, calendar)
    events = announcements(settings, window)
    assets = _assets(settings, events, calendar.sessions_per_year)
    return _prices(settings, assets, calendar.sessions[window.start : window.start + window.count]), _events(
        settings, events
    )


def _window(settings: SimulatedMarket, calendar: Calendar) -> Window:
    start = int(np.searchsorted(calendar.sessions, np.datetime64(settings.start)))
    left = len(calendar.sessions) - start
    if settings.start < calendar.sessions[0].item() or left < settings.sessions:
        first, last = calendar.sessions[0], calendar.sessions[-1]
        raise ConfigError(
            f"prices.sessions = {settings.sessions} from {settings.start}: {calendar.name} is known from {first} to "
            f"{last}, {max(left, 0)} sessions from that start; start earlier or ask for fewer",
        )
    return Window(calendar, start, settings.sessions)


def _assets(settings: SimulatedMarket, events: list[Announcement], per_year: float) -> dict[str, Bars]:
    """Make the index, which is the market factor, and the members of every sector."""
    count = settings.sessions
    variances = [volatility**2 / per_year for volatility in _volatilities(settings)]
    drift = settings.market_drift_per_year / per_year
    factor = market_steps(stream(settings.seed, "market"), count, variances[0], settings.clustering)
    quiet = (np.zeros(count), np.zeros(count))
    random = stream(settings.seed, f"bars/{INDEX}")
    made = {INDEX: bars(random, _drifting(factor, drift), FIRST_PRICE, quiet, np.ones(count))}
    for sector, members in settings.members.items():
        common = plain_steps(stream(settings.seed, f"sector/{sector}"), count, variances[1])
        effect = shift(settings, events, sector, count)
        for asset in members:
            random = stream(settings.seed, f"asset/{asset}")
            beta, first = random.uniform(0.8, 1.2), FIRST_PRICE * random.uniform(0.4, 1.6)
            own = plain_steps(random, count, variances[2])
            steps = _drifting(asset_steps(beta, factor, common, own), beta * drift)
            made[asset] = bars(random, steps, first, effect, _busy(events, asset, count))
    return made


def _volatilities(settings: SimulatedMarket) -> tuple[float, float, float]:
    return (
        settings.market_volatility_per_year,
        settings.sector_volatility_per_year,
        settings.own_volatility_per_year,
    )


def _drifting(steps: Steps, drift: float) -> Steps:
    """Add the log drift under which the mean simple return is exp(drift) - 1, over the intraday part."""
    return Steps(steps.overnight, steps.intraday + drift - steps.variance / 2.0, steps.variance)


def _busy(events: list[Announcement], asset: str, count: int) -> Floats:
    busy = np.ones(count)
    for event in events:
        if event.asset == asset and event.first < count:
            busy[event.first] += EVENT_VOLUME * event.strength
    return busy


def _prices(settings: SimulatedMarket, assets: dict[str, Bars], sessions: NDArray[np.datetime64]) -> Prices:
    names = sorted(assets)
    columns = {
        field: np.column_stack([getattr(assets[name], field) for name in names]).ravel()
        for field in ("open", "high", "low", "close", "volume")
    }
    if not (np.isfinite(columns["high"]).all() and (columns["low"] > 0).all()):
        raise ConfigError("prices: the simulated prices leave 0.0001 to infinity; lower the volatility or the drift")
    keys = {"session": np.repeat(sessions, len(names)), "asset": np.tile(np.array(names), len(sessions))}
    frame = conform(pl.DataFrame({**keys, **columns}).with_columns(pl.col("session").cast(pl.Date)), PRICES)
    return Prices(
        frame=check(frame, PRICES, "simulated prices"),
        adjustment="total",
        label=f"simulated market, seed {settings.seed}",
        simulated=True,
        disclosure=_disclosure(settings),
        findings=(),
        content_hash=frame_hash(frame, ("session", "asset")),
    )


def _disclosure(settings: SimulatedMarket) -> tuple[str, ...]:
    made = f"Simulated prices: a seeded factor model (seed {settings.seed}), no market ever paid them."
    if not settings.effects:
        return made, "No effect is planted: the events say nothing about the prices, whatever is found is chance."
    return made, *(_planted(effect) for effect in settings.effects)


def _planted(effect: PlantedEffect) -> str:
    jump = f", after a jump of {effect.jump_bps:+g} and {-effect.jump_bps:+g} bps at the announcement"
    return (
        f"Planted effect: every {effect.kind} event of strength 1 moves {effect.up} by {effect.drift_bps:+g} bps and "
        f"{effect.down} by {-effect.drift_bps:+g} bps from its first tradable open on, half of it within "
        f"{effect.half_life_sessions:g} sessions{jump if effect.jump_bps else ''}."
    )


def _events(settings: SimulatedMarket, events: list[Announcement]) -> Events:
    frame = events_frame(events)
    return Events(
        frame=frame,
        rejected=pl.DataFrame(schema=dict.fromkeys(REJECTED, pl.String)),
        read=frame.height,
        label=f"simulated events, seed {settings.seed}",
        content_hash=frame_hash(frame, ("event_id",)),
    )
