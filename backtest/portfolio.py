"""From scores to sparse target weights: a base mix plus tilts, set on event sessions and on a steady grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from data.errors import RunError
from data.settings import Name, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from signals.base import Context, Scores

__all__ = ["BASE", "Portfolio", "Targets", "construct", "decisions"]

BASE = 0  # part of the base mix; event e is part 1 + e
ROUNDING = 1e-12


class Portfolio(Settings):
    """Base weights per basket, split equally over its listed members, and when they are set anew."""

    base: dict[Name, Annotated[float, Field(ge=-1, le=1)]] = Field(
        min_length=1,
        description="Basket: fraction of equity; what is left stays in cash.",
    )
    rebalance_every_sessions: int = Field(
        default=5,
        ge=1,
        le=10_000,
        description="Targets are set anew on this grid, counted from the first session, and on every event session.",
    )
    long_only: bool = Field(default=True, description="A negative target weight is then an error.")


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Sparse target weights, each the sum of parts: the base (part 0) and one part per event.

    Attributes
    ----------
    session
        Index of the session in which row k trades, ascending, shape (K,).
    start
        Row k owns the entries start[k] to start[k + 1], shape (K + 1,).
    asset, part
        Asset and part of an entry, shape (M,); an asset's entries stand together.
    weight
        Fraction of equity, shape (M,); an asset's target is the sum over its parts, an asset without entries is left
        alone.

    """

    session: NDArray[np.int64]
    start: NDArray[np.int64]
    asset: NDArray[np.int64]
    part: NDArray[np.int64]
    weight: NDArray[np.float64]


def decisions(first: int, last: int, every: int, event_sessions: Sequence[int]) -> NDArray[np.int64]:
    """Give the sessions at which targets are set: every so many from the first, and every event's session."""
    import numpy as np

    grid = np.arange(first, last + 1, every, dtype=np.int64)
    inside = [session for session in event_sessions if first <= session <= last]
    return np.union1d(grid, np.array(inside, dtype=np.int64))


def construct(portfolio: Portfolio, context: Context, scores: Sequence[Scores], max_gross: float) -> Targets:
    """Add the scores of all signals to the base mix.

    Every row names every basket asset, so that what is no longer wanted is closed.

    Raises
    ------
    RunError
        When a target is negative under ``long_only`` or the targets exceed ``max_gross``; says where and by how much.

    """
    import numpy as np

    members = _members(context)
    rows, columns = np.meshgrid(np.arange(len(context.decisions)), members, indexing="ij")
    base = _base(portfolio, context)[:, members]
    row = np.concatenate([rows.ravel(), *(score.decision for score in scores)])
    asset = np.concatenate([columns.ravel(), *(score.asset for score in scores)])
    part = np.concatenate([np.zeros(rows.size, dtype=np.int64), *(score.event + 1 for score in scores)])
    weight = np.concatenate([base.ravel(), *(score.value for score in scores)])
    order = np.lexsort((part, asset, row))
    row, asset, part, weight = row[order], asset[order], part[order], weight[order]
    totals = np.zeros((len(context.decisions), len(context.panel.assets)))
    np.add.at(totals, (row, asset), weight)
    _check(portfolio, context, totals, max_gross)
    start = np.searchsorted(row, np.arange(len(context.decisions) + 1)).astype(np.int64)
    return Targets(context.decisions, start, asset, part, weight)


def _members(context: Context) -> NDArray[np.int64]:
    import numpy as np

    named = {asset for basket in context.baskets.values() for asset in basket}
    return np.array([at for at, asset in enumerate(context.panel.assets) if asset in named], dtype=np.int64)


def _base(portfolio: Portfolio, context: Context) -> NDArray[np.float64]:
    """Give the base weights, shape (D, N): each basket's share split equally over its listed members."""
    import numpy as np

    listed, assets = context.listed(), np.array(context.panel.assets)
    weights = np.zeros(listed.shape)
    for basket, share in sorted(portfolio.base.items()):
        present = (listed & np.isin(assets, _of(context.baskets, basket))).astype(np.float64)
        count = present.sum(axis=1, keepdims=True)
        weights += share * np.divide(present, count, out=np.zeros_like(present), where=count > 0)
    return weights


def _of(baskets: Mapping[str, tuple[str, ...]], name: str) -> list[str]:
    return list(baskets[name])


def _check(portfolio: Portfolio, context: Context, totals: NDArray[np.float64], max_gross: float) -> None:
    import numpy as np

    if portfolio.long_only and totals.size and totals.min() < -ROUNDING:
        at, column = np.unravel_index(int(totals.argmin()), totals.shape)
        session = context.panel.sessions[context.decisions[at]]
        raise RunError(
            f"portfolio.long_only: the target of {context.panel.assets[column]} on {session} is "
            f"{totals[at, column]:.4f} of equity; lower the rotation's cap, raise the base weight of the basket, "
            "or set long_only: false",
        )
    gross = np.abs(totals).sum(axis=1)
    if gross.size and gross.max() > max_gross * (1.0 + 1e-9):
        session = context.panel.sessions[context.decisions[int(gross.argmax())]]
        raise RunError(
            f"account.max_gross: the targets of {session} add up to {gross.max():.4f} of equity, {max_gross:.4f} is "
            "allowed; raise max_gross or lower the base weights or the cap",
        )
