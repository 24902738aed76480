"""Wide tables: a column of days and a column of closes per asset, turned into rows of session and asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from data.errors import Finding
from data.prices.columns import session_column
from data.prices.long import FILE, findings_of
from data.prices.table import ROW, Part, Table, collect
from data.prices.typed import days, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.prices.settings import PriceFiles

__all__ = ["names", "read"]


def read(table: Table, settings: PriceFiles, wanted: Sequence[str] | None) -> Part:
    """Read the columns of the wanted assets, or all when None; an empty cell is no row."""
    session = session_column(settings, table)
    chosen = [name for name in table.columns if name != session and (wanted is None or name.strip() in wanted)]
    raw = collect(table.rows.select(ROW, session, *chosen), table)
    rows = raw[ROW].cast(pl.UInt32)
    sessions = days(raw[session], settings.date_format)
    errors = findings_of(sessions, raw[session], table.name, rows)
    frames = [_frame(rows, sessions.column).clear()]
    for name in chosen:
        closes = numbers(raw[name])
        errors += findings_of(closes, raw[name], table.name, rows) + _unnamed(name, table)
        frames.append(_frame(rows, sessions.column, name.strip(), closes.column))
    frame = pl.concat(frames).with_columns(pl.lit(table.name).alias(FILE))
    return Part(frame, tuple(errors), ())


def names(table: Table, settings: PriceFiles) -> set[str]:
    """Give the names of all assets of a table."""
    return {name.strip() for name in table.columns} - {settings.columns.get("session", "session")}


def _frame(rows: pl.Series, sessions: pl.Series, asset: str = "", closes: pl.Series | None = None) -> pl.DataFrame:
    close = pl.lit(None, dtype=pl.Float64) if closes is None else pl.lit(closes)
    frame = pl.DataFrame([rows, sessions.alias("session")])
    return frame.with_columns(pl.lit(asset).alias("asset"), close.alias("close")).filter(pl.col("close").is_not_null())


def _unnamed(name: str, table: Table) -> list[Finding]:
    problem = "a column has no name, expected the name of an asset"
    return [] if name.strip() else [Finding(table.name, "", "", problem, "name it, or remove the index column")]
