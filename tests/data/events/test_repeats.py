"""De-duplication: which of several rows about one fact stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from data.events.source import Events
    from tests.data.events.conftest import Loader

HEAD = "event_id,kind,announced_at,asset,period,metric,value,direction,group_id,source,confidence\n"


def outcome(found: Events) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Give the ids that stay, and (row, id, reason) of those that do not."""
    return found.frame["event_id"].to_list(), found.rejected.select("where", "event_id", "reason").rows()


def test_a_row_that_stands_twice_counts_once(events_of: Loader) -> None:
    """The first in the file stays; they are equal, so it does not matter which."""
    row = "a,k,2026-02-05,AMZN,FY2026,capex,200,issued,,s,high\n"

    found = events_of(HEAD + row + row + row)

    reason = "duplicate row"
    assert outcome(found) == (["a"], [("events.csv row 3", "a", reason), ("events.csv row 4", "a", reason)])
    assert "events.csv row 2" in found.rejected["detail"][0]


def test_an_id_used_for_two_contents_keeps_the_first_known(events_of: Loader) -> None:
    """The later row stands first in the file and is still the one that goes."""
    found = events_of(
        HEAD
        + "a,k,2026-02-06,AMZN,FY2026,capex,201,issued,,s,high\na,k,2026-02-05,AMZN,FY2026,capex,200,issued,,s,high\n",
    )

    assert outcome(found) == (["a"], [("events.csv row 2", "a", "event_id used twice")])
    assert found.frame["value"].to_list() == [200.0]


def test_the_same_fact_under_another_id_is_kept_once(events_of: Loader) -> None:
    """All that matters is equal, the source differs: the smaller id stays and is named."""
    found = events_of(
        HEAD + "b,k,2026-02-05,AMZN,FY2026,capex,200,issued,,press,high\n"
        "a,k,2026-02-05,AMZN,FY2026,capex,200,issued,,filing,high\n",
    )

    assert outcome(found) == (["a"], [("events.csv row 2", "b", "same fact under another id")])
    assert found.rejected["detail"][0] == "same fact as 'a' (events.csv row 3), which stays"


@pytest.mark.parametrize(
    "other",
    [
        "b,k,2026-02-05,AMZN,FY2027,capex,200,issued,,s,high",
        "b,k,2026-02-05,AMZN,FY2026,capex,201,issued,,s,high",
        "b,k,2026-02-05,MSFT,FY2026,capex,200,issued,,s,high",
        "b,k,2026-02-05,AMZN,FY2026,capex_net,200,issued,,s,high",
        "b,k,2026-02-05,AMZN,FY2026,capex,200,raised,,s,high",
        "b,k,2026-02-06,AMZN,FY2026,capex,200,issued,,s,high",
        "b,rpo,2026-02-05,AMZN,FY2026,capex,200,issued,,s,high",
    ],
)
def test_a_fact_that_differs_in_anything_that_matters_stays(events_of: Loader, other: str) -> None:
    """Period, value, asset, metric, direction, time and kind each make another fact."""
    found = events_of(HEAD + "a,k,2026-02-05,AMZN,FY2026,capex,200,issued,,s,high\n" + other)

    assert found.rejected.height == 0


def test_events_without_period_and_value_are_not_taken_for_one(events_of: Loader) -> None:
    """Two remarks of one evening say different things that the columns do not hold."""
    found = events_of(HEAD + "a,k,2026-02-05,AMZN,,,,,,s,high\nb,k,2026-02-05,AMZN,,,,,,s,high\n")

    assert found.frame.height == 2


def test_of_a_group_the_first_known_stays(events_of: Loader) -> None:
    """Rumour, report, confirmation: the rumour of 14 April is the event; ties go to the smaller id."""
    found = events_of(
        HEAD + "coo,r,2026-05-25,UBER,,,,,uber,s,high\n"
        "z-rumour,r,2026-04-14,UBER,,,,,uber,s,high\n"
        "rumour,r,2026-04-14,UBER,,,,,uber,s,high\n"
        "alone,r,2026-04-15,SNOW,,,,,,s,high\n",
    )

    ids, lost = outcome(found)
    assert ids == ["rumour", "alone"]
    assert {reason for _, _, reason in lost} == {"later in its group"}
    assert found.rejected["detail"][0] == "later in group 'uber' than 'rumour' (events.csv row 4), which stays"


def test_a_row_set_aside_for_its_faults_does_not_shadow_a_sound_one(events_of: Loader) -> None:
    """The rumour is from memory and excluded, so the confirmation is the first of its group; so with ids."""
    found = events_of(
        HEAD + "rumour,r,2026-04-14,UBER,,,,,uber,s,memory\ncoo,r,2026-05-25,UBER,,,,,uber,s,high\n"
        "x,k,2026-02-05,A,,,bad,,,s,high\nx,k,2026-02-06,A,,,1,,,s,high\n",
    )

    assert found.frame["event_id"].to_list() == ["x", "coo"]
    assert found.rejected["reason"].to_list() == ["confidence memory", "bad number"]
