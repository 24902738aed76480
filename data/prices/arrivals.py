"""A history as a vendor sent it, cut to what can be stored: closed sessions; nothing leaves it without a note."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from datetime import date, datetime

    from numpy.typing import NDArray

    from data.calendar import Calendar

__all__ = ["Note", "settle"]

# Vendors' closes come about a quarter of an hour after the exchange's.
DELAY = timedelta(minutes=30)
ACTIONS = ("dividend", "split")
Note = tuple[str, str]


def settle(frame: pl.DataFrame, calendar: Calendar, at: datetime) -> tuple[pl.DataFrame, list[Note]]:
    """Keep the sessions that had closed; give them and a note on every row that is not among them.

    Parameters
    ----------
    frame
        HISTORY columns, one row per day.
    calendar
        Exchange of the asset.
    at
        Instant of the fetch; sessions that had not closed half an hour before it are partial.

    Returns
    -------
    frame, notes
        The rows that stay, ascending, actions of days without a session on the next one; pairs of an ISO day and a
        sentence.

    """
    ordered = frame.sort("session")
    index = _index(ordered, calendar)
    is_session = pl.Series(index >= 0)
    closed, partial = _split(ordered.filter(is_session), calendar, at)
    others = ordered.filter(~is_session)
    kept, notes = _rolled(closed, others)
    notes += [(str(day), "is left out: the session had not closed yet") for day in partial["session"]]
    return kept, sorted(notes)


def _index(frame: pl.DataFrame, calendar: Calendar) -> NDArray[np.int64]:
    days = frame["session"].to_numpy().astype("datetime64[D]")
    index: NDArray[np.int64] = np.searchsorted(calendar.sessions, days).astype(np.int64)
    safe = np.minimum(index, len(calendar.sessions) - 1)
    return np.where(calendar.sessions[safe] == days, index, -1)


def _split(frame: pl.DataFrame, calendar: Calendar, at: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    limit = np.datetime64((at - DELAY).astimezone(UTC).replace(tzinfo=None), "us")
    is_closed = pl.Series(calendar.close_at[_index(frame, calendar)] <= limit)
    return frame.filter(is_closed), frame.filter(~is_closed)


def _rolled(closed: pl.DataFrame, others: pl.DataFrame) -> tuple[pl.DataFrame, list[Note]]:
    """Note the days without a session, and move their dividends and splits to the next session."""
    notes: list[Note] = []
    for row in others.iter_rows(named=True):
        given = {name: row[name] for name in ACTIONS if row[name] is not None}
        said = "has prices" if row["close"] is not None else "is empty"
        notes.append((str(row["session"]), f"{said} but is no session: left out"))
        for name, value in given.items():
            closed, note = _moved(closed, row["session"], name, value)
            notes.append(note)
    return closed, notes


def _moved(closed: pl.DataFrame, day: date, name: str, value: float) -> tuple[pl.DataFrame, Note]:
    later = closed.filter(pl.col("session") > day)["session"]
    if later.is_empty():
        return closed, (str(day), f"{name} {value:g} is left out: no session after it yet")
    here = pl.col("session") == later[0]
    joined = pl.col(name).fill_null(0.0) + value if name == "dividend" else pl.col(name).fill_null(1.0) * value
    frame = closed.with_columns(pl.when(here).then(joined).otherwise(pl.col(name)).alias(name))
    return frame, (str(day), f"{name} {value:g} is moved to the next session, {later[0]}")
