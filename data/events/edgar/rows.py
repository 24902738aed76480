"""Companyfacts as typed rows: the facts of the tags we want, and the period that each filing speaks of."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import Finding, InputError
from data.events.edgar.tags import ANCHORS, RPO, Tag, tags_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Fact", "Facts", "read_facts"]

MONEY = re.compile(r"[A-Z]{3}")
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
FORM = re.compile(r"[A-Z0-9][A-Z0-9 /.-]{0,19}")
PERIODIC = re.compile(r"(10-[QK]|20-F|40-F)[T0-9]*(/A)?")


class Fact(NamedTuple):
    """One value of one filing; ``start`` is None for an instant.

    ``fy``, ``fp`` and ``frame`` are not read: they are the filing's, not the fact's, and move with later filings.
    """

    tag: Tag
    unit: str
    start: date | None
    end: date
    value: int | float
    accession: str
    form: str
    filed: date

    @property
    def period(self) -> str:
        """Give the period as ISO 8601 writes it: an interval, or the day of an instant."""
        return f"{self.end}" if self.start is None else f"{self.start}/{self.end}"


class Facts(NamedTuple):
    """What was read of one company.

    Attributes
    ----------
    rows
        One per (tag, unit, period, filing), in order of filing.
    speaks_of
        Accession of each filing with such a fact, or of a 10-Q or 10-K: the last day of its period.
    periodic
        Last days of the periods that a 10-Q or 10-K of the data reports, ascending.
    aside
        Rows that could not be used, and why.

    """

    rows: tuple[Fact, ...]
    speaks_of: Mapping[str, date]
    periodic: tuple[date, ...]
    aside: tuple[Finding, ...]


def read_facts(documents: Sequence[Mapping[str, Any]], cik: int, where: str) -> Facts:
    """Read one or more companyfacts answers about one company; what they share counts once.

    Raises
    ------
    InputError
        When an answer has another shape, or speaks of another company.

    """
    rows: dict[tuple[object, ...], set[Fact]] = {}
    ends: dict[str, date] = {}
    periodic: set[str] = set()
    aside: list[Finding] = []
    for document in documents:
        facts = _facts_of(document, cik, where)
        for tag in tags_in(facts):
            for fact in _rows(tag, facts[tag.taxonomy][tag.name], where, aside):
                rows.setdefault((tag, fact.unit, fact.start, fact.end, fact.accession), set()).add(fact)
        for accession, form, end in _ends(facts):
            ends[accession] = max(end, ends.get(accession, end))
            if PERIODIC.fullmatch(form):
                periodic.add(accession)
    kept = [_only(same, where, aside) for same in rows.values()]
    ordered = sorted(
        (fact for fact in kept if fact is not None), key=lambda fact: (fact.filed, fact.accession, fact[:4])
    )
    reported = sorted({ends[accession] for accession in periodic})
    return Facts(tuple(ordered), ends, tuple(reported), tuple(aside))


def _facts_of(document: Mapping[str, Any], cik: int, where: str) -> dict[str, dict[str, Any]]:
    found = str(document.get("cik", "")).strip()
    if not found.isdecimal() or int(found) != cik:
        raise InputError(
            f"{where}: the companyfacts are another company's", [Finding(where, "cik", found, f"expected {cik}")]
        )
    facts = document.get("facts")
    if not isinstance(facts, dict) or not all(isinstance(tags, dict) for tags in facts.values()):
        raise InputError(f"{where}: no companyfacts", [Finding(where, "facts", "", "is no table of taxonomies")])
    return facts


def _rows(tag: Tag, concept: Any, where: str, aside: list[Finding]) -> Iterator[Fact]:
    place = f"{where}: {tag.definition}"
    units = concept.get("units") if isinstance(concept, dict) else None
    if not isinstance(units, dict):
        aside.append(Finding(place, "units", "", "is no table of units"))
        return
    for unit, rows in units.items():
        if not MONEY.fullmatch(unit) or not isinstance(rows, list):
            aside.append(Finding(place, "units", unit, "is no list of amounts of money"))
            continue
        for number, row in enumerate(rows, 1):
            fact = _fact(tag, unit, row)
            if fact is None:
                aside.append(Finding(f"{place} row {number}", "", repr(row)[:120], "is no fact that can be used"))
            else:
                yield fact


def _fact(tag: Tag, unit: str, row: Any) -> Fact | None:
    try:
        start = date.fromisoformat(row["start"]) if "start" in row else None
        end, filed = date.fromisoformat(row["end"]), date.fromisoformat(row["filed"])
        value, accession, form = row["val"], row["accn"], str(row["form"])
    except (KeyError, TypeError, ValueError):
        return None
    whole = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    named = isinstance(accession, str) and ACCESSION.fullmatch(accession) and FORM.fullmatch(form)
    ordered = (start is None) == (tag.kind == RPO) and (start is None or start <= end) and end <= filed
    return Fact(tag, unit, start, end, value, accession, form, filed) if whole and named and ordered else None


def _only(same: set[Fact], where: str, aside: list[Finding]) -> Fact | None:
    """Give the one fact of a filing about a period; a filing that states two values for it states none."""
    if len(same) == 1:
        return next(iter(same))
    fact = min(same, key=lambda fact: (fact.value, fact.filed, fact.form))
    values = ", ".join(f"{value}" for value in sorted(fact.value for fact in same))
    problem = f"{fact.period} has {len(same)} different rows in filing {fact.accession}: none is used"
    aside.append(Finding(f"{where}: {fact.tag.definition}", "val", values, problem))
    return None


def _ends(facts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, date]]:
    """Give (accession, form, last day) of every fact that tells which period a filing speaks of."""
    wanted = [(tag.taxonomy, tag.name) for tag in tags_in(facts)]
    wanted += [(taxonomy, name) for taxonomy in ("us-gaap", "ifrs-full") for name in ANCHORS]
    for taxonomy, name in wanted:
        for row in _all_rows(facts.get(taxonomy, {}).get(name)):
            try:
                end, filed = date.fromisoformat(row["end"]), date.fromisoformat(row["filed"])
                if end <= filed:
                    yield str(row["accn"]), str(row["form"]), end
            except (KeyError, TypeError, ValueError):
                continue  # a row of a wanted tag is reported where it is read; an anchor is only one of many


def _all_rows(concept: Any) -> Iterable[Any]:
    units = concept.get("units") if isinstance(concept, dict) else None
    rows = units.values() if isinstance(units, dict) else ()
    return [row for of_unit in rows if isinstance(of_unit, list) for row in of_unit]
