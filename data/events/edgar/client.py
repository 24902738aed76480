"""A polite HTTP client for the SEC's servers: declared contact, allowed hosts, slow enough, wary of every answer."""

from __future__ import annotations

import http.client
import random
import re
import ssl
import urllib.error
import urllib.request
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from data.clocks import Clock
from data.errors import ConfigError, Finding, MissingDataError
from data.events.edgar.limits import Bucket, backoff
from data.events.edgar.replies import Again, Answer, Blocked, check, refuse

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Client", "Limits", "check_contact"]

HOSTS = ("data.sec.gov", "www.sec.gov")
BASE = "https://data.sec.gov"
ARCHIVE = "https://www.sec.gov"
TEST_BASE = re.compile(r"http://127\.0\.0\.1:\d{1,5}")
CONTACT = re.compile(r"[ -~]*[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+[ -~]*")
PER_SECOND = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps in seconds, attempts and bytes; ``ratio`` is the most that gzip may blow a body up."""

    attempts: int = 4
    silence_seconds: float = 20.0
    total_seconds: float = 120.0
    base_seconds: float = 1.0
    longest_wait_seconds: float = 120.0
    most_bytes: int = 128 << 20
    ratio: int = 200


def check_contact(contact: str | None) -> str:
    """Give the contact for the User-Agent.

    Raises
    ------
    ConfigError
        When there is none, or it names no e-mail address: the SEC blocks whoever does not say who asks.

    """
    text = (contact or "").strip()
    if CONTACT.fullmatch(text):
        return text
    problem = "is required: the SEC answers only to a User-Agent with a name and an e-mail address"
    hint = 'set EVENTFOLIO_CONTACT="Your Name you@example.org" or give --contact, or read saved answers with --from-dir'
    raise ConfigError("EDGAR: no contact", [Finding("EDGAR", "contact", text[:80], problem, hint)])


class _OnList(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to an allowed host."""

    def __init__(self, base: str) -> None:
        self.base = base

    def redirect_request(  # noqa: PLR0917 - the parent's signature
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not _is_allowed(newurl, self.base):
            raise MissingDataError(f"EDGAR: {req.full_url} was redirected off the list of hosts: not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_allowed(url: str, base: str) -> bool:
    if TEST_BASE.fullmatch(base):
        return url.startswith(f"{base}/")
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.netloc in HOSTS


@dataclass(slots=True)
class Client:
    """Ask for JSON, and for headers of filings; one client serves all workers.

    Parameters
    ----------
    contact
        Name and e-mail address for the User-Agent.
    base
        ``https://data.sec.gov``; ``http://127.0.0.1:<port>`` is the only other base, for tests.
    limits, clock, chance
        Caps, time, and the seeded source of the jitter.
    pace
        File by which all processes that name it share the requests of a second.

    """

    contact: str
    base: str = BASE
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - jitter is no secret
    pace: Path | None = None
    _bucket: Bucket = field(init=False)
    _opener: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self.contact = check_contact(self.contact)
        if self.base != BASE and not TEST_BASE.fullmatch(self.base):
            raise ConfigError(f"EDGAR: the base {self.base!r} is not allowed, expected {BASE}")
        self._bucket = Bucket(PER_SECOND, self.clock, self.pace)
        handlers: list[Any] = [_OnList(self.base), urllib.request.HTTPSHandler(context=ssl.create_default_context())]
        if self.base != BASE:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def url(self, path: str) -> str:
        """Give the address of a path: filings lie on the archive's host, all else on that of the interfaces."""
        return f"{ARCHIVE if self.base == BASE and path.startswith('/Archives/') else self.base}{path}"

    def get(self, path: str) -> Answer:
        """Ask for a path and give an answer that is a JSON object, or the header of a filing.

        Raises
        ------
        Blocked
            When the server refuses us as a whole (403, 429 to the end).
        MissingDataError
            When there is no such answer, or no sound one after all attempts.

        """
        url = self.url(path)
        reason = ""
        for attempt in range(self.limits.attempts):
            self._take()
            try:
                answer = self._attempt(url)
                check(path, answer)
            except Again as again:
                reason = str(again)
                wait = again.wait_seconds
                if wait is not None and wait > self.limits.longest_wait_seconds:
                    raise Blocked(f"EDGAR: {url}: {reason} and asks to wait {wait:.0f} s; try again later") from again
                if attempt + 1 < self.limits.attempts:
                    own = backoff(attempt, self.limits.base_seconds, self.chance)
                    self.clock.sleep(max(own, wait or 0.0))
            else:
                return answer
        kind = Blocked if "429" in reason else MissingDataError
        raise kind(f"EDGAR: {url}: {reason}, after {self.limits.attempts} attempts")

    def _take(self) -> None:
        try:
            self._bucket.take()
        except OSError as error:
            raise MissingDataError(f"{self.pace}: the pace of requests cannot be kept: {error.strerror}") from error

    def _attempt(self, url: str) -> Answer:
        headers = {"User-Agent": self.contact, "Accept-Encoding": "gzip", "Accept": "application/json, text/plain"}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the base is checked when we are made
        until = self.clock.now() + self.limits.total_seconds
        try:
            with self._opener.open(request, timeout=self.limits.silence_seconds) as response:
                body = self._unpack(response, self._read(response, until))
                told = response.headers
                return Answer(url, body, told.get("Date", ""), told.get("ETag", ""))
        except urllib.error.HTTPError as error:
            with error:
                refuse(url, error.code, error.headers)
        except TimeoutError as error:
            raise Again(f"no answer within {self.limits.silence_seconds:g} s") from error
        except urllib.error.URLError as error:
            slow = isinstance(error.reason, TimeoutError)
            what = f"no answer within {self.limits.silence_seconds:g} s" if slow else f"not reached ({error.reason})"
            raise Again(what) from error
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise Again(f"the answer broke off ({type(error).__name__})") from error
        raise AssertionError  # _refuse always raises

    def _read(self, response: Any, until: float) -> bytes:
        """Read the body as it was sent, within the caps of size and time."""
        expected = response.headers.get("Content-Length", "")
        parts: list[bytes] = []
        size = 0
        while part := response.read1(1 << 16):
            parts.append(part)
            size += len(part)
            if size > self.limits.most_bytes:
                raise MissingDataError(f"EDGAR: {response.url}: more than {self.limits.most_bytes} bytes: not read")
            if self.clock.now() > until:
                raise Again(f"the answer took more than {self.limits.total_seconds:g} s")
        if expected.isdecimal() and size != int(expected):
            raise Again(f"the answer broke off: {size} of {expected} bytes")
        return b"".join(parts)

    def _unpack(self, response: Any, body: bytes) -> bytes:
        if response.headers.get("Content-Encoding", "").lower() != "gzip":
            return body
        most = min(self.limits.most_bytes, len(body) * self.limits.ratio)
        unpack = zlib.decompressobj(wbits=31)
        try:
            plain = unpack.decompress(body, most + 1)
        except zlib.error as error:
            raise Again("the answer is damaged gzip") from error
        if len(plain) > most:
            raise MissingDataError(f"EDGAR: {response.url}: unpacks to more than {most} bytes: not read")
        if not unpack.eof:
            raise Again("the answer broke off inside its gzip")
        return plain
