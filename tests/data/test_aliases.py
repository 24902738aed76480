"""Renamed and re-used names: a renaming changes nothing, a re-used name is two assets."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data import calendar
from data.errors import MissingDataError
from data.events import files as event_files
from data.events.settings import EventFiles
from data.prices import files as price_files
from data.prices.examined import examined
from data.prices.settings import PriceFiles

DAYS = ("2022-06-06", "2022-06-07", "2022-06-08", "2022-06-09", "2022-06-10", "2022-06-13")
META = {"META": [{"name": "FB", "end": "2022-06-08"}, {"name": "META", "start": "2022-06-09"}]}
BALL = {"BALL": [{"name": "META", "end": "2022-06-07"}]}
# FB until the eighth, META after it; until the seventh META was another company's fund.
RENAMED = [
    *(("FB", day, 190 + at) for at, day in enumerate(DAYS[:3])),
    *(("META", day, 193 + at) for at, day in enumerate(DAYS[3:])),
]
FUND = [("META", day, 12 + at / 10) for at, day in enumerate(DAYS[:2])]


@pytest.fixture
def load(tmp_path):
    """Give a function that loads rows (name, day, close) of a long or wide file."""

    def run(rows, assets, *, text=None, **settings):
        path = tmp_path / "prices.csv"
        path.write_text(
            text or "asset,session,close\n" + "".join(f"{name},{day},{close}\n" for name, day, close in rows)
        )
        given = PriceFiles.model_validate({"path": path.name, "adjustment": "split", **settings})
        return price_files.load(given, path, assets, calendar.load())

    return run


def test_a_renaming_in_the_middle_changes_nothing(load):
    """The prices of FB and META are those of one asset, to the hash (law 46)."""
    whole = load([("META", day, close) for _, day, close in RENAMED], ["META"])

    joined = load(RENAMED, ["META"], aliases=META)

    assert joined.content_hash == whole.content_hash
    assert joined.findings == ()


def test_a_reused_name_is_two_assets(load):
    """The fund's 12 dollars are no fall of 94 % of the company, and the fund can be asked for by a name of its own."""
    found = load(FUND + RENAMED, ["BALL", "META"], aliases=META | BALL)

    assert found.frame.filter(asset="BALL")["close"].to_list() == [12.0, 12.1]
    assert found.frame.filter(asset="META")["close"].to_list() == [190.0, 191.0, 192.0, 193.0, 194.0, 195.0]
    assert examined(found, calendar.load()).quality.is_empty()


def test_rows_of_another_asset_are_left_out_in_the_open(load):
    """How many, of which name, from when to when."""
    found = load(FUND + RENAMED, ["META"], aliases=META)

    assert found.frame.height == 6
    assert [str(finding) for finding in found.findings] == [
        "prices.csv: asset = 'META': is another asset in 2 rows, 2022-06-06 to 2022-06-07: left out"
    ]


def test_a_wide_table_knows_names_too(load):
    """A column per name."""
    text = "session,FB,META\n" + "".join(
        f"{day},{close if name == 'FB' else ''},{close if name == 'META' else ''}\n" for name, day, close in RENAMED
    )
    assert load([], ["META"], text=text, layout="wide", aliases=META).frame["close"].to_list() == [
        190.0 + at for at in range(6)
    ]


def test_an_old_name_is_no_asset_unless_it_is_asked_for(load):
    """FB alone, without an alias, is what the file calls FB; with one it is nobody after its end."""
    assert load(RENAMED, ["FB"]).frame.height == 3
    with pytest.raises(MissingDataError, match="1 offence"):
        load(RENAMED, ["GOOGL"], aliases=META)


@pytest.mark.parametrize(
    ("aliases", "says"),
    [
        ({"A": [{"name": "X"}], "B": [{"name": "X"}]}, "'X' is A and B on one day"),
        ({"A": [{"name": "X", "end": "2022-06-08"}, {"name": "Y", "start": "2022-06-08"}]}, "A has two names"),
        ({"A": [{"name": "X", "start": "2022-06-08", "end": "2022-06-07"}]}, "before it starts"),
        ({"A": []}, "at least 1 item"),
    ],
)
def test_names_that_would_be_two_assets_at_once_are_refused(aliases, says):
    """The days of one name, and of one asset, may not overlap."""
    with pytest.raises(ValidationError, match=says):
        PriceFiles.model_validate({"path": "p.csv", "adjustment": "raw", "aliases": aliases})


def test_announcers_are_read_by_the_day_of_their_announcement(tmp_path):
    """FB's print of April is META's; a print of META before its time is the fund's, so it is set aside and counted."""
    path = tmp_path / "events.csv"
    path.write_text(
        "event_id,kind,asset,announced_at\na,other,FB,2022-04-27\nb,other,META,2022-07-27\nc,other,META,2021-07-28\n"
        "d,other,GOOGL,2022-04-26\n"
    )
    settings = EventFiles.model_validate({"path": path.name, "aliases": META})

    found = event_files.load(settings, path, calendar.load())

    assert dict(found.frame.select("event_id", "asset").rows()) == {"a": "META", "b": "META", "d": "GOOGL"}
    assert found.rejected.select("event_id", "asset", "reason").rows() == [("c", "META", "name of another asset")]
    assert "widen `aliases`" in found.rejected["detail"][0]
