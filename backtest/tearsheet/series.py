"""The arithmetic behind the figures: growth, drawdown, returns by month and year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

    from backtest.result import Result

__all__ = ["Series", "column", "drawdown", "in_percent", "period_returns", "series", "total"]

Values = list[float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """Growth of 1 per session for the strategy, the untilted base and, when there is one, the benchmark."""

    sessions: list[date]
    strategy: Values
    base: Values
    benchmark: Values | None


def series(result: Result) -> Series:
    """Divide the equities by the capital before the first session."""
    daily, capital = result.daily, result.config.account.capital
    benchmark = _growth(daily["benchmark"], capital) if daily["benchmark"].is_not_null().any() else None
    return Series(
        daily["session"].to_list(),
        _growth(daily["equity"], capital),
        _growth(daily["base"], capital),
        benchmark,
    )


def _growth(equity: pl.Series, capital: float) -> Values:
    return [None if v is None or not math.isfinite(v) else v / capital for v in equity.to_list()]


def column(result: Result, name: str) -> Values:
    """Give a column of the run by session, None where it has no finite value."""
    return [None if v is None or not math.isfinite(v) else v for v in result.daily[name].to_list()]


def in_percent(values: Sequence[float | None]) -> Values:
    """Give fractions in percent."""
    return [None if v is None else v * 100.0 for v in values]


def drawdown(growth: Sequence[float | None]) -> Values:
    """Give value / highest value so far - 1, the start of 1 included."""
    peak, found = 1.0, Values()
    for value in growth:
        peak = peak if value is None else max(peak, value)
        found.append(None if value is None else value / peak - 1.0)
    return found


def period_returns(sessions: Sequence[date], growth: Sequence[float | None], length: int) -> dict[str, float | None]:
    """Give the return of every period that has a session, keyed by the first ``length`` characters of its dates.

    The first period starts from 1, the growth before the first session. A period that starts at or below nothing, or
    ends in a gap, has no return.
    """
    ends: dict[str, float | None] = {}
    for session, value in zip(sessions, growth, strict=True):
        ends[session.isoformat()[:length]] = value
    returns: dict[str, float | None] = {}
    before: float | None = 1.0
    for period, end in ends.items():
        returns[period] = end / before - 1.0 if end is not None and before is not None and before > 0 else None
        before = end
    return returns


def total(values: pl.Series) -> float:
    """Sum exactly, so that the order of rows does not matter; nulls and NaN count as nothing."""
    return math.fsum(v for v in values.to_list() if v is not None and math.isfinite(v))
