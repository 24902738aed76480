"""Long tables: a row per session and asset, typed column by column, cut to the assets that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from data.errors import Finding
from data.prices.columns import covered, mapped
from data.prices.table import ROW, Part, Table, collect
from data.prices.typed import Typed, assets, days, numbers, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.prices.settings import PriceFiles

__all__ = ["FILE", "LISTED_SPLIT", "findings_of", "names", "read"]

# Name of the column that says which file a row came from.
FILE = "\0file"
# Splits that a file lists although its prices have them already: not applied, but held against the prices.
LISTED_SPLIT = "\0listed_split"
TEXTS = (pl.String, pl.Categorical, pl.Enum)


def read(table: Table, settings: PriceFiles, wanted: Sequence[str] | None) -> Part:
    """Read the rows of the wanted assets, or of all when None."""
    columns = mapped(settings, table)
    listed = [name for name in covered(settings, table) if name == "split"]
    read_columns = dict.fromkeys([*columns.values(), *listed])
    raw = collect(_chosen(table, columns["asset"], wanted).select(ROW, *read_columns), table)
    rows = raw[ROW]
    series: list[pl.Series] = []
    errors: list[Finding] = []
    for field, column in columns.items():
        typed = _typed(raw[column], field, settings)
        series.append(typed.column.alias(field))
        errors += findings_of(typed, raw[column], table.name, rows)
    series += [numbers(raw[name]).column.alias(LISTED_SPLIT) for name in listed]
    frame = pl.DataFrame([rows.cast(pl.UInt32), *series]).with_columns(pl.lit(table.name).alias(FILE))
    return Part(frame, tuple(errors), (*_notes(table, settings, raw, columns), *_disorder(frame)))


def names(table: Table, settings: PriceFiles) -> set[str]:
    """Give the names of all assets of a table."""
    column = settings.columns.get("asset", "asset")
    if column not in table.columns or not _is_text(table, column):
        return set()
    found = collect(table.rows.select(pl.col(column).cast(pl.String).str.strip_chars().unique()), table)
    return set(found.to_series().drop_nulls())


def findings_of(typed: Typed, raw: pl.Series, name: str, rows: pl.Series) -> list[Finding]:
    """Place the offences of a column: file, row, column and value."""
    return [
        Finding(name, raw.name, "", offence.problem, offence.hint)
        if offence.position is None
        else Finding(
            f"{name} row {rows[offence.position]}",
            raw.name,
            shown(raw, offence.position),
            offence.problem,
            offence.hint,
        )
        for offence in typed.offences
    ]


def _disorder(frame: pl.DataFrame) -> list[Finding]:
    """Note the first row that stands after a later session of its asset; either order of the two columns is fine."""
    earlier = frame.filter(pl.col("session") < pl.col("session").shift().over("asset"))
    if earlier.is_empty():
        return []
    file, row, day = earlier.select(FILE, ROW, "session").row(0)
    problem = f"stands after a later session of its asset, as {earlier.height} rows do"
    return [Finding(f"{file} row {row}", "session", f"{day}", problem, "they are sorted when loaded")]


def _chosen(table: Table, column: str, wanted: Sequence[str] | None) -> pl.LazyFrame:
    if wanted is None or not _is_text(table, column):
        return table.rows
    asset = pl.col(column).cast(pl.String).str.strip_chars()
    # A row without a name may belong to a wanted asset, so it stays and is reported.
    return table.rows.filter(asset.is_in(list(wanted)) | asset.is_null() | (asset == ""))


def _is_text(table: Table, column: str) -> bool:
    return isinstance(table.rows.collect_schema()[column], TEXTS)


def _typed(column: pl.Series, field: str, settings: PriceFiles) -> Typed:
    if field == "session":
        return days(column, settings.date_format)
    return assets(column) if field == "asset" else numbers(column)


def _notes(table: Table, settings: PriceFiles, raw: pl.DataFrame, columns: dict[str, str]) -> list[Finding]:
    notes = [
        Finding(table.name, field, "", f"is not applied: the prices are declared {settings.adjustment}-adjusted")
        for field in covered(settings, table)
    ]
    single = [column for column in columns.values() if raw[column].dtype == pl.Float32]
    notes += [Finding(table.name, column, "", "is Float32: seven digits, widened as it is") for column in single]
    spelled = raw[columns["asset"]]
    if isinstance(spelled.dtype, TEXTS):
        texts = spelled.cast(pl.String).unique(maintain_order=True).drop_nulls()
        spaced = texts.filter(texts != texts.str.strip_chars()).to_list()
        problem = "has spaces around it, read without them"
        notes += [Finding(table.name, spelled.name, text, problem) for text in spaced]
    return notes
