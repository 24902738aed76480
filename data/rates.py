"""Rates of exchange as they were known: the last close of a rate before an instant, never a guess and never 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.calendar import Calendar
    from data.currencies import Way

__all__ = ["Quotes", "known", "parts", "quotes"]

# Holidays are shorter; an older rate is no rate.
OLDEST = np.timedelta64(7, "D")


class Quotes(NamedTuple):
    """Closes of one rate, each of shape (close,): its day, the instant by which it is known, its value."""

    days: NDArray[np.datetime64]
    known_at: NDArray[np.datetime64]
    value: NDArray[np.float64]


def quotes(frame: pl.DataFrame, asset: str, calendar: Calendar) -> Quotes:
    """Read the closes of a rate from a PRICES frame; the calendar says when each is known."""
    rows = frame.filter((pl.col("asset") == asset) & pl.col("close").is_not_null()).sort("session")
    days = rows["session"].to_numpy().astype("datetime64[D]")
    return Quotes(days, calendar.close_at[np.searchsorted(calendar.sessions, days)], rows["close"].to_numpy())


def known(
    rates: dict[str, Quotes], way: Way, before: NDArray[np.datetime64], days: NDArray[np.datetime64]
) -> NDArray[np.float64]:
    """Give account currency per unit as known before some instants, of the given days or earlier, shape (instant,).

    NaN where a rate on the way is missing or more than seven days old.
    """
    value = np.full(len(before), 1.0 / way.per) if way.per != 1 else np.ones(len(before))
    for asset, multiplies in way.steps:
        step = _last(rates[asset], before, days)
        value = value * step if multiplies else value / step
    return value


def _last(rate: Quotes, before: NDArray[np.datetime64], days: NDArray[np.datetime64]) -> NDArray[np.float64]:
    at = np.minimum(np.searchsorted(rate.known_at, before, side="left"), np.searchsorted(rate.days, days, side="right"))
    found = np.full(len(before), np.nan)
    some = at > 0
    fresh = np.zeros(len(before), dtype=np.bool_)
    fresh[some] = days[some] - rate.days[at[some] - 1] <= OLDEST
    found[fresh] = rate.value[at[fresh] - 1]
    return found


def parts(price: tuple[Any, Any], rate: tuple[Any, Any]) -> tuple[Any, Any, Any]:
    """Split the change of price x rate into what the price, the rate, and both together made.

    asset = dp r, currency = p dr, cross = dp dr, with p and r before: the three add up to p' r' - p r.
    """
    (p, later_p), (r, later_r) = price, rate
    dp, dr = later_p - p, later_r - r
    return dp * r, p * dr, dp * dr
