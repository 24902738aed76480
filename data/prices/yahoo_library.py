"""yfinance at arm's length: a session that keeps the Date of its answers, no noise, and what its exceptions mean."""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from data.prices.answers import ATTEMPTS, FetchError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["dated_session", "meaning", "quiet"]


def dated_session() -> Any:
    """Open a session like yfinance's own that remembers when the vendor says it answered last."""
    from curl_cffi.requests import Session

    class Dated(Session):  # type: ignore[type-arg]  # its parameter is the class of answers, which stays
        told = ""

        def request(self, *words: Any, **options: Any) -> Any:
            answer = super().request(*words, **options)
            self.told = answer.headers.get("Date") or self.told
            return answer

    return Dated(impersonate="chrome")


def meaning(error: Exception, yfinance: Any) -> FetchError:
    """Say what an exception of yfinance means; that a company may be delisted is a guess of the library."""
    known = yfinance.exceptions
    if isinstance(error, known.YFRateLimitError):
        problem = "was refused: too many requests (HTTP 429)"
        return FetchError(
            problem,
            "try again later; what was fetched stays stored",
            attempts=ATTEMPTS,
            stops="Yahoo refuses for too many requests",
        )
    if isinstance(error, known.YFPricesMissingError) and error.yahoo_reason:
        return FetchError(f"is not there: Yahoo says {error.yahoo_reason!r}", "check its spelling and the period")
    if isinstance(error, known.YFTickerMissingError):
        return FetchError("is unknown to Yahoo, or has no prices in the period", "check its spelling and the period")
    name = type(error).__name__
    if "JSON" in name:
        problem = "was answered with something else than data: a consent, login or error page"
        return FetchError(problem, "check the connection in a browser", attempts=ATTEMPTS)
    stops = "there is no connection to Yahoo" if name in {"ConnectionError", "DNSError", "ProxyError"} else ""
    told = str(error).partition(" See http")[0].removeprefix("Failed to perform, ").rstrip(".")
    problem = f"could not be fetched: {name}: {told[:120]}"
    return FetchError(problem, "check the connection", attempts=ATTEMPTS, stops=stops)


@contextmanager
def quiet() -> Iterator[Any]:
    """Import yfinance and let it raise instead of log, without pandas' warnings, disk caches or remembered answers."""
    logger = logging.getLogger("yfinance")
    level = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import yfinance

        warnings.simplefilter("ignore")  # importing it puts a filter of its own before ours
        yfinance.set_tz_cache_location(f"{os.devnull}/none")  # a folder that cannot be, so no cache
        yfinance.data.YfData.cache_get.cache_clear()
        hidden = yfinance.config.debug.hide_exceptions
        yfinance.config.debug.hide_exceptions = False
        logger.setLevel(logging.CRITICAL + 1)
        try:
            yield yfinance
        finally:
            yfinance.config.debug.hide_exceptions = hidden
            logger.setLevel(level)
