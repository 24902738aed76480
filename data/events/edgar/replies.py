"""What the SEC's servers reply: sound answers, refusals of us as a whole, and what may be better the next time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import Finding, MissingDataError
from data.events.edgar.limits import retry_after

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["Again", "Answer", "Blocked", "check", "parse_json", "refuse"]

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Blocked(MissingDataError):  # noqa: N818 - a state of the server, named as such
    """The server refuses us as a whole: nothing more is asked of it."""


class Answer(NamedTuple):
    """A sound answer: its bytes, unpacked, and what the server said of them."""

    url: str
    body: bytes
    date: str
    etag: str


class Again(Exception):  # noqa: N818 - it asks for another attempt, it never leaves the client
    """An attempt failed in a way that another may not."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


def refuse(url: str, code: int, headers: Message) -> None:
    """Raise what a status means."""
    if code == 403:
        hint = (
            "check the contact (a real name and e-mail address) and wait ten minutes: too many requests also give 403"
        )
        finding = Finding("EDGAR", "User-Agent", "", "was refused with status 403", hint)
        raise Blocked(f"EDGAR: {url}: the SEC refuses to answer", [finding])
    if code in TRANSIENT:
        wait = retry_after(headers.get("Retry-After"), headers.get("Date"))
        raise Again(f"the server answered with status {code}", wait)
    if code == 404:
        raise MissingDataError(f"EDGAR: {url}: there is no such answer (status 404); is the CIK right?")
    raise MissingDataError(f"EDGAR: {url}: the server answered with status {code}")


def check(path: str, answer: Answer) -> None:
    """Ask again for what is neither data nor, at the path of a header, a header."""
    if not path.endswith(".sgml"):
        parse_json(answer.body, answer.url)
    elif b"<ACCEPTANCE-DATETIME>" not in answer.body:
        raise Again("the answer is no header of a filing")


def parse_json(body: bytes, where: str) -> dict[str, Any]:
    """Read a JSON object; a page of HTML, a torn text and a NaN are none of it."""
    if body.lstrip()[:1] == b"<":
        raise Again("the answer is a page of HTML with status 200, not data")
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Again("the answer is no whole JSON") from error
    if not isinstance(value, dict):
        raise Again(f"the answer is a JSON {type(value).__name__}, not an object ({where})")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
