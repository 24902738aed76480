"""Small companyfacts and submissions in the SEC's shape, and a server on 127.0.0.1 that answers as it is told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def companyfacts() -> Callable[..., dict[str, Any]]:
    """Give a function that makes companyfacts of rows: (tag, start or None, end, value, accession, filed)."""

    def make(*rows: tuple[Any, ...], cik: int = 1, form: str = "10-Q") -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for tag, start, end, value, accession, filed in rows:
            taxonomy, _, name = tag.rpartition(":")
            units = facts.setdefault(taxonomy or "us-gaap", {}).setdefault(name, {"units": {"USD": []}})["units"]
            row = {"end": end, "val": value, "accn": accession, "fy": 1999, "fp": "Q9", "form": form, "filed": filed}
            units["USD"].append({**row, "start": start} if start else row)
        return {"cik": cik, "entityName": "Example", "facts": facts}

    return make


@pytest.fixture
def submissions() -> Callable[..., dict[str, Any]]:
    """Give a function that makes submissions of filings: (accession, form, filed, acceptance time)."""

    def make(*filings: tuple[str, str, str, str], cik: int = 1) -> dict[str, Any]:
        columns = ("accessionNumber", "form", "filingDate", "acceptanceDateTime")
        recent = {name: [filing[at] for filing in filings] for at, name in enumerate(columns)}
        return {"cik": f"{cik:010d}", "filings": {"recent": recent, "files": []}}

    return make


class Replies:
    """What the server answers to each path, in order, the last one for ever; and what it was asked."""

    def __init__(self) -> None:
        self.of_path: dict[str, list[Callable[[BaseHTTPRequestHandler], None]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.base = ""

    def set(self, path: str, *replies: Callable[[BaseHTTPRequestHandler], None]) -> None:
        """Say what a path answers."""
        self.of_path[path] = list(replies)


@pytest.fixture
def server() -> Iterator[Replies]:
    """Give a running server and what it answers; 404 where nothing was said."""
    replies = Replies()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            replies.asked.append((self.path, self.headers.get("User-Agent", "")))
            told = replies.of_path.get(self.path, [lambda handler: send(handler, 404, b"")])
            try:
                (told.pop(0) if len(told) > 1 else told[0])(self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    replies.base = f"http://127.0.0.1:{running.server_address[1]}"
    yield replies
    running.shutdown()
    running.server_close()
    thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Send a whole answer."""
    handler.send_response(status)
    for name, value in {"Content_Length": f"{len(body)}", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def reply() -> Callable[..., Callable[[BaseHTTPRequestHandler], None]]:
    """Give a function that makes a reply of a status, a body and headers."""

    def make(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
        return lambda handler: send(handler, status, body, **headers)

    return make
