"""One company's answers as events and a report; pure: what the SEC answered goes in, frames and facts come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from data.events.edgar.dating import date_filings
from data.events.edgar.frame import events_frame
from data.events.edgar.quarters import Dated, generation, instants, quarters
from data.events.edgar.rows import read_facts
from data.events.edgar.submissions import read_filings
from data.events.edgar.tags import CAPEX, RPO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import polars as pl

    from data.calendar import Calendar
    from data.errors import Finding
    from data.events.edgar.dating import Dating
    from data.events.edgar.quarters import Remark, Series, Vintage
    from data.events.edgar.rows import Facts

__all__ = ["Answers", "Company", "CompanyEvents", "DefinitionReport", "Gap", "company_events"]

# From one quarter's end to the next: at most 16 weeks and a few days (12-12-12-16); beyond it a filing is missing.
FURTHEST = timedelta(days=130)


class Company(NamedTuple):
    """An asset and the number under which the SEC knows its company."""

    asset: str
    cik: int

    @property
    def label(self) -> str:
        """Give the name for messages."""
        return f"{self.asset} (CIK {self.cik})"


class Answers(NamedTuple):
    """What is at hand about a company: companyfacts, submissions with their older pages, times of SGML headers."""

    facts: Sequence[Mapping[str, Any]]
    submissions: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, datetime] = {}


class Gap(NamedTuple):
    """A quarter without a value: nothing is filled in. ``why`` says what the filings do contain."""

    kind: str
    end: date
    why: str


@dataclass(frozen=True, slots=True)
class DefinitionReport:
    """Count of what one definition gave."""

    definition: str
    unit: str
    kind: str
    periods: int
    vintages: int
    confirmed: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CompanyEvents:
    """The events of one company and all that was found on the way.

    Attributes
    ----------
    company
        Whose they are.
    frame, rows
        EVENTS schema, and the same as texts for a CSV.
    definitions
        Counts by definition and unit.
    gaps
        Quarters that a 10-Q or 10-K reports and that have no value of a kind.
    clock
        The verdict on the filer's acceptance times, or why there is none.
    exact
        Events whose instants are exact (grade A).
    remarks
        Sentences on single periods.
    aside
        Rows of the answers that could not be used.

    """

    company: Company
    frame: pl.DataFrame
    rows: tuple[dict[str, Any], ...]
    definitions: tuple[DefinitionReport, ...]
    gaps: tuple[Gap, ...]
    clock: str
    exact: int
    remarks: tuple[str, ...]
    aside: tuple[Finding, ...]


def company_events(company: Company, answers: Answers, calendar: Calendar, since: date | None = None) -> CompanyEvents:
    """Make the events of one company.

    Parameters
    ----------
    company, answers
        Whose answers they are.
    calendar
        Exchange whose day a filing date means.
    since
        First period end to keep; all of the data is read either way.

    Raises
    ------
    InputError
        When an answer has another shape, or speaks of another company.

    """
    facts = read_facts(answers.facts, company.cik, company.label)
    pages = [read_filings(page, company.cik, company.label) for page in answers.submissions]
    filings = [filing for page, _ in pages for filing in page]
    dating = date_filings(filings, answers.headers, calendar)
    series = {key: _kept(found, since) for key, found in _series(facts, dating).items()}
    vintages = [vintage for found in series.values() for vintage in found.vintages]
    frame, rows = events_frame(company.asset, vintages)
    return CompanyEvents(
        company=company,
        frame=frame,
        rows=tuple(rows),
        definitions=tuple(_report(key, found) for key, found in series.items() if found.vintages),
        gaps=tuple(gap for kind in (CAPEX, RPO) for gap in _gaps(kind, vintages, facts.periodic, since)),
        clock=str(dating.verdict or "no acceptance times at hand: filings are known at the end of their filing day"),
        exact=frame.filter(frame["timing"] == "A").height,
        remarks=tuple(remark.text for found in series.values() for remark in found.remarks),
        aside=(*facts.aside, *(finding for _, aside in pages for finding in aside)),
    )


Key = tuple[str, str, str]


def _series(facts: Facts, dating: Dating) -> dict[Key, Series]:
    of_key: dict[Key, list[Dated]] = {}
    for fact in facts.rows:
        speaks_of = facts.speaks_of.get(fact.accession, fact.end)
        one = Dated(fact, dating.known(fact.accession, fact.filed), generation(fact.end, speaks_of))
        of_key.setdefault((fact.tag.kind, fact.tag.definition, fact.unit), []).append(one)
    return {key: quarters(rows) if key[0] == CAPEX else instants(rows) for key, rows in sorted(of_key.items())}


def _kept(found: Series, since: date | None) -> Series:
    def recent(one: Vintage | Remark) -> bool:
        return since is None or one.end >= since

    vintages = tuple(vintage for vintage in found.vintages if recent(vintage))
    return found._replace(vintages=vintages, remarks=tuple(remark for remark in found.remarks if recent(remark)))


def _report(key: Key, found: Series) -> DefinitionReport:
    kind, definition, unit = key
    ends = [vintage.end for vintage in found.vintages]
    periods = len({(vintage.start, vintage.end) for vintage in found.vintages})
    return DefinitionReport(definition, unit, kind, periods, len(ends), found.confirmed, min(ends), max(ends))


def _gaps(kind: str, vintages: Sequence[Vintage], periodic: Sequence[date], since: date | None) -> list[Gap]:
    """Give the quarters after the first value that have none under any definition."""
    found = {vintage.end for vintage in vintages if vintage.tag.kind == kind}
    if not found:
        return []
    wanted = [end for end in periodic if end >= min(found) and (since is None or end >= since)]
    why = "its 10-Q or 10-K is in the data, but states no such value without dimensions"
    gaps = [Gap(kind, end, why) for end in wanted if end not in found]
    gaps += [
        Gap(kind, after, f"no 10-Q or 10-K between {before} and {after} is in the data")
        for before, after in pairwise(wanted)
        if after - before > FURTHEST
    ]
    return sorted(gaps, key=lambda gap: gap.end)
