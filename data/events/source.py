"""What every event source returns: valid events, rejected rows with reasons, and how many rows were read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.counts import many
from data.events.ledger import Ledger

if TYPE_CHECKING:
    import polars as pl

__all__ = ["REJECTED", "REMARKS", "Events", "at_fault", "doubts", "unusable"]

# Columns of the rejected frame: the row counts from 1 (a CSV's header is row 1), `stage` is the stage it did not reach.
REJECTED = ("where", "event_id", "kind", "asset", "stage", "reason", "detail")
# Columns of the remarks on rows that stay: what is doubtful about them.
REMARKS = ("where", "event_id", "reason", "detail")
# Rows that are set aside on purpose, not for a fault.
ON_PURPOSE = (
    "duplicate row", "group not confirmed", "later in its group", "later vintage of an event",
    "not the confirmation of its group", "same fact under another id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events as loaded.

    Attributes
    ----------
    frame
        EVENTS schema, valid rows only, the first of each group, sorted by known_at, then event_id.
    rejected
        Rows set aside: where, event_id, kind, asset (as written), stage (always ``valid`` here), reason (short,
        countable), detail (a sentence).
    read
        Rows read; ``read == frame.height + rejected.height``.
    label
        Name of the source for people, without a path of this machine.
    content_hash
        SHA-256 of the frame's content.
    vintages
        EVENTS schema: the frame and every row that restates or follows up one of it, for the ledger; None when there
        are no others than the frame's.
    remarks
        What is doubtful about rows that stay; None when the source has nothing to remark on.

    """

    frame: pl.DataFrame
    rejected: pl.DataFrame
    read: int
    label: str
    content_hash: str
    vintages: pl.DataFrame | None = None
    remarks: pl.DataFrame | None = None

    @property
    def ledger(self) -> Ledger:
        """Make the ledger of all vintages."""
        return Ledger.of(self.frame if self.vintages is None else self.vintages)


def doubts(events: Events) -> tuple[str, ...]:
    """Count the remarks by reason in one sentence for the first screen; none without remarks."""
    if events.remarks is None or events.remarks.is_empty():
        return ()
    counts = Counter(events.remarks["reason"].to_list())
    said = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
    return (f"{many(events.remarks.height, 'doubt')} about the events ({said}); `backtest events check` lists each.",)


def at_fault(reason: str) -> bool:
    """Say whether the reason for which a row was set aside is a fault of the row."""
    return reason not in ON_PURPOSE and not reason.startswith("confidence ")


def unusable(events: Events) -> tuple[str, ...]:
    """Count the rows that were set aside for a fault in one sentence for the first screen; none without any."""
    told = events.rejected.select("where", "detail", "reason").rows()
    wrong = [f"{where}: {detail}" for where, detail, reason in told if at_fault(reason)]
    if not wrong:
        return ()
    count = f"{len(wrong):,} of {events.read:,} event rows cannot be used"
    return (f"{count}, see `backtest events check CONFIG`; first: {wrong[0]}",)
