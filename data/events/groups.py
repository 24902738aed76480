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
KEPT, KEPT_WHERE = "kept", "kept_where"


class _Rule(NamedTuple):
    keys: Sequence[str]
    applies: pl.Expr
    reason: str
    sentence: str


RULES = (
    _Rule(tuple(EVENTS), pl.lit(True), "duplicate row", "repeats {kept_where}, which stays"),
    _Rule(
        ("event_id",),
        pl.lit(True),
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
        first = [pl.col(name).first().over(rule.keys) for name in (ROW, "event_id", WHERE)]
        named = left.with_columns(first[0].alias("first"), first[1].alias(KEPT), first[2].alias(KEPT_WHERE))
        lost = named.filter(rule.applies & (pl.col("first") != pl.col(ROW)))
        faults += [Fault(row[ROW], rule.reason, rule.sentence.format(**row)) for row in lost.iter_rows(named=True)]
        left = left.join(lost.select(ROW), on=ROW, how="anti", maintain_order="left")
    return faults
