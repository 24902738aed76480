"""Sparse target weights: a base mix plus tilts, each the sum of parts that can be told apart afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backtest.portfolio.entries import BASE, Entries
from backtest.portfolio.neutral import hedged

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from backtest.portfolio.settings import Portfolio
    from signals import SignalSettings
    from signals.base import Context, Event, Scores

__all__ = ["Built", "Numbering", "Targets", "build", "construct", "numbering", "totals_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Sparse target weights, each the sum of parts: the base (part 0) and one part per event and signal.

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


class Numbering(NamedTuple):
    """Which signal and event stand behind a part.

    Attributes
    ----------
    signal, event
        Of part 1 + p, shape (P,); the event is -1 for a control.
    table
        The part of (signal, 1 + event), shape (S, 1 + E); 0 where there is none.

    """

    signal: NDArray[np.int64]
    event: NDArray[np.int64]
    table: NDArray[np.int64]

    @property
    def parts(self) -> int:
        """Give the number of parts, the base included."""
        return 1 + len(self.signal)


class Built(NamedTuple):
    """Targets, their totals per decision and asset (D, N), and what the bounds left of each decision's tilts (D,)."""

    targets: Targets
    totals: NDArray[np.float64]
    kept: NDArray[np.float64]


def numbering(signals: Sequence[SignalSettings], events: Sequence[Event]) -> Numbering:
    """Give a number to every part: controls first, then the events in order, each by the signals that select it."""
    import numpy as np

    from signals import EventDriven

    pairs = [(at, -1) for at, signal in enumerate(signals) if not isinstance(signal, EventDriven)]
    pairs += [
        (at, place)
        for place, event in enumerate(events)
        for at, signal in enumerate(signals)
        if isinstance(signal, EventDriven) and signal.selects(event)
    ]
    table = np.zeros((len(signals), 1 + len(events)), dtype=np.int64)
    codes = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    table[codes[:, 0], codes[:, 1] + 1] = 1 + np.arange(len(codes))
    return Numbering(codes[:, 0], codes[:, 1], table)


def construct(
    portfolio: Portfolio,
    context: Context,
    scores: Sequence[Scores],
    max_gross: float,
    number: Numbering | None = None,
) -> Targets:
    """Give the targets alone; see ``build``."""
    return build(portfolio, context, scores, max_gross, number).targets


def build(
    portfolio: Portfolio,
    context: Context,
    scores: Sequence[Scores],
    max_gross: float,
    number: Numbering | None = None,
) -> Built:
    """Add the scores of all signals to the base mix.

    Every row names every basket asset, so that what is no longer wanted is closed. Without a numbering, event e of
    signal s is part 1 + e S + s.

    Raises
    ------
    RunError
        When targets break a bound of the portfolio or the account; says which, where and by how much.

    """
    import numpy as np

    from backtest.portfolio.limits import kept_of

    entries = _sorted(_entries(portfolio, context, scores, number), len(context.assets))
    totals, tilts = _totals(context, entries), entries.part != BASE
    kept = kept_of(
        portfolio, context, totals, lambda: _totals(context, entries, np.where(tilts, entries.weight, 0.0)), max_gross
    )
    if (kept < 1.0).any():
        entries = entries._replace(weight=np.where(tilts, entries.weight * kept[entries.row], entries.weight))
        totals = _totals(context, entries)
    start = np.searchsorted(entries.row, np.arange(len(context.decisions) + 1)).astype(np.int64)
    return Built(Targets(context.decisions, start, entries.asset, entries.part, entries.weight), totals, kept)


def totals_of(portfolio: Portfolio, context: Context, scores: Sequence[Scores]) -> NDArray[np.float64]:
    """Give base mix and scores per decision and asset, shape (D, N), before any bound is looked at."""
    return _totals(context, _sorted(_entries(portfolio, context, scores, None), len(context.assets)))


def _entries(portfolio: Portfolio, context: Context, scores: Sequence[Scores], number: Numbering | None) -> Entries:
    """Lay the base and the scores one after another, and the hedge after them."""
    import numpy as np

    parts = [_parts(score, at, scores, number) for at, score in enumerate(scores)]
    base = _base(portfolio, context)
    entries = Entries(
        np.concatenate([base.row, *(score.decision for score in scores)]),
        np.concatenate([base.asset, *(score.asset for score in scores)]),
        np.concatenate([base.part, *parts]),
        np.concatenate([base.weight, *(score.value for score in scores)]),
    )
    return hedged(portfolio.neutral, context, entries) if portfolio.neutral else entries


def _parts(score: Scores, at: int, scores: Sequence[Scores], number: Numbering | None) -> NDArray[np.int64]:
    if number is None:
        return 1 + score.event * len(scores) + at
    parts: NDArray[np.int64] = number.table[at, score.event + 1]
    return parts


def _base(portfolio: Portfolio, context: Context) -> Entries:
    """Give the base weights of every basket asset at every decision: each basket's share, split over its members."""
    import numpy as np

    named = {asset for basket in context.baskets.values() for asset in basket}
    members = np.array([at for at, asset in enumerate(context.assets) if asset in named], dtype=np.int64)
    count = len(context.decisions)
    weights = np.zeros((count, len(context.assets)))
    for basket, share in sorted(portfolio.base.items()):
        columns, split = context.split(basket)
        weights[:, columns] += share * split
    row, asset = np.repeat(np.arange(count), len(members)), np.tile(members, count)
    return Entries(row, asset, np.zeros(len(row), dtype=np.int64), weights[:, members].ravel())


def _totals(context: Context, entries: Entries, weight: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Add the entries of every decision and asset in their order, shape (D, N)."""
    import numpy as np

    shape = (len(context.decisions), len(context.assets))
    summed = np.bincount(entries.row * shape[1] + entries.asset, entries.weight if weight is None else weight,
                         shape[0] * shape[1])  # fmt: skip
    return summed.astype(np.float64).reshape(shape)


def _sorted(entries: Entries, assets: int) -> Entries:
    """Order the entries by row, asset, part and add those that agree in all three, in their order."""
    import numpy as np

    parts = int(entries.part.max(initial=0)) + 1
    key = (entries.row * assets + entries.asset) * parts + entries.part
    order = np.argsort(key, kind="stable")
    key, weight = key[order], entries.weight[order]
    fresh = np.ones(len(key), dtype=np.bool_)
    np.not_equal(key[1:], key[:-1], out=fresh[1:])
    if not fresh.all():
        first = np.flatnonzero(fresh)
        key, weight = key[first], np.add.reduceat(weight, first)
    cell = key // parts
    row = cell // assets
    return Entries(row, cell - row * assets, key - cell * parts, weight)
