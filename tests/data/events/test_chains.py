"""Chains of a group, overlaps of one asset, evenings with several companies."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from data.calendar import load as load_calendar
from data.events.chains import chains, clusters, overlaps
from data.timing import tradable_index

if TYPE_CHECKING:
    from tests.data.events.conftest import Loader

HEAD = "event_id,kind,announced_at,session_flag,asset,group_id,channel\n"


def test_a_chain_names_its_first_its_confirmation_and_its_last(events_of: Loader) -> None:
    """Uber: the press on 14 April, the COO on a call on 25 May, the press again; the leak of July is unconfirmed."""
    found = events_of(
        HEAD + "again,r,2026-06-28,,UBER,uber,press\nrumour,r,2026-04-14,,UBER,uber,press\n"
        "coo,r,2026-05-25,,UBER,uber,call\nleak,r,2026-07-01,pre,META,meta,press\nalone,r,2026-07-02,,SNOW,,press\n"
    )

    links = chains(found.ledger.frame)

    columns = ("group_id", "events", "first", "confirmed", "last")
    assert links.select(columns).rows() == [("uber", 3, "rumour", "coo", "again"), ("meta", 1, "leak", None, "leak")]
    assert links["first_known_at"][0] < links["confirmed_at"][0] < links["last_known_at"][0]


def test_events_of_one_asset_within_n_sessions_overlap(events_of: Loader) -> None:
    """Known Friday evening and Monday evening: tradable Monday and Tuesday, one session apart over the weekend."""
    found = events_of(
        HEAD + "a,k,2026-07-24,post,META,,\nb,k,2026-07-27,post,META,,\nc,k,2026-07-27,post,AMZN,,\n"
        "d,k,2026-08-03,post,META,,\n"
    )

    pairs = overlaps(found.frame, load_calendar(), 1)

    assert pairs.rows() == [("META", "a", date(2026, 7, 27), "b", date(2026, 7, 28), 1)]
    assert overlaps(found.frame, load_calendar(), 0).height == 0


def test_overlaps_equal_a_look_at_every_pair(events_of: Loader) -> None:
    """200 random events of three assets, ties included, at 0, 3 and 10 sessions."""
    draw, calendar = random.Random(4), load_calendar()  # noqa: S311
    lines = [
        f"e{number},k,2026-0{draw.randrange(1, 8)}-{draw.randrange(1, 29):02},post,{draw.choice('ABC')},,"
        for number in range(200)
    ]
    events = events_of(HEAD + "\n".join(lines)).frame
    known = events["known_at"].to_numpy().astype("datetime64[us]")
    placed = list(
        zip(events["asset"], tradable_index(known, calendar, "open").tolist(), events["event_id"], strict=True)
    )

    for sessions in (0, 3, 10):
        expected = {
            (one[2], two[2], two[1] - one[1])
            for one, two in combinations(sorted(placed), 2)
            if one[0] == two[0] and two[1] - one[1] <= sessions
        }
        found = overlaps(events, calendar, sessions).select("event_id", "other", "sessions_apart").rows()
        assert len(found) == len(expected)
        assert set(found) == expected


def test_an_evening_with_several_companies_is_a_cluster(events_of: Loader) -> None:
    """29 July 2026: META and MSFT after the close, with a remark before the next open: one session."""
    found = events_of(
        HEAD + "a,rpo,2026-07-29,post,MSFT,,\nb,capex_guidance,2026-07-29,post,META,,\nc,rpo,2026-07-30,pre,META,,\n"
        "d,rpo,2026-07-30,post,AMZN,,\n"
    )

    cluster = clusters(found.frame, load_calendar())

    assert cluster.rows() == [(date(2026, 7, 30), 2, 3, "META, MSFT", "capex_guidance, rpo")]


def test_no_events_give_no_pairs_and_no_clusters(events_of: Loader) -> None:
    """Empty in, empty out, with the columns."""
    nothing = events_of(HEAD + "a,k,2026-07-29,post,MSFT,,").frame.clear()

    assert overlaps(nothing, load_calendar(), 5).height == 0
    assert clusters(nothing, load_calendar()).height == 0
    assert chains(nothing).height == 0
    assert overlaps(nothing, load_calendar(), 5).width == 6
