"""What was held after each session, by basket: marked values over equity, long and short apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backtest.config.model import Config
    from backtest.simulation import Walk
    from backtest.walks import Stage

__all__ = ["OUTSIDE", "exposure", "parted"]

OUTSIDE = ""


def parted(config: Config) -> dict[str, str]:
    """Give every asset of a basket one basket: the first that names it, those of the base mix before all others.

    Baskets may share assets; parts of an account may not, or they would count twice.
    """
    ordered = dict.fromkeys([*config.portfolio.base, *config.baskets])
    found: dict[str, str] = {}
    for basket in ordered:
        for asset in config.baskets[basket]:
            found.setdefault(asset, basket)
    return found


def exposure(on: Stage, walked: Walk, baskets: Mapping[str, str]) -> pl.DataFrame:
    """Give session, basket, long and short (not above 0), fractions of equity at the close, of baskets ever held.

    Assets without a basket stand under an empty name. Null where there is no equity to divide by. With several
    exchanges the last row of a day stands.
    """
    days = on.panel.sessions[on.first :]
    last = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1)
    equity = walked.equity[last]
    worth = np.nan_to_num(walked.shares[last] * on.market.mark[last])
    frames = []
    for basket, columns in _columns(on.panel.assets, baskets).items():
        own = worth[:, columns]
        if own.any():
            long, short = _added(np.maximum(own, 0.0)), _added(np.minimum(own, 0.0))
            parts = {"long": _over(long, equity), "short": _over(short, equity)}
            frames.append(pl.DataFrame({"session": days[last], "basket": [basket] * len(last), **parts}))
    return pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)


SCHEMA = {"session": pl.Date, "basket": pl.String, "long": pl.Float64, "short": pl.Float64}


def _columns(assets: Sequence[str], baskets: Mapping[str, str]) -> dict[str, list[int]]:
    """Give the columns of every basket, baskets in the order of the mapping, the one without a name last."""
    found: dict[str, list[int]] = {basket: [] for basket in [*dict.fromkeys(baskets.values()), OUTSIDE]}
    for at, asset in enumerate(assets):
        found[baskets.get(asset, OUTSIDE)].append(at)
    return found


def _added(worth: np.ndarray) -> np.ndarray:
    """Add across assets one after another, the same for any number of sessions."""
    total = np.zeros(len(worth))
    for column in range(worth.shape[1]):
        total = total + worth[:, column]
    return total


def _over(amount: np.ndarray, equity: np.ndarray) -> pl.Series:
    shares = np.divide(amount, equity, out=np.full(len(amount), np.nan), where=equity > 0.0)
    return pl.Series(shares, dtype=pl.Float64).fill_nan(None)
