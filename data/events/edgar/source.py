"""EDGAR from end to end: names to companies, companies to answers (saved, kept or asked for), answers to events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from data.clocks import MOST_SKEW_SECONDS, skew
from data.errors import ConfigError, Finding, InputError, MissingDataError
from data.events.edgar.clock import judge, witnesses
from data.events.edgar.company import Answers, Company, CompanyEvents, company_events
from data.events.edgar.frame import csv_text
from data.events.edgar.replies import Blocked, parse_json
from data.events.edgar.submissions import header_path, older_pages, read_filings, read_header
from data.schema import EVENTS, empty

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from data.calendar import Calendar
    from data.events.edgar.cache import Cache
    from data.events.edgar.client import Client

__all__ = ["CIKS", "Collected", "Server", "collect", "companies_of"]

CIKS = {
    "AAPL": 320193, "AMZN": 1018724, "CRWV": 1769628, "GOOGL": 1652044, "META": 1326801, "MSFT": 789019,
    "NVDA": 1045810, "ORCL": 1341439,
}  # fmt: skip
ASSET = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,15}")
LARGEST_CIK = 10**10


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """What came, by company in the order asked for, and what did not."""

    companies: tuple[CompanyEvents, ...]
    missing: tuple[Finding, ...]

    @property
    def frame(self) -> pl.DataFrame:
        """Give the events of all companies, EVENTS schema, sorted by known_at, then event_id."""
        frames = [empty(EVENTS), *(one.frame for one in self.companies)]
        return pl.concat(frames).sort("known_at", "event_id")

    def csv(self) -> str:
        """Give the events as a CSV that the loader of files reads back."""
        place = {name: row for row, name in enumerate(self.frame["event_id"].to_list())}
        rows = [row for one in self.companies for row in one.rows]
        return csv_text(sorted(rows, key=lambda row: place[row["event_id"]]))


def companies_of(names: Sequence[str], ciks: Mapping[str, int]) -> list[Company]:
    """Give the companies of the names, from the given numbers first, then from the known ones.

    Raises
    ------
    ConfigError
        With all names that are unknown or repeated.

    """
    known = {**CIKS, **ciks}
    assets = [name.strip().upper() for name in names]
    findings = [
        Finding(
            "EDGAR", "company", asset, f"is not known, known are {', '.join(sorted(known))}", "give --cik NAME=NUMBER"
        )
        for asset in assets
        if asset not in known
    ]
    findings += [
        Finding("EDGAR", "--cik", f"{asset}={cik}", "is no NAME=NUMBER such as CRWV=1769628")
        for asset, cik in ciks.items()
        if not ASSET.fullmatch(asset) or not 0 < cik < LARGEST_CIK
    ]
    findings += [
        Finding("EDGAR", "company", asset, "stands twice") for asset in sorted(set(assets)) if assets.count(asset) > 1
    ]
    if findings:
        raise ConfigError("EDGAR: not every company can be asked for", findings)
    return [Company(asset, known[asset]) for asset in assets]


def collect(
    companies: Sequence[Company],
    read: Callable[[Company], tuple[Answers, list[Finding]]],
    calendar: Calendar,
    since: date | None = None,
) -> Collected:
    """Make the events of each company; what one lacks is listed and stops no other."""
    came: list[CompanyEvents] = []
    missing: list[Finding] = []
    for company in companies:
        try:
            answers, lacking = read(company)
            came.append(company_events(company, answers, calendar, since))
            missing += lacking
        except (MissingDataError, InputError) as error:
            missing.append(_finding(company, error))
    return Collected(tuple(came), tuple(missing))


def _finding(company: Company, error: MissingDataError | InputError) -> Finding:
    more = "; ".join(f"{found}" for found in error.findings)
    return Finding(company.label, "", "", f"{error.message}{f' ({more})' if more else ''}")


class Server(NamedTuple):
    """The SEC's server behind a cache; a refusal of us as a whole ends all asking, what is kept is still given."""

    client: Client
    cache: Cache
    refresh: bool
    since: date | None
    tell: Callable[[str], None]
    refused: list[str]
    warned: list[str]

    def answers(self, company: Company) -> tuple[Answers, list[Finding]]:
        """Ask for companyfacts, submissions and the older pages that matter; give them and what did not come.

        Raises
        ------
        MissingDataError
            When the companyfacts do not come; without submissions the filings are dated by their day.

        """
        facts = self._ask(f"/api/xbrl/companyfacts/CIK{company.cik:010d}.json")
        pages: list[dict[str, Any]] = []
        lacking: list[Finding] = []
        try:
            pages.append(self._ask(f"/submissions/CIK{company.cik:010d}.json"))
        except MissingDataError as error:
            lacking.append(_finding(company, error))
        for page in older_pages(pages[0], company.cik) if pages else []:
            if self.since is not None and page.until < self.since:
                continue
            try:
                pages.append(self._ask(f"/submissions/{page.name}"))
            except MissingDataError as error:
                lacking.append(_finding(company, error))
        return Answers([facts], pages, self._headers(company, pages)), lacking

    def _headers(self, company: Company, pages: Sequence[Mapping[str, Any]]) -> dict[str, datetime]:
        """Ask for the headers of a few filings where the stamps alone do not prove the filer's clock."""
        try:
            filings = [one for page in pages for one in read_filings(page, company.cik, company.label)[0]]
        except InputError:
            return {}  # told with its place when the events are made
        found: dict[str, datetime] = {}
        for filing in [] if judge(filings, {}).proven else witnesses(filings):
            try:
                header = read_header(self._kept(header_path(company.cik, filing.accession)).decode("latin-1"))
            except MissingDataError as error:
                self.tell(f"{company.label}: the header of {filing.accession} did not come: {error.message}")
                continue
            if header is not None and header[0] == filing.accession:
                found[header[0]] = header[1]
        return found

    def _compare_clocks(self, date: str) -> None:
        """Say once that this machine's clock is wrong: what was known when depends on it wherever it dates a fetch."""
        ahead = skew(date, self.client.clock.today())
        if ahead is not None and abs(ahead) > MOST_SKEW_SECONDS and not self.warned:
            self.warned.append(date)
            way = "ahead of" if ahead > 0 else "behind"
            self.tell(f"EDGAR: the clock of this machine is {abs(ahead):.0f} s {way} the SEC's: set it right")

    def _ask(self, path: str) -> dict[str, Any]:
        return parse_json(self._kept(path), self.client.url(path))

    def _kept(self, path: str) -> bytes:
        """Give an answer from the cache, or ask for it and keep it."""
        url = self.client.url(path)
        if self.cache.is_damaged(url):
            self.tell(f"EDGAR: the kept answer of {url} is damaged: not used, asked for again")
        kept = None if self.refresh else self.cache.read(url)
        if kept is not None:
            return kept
        if self.refused:
            raise MissingDataError(f"EDGAR: {url}: not asked for, after {self.refused[0]}")
        try:
            answer = self.client.get(path)
        except Blocked as error:
            self.refused.append(error.message)
            raise
        self.cache.write(answer)
        self._compare_clocks(answer.date)
        return answer.body
