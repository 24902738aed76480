"""Units of money, so that millions of one row and billions of another can be compared."""

from __future__ import annotations

import polars as pl

__all__ = ["MONEY", "NO_NUMBER", "in_usd"]

MONEY: dict[str, float] = {"USD": 1.0, "USD_mn": 1e6, "USD_bn": 1e9, "USD_tn": 1e12}
# The unit of a row that carries words only.
NO_NUMBER = "text"


def in_usd(number: pl.Expr) -> pl.Expr:
    """Give a number of the row's unit in dollars; null when the unit is no money."""
    return number * pl.col("unit").replace_strict(MONEY, default=None, return_dtype=pl.Float64)
