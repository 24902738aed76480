"""When a filing was known: to the second where the submissions or a header say so, else at the end of its filing day.

Which way each rule errs: an SGML header and a stamp of a proven clock are exact; an unproven clock is read four or five
hours late at most, never early; a filing date alone is read as the end of that day in New York. The acceptance lies
before it in every case: up to 17:30 it is that day's, after 17:30 the filing date is already the next business day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.events.edgar.clock import NEW_YORK, accepted_at, judge, to_utc
from data.timing import read_stated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from data.calendar import Calendar
    from data.events.edgar.clock import Filing, Verdict
    from data.timing import Grade

__all__ = ["Dating", "Known", "date_filings"]


class Known(NamedTuple):
    """An instant (UTC), its grade (A exact, C date only), and the text that states both in a file."""

    at: datetime
    grade: Grade
    stated: str


class Dating(NamedTuple):
    """The clock of a filer, None without stamps, and the instant of each filing (accession, filing date)."""

    verdict: Verdict | None
    known: Callable[[str, date], Known]


def date_filings(filings: Sequence[Filing], headers: Mapping[str, datetime], calendar: Calendar) -> Dating:
    """Decide the clock of a filer and give the dating of its filings."""
    verdict = judge(filings, headers)
    exact: dict[str, datetime] = {}
    for filing in filings:
        at = accepted_at(filing, verdict, headers)
        if at is not None:
            exact[filing.accession] = max(at, exact.get(filing.accession, at))
    exact |= {accession: to_utc(stamp, "New York") for accession, stamp in headers.items()}

    def known(accession: str, filed: date) -> Known:
        at = exact.get(accession)
        text = f"{filed}" if at is None else at.astimezone(NEW_YORK).isoformat()
        return _read(text, calendar)

    return Dating(verdict if verdict.asked else None, known)


def _read(text: str, calendar: Calendar) -> Known:
    """Read a time as the loader of files will read it, so that both agree to the microsecond."""
    stated = read_stated(text, None, calendar, None)
    assert stated.at is not None, text  # noqa: S101 - a date and an instant with an offset are always read
    assert stated.grade is not None, text  # noqa: S101 - it comes with the instant
    return Known(stated.at, stated.grade, text)
