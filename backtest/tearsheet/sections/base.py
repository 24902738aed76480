"""What a section of the page is: one function from a view of the run to blocks of finished text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.tearsheet.beside import ALONE

if TYPE_CHECKING:
    import polars as pl

    from backtest.result import Result
    from backtest.tearsheet.beside import Beside
    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.series import Series
    from backtest.tearsheet.tables import Table

__all__ = ["Block", "Section", "View", "paired"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A run as the sections read it: the result, its growth per session, its events in the order of the page."""

    result: Result
    found: Series
    events: pl.DataFrame
    beside: Beside = ALONE


@dataclass(frozen=True, slots=True)
class Block:
    """A figure, a table, a sentence, or ``side`` blocks that share a row where there is room; one of the four."""

    figure: Figure | None = None
    table: Table | None = None
    note: str = ""
    side: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks, or the reason why there is nothing; ``template`` draws it."""

    key: str
    title: str
    blocks: tuple[Block, ...] = ()
    absent: str = ""
    template: str = "sections/blocks.html.j2"

    @property
    def leaves(self) -> tuple[Block, ...]:
        """Give the blocks with those that share a row taken out of it."""
        return tuple(leaf for block in self.blocks for leaf in (block.side or (block,)))


def paired(*blocks: Block) -> Block:
    """Put blocks side by side; one alone stays alone."""
    return blocks[0] if len(blocks) == 1 else Block(side=blocks)
