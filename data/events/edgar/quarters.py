"""Quarter values with every vintage, differenced from year-to-date values where a filing states only those.

Periods are keyed on (start, end). A quarter is either stated as such, or the difference of two values that begin on the
same day: Q2 = H1 - Q1, Q3 = 9M - H1, Q4 = FY - 9M. A difference is known when the later of its two filings is.

Both terms must come from the same *generation*: the filings of the period's own year (0), the comparatives of one year
later (1), of two years later (2). META filed a Q1 2023 of 6,842 and an H1 of 13,058 in 2023; in April 2024 it restated
Q1 to 6,823 and only in August H1 to 12,957. Between the two, 13,058 - 6,823 would be a number that was never true, so
Q2 stays 6,216 until its own restatement of 6,134 is complete. A restated term that never gets its partner is reported.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from data.events.edgar.dating import Known
    from data.events.edgar.rows import Fact
    from data.events.edgar.tags import Tag

__all__ = ["Dated", "Remark", "Series", "Vintage", "calendar_quarter", "generation", "instants", "quarters", "weeks"]

# 12 weeks to 16 weeks and a week (retailers split their year 12-12-12-16), a year of at most 53 weeks and a week.
SHORTEST, LONGEST, LONGEST_YEAR = 80, 119, 378
ONE_DAY = timedelta(days=1)
HALF_A_QUARTER = timedelta(days=45)
# A comparative ends a year before its filing's period, give or take a week; Q1 restated in the 10-K is of its own year.
YEAR, SLACK = 365, 60


class Dated(NamedTuple):
    """A fact, the instant at which its filing was known, and its generation."""

    fact: Fact
    known: Known
    generation: int


class Vintage(NamedTuple):
    """A value of a period as one filing made it known; ``how`` says where it comes from."""

    tag: Tag
    unit: str
    start: date | None
    end: date
    value: int | float
    accession: str
    form: str
    known: Known
    how: str
    generation: int = 0


class Remark(NamedTuple):
    """What a reader should know about the period that ends on a day."""

    end: date
    text: str


class Series(NamedTuple):
    """All vintages of a tag, and what was found on the way.

    Attributes
    ----------
    vintages
        One per change of value, by period, then instant.
    confirmed
        Filings that repeated a value without changing it.
    remarks
        Restated terms whose partner was not restated, stated quarters that differ from their difference.

    """

    vintages: tuple[Vintage, ...]
    confirmed: int
    remarks: tuple[Remark, ...]


def weeks(start: date, end: date) -> int:
    """Give the length of a period in whole weeks: 13 for every calendar quarter, 13 or 14 of a 52/53-week year.

    Two periods compare only when these are equal.
    """
    return round(((end - start).days + 1) / 7)


def calendar_quarter(end: date) -> str:
    """Give the label of the calendar quarter in which the middle of the quarter up to a day lies: CY2025Q4.

    Half of it or more lies in that quarter, whatever month the fiscal year begins in: Oracle's September to November is
    CY2025Q4, as is Apple's 2025-09-28 to 2025-12-27.
    """
    middle = end - HALF_A_QUARTER
    return f"CY{middle.year}Q{(middle.month + 2) // 3}"


def generation(end: date, speaks_of: date) -> int:
    """Give how many years after a period the filing that states it reports: 0 its own year, 1 a comparative."""
    return max(0, ((speaks_of - end).days + SLACK) // YEAR)


def instants(facts: Sequence[Dated]) -> Series:
    """Give the vintages of an instant (remaining performance obligation), one per change of value."""
    of_end: dict[date, list[Vintage]] = {}
    for one in facts:
        of_end.setdefault(one.fact.end, []).append(_vintage(one, None, one.fact.value, "as stated"))
    return _series([_changes(vintages) for _, vintages in sorted(of_end.items())], ())


def quarters(facts: Sequence[Dated]) -> Series:
    """Give the vintages of each quarter of one tag and unit."""
    terms: dict[tuple[date, date], list[Dated]] = {}
    for one in facts:
        if one.fact.start is not None:
            terms.setdefault((one.fact.start, one.fact.end), []).append(one)
    stated: dict[tuple[date, date], list[Vintage]] = {}
    for (start, end), values in terms.items():
        if _is_quarter(start, end):
            stated[start, end] = [_vintage(one, start, one.fact.value, "as stated") for one in values]
    remarks: list[Remark] = []
    made: dict[tuple[date, date], list[Vintage]] = {}
    for short, long in _pairs(terms):
        quarter = (short[1] + ONE_DAY, long[1])
        made.setdefault(quarter, []).extend(_differences(terms[short], terms[long], quarter))
        if quarter not in stated:
            remarks += _half_restated(terms[short], terms[long], quarter)
    for quarter in sorted(made.keys() & stated.keys()):
        remarks += _disagreements(stated[quarter], made[quarter])
    every = sorted(stated.keys() | made.keys(), key=lambda quarter: (quarter[1], quarter[0]))
    chosen = [_changes(_prefer(stated.get(quarter, []), made.get(quarter, []))) for quarter in every]
    return _series(chosen, remarks)


def _series(chosen: Iterable[tuple[list[Vintage], int]], remarks: Iterable[Remark]) -> Series:
    kept = list(chosen)
    vintages = tuple(vintage for changed, _ in kept for vintage in changed)
    return Series(vintages, sum(repeated for _, repeated in kept), tuple(remarks))


def _is_quarter(start: date, end: date) -> bool:
    return SHORTEST <= (end - start).days + 1 <= LONGEST


def _pairs(terms: Mapping[tuple[date, date], object]) -> Iterator[tuple[tuple[date, date], tuple[date, date]]]:
    """Give each pair of periods that begin on the same day and differ by a quarter, the shorter first."""
    of_start: dict[date, list[date]] = {}
    for start, end in terms:
        of_start.setdefault(start, []).append(end)
    for start, ends in sorted(of_start.items()):
        for short, long in combinations(sorted(ends), 2):
            whole = (short - start).days + 1 >= SHORTEST and (long - start).days < LONGEST_YEAR
            if whole and _is_quarter(short + ONE_DAY, long):
                yield (start, short), (start, long)


def _differences(shorts: Sequence[Dated], longs: Sequence[Dated], quarter: tuple[date, date]) -> list[Vintage]:
    """Give the difference of the latest terms of each generation at each instant at which one of them was filed."""
    made: list[Vintage] = []
    for age in sorted({one.generation for one in shorts} & {one.generation for one in longs}):
        filed: dict[tuple[Known, str], dict[bool, Dated]] = {}
        for is_long, terms in ((False, shorts), (True, longs)):
            for one in terms:
                if one.generation == age:
                    filed.setdefault((one.known, one.fact.accession), {})[is_long] = one
        latest: dict[bool, Dated] = {}
        for _, terms_of_filing in sorted(filed.items(), key=lambda item: item[0]):
            latest |= terms_of_filing
            if len(latest) == 2:
                newest = terms_of_filing.get(True) or terms_of_filing[False]
                how = f"{latest[True].fact.period} minus {latest[False].fact.period}"
                value = latest[True].fact.value - latest[False].fact.value
                made.append(_vintage(newest, quarter[0], value, how, quarter[1]))
    return made


def _half_restated(shorts: Sequence[Dated], longs: Sequence[Dated], quarter: tuple[date, date]) -> Iterator[Remark]:
    """Name the terms whose value changed in a generation in which the other term was not filed again."""
    for terms, others in ((shorts, longs), (longs, shorts)):
        partners = {one.generation for one in others}
        ordered = sorted(terms, key=lambda one: (one.known.at, one.fact.accession))
        for before, one in pairwise(ordered):
            if one.fact.value != before.fact.value and one.generation not in partners:
                text = (
                    f"{one.fact.period} was restated from {before.fact.value} to {one.fact.value} "
                    f"({one.fact.accession}) without its partner: {quarter[0]}/{quarter[1]} keeps its value"
                )
                yield Remark(quarter[1], text)


def _prefer(stated: Sequence[Vintage], made: Sequence[Vintage]) -> list[Vintage]:
    """Give all vintages of a quarter; once a generation states the quarter, its differences no longer count."""
    first: dict[int, datetime] = {}
    for vintage in stated:
        first[vintage.generation] = min(vintage.known.at, first.get(vintage.generation, vintage.known.at))
    return [*stated, *(one for one in made if one.generation not in first or one.known.at < first[one.generation])]


def _disagreements(stated: Sequence[Vintage], made: Sequence[Vintage]) -> Iterator[Remark]:
    of_filing = {vintage.accession: vintage for vintage in made}
    for vintage in stated:
        other = of_filing.get(vintage.accession)
        if other is not None and other.value != vintage.value:
            text = (
                f"{vintage.start}/{vintage.end} is stated as {vintage.value} and differenced as {other.value} "
                f"in {vintage.accession}: the statement is taken"
            )
            yield Remark(vintage.end, text)


def _changes(vintages: Iterable[Vintage]) -> tuple[list[Vintage], int]:
    """Give the vintages that changed the value, in order of time, and the number of those that repeated it."""
    changed: list[Vintage] = []
    repeated = 0
    for vintage in sorted(vintages, key=lambda one: (one.known.at, one.accession)):
        if changed and changed[-1].value == vintage.value:
            repeated += 1
        else:
            changed.append(vintage)
    return changed, repeated


def _vintage(one: Dated, start: date | None, value: float, how: str, end: date | None = None) -> Vintage:
    fact = one.fact
    return Vintage(
        fact.tag, fact.unit, start, end or fact.end, value, fact.accession, fact.form, one.known, how, one.generation
    )
