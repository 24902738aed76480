"""One pass over a PRICES frame that finds what is wrong or doubtful in it, with row, value and remedy.

Nothing is repaired. An error forbids a run; a contradiction within a row is set aside by the loaders; a warning is for
people, because a real market can look like it: shares do fall by a quarter in a session, and by more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.counts import many
from data.errors import Finding
from data.prices.gaps import long_gaps
from data.prices.moves import moves
from data.prices.rows import TOLERANCE
from data.prices.series import Issue, Series, Severity, series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl
    from numpy.typing import NDArray

    from data.calendar import Calendar
    from data.prices.settings import Adjustment

__all__ = ["Issue", "Severity", "examine"]

STALE_SESSIONS = 5
HUGE_DIVIDEND = 0.25


def examine(
    frame: pl.DataFrame,
    calendar: Calendar,
    adjustment: Adjustment,
    *,
    where: str = "prices",
    at: np.datetime64 | None = None,
    allow_gaps: int | None = None,
) -> list[Issue]:
    """List everything that is wrong or doubtful, in the order of the rows.

    Parameters
    ----------
    frame
        PRICES schema, in any order. Splits of split-adjusted prices are information: the prices have them already.
    calendar
        Exchange whose sessions the rows must be.
    adjustment
        What the prices are declared to be.
    where
        Name of the prices in the findings.
    at
        UTC instant at which the prices were taken; a session that had not closed by then is partial.
    allow_gaps
        Most sessions in a row without a close between two closes, None for no limit.

    """
    if frame.is_empty():
        return [
            Issue("error", "no prices", None, Finding(where, "", "", "holds no prices", "fetch or export it again"))
        ]
    one = series(frame, calendar, where)
    issues = [issue for rule in RULES for issue in rule(one)]
    issues += [
        *_actions(one, adjustment),
        *moves(one, adjustment),
        *_partial(one, calendar, at),
        *long_gaps(one, allow_gaps),
    ]
    return sorted(issues, key=lambda issue: (-1 if issue.row is None else issue.row, issue.rule, issue.finding.field))


def _issues(
    one: Series, mask: NDArray[np.bool_], severity: Severity, rule: str, said: tuple[str, str, str]
) -> Iterator[Issue]:
    """Make an issue of every row of a mask; said: the field shown, the problem, the remedy."""
    field, problem, hint = said
    for at in np.flatnonzero(mask):
        yield one.issue(int(at), severity, rule, (field, one.shown(field, int(at)), problem, hint))


def _impossible(one: Series) -> Iterator[Issue]:
    for name in ("open", "high", "low", "close"):
        price = one.numbers[name]
        yield from _issues(one, np.isinf(price), "error", "not finite", (name, "is not finite", "fetch it again"))
        hint = "vendors send it after wrong back-adjustment; take raw prices, or leave the cell empty"
        problem = "is not positive, a price must be"
        yield from _issues(one, price <= 0, "error", "not positive", (name, problem, hint))
    negative = (one.numbers["volume"] < 0) | np.isinf(one.numbers["volume"])
    problem = "is no number of shares"
    yield from _issues(one, negative, "error", "impossible volume", ("volume", problem, "leave it empty"))


def _contradictory(one: Series) -> Iterator[Issue]:
    low, high = one.numbers["low"] * (1 - TOLERANCE), one.numbers["high"] * (1 + TOLERANCE)
    hint = "compare the row with another source"
    inverted = one.numbers["high"] < low
    yield from _issues(one, inverted, "set aside", "impossible OHLC", ("high", "is below the low", hint))
    for name in ("open", "close"):
        outside = ((one.numbers[name] > high) | (one.numbers[name] < low)) & ~inverted
        yield from _issues(one, outside, "set aside", "impossible OHLC", (name, "is outside [low, high]", hint))


def _order(one: Series) -> Iterator[Issue]:
    if one.is_unsorted:
        found = Finding(one.where, "", "", "rows are not sorted by session and asset", "they are sorted when loaded")
        yield Issue("warning", "unsorted", None, found)
    repeated = one.same & (one.days[1:] == one.days[:-1])
    for at in np.flatnonzero(repeated) + 1:
        differing = one.differing(int(at) - 1, int(at))
        if differing:
            text = f"contradicts row {one.row(int(at) - 1) + 1} of its session: {differing}"
            yield one.issue(int(at), "error", "contradictory duplicate", ("", "", text, "keep one of the two"))
        else:
            text = f"repeats row {one.row(int(at) - 1) + 1}"
            yield one.issue(int(at), "warning", "duplicate", ("", "", text, "it counts once"))


def _sessions(one: Series) -> Iterator[Issue]:
    hint = "remove the row, or name the exchange of these prices under `calendar:`"
    problem = f"is no session of {one.calendar}"
    yield from _issues(one, one.index < 0, "error", "no session", ("session", problem, hint))
    gap = one.same & (one.index[1:] - one.index[:-1] > 1) & (one.index[:-1] >= 0)
    for at in np.flatnonzero(gap) + 1:
        count = int(one.index[at] - one.index[at - 1]) - 1
        text = f"{many(count, 'session')} before it missing, after {one.day(int(at) - 1)}"
        yield one.issue(int(at), "warning", "gap", ("", "", text, "the last price is held; fetch it again"))


def _lonely(one: Series) -> Iterator[Issue]:
    starts = np.flatnonzero(np.concatenate([[True], ~one.same]))
    lengths = np.diff([*starts, len(one.days)])
    for at in starts[lengths == 1]:
        text = "is the only row of its asset, two or more are needed"
        yield one.issue(int(at), "error", "one row", ("", "", text, "fetch or export more of it"))


def _unknown(one: Series) -> Iterator[Issue]:
    closes = np.isnan(one.numbers["close"])
    for start, stop in one.runs(closes):
        text = f"is empty on {many(stop - start, 'session')} to {one.day(stop - 1)}"
        yield one.issue(start, "warning", "no close", ("close", "", text, "no order is filled on it"))
    volume = one.numbers["volume"]
    missing = np.isnan(volume) | ((volume == 0) & ~closes)
    if np.isnan(volume).all():
        return
    for start, stop in one.by_asset():
        count = int(missing[start:stop].sum())
        if count:
            first = start + int(np.flatnonzero(missing[start:stop])[0])
            text = f"is unknown or zero on {count} of {stop - start} sessions, first here"
            yield one.issue(first, "warning", "missing volume", ("volume", "", text, "caps on it cannot be kept"))


def _stale(one: Series) -> Iterator[Issue]:
    still = np.concatenate([[False], one.same & ~np.isnan(one.numbers["close"][1:])])
    for name in ("open", "high", "low", "close"):
        price = one.numbers[name]
        still[1:] &= (price[1:] == price[:-1]) | (np.isnan(price[1:]) & np.isnan(price[:-1]))
    for start, stop in one.runs(still):
        if stop - start + 1 >= STALE_SESSIONS:
            text = f"has stood still for {stop - start + 1} sessions, to {one.day(stop - 1)}"
            value = one.shown("close", start)
            hint = "was trading halted, or did the vendor repeat its last price?"
            yield one.issue(start - 1, "warning", "stale", ("close", value, text, hint))


RULES: tuple[Callable[[Series], Iterator[Issue]], ...] = (
    _impossible,
    _contradictory,
    _order,
    _sessions,
    _lonely,
    _unknown,
    _stale,
)


def _actions(one: Series, adjustment: Adjustment) -> Iterator[Issue]:
    """Check dividends and splits as such."""
    dividend, split, close = (one.numbers[name] for name in ("dividend", "split", "close"))
    hint = "check its currency and unit"
    yield from _issues(one, dividend < 0, "error", "impossible dividend", ("dividend", "is negative", hint))
    yield from _issues(one, np.isinf(dividend), "error", "impossible dividend", ("dividend", "is not finite", hint))
    known = np.isfinite(dividend) & (dividend > 0) & (one.before > 0)
    share = np.divide(dividend, one.before, out=np.zeros_like(dividend), where=known)
    text = "is more than the price before it"
    yield from _issues(one, share > 1, "error", "impossible dividend", ("dividend", text, hint))
    large = (share > HUGE_DIVIDEND) & (share <= 1)
    text = f"is more than {HUGE_DIVIDEND:.0%} of the price before it"
    yield from _issues(one, large, "warning", "large dividend", ("dividend", text, hint))
    unpriced = (dividend > 0) & np.isnan(close)
    text = "falls on a session without a close"
    yield from _issues(one, unpriced, "warning", "action without a price", ("dividend", text, "check its ex-date"))
    text = "is no number of new shares per old share"
    wrong = (split <= 0) | np.isinf(split)
    yield from _issues(one, wrong, "error", "impossible split", ("split", text, "leave it empty where there is none"))
    if adjustment == "total":
        text = "stands beside prices that have it in them already, so it would count twice"
        hint = "take the column out, or declare `adjustment:` as what the prices really are"
        yield from _issues(one, dividend > 0, "error", "counted twice", ("dividend", text, hint))


def _partial(one: Series, calendar: Calendar, at: np.datetime64 | None) -> Iterator[Issue]:
    if at is None:
        return
    closes = calendar.close_at[np.maximum(one.index, 0)]
    open_still = (one.index >= 0) & (closes > at)
    hint = "take it out, or fetch it again after the close"
    text = "had not closed when the prices were taken"
    yield from _issues(one, open_still, "error", "partial session", ("session", text, hint))
