"""Judge every row by the rules of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from data.events.faults import Fault, fault
from data.events.kinds.capex_actual import CAPEX_ACTUAL
from data.events.kinds.capex_guidance import CAPEX_GUIDANCE
from data.events.kinds.compute_resale import COMPUTE_RESALE
from data.events.kinds.declared import declared
from data.events.kinds.other import OTHER
from data.events.kinds.routing_adoption import ROUTING_ADOPTION
from data.events.kinds.rpo import RPO
from data.events.rows import ROW
from data.schema import EVENTS, conform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.events.settings import DeclaredKind

__all__ = ["KINDS", "Judged", "judge"]

KINDS = (CAPEX_ACTUAL, CAPEX_GUIDANCE, RPO, ROUTING_ADOPTION, COMPUTE_RESALE, OTHER)


class Judged(NamedTuple):
    """Faults that set rows aside, and remarks that do not."""

    errors: list[Fault]
    warnings: list[Fault]


def judge(typed: pl.DataFrame, own: Sequence[DeclaredKind] = ()) -> Judged:
    """Judge the rows of a frame (ROW and EVENTS columns; absent ones count as empty) by their kinds."""
    kinds = {kind.name: kind for kind in (*KINDS, *(declared(settings) for settings in own))}
    rows = conform(typed.drop(ROW), EVENTS).with_columns(typed[ROW])
    judged = Judged([], _undeclared(rows, sorted(kinds)))
    for name, kind in kinds.items():
        of_kind = rows.filter(pl.col("kind") == name)
        for rule in kind.rules if of_kind.height else ():
            (judged.errors if rule.level == "error" else judged.warnings).extend(rule.faults(of_kind))
    return judged


def _undeclared(rows: pl.DataFrame, known: Sequence[str]) -> list[Fault]:
    """Remark once on each kind that nobody knows, at its first row."""
    strange = rows.filter(~pl.col("kind").is_in(known)).group_by("kind").agg(pl.col(ROW).min(), pl.len().alias("rows"))
    problem = "is no known kind ({} rows of it), so only times and numbers are checked; known: " + ", ".join(known)
    hint = "declare it under `events.kinds` to have it checked"
    return [
        fault(row, "unknown kind", ("kind", kind), problem.format(count), hint)
        for kind, row, count in strange.sort(ROW).iter_rows()
    ]
