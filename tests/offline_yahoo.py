"""An offline Yahoo: an adapter mounted on a requests session answers yfinance's own requests from bytes we made."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import requests
from requests.adapters import BaseAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        if isinstance(answer, Exception):
            raise answer
        return answer


NOT_FOUND = (
    404,
    json.dumps({"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found"}}}).encode(),
)


def reply(symbol: str, closes: Mapping[str, float | None], **given: Any) -> tuple[int, bytes]:
    """Make Yahoo's answer: day to close, and as options currency, zone, hour of the open, volume, dividends, splits."""
    zone = given.get("zone", "America/New_York")
    hour = given.get("hour", 9.5)

    def stamp(day: str) -> int:
        opened = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)) + timedelta(hours=hour)
        return int(opened.timestamp())

    values = list(closes.values())
    other = {"open": values, "high": values, "low": values, "close": values}
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


def mounted(yahoo: Yahoo) -> requests.Session:
    """Give a session that reaches nothing but the offline Yahoo."""
    session = requests.Session()
    session.mount("https://", yahoo)
    session.mount("http://", yahoo)
    return session
