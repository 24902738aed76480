"""Which column of a file holds which of our fields, and what to write when one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import Finding, InputError
from data.prices.settings import COVERED
from data.schema import PRICES

if TYPE_CHECKING:
    from data.prices.settings import PriceFiles
    from data.prices.table import Table

__all__ = ["BASIS", "covered", "mapped", "session_column"]

# Our name of the file's close on the basis of its open, high and low, until they are scaled.
BASIS = "basis_close"
REQUIRED = ("session", "asset", "close")
MOST_NAMED = 20
# What other programs call our columns; only to word the hint when one is missing.
ALIASES = {
    "session": ("date", "day", "datetime", "timestamp", "time"),
    "asset": ("symbol", "ticker", "name"),
    "close": ("adj_close", "adj close", "price", "last"),
}


def mapped(settings: PriceFiles, table: Table) -> dict[str, str]:
    """Map our fields to the columns of a long table; a field that is neither required nor mapped may be absent.

    Raises
    ------
    InputError
        With every column that is missing.

    """
    named = {str(field): column for field, column in settings.columns.items()}
    fields = {field: named.get(field, field) for field in PRICES if field not in covered(settings, table)}
    required = {*REQUIRED, *named}
    if settings.basis_close is not None:
        fields |= {BASIS: settings.basis_close}
        required |= {BASIS}
    _check({field: column for field, column in fields.items() if field in required}, table)
    return {field: column for field, column in fields.items() if column in table.columns}


def session_column(settings: PriceFiles, table: Table) -> str:
    """Give the column of days of a wide table."""
    column = settings.columns.get("session", "session")
    _check({"session": column}, table)
    return column


def covered(settings: PriceFiles, table: Table) -> tuple[str, ...]:
    """Name the corporate actions that the file lists although the declared adjustment has them in the prices."""
    return tuple(field for field in COVERED[settings.adjustment] if field in table.columns)


def _check(required: dict[str, str], table: Table) -> None:
    missing = [
        Finding(table.name, field, "", f"column {column!r} is missing", _hint(field, table.columns))
        for field, column in required.items()
        if column not in table.columns
    ]
    if missing:
        raise InputError(f"{table.name}: {len(missing)} columns are missing", missing)


def _hint(field: str, found: tuple[str, ...]) -> str:
    lower = {name.lower(): name for name in reversed(found)}
    near = next((lower[alias] for alias in (field, *ALIASES.get(field, ())) if alias in lower), None)
    mapping = f"write columns: {{{field}: {near}}}; " if near else ""
    more = ", ..." if len(found) > MOST_NAMED else ""
    return f"{mapping}columns found: {', '.join(found[:MOST_NAMED])}{more}"
