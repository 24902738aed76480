"""One time axis for several exchanges: a row per instant at which orders fill, in the order in which they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from data.calendar import Calendar
    from data.timing import Fill

__all__ = ["Axis", "axis"]

BEYOND = np.timedelta64(14, "D")  # sessions after the last day that bound what its rows may know
FOREVER = np.datetime64("9999-01-01", "us")
NEVER = -1


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Rows of a walk over several exchanges.

    A row is an instant at which one exchange, or several at once, fill orders. It is marked with what is known before
    the next row's instant: so no order is sized on a price of another exchange that comes after it.

    Attributes
    ----------
    days
        datetime64[D], shape (row,), ascending: the day of the sessions that fill in the row.
    at, until
        datetime64[us] in UTC, shape (row,): when orders fill, and when those of the next row do.
    calendars
        The exchanges.
    start
        Per exchange, position in its calendar of its first session on the axis.
    fills, closes
        Per exchange, shape (session,): the row in which a session's orders fill, and the row by whose end its close is
        known; -1 when that is after the last row.

    """

    days: NDArray[np.datetime64]
    at: NDArray[np.datetime64]
    until: NDArray[np.datetime64]
    calendars: tuple[Calendar, ...]
    start: tuple[int, ...]
    fills: tuple[NDArray[np.int64], ...]
    closes: tuple[NDArray[np.int64], ...]

    def sessions(self, exchange: int) -> NDArray[np.datetime64]:
        """Give the sessions of an exchange that are on the axis."""
        first = self.start[exchange]
        return self.calendars[exchange].sessions[first : first + len(self.fills[exchange])]


def axis(calendars: Sequence[Calendar], fill: Fill, first: np.datetime64, last: np.datetime64) -> Axis:
    """Lay the sessions of several exchanges on one axis.

    Parameters
    ----------
    calendars
        The exchanges, each once.
    fill
        Whether orders fill at the opens or at the closes.
    first, last
        Days, both included; each exchange has one session before the first day too, as history.

    Raises
    ------
    RunError
        When the days of the exchanges do not follow one another in the order of their instants.

    """
    lows = [max(int(np.searchsorted(each.sessions, first)) - 1, 0) for each in calendars]
    highs = [int(np.searchsorted(each.sessions, last + BEYOND, side="right")) for each in calendars]
    spans = [slice(low, high) for low, high in zip(lows, highs, strict=True)]
    instants = np.concatenate([each.fill_at(fill)[span] for each, span in zip(calendars, spans, strict=True)])
    days = np.concatenate([each.sessions[span] for each, span in zip(calendars, spans, strict=True)])
    order = np.lexsort((days, instants))
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(instants[order]) > np.timedelta64(0)) | (np.diff(days[order]) != np.timedelta64(0))
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.cumsum(new) - 1
    at, day = instants[order][new], days[order][new]
    _check_order(day, at, calendars)
    count = int(np.searchsorted(day, last, side="right"))
    until = np.append(at[1:], FOREVER)
    fills = np.split(row, np.cumsum([high - low for low, high in zip(lows, highs, strict=True)])[:-1])
    closes = [
        _closes(each.close_at[span], rows, until, fill)
        for each, span, rows in zip(calendars, spans, fills, strict=True)
    ]
    kept = [int(np.searchsorted(rows, count)) for rows in fills]
    return Axis(
        day[:count],
        at[:count],
        until[:count],
        tuple(calendars),
        tuple(lows),
        tuple(rows[:size] for rows, size in zip(fills, kept, strict=True)),
        tuple(np.where(rows < count, rows, NEVER)[:size] for rows, size in zip(closes, kept, strict=True)),
    )


def _closes(
    close_at: NDArray[np.datetime64], fills: NDArray[np.int64], until: NDArray[np.datetime64], fill: Fill
) -> NDArray[np.int64]:
    """Give the first row that ends after the close, and at the latest the one before the exchange's own next fill."""
    if fill == "close":
        return fills
    rows = np.searchsorted(until, close_at, side="right").astype(np.int64)
    rows[:-1] = np.minimum(rows[:-1], fills[1:] - 1)
    return np.maximum(rows, fills)


def _check_order(days: NDArray[np.datetime64], at: NDArray[np.datetime64], calendars: Sequence[Calendar]) -> None:
    back = np.flatnonzero(np.diff(days) < np.timedelta64(0))
    if len(back):
        row = int(back[0])
        names = ", ".join(each.name for each in calendars)
        raise RunError(
            f"the sessions of {names} cannot be put in one order: that of {days[row]} fills at {at[row]} UTC, before "
            f"that of {days[row + 1]}, at {at[row + 1]} UTC; run these exchanges apart",
        )
