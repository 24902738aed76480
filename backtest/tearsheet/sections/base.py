"""What a section of the page is: one function from a view of the run to blocks of finished text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from backtest.result import Result
    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.series import Series
    from backtest.tearsheet.tables import Table

__all__ = ["Block", "Section", "View"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A run as the sections read it: the result, its growth per session, its events in the order of the page."""

    result: Result
    found: Series
    events: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Block:
    """A figure, a table or a sentence; one of the three."""

    figure: Figure | None = None
    table: Table | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks, or the reason why there is nothing; ``template`` draws it."""

    key: str
    title: str
    blocks: tuple[Block, ...] = ()
    absent: str = ""
    template: str = "sections/blocks.html.j2"
