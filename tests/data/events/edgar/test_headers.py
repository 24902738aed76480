"""Headers of filings decide a clock that the stamps leave open; they are asked for only then, and only a few."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest

from data.calendar import load
from data.clocks import Clock
from data.events.edgar.cache import Cache
from data.events.edgar.client import BASE, Client
from data.events.edgar.clock import judge
from data.events.edgar.company import Company, company_events
from data.events.edgar.source import Server
from data.events.edgar.submissions import header_path, read_filings

PPE = "PaymentsToAcquirePropertyPlantAndEquipment"
FACTS, SUBMISSIONS = "/api/xbrl/companyfacts/CIK0000000001.json", "/submissions/CIK0000000001.json"
# 18:00 as written: 13:00 in New York if it is UTC, 18:00 there if the Z is false; both are possible, for the filing day
# is the day itself and the form keeps its day until ten in the evening.
DAYS = ("2024-01-10", "2024-01-11", "2024-01-12", "2024-01-16")
ACCESSIONS = tuple(f"0000000001-24-00000{number}" for number in range(1, 5))
FILINGS = tuple((one, "4", day, f"{day}T18:00:00.000Z") for one, day in zip(ACCESSIONS, DAYS, strict=True))


@pytest.fixture
def asked_with(server, reply, companyfacts, submissions, tmp_path):
    """Give a function that asks about a filer whose headers show an hour; None: there are no headers."""

    def ask(hour, filings=FILINGS):
        row = (PPE, "2023-10-01", "2023-12-31", 5_000_000, ACCESSIONS[3], DAYS[3])
        server.set(FACTS, reply(200, json.dumps(companyfacts(row)).encode()))
        server.set(SUBMISSIONS, reply(200, json.dumps(submissions(*filings)).encode()))
        for accession, _, day, _ in filings if hour is not None else ():
            stamp = f"{day.replace('-', '')}{hour:02d}0000"
            header = f"<SEC-HEADER>{accession}.hdr.sgml\n<ACCEPTANCE-DATETIME>{stamp}\n<ACCESSION-NUMBER>{accession}\n"
            server.set(header_path(1, accession), reply(200, header.encode()))
        said = []
        chance = random.Random(1)  # noqa: S311 - jitter
        client = Client("Example x@example.org", server.base, clock=Clock(sleep=lambda _: None), chance=chance)
        told = lambda text: None if "clock of this machine" in text else said.append(text)  # noqa: E731
        answers, lacking = Server(client, Cache(tmp_path / "kept"), False, None, told, [], []).answers(Company("EX", 1))
        assert lacking == []
        return company_events(Company("EX", 1), answers, load("XNYS")), said

    return ask


@pytest.mark.parametrize(
    ("hour", "clock", "at"),
    [
        (13, "UTC clock (proven)", datetime(2024, 1, 16, 18, tzinfo=UTC)),
        (18, "New York clock (proven)", datetime(2024, 1, 16, 23, tzinfo=UTC)),
    ],
)
def test_headers_prove_the_clock_that_the_stamps_leave_open(asked_with, hour, clock, at):
    """Three of the four filings are looked at, the newest first."""
    found, said = asked_with(hour)

    assert (found.clock.startswith(clock), said) == (True, [])
    assert found.frame["known_at"].to_list() == [at]


def test_without_headers_the_later_reading_is_taken(asked_with, server):
    """The SEC has none of them: that is told, and is no missing answer."""
    found, said = asked_with(None)

    assert "not proven, the later reading is taken" in found.clock
    assert found.frame["known_at"].to_list() == [datetime(2024, 1, 16, 23, tzinfo=UTC)]
    assert [text.split(" did not come")[0] for text in said] == [
        f"EX (CIK 1): the header of {accession}" for accession in ACCESSIONS[:0:-1]
    ]


def test_a_proven_clock_asks_for_no_header(asked_with, server):
    """Stamps of half past ten in the evening cannot be New York's."""
    found, _ = asked_with(None, tuple((one, form, day, f"{day}T22:30:00.000Z") for one, form, day, _ in FILINGS))

    assert "proven" in found.clock
    assert not [path for path, _ in server.asked if path.startswith("/Archives/")]


def test_kept_headers_are_not_asked_for_again(asked_with, server):
    """The second run asks nothing."""
    asked_with(13)
    server.asked.clear()
    asked_with(13)
    assert server.asked == []


def test_headers_that_disagree_prove_nothing(submissions):
    """Two show one clock, one the other."""
    filings, _ = read_filings(submissions(*FILINGS), 1, "EX")
    hours = (13, 13, 18)
    headers = {
        one.accession: datetime.combine(one.filed, datetime.min.time()).replace(hour=hour)
        for one, hour in zip(filings, hours, strict=False)
    }
    verdict = judge(filings, headers)
    assert (verdict.clock, verdict.proven) == ("New York", False)


def test_headers_lie_in_the_archive():
    """Another host of the SEC, also on the list."""
    client = Client("Example x@example.org")
    path = header_path(320193, "0000320193-26-000006")
    assert client.url(path) == (
        "https://www.sec.gov/Archives/edgar/data/320193/000032019326000006/0000320193-26-000006.hdr.sgml"
    )
    assert client.url("/x.json") == f"{BASE}/x.json"
