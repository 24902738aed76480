"""Which of several rows about one fact stays: the first known; ties by event_id, then content, never by file order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from data.events.faults import Fault
from data.events.rows import ROW, WHERE
from data.schema import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FACT", "repeated"]

# Two rows that agree in all of these state the same fact, whatever they are called.
FACT = (
    "kind", "asset", "announced_at", "period", "metric", "definition", "value", "low", "high", "unit", "direction",
)  # fmt: skip
KEPT = {ROW: "kept_row", "event_id": "kept", WHERE: "kept_where"}


class _Rule(NamedTuple):
    keys: Sequence[str]
    applies: pl.Expr
    reason: str
    sentence: str


RULES = (
    _Rule(tuple(EVENTS), pl.col("event_id").is_duplicated(), "duplicate row", "repeats {kept_where}, which stays"),
    _Rule(
        ("event_id",),
        pl.col("event_id").is_duplicated(),
        "event_id used twice",
        "event_id = {event_id!r} is used by {kept_where} for other content, which stays (give each event its own id)",
    ),
    _Rule(
        FACT,
        pl.any_horizontal(pl.col("period", "value", "low", "high").is_not_null()),
        "same fact under another id",
        "same fact as {kept!r} ({kept_where}), which stays",
    ),
    _Rule(
        ("group_id",),
        pl.col("group_id").is_not_null(),
        "later in its group",
        "later in group {group_id!r} than {kept!r} ({kept_where}), which stays",
    ),
)


def repeated(frame: pl.DataFrame) -> list[Fault]:
    """Give the rows that repeat another of the frame (EVENTS columns, ROW, WHERE); each rule sees what is left."""
    rest = [name for name in EVENTS if name not in {"known_at", "event_id"}]
    left = frame.sort("known_at", "event_id", *rest, ROW)
    faults: list[Fault] = []
    for rule in RULES:
        first = [pl.col(name).first().over(rule.keys).alias(kept) for name, kept in KEPT.items()]
        lost = left.filter(rule.applies).with_columns(first).filter(pl.col(KEPT[ROW]) != pl.col(ROW))
        named = lost.select(ROW, "event_id", "group_id", *KEPT.values()).iter_rows(named=True)
        faults += [Fault(row[ROW], rule.reason, rule.sentence.format(**row)) for row in named]
        left = left.join(lost.select(ROW), on=ROW, how="anti", maintain_order="left")
    return faults
