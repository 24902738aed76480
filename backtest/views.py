"""Several exchanges: targets are set for each on its own sessions, from what was known, and laid on the common rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from backtest.mixing import session_rows
from backtest.portfolio import Targets
from data.mixed import seen_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.inputs import Inputs
    from signals.base import Event

__all__ = ["View", "joined", "views"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one exchange sees.

    Attributes
    ----------
    inputs
        Prices of all assets and tradable sessions of all events, on the sessions of the exchange.
    rows
        Row of the walk in which each session's orders fill, shape (session,).
    own
        Whether an asset trades on the exchange, shape (asset,).

    """

    inputs: Inputs
    rows: NDArray[np.int64]
    own: NDArray[np.bool_]

    def dated(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Give the same events in the same order, each with its first tradable session on this exchange."""
        ids = self.inputs.events.frame["event_id"].to_list()
        session = dict(zip(ids, self.inputs.tradable.tolist(), strict=True))
        return tuple(replace(event, session=session[event.event_id]) for event in events)


def views(inputs: Inputs) -> tuple[View, ...]:
    """Give the view of every exchange; with one exchange and one currency the inputs are their own view."""
    laid = inputs.mixed
    if laid is None:
        rows = np.arange(len(inputs.panel.sessions), dtype=np.int64)
        return (View(inputs, rows, np.ones(len(inputs.panel.assets), dtype=np.bool_)),)
    return tuple(_view(inputs, exchange) for exchange in range(len(laid.axis.calendars)))


def _view(inputs: Inputs, exchange: int) -> View:
    laid = inputs.mixed
    assert laid is not None  # noqa: S101 - see views
    fills = laid.axis.fills[exchange]
    gone = {(int(np.searchsorted(fills, row)), asset): loss for (row, asset), loss in inputs.delistings.items()}
    seen = replace(
        inputs,
        calendar=laid.axis.calendars[exchange],
        panel=seen_from(laid, exchange),
        first=max(1, int(np.searchsorted(fills, inputs.first))),
        tradable=session_rows(laid, inputs.known_at, exchange, inputs.fill),
        delistings={place: loss for place, loss in gone.items() if place[0] < len(fills)},
        mixed=None,
    )
    return View(seen, fills, laid.exchange == exchange)


def joined(seen: Sequence[View], targets: Sequence[Targets]) -> Targets:
    """Keep of each exchange's targets those of its own assets, and lay them on the rows of the walk."""
    if len(seen) == 1:
        only, rows = targets[0], seen[0].rows
        return Targets(rows[only.session], only.start, only.asset, only.part, only.weight)
    pieces = [_own(view, each) for view, each in zip(seen, targets, strict=True)]
    row, asset, part, weight = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    order = np.lexsort((part, asset, row))
    row = row[order]
    session = np.unique(row)
    start = np.append(np.searchsorted(row, session), len(row)).astype(np.int64)
    return Targets(session, start, asset[order], part[order], weight[order])


def _own(view: View, targets: Targets) -> tuple[NDArray[np.generic], ...]:
    """Give row, asset, part and weight of the entries of the exchange's own assets."""
    row = np.repeat(view.rows[targets.session], np.diff(targets.start))
    kept = view.own[targets.asset]
    return row[kept], targets.asset[kept], targets.part[kept], targets.weight[kept]
