"""Kept answers are verified, torn ones are not used, and a stopped fetch goes on where it was."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest

from data.clocks import Clock
from data.errors import MissingDataError
from data.events.edgar.cache import Cache
from data.events.edgar.client import Client
from data.events.edgar.company import Company
from data.events.edgar.replies import Answer
from data.events.edgar.source import Server

URL = "https://data.sec.gov/submissions/CIK0000000001.json"
FACTS, SUBMISSIONS = "/api/xbrl/companyfacts/CIK0000000001.json", "/submissions/CIK0000000001.json"


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "edgar")


def server_of(server, cache, **changes):
    client = Client("Example x@example.org", server.base, clock=Clock(sleep=lambda _: None), chance=random.Random(1))  # noqa: S311 - jitter
    return Server(client, cache, changes.get("refresh", False), None, changes.get("tell", print), [], [])


def test_what_is_written_is_read(cache):
    """An answer comes back to the byte, and nothing temporary stays."""
    cache.write(Answer(URL, b'{"a": 1}', "Wed, 21 Oct 2026 07:28:00 GMT", ""))
    assert cache.read(URL) == b'{"a": 1}'
    assert not [path for path in cache.folder.rglob("*") if path.name.startswith(".part-")]


def test_every_flipped_bit_is_found(cache):
    """Each single bit of the object flipped: the answer is not given, and is called damaged."""
    body = b'{"val": 6842000000}'
    cache.write(Answer(URL, body, "", ""))
    (stored,) = (cache.folder / "objects").iterdir()
    for bit in range(8 * len(body)):
        damaged = bytearray(body)
        damaged[bit // 8] ^= 1 << bit % 8
        stored.write_bytes(damaged)
        assert cache.read(URL) is None
    assert cache.is_damaged(URL)


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"url": "https://other", "sha256": "aa", "earlier": []}'])
def test_a_torn_record_is_not_used(cache, record):
    """A record that is torn or speaks of another address counts as absent."""
    cache.write(Answer(URL, b"{}", "", ""))
    (place,) = (cache.folder / "urls").iterdir()
    place.write_bytes(record)
    assert cache.read(URL) is None


def test_an_earlier_answer_stays(cache):
    """A changed answer is a new object; the old one stays and is named in the record."""
    cache.write(Answer(URL, b'{"a": 1}', "", ""))
    cache.write(Answer(URL, b'{"a": 2}', "", ""))
    (place,) = (cache.folder / "urls").iterdir()
    assert cache.read(URL) == b'{"a": 2}'
    assert len(json.loads(place.read_bytes())["earlier"]) == 1
    assert len(list((cache.folder / "objects").iterdir())) == 2


def test_a_second_run_asks_only_for_what_is_missing(server, reply, cache):
    """Companyfacts came, submissions did not; the next run asks for the submissions alone, a third for nothing."""
    server.set(FACTS, reply(200, b'{"cik": 1, "facts": {}}'))
    _, lacking = server_of(server, cache).answers(Company("EX", 1))
    assert [("404" in finding.problem) for finding in lacking] == [True]
    server.asked.clear()
    server.set(SUBMISSIONS, reply(200, b'{"cik": 1, "filings": {"recent": {}, "files": []}}'))
    answers, lacking = server_of(server, cache).answers(Company("EX", 1))
    assert ([path for path, _ in server.asked], len(answers.submissions), lacking) == ([SUBMISSIONS], 1, [])
    server.asked.clear()
    server_of(server, cache).answers(Company("EX", 1))
    assert server.asked == []


def test_a_damaged_answer_is_told_and_asked_for_again(server, reply, cache):
    """What is kept and damaged is never used in silence."""
    said = []
    server.set(FACTS, reply(200, b'{"cik": 1, "facts": {}}'))
    server_of(server, cache).answers(Company("EX", 1))
    (stored,) = (cache.folder / "objects").iterdir()
    stored.write_bytes(b'{"cik": 2, "facts": {}}')
    answers, _ = server_of(server, cache, tell=said.append).answers(Company("EX", 1))
    assert answers.facts == [{"cik": 1, "facts": {}}]
    assert len(said) == 1


def test_refresh_asks_again(server, reply, cache):
    """With refresh a kept answer is asked for again."""
    server.set(FACTS, reply(200, b'{"cik": 1, "facts": {}}'))
    server_of(server, cache).answers(Company("EX", 1))
    server.asked.clear()
    server_of(server, cache, refresh=True).answers(Company("EX", 1))
    assert FACTS in [path for path, _ in server.asked]


def test_after_a_refusal_nothing_more_is_asked(server, reply, cache):
    """One 403 ends the asking for every later company."""
    server.set(FACTS, reply(403))
    one = server_of(server, cache)
    for cik in (1, 2, 3):
        with pytest.raises(MissingDataError):
            one.answers(Company("EX", cik))
    assert len(server.asked) == 1


def test_a_wrong_clock_is_told_once(server, reply, companyfacts, submissions, tmp_path):
    """The server's Date header is years away from this machine's clock: one sentence for all answers."""
    server.set(FACTS, reply(200, json.dumps(companyfacts()).encode()))
    server.set(SUBMISSIONS, reply(200, json.dumps(submissions()).encode()))
    said = []
    clock = Clock(sleep=lambda _: None, today=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    client = Client("Example x@example.org", server.base, clock=clock)
    asked = Server(client, Cache(tmp_path), refresh=False, since=None, tell=said.append, refused=[], warned=[])

    asked.answers(Company("EX", 1))

    assert len(said) == 1
    assert "behind the SEC's: set it right" in said[0]
