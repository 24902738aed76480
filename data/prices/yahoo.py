"""Prices of Yahoo Finance through yfinance: each asset asked for on its own, stored as it came, never repaired.

yfinance's ``download`` hides failures and its order changes, so each asset is asked for by ``Ticker.history``: without
adjustment for dividends, with actions, without repair. Yahoo's closes and dividends have all later splits in them.
"""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from data.prices import stored, vintages
from data.prices.answers import ATTEMPTS, Answer, FetchError, swapped
from data.prices.fetching import Line, Place, failed, fetch_all
from data.prices.stored import SOURCE
from data.prices.vintages import HISTORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from data.calendar import Calendar
    from data.prices.fetching import Fetched
    from data.prices.settings import PriceYahoo
    from data.prices.source import Prices

__all__ = ["dated_session", "fetch", "fetch_listed", "load"]

TIMEOUT_SECONDS = 20
COLUMNS = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Volume": "volume",
    "Dividends": "dividend",
    "Stock Splits": "split",
}


def load(
    settings: PriceYahoo,
    store_folder: Path,
    assets: Sequence[str],
    calendar: Calendar,
    *,
    offline: bool = False,
    line: Line | None = None,
    units: Mapping[str, str] | None = None,
) -> Prices:
    """Load the prices of the assets: from the store where it covers the period, from Yahoo where it does not.

    What is stored is never asked for again here, so a run repeats itself; newer prices come with `fetch`. ``units``
    says what each asset is quoted in: another answer of Yahoo is refused. Without it all must be quoted in one.

    Raises
    ------
    MissingDataError
        With every asset that is neither stored nor can be fetched; the others are stored.
    InputError
        When prices are damaged, contradictory, or of several exchanges or currencies.

    """
    wanted = sorted(set(assets))
    if not offline:
        known, _ = vintages.listed(store_folder)
        missing = [asset for asset in wanted if stored.covering(known, settings, asset) is None]
        failed(fetch(settings, store_folder, missing, calendar, line=line), len(wanted))
    chosen = stored.answers(settings, store_folder, wanted)
    return stored.assemble(settings, store_folder, chosen, calendar, units)


def fetch(
    settings: PriceYahoo,
    store_folder: Path,
    assets: Sequence[str],
    calendar: Calendar,
    *,
    line: Line | None = None,
) -> list[Fetched]:
    """Ask Yahoo for assets of one exchange and store each answer; see `data.prices.fetching.fetch_all`."""
    return fetch_listed(settings, store_folder, dict.fromkeys(assets, calendar), line=line)


def fetch_listed(
    settings: PriceYahoo, store_folder: Path, listed: Mapping[str, Calendar], *, line: Line | None = None
) -> list[Fetched]:
    """Ask Yahoo for assets, each with its exchange."""
    way = line or Line()
    way = way if way.opens else replace(way, opens=dated_session)
    return fetch_all(partial(_ask, settings), Place(SOURCE, store_folder), listed, way)


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


def _ask(settings: PriceYahoo, asset: str, session: Any) -> Answer:
    with _quiet() as yfinance:
        try:
            ticker = yfinance.Ticker(asset, session=session)
            table = ticker.history(
                start=settings.start.isoformat(),
                end=None if settings.end is None else (settings.end + timedelta(days=1)).isoformat(),
                interval="1d",
                auto_adjust=False,
                actions=True,
                repair=False,
                keepna=True,
                timeout=TIMEOUT_SECONDS,
            )
            meta = ticker.get_history_metadata()
        except Exception as error:
            raise _meaning(error, yfinance) from error
        if table.empty:
            raise FetchError("came back empty", "check its spelling and the period", attempts=ATTEMPTS)
        return _read(settings, asset, table, meta, ticker)._replace(told=getattr(session, "told", ""))


def _read(settings: PriceYahoo, asset: str, table: Any, meta: Any, ticker: Any) -> Answer:
    """Turn pandas into polars, and check that the answer is to the question."""
    import yfinance

    symbol = str(meta.get("symbol"))
    if symbol != asset:
        raise swapped(asset, symbol)
    about = {
        "start": settings.start.isoformat(),
        "end": "" if settings.end is None else settings.end.isoformat(),
        "currency": str(meta.get("currency") or ""),
        "zone": str(meta.get("exchangeTimezoneName") or ""),
        "exchange": str(meta.get("fullExchangeName") or ""),
        "adjustment": "split",
        "repair": "off",
        "library": f"yfinance {yfinance.__version__}",
    }
    _check_dividend_currency(ticker, about["currency"])
    frame = pl.DataFrame({"session": list(table.index.date)} | _numbers(table), schema_overrides=HISTORY)
    # Yahoo writes 0 for none, and yfinance fills unknown volumes with 0 too: a session without trades has no price.
    cells = [pl.when(pl.col(name) != 0).then(pl.col(name)).alias(name) for name in ("volume", "dividend", "split")]
    return Answer(symbol, frame.with_columns(cells).fill_nan(None).select(list(HISTORY)), about, _gains(table))


def _numbers(table: Any) -> dict[str, Any]:
    return {ours: table[theirs].to_numpy(dtype="float64") for theirs, ours in COLUMNS.items()}


def _check_dividend_currency(ticker: Any, currency: str) -> None:
    """Refuse dividends in another currency than the prices: yfinance drops that remark from its table."""
    history = getattr(ticker, "_price_history", None)
    paid = getattr(history, "_dividends", None)
    if paid is not None and "currency" in getattr(paid, "columns", ()):
        others = sorted({str(one) for one in paid["currency"]} - {currency})
        if others:
            problem = f"pays dividends in {', '.join(others)} but is quoted in {currency}; nothing is converted"
            raise FetchError(problem, "take its prices from a file")


def _gains(table: Any) -> list[tuple[str, str]]:
    """Note capital gains of funds: Yahoo often has them in the dividend as well, so they are not counted."""
    if "Capital Gains" not in table.columns:
        return []
    gains = table["Capital Gains"]
    paid = gains[gains != 0]
    return [
        (str(at.date()), f"capital gain {value:g} is not counted beside the dividend")
        for at, value in zip(paid.index, paid.to_list(), strict=True)
    ]


def _meaning(error: Exception, yfinance: Any) -> FetchError:
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
    problem = f"could not be fetched: {name}: {str(error)[:120]}"
    return FetchError(problem, "check the connection", attempts=ATTEMPTS, stops=stops)


@contextmanager
def _quiet() -> Iterator[Any]:
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
