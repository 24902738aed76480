"""The client against a local server that refuses, delays, tears and disguises its answers."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from data.clocks import Clock, skew
from data.errors import ConfigError, MissingDataError
from data.events.edgar.client import Client, Limits, check_contact
from data.events.edgar.limits import Bucket, backoff, retry_after
from data.events.edgar.replies import Blocked

CONTACT = "Example Research research@example.org"
PATH = "/api/xbrl/companyfacts/CIK0000000001.json"
BODY = json.dumps({"cik": 1, "facts": {}}).encode()


class Waits:
    """A clock that never waits: sleeping moves it, and each sleep is noted."""

    def __init__(self):
        self.at, self.slept = 0.0, []

    def sleep(self, seconds):
        """Wait, as far as this clock goes."""
        self.slept.append(seconds)
        self.at += seconds

    @property
    def clock(self):
        """Give the clock for a client."""
        return Clock(lambda: self.at, self.sleep)


def client_of(server, waits=None, **limits):
    clock = waits.clock if waits else Clock(time.monotonic, lambda _: None)
    return Client(CONTACT, server.base, Limits(**limits), clock, random.Random(7))  # noqa: S311 - jitter


def test_the_contact_is_sent_and_the_answer_given(server, reply):
    """A gzip answer comes unpacked; the server saw who asks."""
    server.set(PATH, reply(200, gzip.compress(BODY), Content_Encoding="gzip", ETag='"a"'))
    answer = client_of(server).get(PATH)
    assert (answer.body, answer.etag) == (BODY, '"a"')
    assert server.asked == [(PATH, CONTACT)]


@pytest.mark.parametrize(
    "contact", [None, "", "Example Research", "a@b", "x@example.org\r\nHost: other", "é@example.org"]
)
def test_without_a_contact_nothing_starts(contact):
    """No e-mail address, or one that would smuggle a header, is refused before anything is asked."""
    with pytest.raises(ConfigError, match="no contact"):
        check_contact(contact)


def test_403_is_explained_and_not_repeated(server, reply):
    """A refusal names the contact as the likely cause; asking again would prolong it."""
    server.set(PATH, reply(403, b"<html>undeclared automated tool</html>"))
    with pytest.raises(Blocked, match="contact"):
        client_of(server).get(PATH)
    assert len(server.asked) == 1


def test_404_is_no_answer_and_not_repeated(server, reply):
    """A company without XBRL facts has no such answer."""
    with pytest.raises(MissingDataError, match="404"):
        client_of(server).get(PATH)
    assert len(server.asked) == 1


def test_429_waits_as_long_as_it_is_told(server, reply):
    """Retry-After is honoured; then the answer comes."""
    waits = Waits()
    server.set(PATH, reply(429, Retry_After="17"), reply(200, BODY))
    assert client_of(server, waits).get(PATH).body == BODY
    assert max(waits.slept) == 17.0


def test_429_to_the_end_blocks(server, reply):
    """After all attempts nothing more is asked of the server."""
    server.set(PATH, reply(429))
    with pytest.raises(Blocked, match="429, after 4 attempts"):
        client_of(server).get(PATH)
    assert len(server.asked) == 4


def test_a_wait_beyond_patience_is_told(server, reply):
    """An hour's Retry-After is not slept through."""
    waits = Waits()
    server.set(PATH, reply(429, Retry_After="3600"))
    with pytest.raises(Blocked, match="wait 3600 s"):
        client_of(server, waits).get(PATH)
    assert waits.slept == []


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"status": 503}, "status 503"),
        ({"status": 200, "body": BODY[:-4]}, "no whole JSON"),
        ({"status": 200, "body": b'{"val": NaN}'}, "no whole JSON"),
        ({"status": 200, "body": b"[1]"}, "a JSON list"),
        ({"status": 200, "body": b"\n<!DOCTYPE html><p>Please sign in"}, "HTML with status 200"),
        ({"status": 200, "body": b"", "Content_Encoding": "gzip"}, "broke off inside its gzip"),
        ({"status": 200, "body": gzip.compress(BODY)[:-9], "Content_Encoding": "gzip"}, "inside its gzip"),
        ({"status": 200, "body": b"no gzip", "Content_Encoding": "gzip"}, "damaged gzip"),
        ({"status": 200, "body": BODY, "Content_Length": "9999"}, "broke off: 23 of 9999 bytes"),
    ],
)
def test_an_unsound_answer_is_asked_for_again(server, reply, bad, sentence):
    """One unsound answer is repeated; unsound to the end it is an error that says what came."""
    arguments = dict(bad)
    unsound = reply(arguments.pop("status"), arguments.pop("body", b""), Connection="close", **arguments)
    server.set(PATH, unsound, reply(200, BODY))
    assert client_of(server).get(PATH).body == BODY
    server.set(PATH, unsound)
    with pytest.raises(MissingDataError, match=sentence):
        client_of(server).get(PATH)


def test_silence_ends_the_attempt(server, reply):
    """A server that says nothing is left after the cap of silence."""
    server.set(PATH, lambda _: time.sleep(0.5))
    with pytest.raises(MissingDataError, match=r"no answer within 0\.1 s, after 2 attempts"):
        client_of(server, attempts=2, silence_seconds=0.1).get(PATH)


def test_a_trickle_ends_the_attempt(server):
    """A server that sends a byte now and then is left after the cap of time."""

    def trickle(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(20):
            handler.wfile.write(b" ")
            time.sleep(0.05)

    server.set(PATH, trickle)
    with pytest.raises(MissingDataError, match=r"took more than 0\.2 s"):
        client_of(server, attempts=1, total_seconds=0.2).get(PATH)


def test_a_bomb_is_not_unpacked(server, reply):
    """Ten megabytes of zeros in ten kilobytes are refused by their ratio, a large body by its size."""
    server.set(PATH, reply(200, gzip.compress(bytes(10_000_000)), Content_Encoding="gzip"))
    with pytest.raises(MissingDataError, match="unpacks to more"):
        client_of(server).get(PATH)
    server.set(PATH, reply(200, BODY))
    with pytest.raises(MissingDataError, match="more than 10 bytes"):
        client_of(server, most_bytes=10).get(PATH)


def test_a_redirect_off_the_list_is_not_followed(server, reply):
    """Another host is not asked, whatever the server says."""
    server.set(PATH, reply(302, Location="http://169.254.169.254/latest/meta-data/"))
    with pytest.raises(MissingDataError, match="redirected off the list"):
        client_of(server).get(PATH)


@pytest.mark.parametrize(
    "base", ["http://data.sec.gov", "https://example.org", "http://127.0.0.1.example.org:80", "file://"]
)
def test_only_the_secs_server_is_a_base(base):
    """Any other base than the SEC's over https, or a port of 127.0.0.1, is refused."""
    with pytest.raises(ConfigError, match="is not allowed"):
        Client(CONTACT, base)


def test_the_bucket_serves_all_workers():
    """Forty requests of eight threads take their slots a seventh of a second apart: at most eight in any second."""
    slots = []
    bucket = Bucket(8, Clock(lambda: 100.0, slots.append))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bucket.take(), range(40)))
    assert sorted(slots) == pytest.approx([number / 7 for number in range(1, 40)])


TAKER = """
import sys, time
from pathlib import Path
from data.clocks import Clock
from data.events.edgar.limits import Bucket
bucket = Bucket(8, Clock(), Path(sys.argv[1]))
for _ in range(7):
    bucket.take()
    print(time.monotonic(), flush=True)
"""


def test_the_bucket_serves_all_processes(tmp_path, root):
    """Three processes with seven requests each: never more than eight in any second, and nobody is left out."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", TAKER, str(tmp_path / "cache" / "pace")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(3)]
    taken = sorted(float(line) for process in running for line in process.communicate()[0].split())
    assert len(taken) == 21
    assert max(sum(at <= other < at + 1 for other in taken) for at in taken) <= 8


@pytest.mark.parametrize("left", ["", "soon", "99999999", "-5"])
def test_a_slot_of_another_boot_or_a_torn_one_stops_nobody(tmp_path, left):
    """What cannot be the next slot counts as none; the file then holds the one after ours."""
    file = tmp_path / "pace"
    file.write_text(left)
    slept = []
    Bucket(8, Clock(lambda: 100.0, slept.append), file).take()
    assert slept == []
    assert float(file.read_text()) == pytest.approx(100 + 1 / 7)


def test_a_folder_without_room_for_the_pace_is_said(server, reply, tmp_path):
    """Without the file nobody could keep the promise to the SEC, so nothing is asked."""
    (tmp_path / "cache").write_text("in the way")
    client = Client(CONTACT, server.base, pace=tmp_path / "cache" / "pace")
    with pytest.raises(MissingDataError, match="the pace of requests cannot be kept"):
        client.get(PATH)
    assert server.asked == []


def test_waits_grow_and_are_reproducible():
    """Each wait lies within half of 1, 2, 4 seconds to both sides, the same for the same seed."""
    first, second = random.Random(3), random.Random(3)  # noqa: S311 - jitter
    waits = [backoff(attempt, 1.0, first) for attempt in range(3)]
    assert waits == [backoff(attempt, 1.0, second) for attempt in range(3)]
    assert all(0.5 * 2**at <= wait < 1.5 * 2**at for at, wait in enumerate(waits))


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("12", None, 12.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, date, seconds):
    """A date counts from the answer's own Date, not from the clock of this machine."""
    assert retry_after(value, date) == seconds


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", 600.0),
        ("Wed, 21 Oct 2026 07:48:00 GMT", -600.0),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_wrong_clock_is_measured_against_the_answers_date(date, ahead):
    """Ten minutes ahead, ten behind; without a date nothing is measured."""
    assert skew(date, datetime(2026, 10, 21, 7, 38, tzinfo=UTC)) == ahead
