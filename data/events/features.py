"""What single events say against what came before, each number as it could be known at the instant it is dated.

Levels are in dollars where the unit is money, else in the unit of the rows. A row without a number (words only, or one
end of a range only) changes nothing. Values compare only within one definition and between periods of one basis and
length, and never across a row whose direction is ``redefined``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from data.events.kinds.capex_guidance import COMPARED
from data.events.ledger import FACT_KEY, central
from data.events.periods import QUARTERS_PER_YEAR, Period, read_period
from data.events.units import MONEY, in_usd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.events.ledger import Ledger

__all__ = ["REDEFINED", "changes", "numbered", "surprises"]

REDEFINED = "redefined"
MONEY_OR_OWN = pl.coalesce(in_usd(pl.col("number")), "number")
KEPT = ("event_id", "asset", "kind", "metric", "definition", "period", "known_at")
FRACTIONS = ("revision", "over_quarter", "over_year", "acceleration")


def surprises(events: pl.DataFrame) -> pl.DataFrame:
    """Give, per event, its number against what was there before, from its own row alone.

    ``over_prior`` and ``over_expected`` are number / reference - 1; the reference of the first is the prior or the
    midpoint of the prior range, and only a direction that compares one period under one definition has it (an issued
    or redefined guide has no prior of its own). ``width`` is (high - low) / midpoint. Columns: event_id, asset, kind,
    known_at, number (in the row's unit), over_prior, over_expected, width.
    """
    prior = pl.coalesce("prior", (pl.col("prior_low") + pl.col("prior_high")) / 2)
    compared = pl.col("direction").is_in(COMPARED)
    number, middle = central(), (pl.col("low") + pl.col("high")) / 2
    return events.select(
        "event_id",
        "asset",
        "kind",
        "known_at",
        number.alias("number"),
        pl.when(compared & (prior > 0)).then(number / prior - 1).alias("over_prior"),
        pl.when(pl.col("expected") > 0).then(number / pl.col("expected") - 1).alias("over_expected"),
        pl.when(middle > 0).then((pl.col("high") - pl.col("low")) / middle).alias("width"),
    )


def changes(ledger: Ledger) -> pl.DataFrame:
    """Give, per vintage with a number and a readable period, how it changed, as known at its own instant.

    Columns: event_id, asset, kind, metric, definition, period, known_at, level, then fractions: ``revision`` (against
    the vintage of the same period before it), ``over_quarter`` (against the quarter before; quarters only),
    ``over_year`` (against the same period a year before), and ``acceleration``: over_year less the over_year of the
    period that ended one period length earlier.
    """
    known: dict[tuple[Any, ...], dict[Period, float]] = {}
    rows = []
    for row in numbered(ledger.frame):
        period = read_period(row["period"])
        if period is None:
            continue
        series = (*(row[name] for name in FACT_KEY[:-1]), "USD" if row["unit"] in MONEY else row["unit"])
        levels = known.setdefault(series, {})
        if row["direction"] == REDEFINED:
            levels.clear()
        before = levels.get(period)
        levels[period] = row["level"]
        rows.append((*(row[name] for name in KEPT), row["level"], *_fractions(levels, period, before)))
    names = (*KEPT, "level", *FRACTIONS)
    schema = {name: ledger.frame.schema[name] if name in KEPT else pl.Float64 for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _fractions(levels: dict[Period, float], period: Period, before: float | None) -> tuple[float | None, ...]:
    level = levels[period]
    over_quarter = _over(level, levels.get(period.back(1))) if period.quarters == 1 else None
    over_year = _over_year(levels, period)
    earlier = _over_year(levels, period.back(period.quarters))
    acceleration = None if over_year is None or earlier is None or period.ytd else over_year - earlier
    return _over(level, before), over_quarter, over_year, acceleration


def _over_year(levels: dict[Period, float], period: Period) -> float | None:
    return _over(levels.get(period), levels.get(period.back(QUARTERS_PER_YEAR)))


def _over(level: float | None, reference: float | None) -> float | None:
    return None if level is None or reference is None or reference <= 0 else level / reference - 1


def numbered(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows that state a number, in the order in which they became known, with it as ``level``."""
    rows = frame.with_columns(number=central()).with_columns(level=MONEY_OR_OWN).filter(pl.col("level").is_not_null())
    return rows.select(*KEPT, "unit", "direction", "level").iter_rows(named=True)
