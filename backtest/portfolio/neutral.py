"""The hedge: every part's exposure, in money or past beta, is offset by a basket within the same part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.portfolio.entries import BASE, Entries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from backtest.portfolio.settings import Neutral
    from signals.base import Context

__all__ = ["hedged"]


def hedged(neutral: Neutral, context: Context, entries: Entries) -> Entries:
    """Add, per decision and part, minus its exposure over the hedge's exposure of the hedging basket.

    Raises
    ------
    RunError
        At the first decision with something to hedge at which the hedge has no listed member or no positive beta.

    """
    import numpy as np

    from signals.loadings import past_betas

    beta = np.ones((len(context.decisions), len(context.assets)))
    if neutral.to == "beta":
        beta = past_betas(context, neutral.beta_sessions)
    columns, split = context.split(neutral.with_)
    whole = np.cumsum(split * beta[:, columns], axis=1)[:, -1]
    chosen = np.ones(len(entries.row), dtype=np.bool_) if neutral.of == "portfolio" else entries.part != BASE
    width = int(entries.part.max(initial=0)) + 1
    pairs, place = np.unique(entries.row[chosen] * width + entries.part[chosen], return_inverse=True)
    exposed = np.bincount(place, (entries.weight * beta[entries.row, entries.asset])[chosen], len(pairs))
    row, part = np.divmod(pairs, width)
    _check(neutral, context, row[exposed != 0.0], whole)
    ratio = np.divide(exposed, whole[row], out=np.zeros(len(pairs)), where=whole[row] > 0.0)
    return Entries(
        np.concatenate([entries.row, np.repeat(row, len(columns))]),
        np.concatenate([entries.asset, np.tile(columns, len(pairs))]),
        np.concatenate([entries.part, np.repeat(part, len(columns))]),
        np.concatenate([entries.weight, (-ratio[:, None] * split[row]).ravel()]),
    )


def _check(neutral: Neutral, context: Context, rows: NDArray[np.int64], whole: NDArray[np.float64]) -> None:
    from data.errors import RunError

    bad = rows[whole[rows] <= 0.0]
    if len(bad):
        session = context.sessions[context.decisions[bad[0]]]
        problem = "no listed member" if neutral.to == "dollar" else f"a past beta of {whole[bad[0]]:.4f}"
        raise RunError(
            f"portfolio.neutral.with: basket {neutral.with_} has {problem} on {session}, so it cannot hedge; choose "
            f"another basket, or start later ({len(set(bad.tolist()))} such decisions)",
        )
