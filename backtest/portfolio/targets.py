"""Sparse target weights: a base mix plus tilts, each the sum of parts that can be told apart afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backtest.portfolio.entries import BASE, Entries, joined
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
    signal s is part 1 + e S + s, and controls come after all events.

    Raises
    ------
    RunError
        When targets break a bound of the portfolio or the account; says which, where and by how much.

    """
    import numpy as np

    from backtest.portfolio.limits import kept_of

    entries = _sorted(_blocks(portfolio, context, scores, number), len(context.assets))
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
    return _totals(context, _sorted(_blocks(portfolio, context, scores, None), len(context.assets)))


def _blocks(
    portfolio: Portfolio, context: Context, scores: Sequence[Scores], number: Numbering | None
) -> list[Entries]:
    """Give the base and the scores of every signal, or all of them with their hedge."""
    if number is None:
        number = _plain(len(scores), len(context.events))
    parts = (number.table[at][score.event + 1] for at, score in enumerate(scores))
    tilts = (Entries(one.decision, one.asset, part, one.value) for one, part in zip(scores, parts, strict=True))
    blocks = [_base(portfolio, context), *tilts]
    return [hedged(portfolio.neutral, context, joined(blocks))] if portfolio.neutral else blocks


def _plain(signals: int, events: int) -> Numbering:
    """Give every pair of a signal and an event a number, event by event, and at last what no event is behind."""
    import numpy as np

    event, signal = np.divmod(np.arange(signals * (events + 1)), max(signals, 1))
    event = np.where(event == events, -1, event)
    table = np.zeros((signals, 1 + events), dtype=np.int64)
    table[signal, event + 1] = 1 + np.arange(len(event))
    return Numbering(signal, event, table)


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
    cell = entries.row * shape[1]
    cell += entries.asset
    summed = np.bincount(cell, entries.weight if weight is None else weight, shape[0] * shape[1])
    return summed.astype(np.float64, copy=False).reshape(shape)


def _sorted(blocks: Sequence[Entries], assets: int) -> Entries:
    """Order the entries by row, asset, part and add those that agree in all three, in their order."""
    import numpy as np

    of_asset = assets.bit_length()
    of_part = int(max(block.part.max(initial=0) for block in blocks)).bit_length()
    key = np.concatenate([_key(block, of_asset, of_part) for block in blocks])
    order = np.argsort(key, kind="stable")
    weight = np.concatenate([block.weight for block in blocks])[order]
    key, weight = _merged(key[order], weight)
    part = key & ((1 << of_part) - 1)
    key >>= of_part
    asset = key & ((1 << of_asset) - 1)
    key >>= of_asset
    return Entries(key, asset, part, weight)


def _key(block: Entries, of_asset: int, of_part: int) -> NDArray[np.int64]:
    """Put row, asset and part into one number, the later two in so many bits."""
    key = block.row << of_asset
    key |= block.asset
    key <<= of_part
    key |= block.part
    return key


def _merged(key: NDArray[np.int64], weight: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Add the weights of equal neighbours, in their order; nearly all keys stand alone."""
    import numpy as np

    again = np.zeros(len(key) + 1, dtype=np.bool_)
    np.equal(key[1:], key[:-1], out=again[1:-1])
    if not again.any():
        return key, weight
    repeated = again[:-1] | again[1:]
    first = np.flatnonzero(~again[:-1] & repeated)
    of_them = np.flatnonzero(repeated)
    weight[first] = np.add.reduceat(weight[of_them], np.searchsorted(of_them, first))
    return key[~again[:-1]], weight[~again[:-1]]
