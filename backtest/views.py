"""Several exchanges: targets are set for each on its own sessions, from what was known, and laid on the common rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from backtest.events import chosen
from backtest.mixing import session_rows
from backtest.portfolio import Targets
from data.mixed import seen_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from backtest.config.model import Config
    from backtest.inputs import Inputs
    from signals.base import Event

__all__ = ["View", "spread", "views"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one exchange sees.

    Attributes
    ----------
    inputs
        Prices of all assets and tradable sessions of all events, on the sessions of the exchange.
    rows
        Row of the walk in which each session's orders fill, shape (session,); None when they are the same.
    own
        Whether an asset trades on the exchange, shape (asset,).

    """

    inputs: Inputs
    rows: NDArray[np.int64] | None
    own: NDArray[np.bool_]


def views(inputs: Inputs) -> tuple[View, ...]:
    """Give the view of every exchange; with one exchange and one currency the inputs are their own view."""
    laid = inputs.mixed
    if laid is None:
        return (View(inputs, None, np.ones(len(inputs.panel.assets), dtype=np.bool_)),)
    return tuple(_view(inputs, exchange) for exchange in range(len(laid.axis.calendars)))


def _view(inputs: Inputs, exchange: int) -> View:
    laid = inputs.mixed
    assert laid is not None  # noqa: S101 - see views
    fills = laid.axis.fills[exchange]
    seen = replace(
        inputs,
        calendar=laid.axis.calendars[exchange],
        panel=seen_from(laid, exchange),
        first=max(1, int(np.searchsorted(fills, inputs.first))),
        tradable=session_rows(laid, inputs.known_at, exchange, inputs.fill),
        delistings={},
        mixed=None,
    )
    return View(seen, fills, laid.exchange == exchange)


def spread(
    config: Config,
    inputs: Inputs,
    traded: Sequence[Event],
    build: Callable[[Config, Inputs, tuple[Event, ...]], Targets],
) -> Targets:
    """Build targets in the view of every exchange, keep those of its own assets, and lay them on the common rows.

    Parameters
    ----------
    config
        The research question.
    inputs
        Of the whole run.
    traded
        Events of the whole run: their places are the parts of the targets.
    build
        Gives the targets of all assets from what one exchange sees, and its tradable events.

    """
    if inputs.mixed is None:
        return build(config, inputs, tuple(traded))
    place = {event.event_id: 1 + at for at, event in enumerate(traded)}
    pieces = []
    for view in views(inputs):
        events = chosen(view.inputs, config.signals)
        parts = np.array([0, *(place[event.event_id] for event in events)], dtype=np.int64)
        pieces.append(_own(build(config, view.inputs, events), view, parts))
    return _merged(pieces)


def _own(targets: Targets, view: View, parts: NDArray[np.int64]) -> list[NDArray[np.generic]]:
    """Give row, asset, part and weight of the entries of the exchange's own assets."""
    assert view.rows is not None  # noqa: S101 - see spread
    row = np.repeat(view.rows[targets.session], np.diff(targets.start))
    kept = view.own[targets.asset]
    return [row[kept], targets.asset[kept], parts[targets.part[kept]], targets.weight[kept]]


def _merged(pieces: Sequence[Sequence[NDArray[np.generic]]]) -> Targets:
    row, asset, part, weight = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    order = np.lexsort((part, asset, row))
    row = row[order]
    session = np.unique(row)
    start = np.append(np.searchsorted(row, session), len(row)).astype(np.int64)
    return Targets(session, start, asset[order], part[order], weight[order])
