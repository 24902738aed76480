"""Returns by month as a heat map and by year as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.tearsheet.format import DASH, display, number
from backtest.tearsheet.messages import say
from backtest.tearsheet.series import drawdown, period_returns
from backtest.tearsheet.tables import Cell, Column, Table, counted, text
from data import calendar

if TYPE_CHECKING:
    from datetime import date

    from backtest.result import Result
    from backtest.tearsheet.series import Series, Values

__all__ = ["month_table", "partial_periods", "year_table"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTIAL = "*"
STRONGEST = 0.42
FULL_MONTH, FULL_YEAR = 0.10, 0.40


def partial_periods(sessions: list[date], exchange: str, length: int) -> set[str]:
    """Give the months (length 7) or years (4) that the exchange opened in before the run began or after it ended."""
    known = calendar.load(exchange).sessions
    first, last = np.datetime64(sessions[0]), np.datetime64(sessions[-1])
    found = set()
    before, after = known[known < first][-1:], known[known > last][:1]
    if len(before) and str(before[0])[:length] == str(first)[:length]:
        found.add(str(first)[:length])
    if len(after) and str(after[0])[:length] == str(last)[:length]:
        found.add(str(last)[:length])
    return found


def month_table(result: Result, found: Series) -> Table:
    """Give the heat map: no cell outside the run, partial periods marked, the year at the end."""
    months = period_returns(found.sessions, found.strategy, 7)
    years = period_returns(found.sessions, found.strategy, 4)
    exchange = result.config.calendar
    partial = partial_periods(found.sessions, exchange, 7) | partial_periods(found.sessions, exchange, 4)
    rows = []
    for year, whole in years.items():
        keys = [f"{year}-{month:02d}" for month in range(1, 13)]
        cells = [_heat(key, months[key], partial, FULL_MONTH) if key in months else Cell("") for key in keys]
        rows.append((text(year), *cells, _heat(year, whole, partial, FULL_YEAR)))
    columns = (Column(say("Year")), *(Column(say(name), numeric=True) for name in (*MONTHS, "Year")))
    note = say("Strategy, net, %.")
    more = say("* partial: the run covers only part of the month or year.")
    return Table(say("Monthly returns, %"), columns, tuple(rows), f"{note} {more}" if partial else note, kind="heat")


def _heat(period: str, value: float | None, partial: set[str], full: float) -> Cell:
    star = PARTIAL if period in partial else ""
    if value is None:
        return Cell(
            DASH, title=say("{period}: undefined, the period does not start from a positive equity", period=period)
        )
    share = min(1.0, abs(value) / full) * STRONGEST
    kind = "" if number(value * 100, 1) == number(0.0, 1) else "up" if value > 0 else "down"
    return Cell(number(value * 100, 1) + star, sort=f"{value:.12g}", title=period, kind=kind, share=f"{share:.2f}")


def year_table(result: Result, found: Series) -> Table:
    """Give the years as numbers: the fallback of the figures over sessions."""
    named: list[tuple[str, Values]] = [(say("Strategy"), found.strategy), (say("Base"), found.base)]
    if found.benchmark is not None:
        named.append((display(result.config.benchmark, 32), found.benchmark))
    returns = [period_returns(found.sessions, values, 4) for _, values in named]
    deepest, ends = _by_year(found), dict(zip(_years(found), found.strategy, strict=True))
    turnover = _sums(found, [v or 0.0 for v in result.daily["turnover"].to_list()])
    partial = partial_periods(found.sessions, result.config.calendar, 4)
    rows = tuple(
        (
            text(year + (PARTIAL if year in partial else "")),
            *(_percent(found_[year]) for found_ in returns),
            _percent(deepest[year]),
            counted(number(ends[year], 4), ends[year], say("equity is not known")),
            counted(number(turnover[year], 2), turnover[year]),
        )
        for year in returns[0]
    )
    labels = (*(f"{name}, %" for name, _ in named), say("Deepest drawdown, %"), say("Growth of 1, end"),
              say("Turnover, x equity"))  # fmt: skip
    columns = (Column(say("Year")), *(Column(label, numeric=True) for label in labels))
    return Table(say("Years as numbers"), columns, rows, say("* part of a year.") if partial else "")


def _years(found: Series) -> list[str]:
    return [session.isoformat()[:4] for session in found.sessions]


def _percent(value: float | None) -> Cell:
    why = say("undefined, the period does not start from a positive equity")
    return counted(number(None if value is None else value * 100, 2), value, why)


def _by_year(found: Series) -> dict[str, float | None]:
    deepest: dict[str, float | None] = {}
    for year, value in zip(_years(found), drawdown(found.strategy), strict=True):
        before = deepest.get(year)
        deepest[year] = value if before is None else before if value is None else min(before, value)
    return deepest


def _sums(found: Series, values: list[float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for year, value in zip(_years(found), values, strict=True):
        sums[year] = sums.get(year, 0.0) + value
    return sums
