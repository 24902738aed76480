"""The ledger: every vintage of every fact, and what was known at an instant.

A fact is (asset, kind, metric, definition, period); a row that states neither a period nor a number is a fact of its
own. Each row is one vintage, and it counts from its ``known_at`` until the next vintage of the same fact is known. Of
two vintages known at one instant the larger ``event_id`` counts, the other never does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data.schema import EVENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FACT_KEY", "STATES_SOMETHING", "Ledger", "central", "microseconds"]

FACT_KEY = ("asset", "kind", "metric", "definition", "period")
STATES_SOMETHING = pl.any_horizontal(pl.col("period", "value", "low", "high").is_not_null())
EPOCH, ONE_MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
FOREVER = np.iinfo(np.int64).max
FACT, VINTAGE, VINTAGES = "fact", "vintage", "vintages"


def central() -> pl.Expr:
    """Give the number of a row: the value, else the midpoint; null where only one end is known (``more than 50``)."""
    return pl.coalesce("value", (pl.col("low") + pl.col("high")) / 2)


def microseconds(instant: datetime) -> int:
    """Give the microseconds since 1970 UTC.

    Raises
    ------
    ValueError
        When the instant has no time zone.

    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone, got {instant.isoformat()}")
    return (instant - EPOCH) // ONE_MICROSECOND


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Vintages in the order in which they became known.

    Attributes
    ----------
    frame
        EVENTS columns, then fact (number of the fact), vintage (from 1) and vintages (how many the fact has); sorted
        by known_at, then event_id.
    known_us, until_us
        Microseconds since 1970 UTC, shape (row,): the row is the latest vintage of its fact from the one up to, and
        not at, the other.

    """

    frame: pl.DataFrame
    known_us: NDArray[np.int64]
    until_us: NDArray[np.int64]

    @classmethod
    def of(cls, events: pl.DataFrame) -> Ledger:
        """Make the ledger of an EVENTS frame; the order of its rows does not matter."""
        rest = [name for name in EVENTS if name not in {"known_at", "event_id"}]
        own = pl.when(STATES_SOMETHING).then(None).otherwise("event_id")
        numbered = (
            events.sort("known_at", "event_id", *rest)
            .with_columns(own=own)
            .with_columns(_place())
            .drop("own")
            .with_columns((pl.int_range(pl.len(), dtype=pl.UInt32).over(FACT) + 1).alias(VINTAGE))
            .with_columns(pl.len().over(FACT).alias(VINTAGES))
        )
        known = numbered["known_at"].to_physical()
        following = numbered.select(pl.col("known_at").to_physical().shift(-1).over(FACT)).to_series()
        return cls(numbered, known.to_numpy(), following.fill_null(FOREVER).to_numpy())

    def as_of(self, instant: datetime) -> pl.DataFrame:
        """Give the latest vintage of every fact known at an instant (known_at at or before it), never a later one."""
        return self.frame[self.rows_as_of(instant)]

    def rows_as_of(self, instant: datetime) -> NDArray[np.int64]:
        """Give the positions of those rows in the frame, ascending."""
        at = microseconds(instant)
        known = int(np.searchsorted(self.known_us, at, side="right"))
        return np.flatnonzero(self.until_us[:known] > at)

    def first_print(self) -> pl.DataFrame:
        """Give the first vintage of every fact."""
        return self.frame.filter(pl.col(VINTAGE) == 1)

    def latest_vintage(self) -> pl.DataFrame:
        """Give the last vintage of every fact; what nobody knew at the time."""
        return self.frame.filter(pl.col(VINTAGE) == pl.col(VINTAGES))

    def compared(self) -> pl.DataFrame:
        """Give first print and latest vintage of every fact side by side, by known_at of the first.

        ``first`` and ``latest`` are values or midpoints; ``difference`` is latest less first, in the unit of the rows,
        and null where a number is missing or the two rows have other units.
        """
        first = self.first_print().select(FACT, *FACT_KEY, VINTAGES, "unit", *_side("first"))
        latest = self.latest_vintage().select(FACT, pl.col("unit").alias("latest_unit"), *_side("latest"))
        same = pl.col("unit").eq_missing(pl.col("latest_unit"))
        return (
            first.join(latest, on=FACT, maintain_order="left")
            .with_columns(difference=pl.when(same).then(pl.col("latest") - pl.col("first")))
            .drop(FACT)
        )


def _place() -> pl.Expr:
    """Give each fact its number, in the order of the keys."""
    keys = pl.struct(*FACT_KEY, "own")
    return (keys.rank("dense") - 1).alias(FACT)


def _side(name: str) -> list[pl.Expr]:
    kept = ("event_id", "known_at", "direction")
    return [central().alias(name), *(pl.col(column).alias(f"{name}_{column}") for column in kept)]
