"""Submissions and SGML headers as filings: accession, form, filing date and acceptance time as written."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import Finding, InputError
from data.events.edgar.clock import Filing

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OlderPage", "header_path", "older_pages", "read_filings", "read_header"]

COLUMNS = ("accessionNumber", "form", "filingDate", "acceptanceDateTime")
STAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z")
PAGE = re.compile(r"CIK\d{10}-submissions-\d{3}\.json")
ACCEPTED = re.compile(r"<ACCEPTANCE-DATETIME>\s*(\d{14})\b")
ACCESSION = re.compile(r"(?:ACCESSION NUMBER:|<ACCESSION-NUMBER>)\s*(\d{10}-\d{2}-\d{6})\b")


class OlderPage(NamedTuple):
    """A page of older filings: its file name on the SEC's server and the last filing date on it."""

    name: str
    until: date


def read_filings(document: Mapping[str, Any], cik: int, where: str) -> tuple[list[Filing], list[Finding]]:
    """Read a submissions answer or one of its older pages; give the filings, and the rows that could not be read.

    Raises
    ------
    InputError
        When the answer has another shape, or speaks of another company.

    """
    if "filings" in document:
        found = str(document.get("cik", "")).strip()
        if not found.isdecimal() or int(found) != cik:
            finding = Finding(where, "cik", found, f"expected {cik}")
            raise InputError(f"{where}: the submissions are another company's", [finding])
        filings = document["filings"]
        document = filings.get("recent", {}) if isinstance(filings, dict) else {}
    columns = [document.get(name) for name in COLUMNS] if isinstance(document, dict) else [None]
    lists = [column for column in columns if isinstance(column, list)]
    if len(lists) != len(COLUMNS) or any(len(a) != len(b) for a, b in pairwise(lists)):
        finding = Finding(where, "filings", "", f"lacks columns of one length: {', '.join(COLUMNS)}")
        raise InputError(f"{where}: no submissions", [finding])
    read = [_filing(*row) for row in zip(*lists, strict=True)]
    aside = [
        Finding(f"{where} filing {number}", "", repr(row)[:120], "is no filing that can be dated")
        for number, (row, filing) in enumerate(zip(zip(*lists, strict=True), read, strict=True), 1)
        if filing is None
    ]
    return [filing for filing in read if filing is not None], aside


def _filing(accession: Any, form: Any, filed: Any, accepted: Any) -> Filing | None:
    match = STAMP.fullmatch(accepted) if isinstance(accepted, str) else None
    try:
        stamp = datetime.fromisoformat(match[1]) if match else None
        return Filing(str(accession), str(form), date.fromisoformat(filed), stamp) if match or not accepted else None
    except (TypeError, ValueError):
        return None


def older_pages(document: Mapping[str, Any], cik: int) -> list[OlderPage]:
    """List the pages of older filings that a submissions answer names; foreign names are left out."""
    filings = document.get("filings")
    files = filings.get("files", []) if isinstance(filings, dict) else []
    pages = []
    for file in files if isinstance(files, list) else []:
        name, until = (str(file.get(key, "")) for key in ("name", "filingTo")) if isinstance(file, dict) else ("", "")
        if PAGE.fullmatch(name) and name.startswith(f"CIK{cik:010d}-") and re.fullmatch(r"\d{4}-\d{2}-\d{2}", until):
            pages.append(OlderPage(name, date.fromisoformat(until)))
    return pages


def header_path(cik: int, accession: str) -> str:
    """Give the place of a filing's SGML header in the SEC's archive."""
    return f"/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{accession}.hdr.sgml"


def read_header(text: str) -> tuple[str, datetime] | None:
    """Read accession and acceptance time (Eastern, naive) of an SGML header, None when it states no such time."""
    accepted, accession = ACCEPTED.search(text), ACCESSION.search(text)
    if accepted is None or accession is None:
        return None
    try:
        return accession[1], datetime.strptime(accepted[1], "%Y%m%d%H%M%S")  # noqa: DTZ007 - Eastern, read by clock
    except ValueError:
        return None
