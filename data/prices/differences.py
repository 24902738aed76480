"""What changed between two vintages of one asset: sessions, splits, dividends, closes; a rescaling is one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

__all__ = ["Change", "differences"]

Kind = Literal["added", "lost", "rescaled", "close", "dividend", "split", "other"]
# Relative: vendors send single precision, so a rescaled history keeps its ratio to about 1e-7.
SAME, SAME_RATIO = 1e-6, 1e-4
MANY = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes
    ----------
    kind
        added or lost sessions, a rescaled stretch, a close, a dividend, a split, or other columns.
    session, until
        First and last session that it touches.
    count
        Number of sessions.
    text
        The change in words.

    """

    kind: Kind
    session: date
    until: date
    count: int
    text: str


def differences(old: pl.DataFrame, new: pl.DataFrame) -> list[Change]:
    """List what changed from one history of an asset to another, both with the HISTORY columns."""
    found = [*_sessions(old, new, "lost"), *_sessions(new, old, "added")]
    both = old.join(new, on="session", suffix="_new", how="inner").sort("session")
    if both.height:
        ratio = _ratio(both)
        found += [*_closes(both, ratio), *_actions(both, ratio), *_others(both, ratio)]
    return sorted(found, key=lambda change: (change.session, change.kind, change.until))


def _sessions(have: pl.DataFrame, other: pl.DataFrame, kind: Literal["added", "lost"]) -> Iterator[Change]:
    days = have.join(other, on="session", how="anti")["session"].sort().to_list()
    bounds = (other["session"].min(), other["session"].max())
    inside = [day for day in days if bounds[0] is not None and bounds[0] < day < bounds[1]]
    stretches = [inside] if len(inside) > MANY else [[day] for day in inside]
    outside = [day for day in days if day not in set(inside)]
    before = [day for day in outside if bounds[0] is not None and day < bounds[0]]
    for stretch in [*stretches, before, outside[len(before) :]]:
        if stretch:
            several = f"{len(stretch)} sessions from {stretch[0]} to {stretch[-1]}"
            text = f"{kind} {several if len(stretch) > 1 else stretch[0]}"
            yield Change(kind, stretch[0], stretch[-1], len(stretch), text)


def _ratio(both: pl.DataFrame) -> NDArray[np.float64]:
    """Give new over old close, 1 where they are the same to the last digits or both absent, NaN where one is absent."""
    old, new = _numbers(both, "close"), _numbers(both, "close_new")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = new / old
    ratio[np.abs(ratio - 1.0) <= SAME] = 1.0
    ratio[np.isnan(old) & np.isnan(new)] = 1.0
    return ratio


def _closes(both: pl.DataFrame, ratio: NDArray[np.float64]) -> Iterator[Change]:
    days = both["session"].to_list()
    for start, stop in _stretches(ratio):
        count = stop - start
        if count >= MANY and np.isfinite(ratio[start]):
            factor = ratio[start]
            text = f"all prices of {count} sessions to {days[stop - 1]} multiplied by {factor:.6g}{_split_of(factor)}"
            yield Change("rescaled", days[start], days[stop - 1], count, text)
            continue
        for at in range(start, stop):
            text = f"close {_shown(both['close'][at])} became {_shown(both['close_new'][at])}"
            yield Change("close", days[at], days[at], 1, text)


def _stretches(ratio: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Give the bounds of runs of one ratio other than 1."""
    start = 0
    for at in range(1, len(ratio) + 1):
        if at < len(ratio) and _alike(ratio[at], ratio[start]):
            continue
        if ratio[start] != 1.0:
            yield start, at
        start = at


def _alike(one: float, other: float) -> bool:
    if one == 1.0 or other == 1.0 or np.isnan(one) or np.isnan(other):
        return one == other or bool(np.isnan(one) and np.isnan(other))
    return abs(one / other - 1.0) <= SAME_RATIO


def _split_of(factor: float) -> str:
    inverse = 1.0 / factor
    for count, sense in ((inverse, "{}:1 split"), (factor, "1:{} reverse split")):
        if count > 1.5 and abs(count / round(count) - 1.0) <= SAME_RATIO:
            return f" (a {sense.format(round(count))})"
    return ""


def _actions(both: pl.DataFrame, ratio: NDArray[np.float64]) -> Iterator[Change]:
    """List dividends and splits that came, went or were restated; a dividend follows its rescaled price."""
    days = both["session"].to_list()
    scale = np.where(np.isfinite(ratio), ratio, 1.0)
    pairs: tuple[tuple[Literal["dividend", "split"], float, NDArray[np.float64]], ...] = (
        ("dividend", 0.0, scale),
        ("split", 1.0, np.ones(len(days))),
    )
    for name, none, factor in pairs:
        old, new = (np.nan_to_num(_numbers(both, column), nan=none) for column in (name, f"{name}_new"))
        expected = old * factor if name == "dividend" else old
        for at in np.flatnonzero(np.abs(new - expected) > SAME_RATIO * np.maximum(np.abs(expected), np.abs(new))):
            said = "none" if old[at] == none else _shown(old[at])
            now = "none" if new[at] == none else _shown(new[at])
            yield Change(name, days[at], days[at], 1, f"{name} {said} became {now}")


def _others(both: pl.DataFrame, ratio: NDArray[np.float64]) -> Iterator[Change]:
    """Count changes of the other columns; prices are compared after the rescaling, volumes against its inverse."""
    days = both["session"].to_list()
    scale = np.where(np.isfinite(ratio), ratio, 1.0)
    for name in ("open", "high", "low", "volume"):
        old, new = _numbers(both, name), _numbers(both, f"{name}_new")
        expected = old / scale if name == "volume" else old * scale
        gone = np.isnan(old) != np.isnan(new)
        with np.errstate(invalid="ignore"):
            moved = np.abs(new - expected) > SAME_RATIO * np.abs(expected)
        if name == "volume":
            moved &= np.abs(new - old) > SAME_RATIO * np.abs(old)
        changed = np.flatnonzero(gone | moved)
        if len(changed):
            first, last = days[changed[0]], days[changed[-1]]
            text = f"{name} of {many(len(changed), 'session')} from {first} to {last} changed"
            yield Change("other", first, last, len(changed), text)


def _numbers(frame: pl.DataFrame, name: str) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = frame[name].fill_null(float("nan")).to_numpy().astype(np.float64)
    return numbers


def _shown(value: float | None) -> str:
    return "none" if value is None or np.isnan(value) else f"{value:.6g}"
