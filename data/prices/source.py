"""What every price source returns: one checked frame and what a reader must know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from data.errors import Finding
    from data.prices.settings import Adjustment

__all__ = ["Prices"]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices as loaded.

    Attributes
    ----------
    frame
        PRICES schema, one row per session and asset, sorted by both.
    adjustment
        raw, split or total, as declared.
    label
        Name of the source for people, without a path of this machine.
    simulated
        True for prices that were never paid.
    disclosure
        Sentences that must stand beside every result, as the planted effects of a simulated market.
    findings
        Rows that were set aside, with the reason.
    content_hash
        SHA-256 of the frame's content.
    places
        Of each row of the frame: its file, its row there as people count, and the split that the file lists although
        the prices have it already; None when the rows come from no file.
    quality
        What the quality pass doubts, `data.prices.examined.QUALITY` columns; None before it was over the prices.
    allow_gaps
        Most sessions in a row without a close between two closes, as the quality pass shall hold it; None: no limit.

    """

    frame: pl.DataFrame
    adjustment: Adjustment
    label: str
    simulated: bool
    disclosure: tuple[str, ...]
    findings: tuple[Finding, ...]
    content_hash: str
    places: pl.DataFrame | None = None
    quality: pl.DataFrame | None = None
    allow_gaps: int | None = None
