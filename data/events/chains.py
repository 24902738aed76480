"""Events that hang together: chains of one group, events of one asset close to each other, evenings with several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.events.groups import CONFIRMING
from data.timing import Fill, tradable_index

if TYPE_CHECKING:
    from data.calendar import Calendar

__all__ = ["chains", "clusters", "overlaps"]

ORDER = ("known_at", "event_id")


def chains(vintages: pl.DataFrame) -> pl.DataFrame:
    """Give every group with its first row, its confirmation by the company itself, and its last row.

    Parameters
    ----------
    vintages
        EVENTS columns, with all rows of the groups: those of the ledger, not the tradable ones only.

    Returns
    -------
    pl.DataFrame
        group_id, events, first, first_known_at, confirmed, confirmed_at (null without one), last, last_known_at; by
        first_known_at.

    """
    speaks = pl.col("channel").str.to_lowercase().is_in(CONFIRMING).fill_null(value=False)
    return (
        vintages.filter(pl.col("group_id").is_not_null())
        .sort(ORDER)
        .group_by("group_id", maintain_order=True)
        .agg(
            pl.len().alias("events"),
            pl.col("event_id").first().alias("first"),
            pl.col("known_at").first().alias("first_known_at"),
            pl.col("event_id").filter(speaks).first().alias("confirmed"),
            pl.col("known_at").filter(speaks).first().alias("confirmed_at"),
            pl.col("event_id").last().alias("last"),
            pl.col("known_at").last().alias("last_known_at"),
        )
        .sort("first_known_at", "group_id")
    )


def overlaps(events: pl.DataFrame, calendar: Calendar, sessions: int, fill: Fill = "open") -> pl.DataFrame:
    """Give every pair of events of one asset that become tradable within so many sessions of each other.

    Returns
    -------
    pl.DataFrame
        asset, event_id, session, other, other_session, sessions_apart; by asset, session, then ids. A pair of one
        session is 0 apart; events outside the calendar and without an asset are left out.

    """
    placed = _placed(events, calendar, fill).filter(pl.col("asset").is_not_null())
    place, assets = placed["place"].to_numpy(), placed["asset"].rank("dense").to_numpy().astype(np.int64)
    first, other = _pairs(assets, place, sessions)
    left, right = placed[first], placed[other]
    return left.select("asset", "event_id", "session").with_columns(
        right["event_id"].alias("other"),
        right["session"].alias("other_session"),
        pl.Series("sessions_apart", place[other] - place[first], pl.Int64),
    )


def _pairs(assets: np.ndarray, place: np.ndarray, sessions: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the positions (first, other) of all pairs of one asset at most so far apart; the rows are sorted by both."""
    width = int(place.max(initial=0)) + sessions + 2
    key = assets * width + place
    reach = np.searchsorted(key, key + sessions, side="right")
    at = np.arange(len(key))
    counts = reach - at - 1
    first = np.repeat(at, counts)
    start = np.repeat(np.cumsum(counts) - counts, counts)
    return first, first + 1 + np.arange(len(first)) - start


def clusters(events: pl.DataFrame, calendar: Calendar, fill: Fill = "open") -> pl.DataFrame:
    """Give the sessions in which events of two or more assets become tradable at once; they are not independent.

    Returns
    -------
    pl.DataFrame
        session, assets, events (counts), names (the assets, comma-separated), kinds; by session.

    """
    placed = _placed(events, calendar, fill)
    assets, kinds = pl.col("asset").drop_nulls().unique().sort(), pl.col("kind").unique().sort()
    return (
        placed.group_by("session", maintain_order=True)
        .agg(
            assets.len().alias("assets"),
            pl.len().alias("events"),
            assets.str.join(", ").alias("names"),
            kinds.str.join(", ").alias("kinds"),
        )
        .filter(pl.col("assets") > 1)
        .sort("session")
    )


def _placed(events: pl.DataFrame, calendar: Calendar, fill: Fill) -> pl.DataFrame:
    """Add the first tradable session and its position; sort by asset, position, id."""
    known_at = events["known_at"].dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
    place = tradable_index(known_at, calendar, fill)
    sessions = calendar.sessions[np.maximum(place, 0)]
    return (
        events.with_columns(pl.Series("place", place, pl.Int64), pl.Series("session", sessions).cast(pl.Date))
        .filter(pl.col("place") >= 0)
        .sort("asset", "place", "event_id")
    )
