"""A PRICES frame as sorted arrays, asset after asset, for checks from one row to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from data.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from data.calendar import Calendar

__all__ = ["Issue", "Series", "Severity", "series"]

Severity = Literal["error", "set aside", "warning"]

NUMBERS = ("open", "high", "low", "close", "volume", "dividend", "split")
ROW = "\0row"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that was found.

    Attributes
    ----------
    severity
        error: no run; set aside: the row is not used; warning: look at it.
    rule
        Two or three words that can be counted.
    row
        Row of the frame, from 0; None where the frame as a whole is meant.
    finding
        Place, value, what is wrong and how to mend it.

    """

    severity: Severity
    rule: str
    row: int | None
    finding: Finding


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The rows of a frame, sorted by asset and session.

    Attributes
    ----------
    where, calendar
        Names of the prices and of the exchange, for messages.
    frame
        The sorted rows.
    rows
        Row of the frame as it was given, from 0, shape (row,).
    days
        datetime64[D], shape (row,).
    index
        Position of each day among the sessions of the exchange, -1 where it is none, shape (row,).
    same
        Whether a row and the next are of one asset, shape (row - 1,).
    numbers
        float64, NaN where empty, each of shape (row,).
    before
        The last close of the asset before the row, NaN where there is none, shape (row,).
    is_unsorted
        Whether the frame as given was in another order than session and asset.

    """

    where: str
    calendar: str
    frame: pl.DataFrame
    rows: NDArray[np.int64]
    days: NDArray[np.datetime64]
    index: NDArray[np.int64]
    same: NDArray[np.bool_]
    numbers: dict[str, NDArray[np.float64]]
    before: NDArray[np.float64]
    is_unsorted: bool

    @property
    def move(self) -> NDArray[np.float64]:
        """Give close over the close before it, NaN where one is absent, shape (row,)."""
        close = self.numbers["close"]
        unknown: NDArray[np.float64] = np.full(len(close), np.nan)
        known = np.isfinite(close) & np.isfinite(self.before) & (self.before > 0) & (close > 0)
        return np.divide(close, self.before, out=unknown, where=known)

    def row(self, at: int) -> int:
        """Give the row as it was given."""
        return int(self.rows[at])

    def day(self, at: int) -> str:
        """Give the day of a row."""
        return str(self.days[at])

    def shown(self, name: str, at: int) -> str:
        """Write a cell for people."""
        if name == "session":
            return self.day(at)
        return f"{self.numbers[name][at]:.8g}" if name in self.numbers else ""

    def runs(self, mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
        """Give the bounds of each run of a mask within one asset."""
        starts = mask & np.concatenate([[True], ~(mask[:-1] & self.same)])
        stops = mask & np.concatenate([~(mask[1:] & self.same), [True]])
        for start, stop in zip(np.flatnonzero(starts), np.flatnonzero(stops), strict=True):
            yield int(start), int(stop) + 1

    def by_asset(self) -> Iterator[tuple[int, int]]:
        """Give the bounds of each asset."""
        yield from self.runs(np.ones(len(self.days), dtype=np.bool_))

    def differing(self, one: int, other: int) -> str:
        """Name the columns in which two rows differ, with both values."""
        pairs = ((name, values[one], values[other]) for name, values in self.numbers.items())
        return ", ".join(f"{name} {b:.8g} against {a:.8g}" for name, a, b in pairs if not _equal(a, b))

    def issue(self, at: int, severity: Severity, rule: str, said: tuple[str, str, str, str]) -> Issue:
        """Make an issue of a row; said: field, value, problem, remedy."""
        field, value, problem, hint = said
        asset = self.frame["asset"][at]
        where = f"{self.where} row {self.row(at) + 1} ({self.day(at)} {asset})"
        return Issue(severity, rule, self.row(at), Finding(where, field, value, problem, hint))


def series(frame: pl.DataFrame, calendar: Calendar, where: str) -> Series:
    """Sort a frame and take it apart."""
    # Numbers in place of names, and numpy in place of polars: a sort by texts takes four fifths of the whole pass.
    codes = frame["asset"].cast(pl.Categorical).to_physical().to_numpy()
    order = np.lexsort((frame["session"].to_physical().to_numpy(), codes))
    ordered = frame.with_row_index(ROW)[order]
    days = ordered["session"].to_numpy().astype("datetime64[D]")
    at = np.searchsorted(calendar.sessions, days)
    safe = np.minimum(at, len(calendar.sessions) - 1)
    same = codes[order][1:] == codes[order][:-1]
    numbers = {name: _numbers(ordered, name) for name in NUMBERS}
    return Series(
        where=where,
        calendar=calendar.name,
        frame=ordered,
        rows=ordered[ROW].to_numpy().astype(np.int64),
        days=days,
        index=np.where(calendar.sessions[safe] == days, at, -1).astype(np.int64),
        same=same,
        numbers=numbers,
        before=_before(numbers["close"], same),
        is_unsorted=_is_unsorted(frame),
    )


def _numbers(frame: pl.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    numbers: NDArray[np.float64] = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return numbers


def _before(close: NDArray[np.float64], same: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the last close before each row within its asset."""
    count = len(close)
    starts = np.maximum.accumulate(np.where(np.concatenate([[True], ~same]), np.arange(count), 0))
    last = np.maximum.accumulate(np.where(np.isnan(close), -1, np.arange(count)))
    earlier = np.concatenate([[-1], last[:-1]])
    return np.where(earlier >= starts, close[np.maximum(earlier, 0)], np.nan)


def _is_unsorted(frame: pl.DataFrame) -> bool:
    days = frame["session"].to_numpy()
    if bool((days[1:] < days[:-1]).any()):
        return True
    tie = pl.Series(days[1:] == days[:-1])
    return bool(((frame["asset"].slice(1) < frame["asset"].slice(0, frame.height - 1)) & tie).any())


def _equal(one: float, other: float) -> bool:
    return bool(one == other or (np.isnan(one) and np.isnan(other)))
