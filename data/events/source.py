"""What every event source returns: valid events, rejected rows with reasons, and how many rows were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["REJECTED", "Events"]

# Columns of the rejected frame: the row counts from 1 (a CSV's header is row 1), `stage` is the stage it did not reach.
REJECTED = ("where", "event_id", "stage", "reason", "detail")


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events as loaded.

    Attributes
    ----------
    frame
        EVENTS schema, valid rows only, the first of each group, sorted by known_at, then event_id.
    rejected
        Rows set aside: where, event_id, stage (always ``valid`` here), reason (short, countable), detail (a sentence).
    read
        Rows read; ``read == frame.height + rejected.height``.
    label
        Name of the source for people, without a path of this machine.
    content_hash
        SHA-256 of the valid content.

    """

    frame: pl.DataFrame
    rejected: pl.DataFrame
    read: int
    label: str
    content_hash: str
