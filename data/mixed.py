"""Prices of several exchanges and currencies on one axis, in account currency, and as each exchange sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.panel import Panel, panel
from data.rates import known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from data.axis import Axis
    from data.currencies import Currencies
    from data.rates import Quotes
    from data.timing import Fill

    Floats = NDArray[np.float64]

__all__ = ["Mixed", "Money", "mixed", "seen_from"]


class Money(NamedTuple):
    """Settings of currencies, None when all prices are in the account's, and the rates as read."""

    settings: Currencies | None
    rates: Mapping[str, Quotes]


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """Prices on the rows of an axis; arrays of shape (row, asset).

    Attributes
    ----------
    axis
        The rows.
    exchange
        Per asset, position of its exchange among ``axis.calendars``.
    panel
        Account currency. ``open`` is the price at which orders fill, NaN in rows of other exchanges; ``close`` the mark
        at the end of the row, NaN where the last one stands.
    due, missing
        Whether the close of a session of the asset's own exchange enters in the row; and is not there.
    fill, mark
        Quote currency: the price at which orders fill, and the last price known by the end of the row.
    fill_rate, mark_rate
        Account currency per unit of the quote currency at the fill and at the end of the row; NaN where unknown.
    foreign
        Whether an asset is quoted in another unit than the account's, shape (asset,).
    own
        Per exchange, its assets on its own sessions, in quote currency.

    """

    axis: Axis
    exchange: NDArray[np.int64]
    panel: Panel
    due: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    fill: Floats
    mark: Floats
    fill_rate: Floats
    mark_rate: Floats
    foreign: NDArray[np.bool_]
    own: tuple[Panel, ...]

    def columns(self, exchange: int) -> NDArray[np.int64]:
        """Give the positions of the assets of an exchange."""
        return np.flatnonzero(self.exchange == exchange)


def mixed(frame: pl.DataFrame, on: Axis, members: Sequence[Sequence[str]], fill: Fill, money: Money) -> Mixed:
    """Lay prices on the rows of an axis.

    A price enters in the row in which it is known: the fill in the row of its instant, the close in the row by whose
    end the exchange has closed; in between an opened session is marked at its open. Fills and dividends are converted
    at the last rate known before the fill, marks at the last rate known by the end of the row and of its day.

    Parameters
    ----------
    frame
        PRICES schema.
    on
        The rows.
    members
        Assets of each exchange of the axis.
    fill
        Whether orders fill at the opens or at the closes.
    money
        Currencies and rates.

    """
    own = tuple(panel(frame, on.sessions(at), tuple(names)) for at, names in enumerate(members))
    assets = tuple(sorted(name for names in members for name in names))
    place = {name: at for at, name in enumerate(assets)}
    shape = (len(on.days), len(assets))
    exchange = np.zeros(len(assets), dtype=np.int64)
    price, news, volume = (np.full(shape, np.nan) for _ in range(3))
    dividend, split, due = np.zeros(shape), np.ones(shape), np.zeros(shape, dtype=np.bool_)
    for at, each in enumerate(own):
        columns = np.array([place[name] for name in each.assets], dtype=np.int64)
        exchange[columns] = at
        opened = each.open if fill == "open" else each.close
        fills, closes = on.fills[at], on.closes[at]
        done, early = closes >= 0, closes != fills
        trading, closing = np.ix_(fills, columns), np.ix_(closes[done], columns)
        price[trading], volume[trading] = opened, each.volume
        dividend[trading], split[trading] = each.dividend, each.split
        news[np.ix_(fills[early], columns)] = opened[early]
        news[closing], due[closing] = each.close[done], True
    mark = _carried(news, split)
    fill_rate, mark_rate, foreign = _rates(on, assets, money)
    close = np.where(foreign, mark * mark_rate, news)  # a foreign price moves with its currency in every row
    paid = np.where(dividend == 0.0, 0.0, np.nan_to_num(dividend * fill_rate))
    walked = Panel(on.days, assets, price * fill_rate, close, paid, split, volume)
    return Mixed(on, exchange, walked, due, due & np.isnan(news), price, mark, fill_rate, mark_rate, foreign, own)


def _carried(news: Floats, split: Floats) -> Floats:
    """Give the last price, which follows splits; NaN before the first."""
    mark = np.empty(news.shape)
    last = np.full(news.shape[1], np.nan)
    for row in range(len(news)):
        last = np.where(np.isnan(news[row]), last / split[row], news[row])
        mark[row] = last
    return mark


def _rates(on: Axis, assets: Sequence[str], money: Money) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Give the rates at the fills and at the marks, shape (row, asset), and which assets need any."""
    settings = money.settings
    at_fill, at_mark = (np.ones((len(on.days), len(assets))) for _ in range(2))
    foreign = np.zeros(len(assets), dtype=np.bool_)
    units = {asset: settings.unit(asset) for asset in assets} if settings else {}
    for unit in sorted(set(units.values())):
        if settings and unit != settings.account:
            columns = np.array([units[asset] == unit for asset in assets])
            way, rates = settings.way(unit), dict(money.rates)
            at_fill[:, columns] = known(rates, way, on.at, on.days)[:, None]
            at_mark[:, columns] = known(rates, way, on.until, on.days)[:, None]
            foreign |= columns
    return at_fill, at_mark, foreign


def seen_from(laid: Mixed, exchange: int) -> Panel:
    """Give all assets on the sessions of one exchange, in account currency, as known before its next session's fill.

    Assets of other exchanges show their last close; what happened in several of their sessions is added up.
    """
    on, own = laid.axis, laid.panel
    starts = on.fills[exchange]
    ends = np.append(starts[1:], len(on.days)) - 1
    rows = np.arange(len(on.days))[:, None]
    latest = np.maximum.accumulate(np.where(laid.due, rows, -1), axis=0)[ends]
    at = np.arange(len(own.assets))
    there = (latest >= 0) & ~laid.missing[np.maximum(latest, 0), at]
    marks = _carried(own.close, own.split)[ends]
    return Panel(
        on.sessions(exchange),
        own.assets,
        _last(own.open, starts, ends),
        np.where(there, marks, np.nan),
        np.add.reduceat(own.dividend, starts, axis=0),
        np.multiply.reduceat(own.split, starts, axis=0),
        _last(own.volume, starts, ends),
    )


def _last(values: Floats, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Floats:
    """Give the last number of each group of rows, NaN where it has none."""
    rows = np.arange(len(values))[:, None]
    latest = np.maximum.accumulate(np.where(np.isnan(values), -1, rows), axis=0)[ends]
    inside = latest >= starts[:, None]
    return np.where(inside, values[np.maximum(latest, 0), np.arange(values.shape[1])], np.nan)
