"""Prices of Yahoo Finance through yfinance: each asset asked for on its own, stored as it came, never repaired.

yfinance's ``download`` hides failures and its order changes, so each asset is asked for by ``Ticker.history``: without
adjustment for dividends, with actions, without repair. Yahoo's closes and dividends have all later splits in them.
"""

from __future__ import annotations

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
from data.prices.yahoo_library import dated_session, meaning, quiet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from data.calendar import Calendar
    from data.prices.fetching import Fetched
    from data.prices.settings import PriceYahoo
    from data.prices.source import Prices

__all__ = ["fetch", "fetch_listed", "load"]

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


def _ask(settings: PriceYahoo, asset: str, session: Any) -> Answer:
    with quiet() as yfinance:
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
            raise meaning(error, yfinance) from error
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
