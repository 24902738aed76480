"""An offline Yahoo: an adapter mounted on a requests session answers yfinance's own requests from bytes we made."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests
from requests.adapters import BaseAdapter

from data.clocks import Clock
from data.prices.fetching import Line
from data.prices.turns import APART_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Yahoo(BaseAdapter):
    """Answers charts by symbol: a status and a body, or a list of them to be given one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Any] = {}
        self.charts: list[str] = []
        self.pauses: list[float] = []

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer one request."""
        status, body = self._chart(request.url) if "/v8/finance/chart/" in request.url else (200, b"CRUMB")
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.raw, response._content = io.BytesIO(body), body
        return response

    def close(self) -> None:
        """Close nothing."""

    def _chart(self, url: str) -> tuple[int, bytes]:
        symbol = url.split("/chart/")[1].split("?", maxsplit=1)[0]
        self.charts.append(symbol)
        answer = self.answers.get(symbol, NOT_FOUND)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


NOT_FOUND = (
    404,
    json.dumps({"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found"}}}).encode(),
)


def reply(symbol: str, closes: Mapping[str, float | None], **given: Any) -> tuple[int, bytes]:
    """Make Yahoo's answer: day to close, and as options open, high, low (the close without), volume, dividends, splits.

    And currency, zone and hour of the open.
    """
    zone = given.get("zone", "America/New_York")
    hour = given.get("hour", 9.5)

    def stamp(day: str) -> int:
        opened = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)) + timedelta(hours=hour)
        return int(opened.timestamp())

    values = list(closes.values())
    other = {name: given.get(name, values) for name in ("open", "high", "low", "close")}
    quote = {**other, "volume": given.get("volume", [1000] * len(values))}
    dividends = {str(stamp(day)): {"date": stamp(day), **paid} for day, paid in given.get("dividends", {}).items()}
    splits = {
        str(stamp(day)): {"date": stamp(day), "numerator": ratio, "denominator": 1.0, "splitRatio": f"{ratio:g}:1"}
        for day, ratio in given.get("splits", {}).items()
    }
    meta = {
        "currency": given.get("currency", "USD"),
        "symbol": given.get("named", symbol),
        "exchangeName": "X",
        "fullExchangeName": given.get("exchange", "NasdaqGS"),
        "instrumentType": given.get("type", "EQUITY"),
        "firstTradeDate": 345479400,
        "regularMarketTime": stamp(next(reversed(closes))) if closes else 0,
        "gmtoffset": -18000,
        "timezone": "EST",
        "exchangeTimezoneName": zone,
        "regularMarketPrice": next((one for one in reversed(values) if one is not None), 1.0),
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "max"],
        "currentTradingPeriod": {
            part: {"timezone": "EST", "start": 1, "end": 2, "gmtoffset": -18000} for part in ("pre", "regular", "post")
        },
    }
    result = {
        "meta": meta,
        "timestamp": [stamp(day) for day in closes],
        "events": {"dividends": dividends, "splits": splits},
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": values}]},
    }
    return 200, json.dumps({"chart": {"result": [result], "error": None}}).encode()


class Waits:
    """Seconds that pass only by waiting; waits for patience are noted, those between any two requests are not."""

    def __init__(self, noted: list[float]) -> None:
        self.at, self.noted = 0.0, noted

    def now(self) -> float:
        """Give the seconds so far."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let seconds pass."""
        self.at += seconds
        if seconds > APART_SECONDS:
            self.noted.append(seconds)


def mounted(adapter: BaseAdapter) -> requests.Session:
    """Give a session that reaches nothing but the adapter, which is the offline Yahoo or leads to it."""
    session = requests.Session()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def way(yahoo: Yahoo, at: datetime) -> Line:
    """Give the way of this process to the offline Yahoo at an instant; waits are noted and pass at once."""
    waits = Waits(yahoo.pauses)
    return Line(partial(mounted, yahoo), Clock(waits.now, waits.sleep, lambda: at), workers=1)


class Through(BaseAdapter):
    """Sends every request to a local server instead; can be pickled, so workers reach the same server."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Ask the local server for the same path."""
        parts = urlsplit(request.url)
        with requests.Session() as own:
            own.trust_env = False
            return own.get(f"{self.base}{parts.path}?{parts.query}", timeout=10)

    def close(self) -> None:
        """Close nothing."""


class Deadly(Through):
    """The same, but the process that asks for one symbol is killed, as if memory had run out."""

    def __init__(self, base: str, symbol: str) -> None:
        super().__init__(base)
        self.symbol = symbol

    def send(self, request: Any, **options: Any) -> requests.Response:
        """Die, or ask."""
        if f"/chart/{self.symbol}?" in request.url:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().send(request, **options)


@contextmanager
def served(yahoo: Yahoo) -> Iterator[str]:
    """Serve the offline Yahoo to other processes on 127.0.0.1; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = yahoo.send(requests.Request("GET", f"http://yahoo{self.path}").prepare())
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
