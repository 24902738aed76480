"""Rows of a source under our names: each name is read as the asset that it was on the day of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from data.aliases import Spelling

__all__ = ["renamed"]


def renamed(
    aliases: Mapping[str, Sequence[Spelling]], assets: Collection[str] | None, name: str, day: pl.Expr
) -> pl.Expr:
    """Give the asset of each row, null where the name was another asset's on that day.

    Parameters
    ----------
    aliases
        The names of the assets that changed theirs.
    assets
        Those that are asked for; any other name than theirs stays only when all are, None.
    name
        Column of names.
    day
        Day of each row; of a row without one no span can be told, so its name stays.

    """
    column = pl.col(name)
    spans = [(asset, one) for asset, spellings in aliases.items() for one in spellings]
    cases = [pl.when((column == one.name) & _within(day, one)).then(pl.lit(asset)) for asset, one in spans]
    unasked = {one.name for _, one in spans if assets is not None and one.name not in assets}
    own = pl.when(~column.is_in(sorted({*aliases, *unasked})) | day.is_null()).then(column)
    return pl.coalesce(*cases, own) if cases else column


def _within(day: pl.Expr, one: Spelling) -> pl.Expr:
    after = pl.lit(True) if one.start is None else day >= one.start
    before = pl.lit(True) if one.end is None else day <= one.end
    return after & before
