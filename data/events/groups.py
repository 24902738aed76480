"""Which of several rows about one fact is the event: the first known; ties by event_id, then content, never file order.

The others are set aside with a reason. Later vintages and later members of a group stay in the ledger; a copy does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from data.events.faults import Fault
from data.events.ledger import FACT_KEY, STATES_SOMETHING
from data.events.rows import ROW, WHERE
from data.schema import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.events.settings import Grouping

__all__ = ["CONFIRMING", "FACT", "Repeats", "repeated"]

# Two rows that agree in all of these state the same fact, whatever they are called.
STATED = ("value", "low", "high", "unit", "direction")
FACT = (*FACT_KEY, "announced_at", *STATED)
# Number of the change among the vintages of a fact: restated A, B, A, B it has four, for each was known in its turn.
CHANGE = "change"
# Channels on which the company itself speaks; a group is confirmed by its first row on one of them.
CONFIRMING = ("8-k", "10-q", "10-k", "6-k", "20-f", "release", "call", "filing", "company")
KEPT = {ROW: "kept_row", "event_id": "kept", WHERE: "kept_where", "known_at": "kept_known_at"}


class Repeats(NamedTuple):
    """Why rows are no event of their own, and which of them are no vintage either."""

    faults: list[Fault]
    copies: list[Fault]


class _Rule(NamedTuple):
    keys: Sequence[str]
    applies: pl.Expr
    reason: str
    sentence: str
    vintage: bool = False
    revision: bool = False


RULES = (
    _Rule(tuple(EVENTS), pl.col("event_id").is_duplicated(), "duplicate row", "repeats {kept_where}, which stays"),
    _Rule(
        ("event_id", *FACT_KEY, "announced_at"),
        pl.col("event_id").is_duplicated(),
        "later vintage of an event",
        "restates {kept_where}, which stays the event; the ledger keeps both",
        vintage=True,
        revision=True,
    ),
    _Rule(
        ("event_id",),
        pl.col("event_id").is_duplicated(),
        "event_id used twice",
        "event_id = {event_id!r} is used by {kept_where} for other content, which stays (give each event its own id)",
    ),
    _Rule(
        (*FACT, "known_at"),
        STATES_SOMETHING,
        "same fact under another id",
        "same fact as {kept!r} ({kept_where}), which stays",
    ),
    _Rule(
        (*FACT, CHANGE),
        STATES_SOMETHING,
        "same fact under another id",
        "same fact as {kept!r} ({kept_where}), which stays",
    ),
    _Rule(
        (*FACT_KEY, "announced_at"),
        STATES_SOMETHING,
        "later vintage of an event",
        "restates {kept!r} ({kept_where}), which stays the event; the ledger keeps both",
        vintage=True,
        revision=True,
    ),
)
FIRST = _Rule(
    ("group_id",),
    pl.col("group_id").is_not_null(),
    "later in its group",
    "later in group {group_id!r} than {kept!r} ({kept_where}), which stays",
    vintage=True,
)
CONFIRMED = FIRST._replace(
    reason="not the confirmation of its group",
    sentence="group {group_id!r} is confirmed by {kept!r} ({kept_where}), which stays",
)


def repeated(frame: pl.DataFrame, group: Grouping = "first") -> Repeats:
    """Give the rows that repeat another of the frame (EVENTS columns, ROW, WHERE); each rule sees what is left.

    Rows that differ in a column of one's own are no duplicates.
    """
    own = [name for name in frame.columns if name not in {*EVENTS, ROW, WHERE}]
    rest = [name for name in EVENTS if name not in {"known_at", "event_id"}]
    left = frame.sort("known_at", "event_id", *rest, *own, ROW)
    found = Repeats([], [])
    for rule in (RULES[0]._replace(keys=(*RULES[0].keys, *own)), *RULES[1:]):
        left = _set_aside(left.with_columns(_change()) if CHANGE in rule.keys else left, rule, found)
    if group == "first":
        _set_aside(left, FIRST, found)
    elif group == "confirmation":
        _set_aside(_confirmed_first(left, found), CONFIRMED, found)
    return found


def _set_aside(left: pl.DataFrame, rule: _Rule, found: Repeats) -> pl.DataFrame:
    first = [pl.col(name).first().over(rule.keys).alias(kept) for name, kept in KEPT.items()]
    lost = left.filter(rule.applies).with_columns(first).filter(pl.col(KEPT[ROW]) != pl.col(ROW))
    if rule.revision:
        lost = lost.filter(pl.col("known_at") > pl.col(KEPT["known_at"]))
    named = lost.select(ROW, "event_id", "group_id", *KEPT.values()).iter_rows(named=True)
    faults = [Fault(row[ROW], rule.reason, rule.sentence.format(**row)) for row in named]
    found.faults.extend(faults)
    if not rule.vintage:
        found.copies.extend(faults)
    return left.join(lost.select(ROW), on=ROW, how="anti", maintain_order="left")


def _change() -> pl.Expr:
    """Count the runs of one content among the rows of a fact, in the order in which they became known."""
    keys = (*FACT_KEY, "announced_at")
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift().over(keys)) for name in STATED)
    return changed.cum_sum().over(keys).alias(CHANGE)


def _confirmed_first(left: pl.DataFrame, found: Repeats) -> pl.DataFrame:
    """Put the confirming row of each group first; groups without one have no event."""
    speaks = pl.col("channel").str.to_lowercase().is_in(CONFIRMING).fill_null(value=False)
    table = left.with_columns(speaks=speaks).with_columns(confirmed=pl.col("speaks").any().over("group_id"))
    never = table.filter(pl.col("group_id").is_not_null() & ~pl.col("confirmed"))
    hint = f"channels that confirm: {', '.join(CONFIRMING)}"
    for row, group in never.select(ROW, "group_id").iter_rows():
        found.faults.append(Fault(row, "group not confirmed", f"group {group!r} has no confirmation yet ({hint})"))
    kept = table.join(never.select(ROW), on=ROW, how="anti", maintain_order="left")
    return kept.sort(~pl.col("speaks"), maintain_order=True).drop("speaks", "confirmed")
