"""Random parts of the simulated market: seeded streams, the market factor with clustered volatility, one asset's bars.

Every stream is derived from the seed and a name, so that another asset, sector or effect changes no other numbers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["OVERNIGHT", "Bars", "Steps", "asset_steps", "bars", "market_steps", "plain_steps", "stream"]

# Share of a session's variance that comes before the open; about what US shares show.
OVERNIGHT = 0.3
# Part of the persistence of the volatility that is the reaction to the last move; the rest is memory.
REACTION = 0.12
DECIMALS = 4
VOLUME_SPREAD = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Log returns of one factor or asset.

    Attributes
    ----------
    overnight, intraday
        From close to open and from open to close, shape (session,).
    variance
        Of the whole session, shape (session,).

    """

    overnight: Floats
    intraday: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Prices (quote currency per share) and volume (shares) of one asset, each of shape (session,)."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def stream(seed: int, name: str) -> np.random.Generator:
    """Give the generator of one named part."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    return np.random.default_rng(np.random.SeedSequence([seed, key]))


def market_steps(random: np.random.Generator, count: int, variance: float, clustering: float) -> Steps:
    """Draw the market factor: GARCH(1,1) with the given long-run variance per session, without drift.

    h[t] = (1 - a - b) v + a r[t-1]^2 + b h[t-1], with a + b = clustering (Bollerslev 1986).
    """
    normal = random.standard_normal((2, count))
    parts = (np.sqrt([[OVERNIGHT], [1.0 - OVERNIGHT]]) * normal).sum(axis=0)
    reaction, memory = REACTION * clustering, (1.0 - REACTION) * clustering
    path = np.empty(count)
    now = variance
    for t, shock in enumerate(parts.tolist()):
        path[t] = now
        now = (1.0 - clustering) * variance + (reaction * shock * shock + memory) * now
    return _steps(normal, path)


def plain_steps(random: np.random.Generator, count: int, variance: float) -> Steps:
    """Draw a factor of constant variance per session, without drift."""
    return _steps(random.standard_normal((2, count)), np.full(count, variance))


def asset_steps(beta: float, market: Steps, *others: Steps) -> Steps:
    """Add up beta times the market and the other factors, which are independent."""
    parts = [(beta, market), *((1.0, other) for other in others)]
    return Steps(
        sum((weight * part.overnight for weight, part in parts), np.zeros_like(market.overnight)),
        sum((weight * part.intraday for weight, part in parts), np.zeros_like(market.intraday)),
        sum((weight * weight * part.variance for weight, part in parts), np.zeros_like(market.variance)),
    )


def bars(random: np.random.Generator, steps: Steps, first: float, effect: tuple[Floats, Floats], busy: Floats) -> Bars:
    """Turn log returns into prices and volume.

    Parameters
    ----------
    random
        Stream of the asset's highs, lows and volume.
    steps
        Log returns, drift included.
    first
        Price before the first session.
    effect
        Planted log shift of the opens and of the closes, each of shape (session,).
    busy
        Factor on the volume of each session, shape (session,).

    """
    closes = np.log(first) + np.cumsum(steps.overnight + steps.intraday)
    start, end = closes - steps.intraday + effect[0], closes + effect[1]
    # Extremes of a Brownian path between two fixed ends: (a + b + sqrt((b - a)^2 - 2 v ln U)) / 2.
    reach = -2.0 * (1.0 - OVERNIGHT) * steps.variance * np.log(1.0 - random.random((2, len(start))))
    spread = np.sqrt((end - start) ** 2 + reach)
    volume = 2e8 / first * np.exp(VOLUME_SPREAD * random.standard_normal(len(start))) * busy
    high, low = (start + end + spread[0]) / 2.0, (start + end - spread[1]) / 2.0
    return Bars(_price(start), _price(high), _price(low), _price(end), np.round(volume))


def _price(log: Floats) -> Floats:
    """Round to the tick: it keeps the order of the four prices and hides the last bits of exp."""
    price: Floats = np.round(np.exp(log), DECIMALS).astype(np.float64)
    return price


def _steps(normal: Floats, variance: Floats) -> Steps:
    deviation = np.sqrt(variance)
    overnight = np.sqrt(OVERNIGHT) * deviation * normal[0]
    return Steps(overnight, np.sqrt(1.0 - OVERNIGHT) * deviation * normal[1], variance)
