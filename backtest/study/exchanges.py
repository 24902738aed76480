"""What a study sees of several exchanges: each with its own sessions, all assets as known by its closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from data.mixed import Mixed

__all__ = ["at_closes", "places"]


def places(laid: Mixed) -> Iterator[tuple[int, str]]:
    """Give every exchange with what its groups' names end with: nothing for the first, the config's own calendar."""
    for exchange, calendar in enumerate(laid.axis.calendars):
        yield exchange, f" on {calendar.name}" if exchange else ""


def at_closes(laid: Mixed, exchange: int) -> Panel:
    """Give all assets on the sessions of one exchange, in account currency, as known when each session has closed.

    An asset of the exchange has no price where its own is missing, one of another exchange shows its last close, so a
    benchmark that trades elsewhere is as old as the exchange saw it. What happened between two closes is added up.
    """
    on, own = laid.axis, laid.panel
    closes = on.closes[exchange]
    done = closes >= 0
    ends = closes[done]
    starts = np.append(0, ends[:-1] + 1)
    shape = (len(closes), len(own.assets))
    marks = _carried(own.close)[ends]
    missing = laid.missing[ends] & (laid.exchange == exchange)
    nothing = np.full(shape, np.nan)
    return Panel(
        on.sessions(exchange),
        own.assets,
        nothing,
        _laid(np.where(missing, np.nan, marks), done, nothing),
        _laid(np.add.reduceat(own.dividend, starts, axis=0), done, np.zeros(shape)),
        _laid(np.multiply.reduceat(own.split, starts, axis=0), done, np.ones(shape)),
        nothing,
    )


def _laid(values: NDArray[np.float64], done: NDArray[np.bool_], else_: NDArray[np.float64]) -> NDArray[np.float64]:
    out = else_.copy()
    out[done] = values
    return out


def _carried(close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the last mark that is known; rows of a panel hold NaN where the last one stands."""
    rows = np.where(np.isnan(close), -1, np.arange(len(close))[:, None])
    latest = np.maximum.accumulate(rows, axis=0)
    return np.where(latest >= 0, close[np.maximum(latest, 0), np.arange(close.shape[1])], np.nan)
