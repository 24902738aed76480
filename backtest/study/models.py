"""What an asset would have returned without the event: every return model as a target, regressors and a constant.

model               target y                      regressors            fitted
mean                return                        none                  mean
market_adjusted     return - market               none                  nothing
market              return                        market                mean, slope
scholes_williams    return                        market                mean, slope from lead and lag
ff3 .. ff5_mom      return - risk-free            factors (excess)      mean, slopes
matched_basket      return - matched assets       none                  nothing

The matched assets are the others of the baskets that the asset belongs to, equally weighted over those with a return;
a group's match is every asset outside it. The risk-free rate is taken off both sides: the market factor is an excess
return, so the explained return is one too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.study.fits import Frame
from backtest.study.settings import FACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from backtest.study.factors import Factors
    from backtest.study.settings import Model

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["average", "explained", "matched"]


def average(returns: Floats, columns: Sequence[int]) -> Floats:
    """Give the mean over some columns of the returns that are known, NaN where none is, shape (T,)."""
    chosen = returns[:, list(columns)]
    known = np.isfinite(chosen)
    count = known.sum(axis=1)
    total = np.zeros(len(returns))
    for column in range(chosen.shape[1]):
        total = total + np.where(known[:, column], chosen[:, column], 0.0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def explained(
    model: Model,
    returns: Floats,
    mask: NDArray[np.bool_],
    *,
    market: Floats,
    factors: Factors | None,
    matches: Floats,
) -> Frame:
    """Give the series of a model.

    Parameters
    ----------
    model
        Name of the model.
    returns
        Total returns, shape (T, A).
    mask
        True where another event lies, shape (T, A): left out of the estimation.
    market
        Return of the market, shape (T,).
    factors
        Daily factors on the same sessions, needed by the factor models.
    matches
        Return of every column's matched assets, shape (T, A).

    """
    nothing = np.zeros((len(returns), 0))
    y, x, constant = returns, nothing, True
    if model == "market_adjusted":
        y, constant = returns - market[:, None], False
    elif model == "matched_basket":
        y, constant = returns - matches, False
    elif model in {"market", "scholes_williams"}:
        x = market[:, None]
    elif model in FACTORS:
        assert factors is not None  # noqa: S101 - the settings' validator demands the file
        y, x = returns - factors.risk_free[:, None], factors.columns(FACTORS[model])
    clean = np.where(mask, np.nan, y)
    return Frame(returns, y, clean, x, constant=constant, lagged=model == "scholes_williams")


def matched(returns: Floats, assets: Sequence[str], baskets: Mapping[str, Sequence[str]]) -> Floats:
    """Give the matched return of every asset; all NaN for an asset that shares no basket."""
    out = np.full(returns.shape, np.nan)
    place = {asset: column for column, asset in enumerate(assets)}
    for column, asset in enumerate(assets):
        peers = peers_of(asset, baskets)
        columns = [place[one] for one in peers if one in place]
        if columns:
            out[:, column] = average(returns, columns)
    return out


def peers_of(asset: str, baskets: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Give the other members of the baskets that an asset belongs to, ascending."""
    shared = {one for members in baskets.values() if asset in members for one in members}
    return tuple(sorted(shared - {asset}))
