"""What a kind of event demands of its rows: rules that are polars expressions, errors or warnings.

An error sets the row aside; a warning leaves it and is reported. What a row lacks or says in an unknown word is a
warning: it is doubtful, and losing it would be worse. What contradicts its kind (a negative capex, a backlog in
percent) is an error. A kind that the config declares is stricter: its required fields are required.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from data.events.faults import Fault, fault
from data.events.periods import read_period
from data.events.rows import ROW
from data.events.units import MONEY, NO_NUMBER, in_usd

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MOVED", "Kind", "Rule", "given", "known_direction", "known_unit", "money", "period_read", "plausible", "positive",
]  # fmt: skip

Level = Literal["error", "warning"]
NUMBERS = ("value", "low", "high")
HAS_NUMBER = pl.any_horizontal(pl.col(*NUMBERS).is_not_null())
# `restated` and `comparative` are EDGAR's: a later vintage of a period, and one whose first print is not in the data.
MOVED = ("up", "down", "unchanged", "restated", "comparative")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One demand: the rows that break it, the field that is shown, and what is said.

    ``broken`` sees only rows of the kind, all EVENTS columns of them; null counts as not broken.
    """

    level: Level
    reason: str
    field: str
    broken: pl.Expr
    problem: str
    hint: str = ""

    def faults(self, rows: pl.DataFrame) -> list[Fault]:
        """Give a fault for every row that breaks the rule."""
        text = pl.col(self.field).cast(pl.String)
        bad = rows.filter(self.broken).select(ROW, text)
        return [fault(row, self.reason, (self.field, value), self.problem, self.hint) for row, value in bad.iter_rows()]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of event: its name and its rules."""

    name: str
    rules: tuple[Rule, ...]


def given(field: str, level: Level = "warning", when: pl.Expr | None = None) -> Rule:
    """Demand that a field is filled, of rows for which ``when`` holds."""
    empty = pl.col(field).is_null()
    return Rule(level, f"no {field}", field, empty if when is None else empty & when, "is empty, its kind needs it")


def known_unit(units: Sequence[str], hint: str = "") -> Rule:
    """Demand a unit of the list, where there is one."""
    return Rule(
        "error",
        "wrong unit",
        "unit",
        ~pl.col("unit").is_in(units),
        f"is no unit of this kind, expected one of {', '.join(units)}",
        hint,
    )


def known_direction(words: Sequence[str]) -> Rule:
    """Ask for a direction of the list; another one stays, but no trigger that names one of the list will see it."""
    return Rule(
        "warning",
        "unknown direction",
        "direction",
        ~pl.col("direction").is_in(words),
        f"is no direction of this kind, known: {', '.join(words)}",
        "triggers that name a direction pass it over",
    )


def positive() -> tuple[Rule, ...]:
    """Demand numbers above zero; a zero is how some writers say `missing`."""
    hint = "leave what is not known empty"
    return tuple(
        Rule("error", "not above zero", name, pl.col(name) <= 0, "is not above zero, as its kind must be", hint)
        for name in NUMBERS
    )


def plausible(least: float, most: float) -> tuple[Rule, ...]:
    """Ask whether an amount in dollars is within the range ever seen, widened; outside it the unit is likely wrong."""
    problem = f"is implausible in its unit, expected between {least:.0e} and {most:.0e} dollars"
    return tuple(
        Rule("warning", "implausible amount", name, _outside(name, least, most), problem, "look at `unit`")
        for name in NUMBERS
    )


def _outside(name: str, least: float, most: float) -> pl.Expr:
    return (in_usd(pl.col(name)) < least) | (in_usd(pl.col(name)) > most)


def money() -> tuple[Rule, ...]:
    """Demand dollars, or words only."""
    return (
        known_unit((*MONEY, NO_NUMBER), "say USD, USD_mn, USD_bn or USD_tn"),
        given("unit", when=HAS_NUMBER),
        Rule("error", "wrong unit", "unit", (pl.col("unit") == NO_NUMBER) & HAS_NUMBER, "is for rows without a number"),
    )


def period_read() -> Rule:
    """Ask for a period that can be compared with others."""
    unread = pl.col("period").map_elements(lambda text: read_period(text) is None, return_dtype=pl.Boolean)
    problem = "cannot be read as a period, expected FY2026, CY2026, FY26Q3, 2018Q3, 2025H2 or FY2026Q2YTD"
    return Rule("warning", "unreadable period", "period", unread, problem, "changes are not computed for it")
