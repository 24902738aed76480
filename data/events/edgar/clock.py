"""Which clock a filer's acceptance times show, decided from evidence, and the one conversion of those times to UTC.

The submissions interface writes every acceptance time with a ``Z``, but for some filers the clock is New York's and the
``Z`` is false. Both readings of each stamp are held against what EDGAR's rules allow; an *objection* is a stamp that a
reading makes impossible:

hours      EDGAR accepts from 06:00 to 22:00 Eastern (ten minutes' grace: acceptances at 22:05 are on record)
weekend    it accepts nothing on Saturday and Sunday
filed      what is accepted by 17:30 carries that day's filing date, what comes later the next business day's; ownership
           reports (3, 4, 5, 144) keep the day until 22:00; no filing date lies before the acceptance

What the SEC itself files (NO ACT, EFFECT, UPLOAD) and letters (CORRESP) keep other hours and are not asked.
New York's reading is the later one by four or five hours, so it is taken unless the evidence proves UTC: at least
PROOF stamps that cannot be New York's, and ten times as many as those that cannot be UTC; or as many headers of filings
(SGML, in Eastern time) that all contradict New York's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Clock", "Filing", "Verdict", "accepted_at", "judge", "objection", "to_utc", "witnesses"]

Clock = Literal["UTC", "New York"]

NEW_YORK = ZoneInfo("America/New_York")
OPENS, CLOSES = time(6), time(22, 10)
CUT_OFF, CUT_OFF_WITH_GRACE = time(17, 30), time(17, 31)
SATURDAY = 5
OWNERSHIP = frozenset({"3", "4", "5", "144"})
NOT_ASKED = ("NO ACT", "EFFECT", "UPLOAD", "CORRESP", "CERT", "IRANNOTICE", "LETTER")
PROOF, RATIO = 3, 10
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")


class Filing(NamedTuple):
    """One filing of the submissions; ``stamp`` is the acceptance time as written, its ``Z`` left off."""

    accession: str
    form: str
    filed: date
    stamp: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The clock of a filer and the evidence for it.

    Attributes
    ----------
    clock
        The clock that its stamps are read with.
    proven
        Whether the evidence decides; if not, the later reading was taken.
    asked
        Stamps that were looked at.
    against_utc, against_new_york
        Objections to each reading, by reason.

    """

    clock: Clock
    proven: bool
    asked: int
    against_utc: Mapping[str, int]
    against_new_york: Mapping[str, int]

    def __str__(self) -> str:
        """Give the verdict and its evidence in one line."""
        utc, york = _counted(self.against_utc), _counted(self.against_new_york)
        how = "proven" if self.proven else "not proven, the later reading is taken"
        return f"{self.clock} clock ({how}): of {self.asked} stamps {utc} cannot be UTC, {york} cannot be New York"


def _counted(against: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in against.items())
    return f"{sum(against.values())}{f' ({reasons})' if reasons else ''}"


def to_utc(stamp: datetime, clock: Clock) -> datetime:
    """Read a naive stamp with a clock; a New York time that the clock showed twice is the later of the two."""
    if clock == "UTC":
        return stamp.replace(tzinfo=UTC)
    return stamp.replace(tzinfo=NEW_YORK, fold=1).astimezone(UTC)


def judge(filings: Iterable[Filing], headers: Mapping[str, datetime]) -> Verdict:
    """Decide which clock a filer's stamps show.

    Parameters
    ----------
    filings
        All filings of the filer that are at hand, of whatever form.
    headers
        Acceptance time of a filing's SGML header (Eastern, naive) by accession: it contradicts one reading outright.

    """
    against: dict[Clock, Counter[str]] = {"UTC": Counter(), "New York": Counter()}
    asked = 0
    for filing in filings:
        if filing.stamp is None or filing.form.startswith(NOT_ASKED):
            continue
        asked += 1
        for clock, found in against.items():
            reason = _by_header(filing, clock, headers) or objection(filing, clock)
            found.update([reason] if reason else [])
    is_utc, is_york = _proven(against["New York"], against["UTC"]), _proven(against["UTC"], against["New York"])
    return Verdict(
        "UTC" if is_utc else "New York",
        is_utc or is_york,
        asked,
        dict(sorted(against["UTC"].items())),
        dict(sorted(against["New York"].items())),
    )


def _proven(against: Counter[str], other: Counter[str]) -> bool:
    """Say whether the objections to a reading prove the other one; where headers speak, they alone decide."""
    if against["header"] + other["header"] >= PROOF:
        return other["header"] == 0
    return against.total() >= PROOF and against.total() >= RATIO * other.total()


def _by_header(filing: Filing, clock: Clock, headers: Mapping[str, datetime]) -> str:
    if filing.stamp is None or filing.accession not in headers:
        return ""
    same = to_utc(filing.stamp, clock) == to_utc(headers[filing.accession], "New York")
    return "" if same else "header"


def objection(filing: Filing, clock: Clock) -> str:
    """Say why a stamp cannot be read with a clock: hours, weekend or filed; empty when it can."""
    if filing.stamp is None:
        return ""
    local = to_utc(filing.stamp, clock).astimezone(NEW_YORK)
    if not OPENS <= local.time() <= CLOSES:
        return "hours"
    if local.weekday() >= SATURDAY:
        return "weekend"
    return "" if _agrees(filing, local) else "filed"


def _agrees(filing: Filing, local: datetime) -> bool:
    day, clock = local.date(), local.time()
    if clock <= CUT_OFF or filing.form.split("/", maxsplit=1)[0] in OWNERSHIP:
        return filing.filed == day
    return filing.filed > day or (filing.filed == day and clock < CUT_OFF_WITH_GRACE)


def witnesses(filings: Iterable[Filing]) -> list[Filing]:
    """Give the filings whose headers would decide a clock that is not proven: the newest PROOF with a time."""
    timed = [one for one in filings if one.stamp is not None and one.stamp.time() != time(0)]
    asked = [one for one in timed if not one.form.startswith(NOT_ASKED) and ACCESSION.fullmatch(one.accession)]
    return sorted(asked, key=lambda one: (one.filed, one.accession), reverse=True)[:PROOF]


def accepted_at(filing: Filing, verdict: Verdict, headers: Mapping[str, datetime]) -> datetime | None:
    """Give the instant (UTC) at which a filing was accepted, None when only its day is known.

    The SGML header wins. A stamp of midnight sharp is a day without a clock. A single stamp that cannot be UTC and can
    be New York's is read as the latter, whatever the filer's others show.
    """
    if filing.accession in headers:
        return to_utc(headers[filing.accession], "New York")
    if filing.stamp is None or filing.stamp.time() == time(0):
        return None
    if verdict.clock == "UTC" and objection(filing, "UTC") and not objection(filing, "New York"):
        return to_utc(filing.stamp, "New York")
    return to_utc(filing.stamp, verdict.clock)
