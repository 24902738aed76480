"""Saved answers in a folder: found by the company's CIK or name in the file names, trusted only after a look inside."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from data.errors import Finding, InputError, MissingDataError
from data.events.edgar.company import Answers
from data.events.edgar.submissions import read_header

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from data.events.edgar.company import Company

__all__ = ["read_saved"]

MOST_BYTES = 256 << 20
HEADER_BYTES = 64 << 10
HEADERS = ("*.txt", "*.sgml", "*.hdr")


def read_saved(folder: Path, company: Company) -> Answers:
    """Read what a folder and its subfolders hold about a company.

    A file counts when its name contains ``CIK`` and the number (CIK0000320193.json, CIK0000320193-submissions-001.json,
    companyfacts_CIK0000320193_AAPL.json), or begins with the asset's name (googl_companyfacts_trimmed.json). Whether it
    is companyfacts or submissions is seen inside. SGML headers (``<ACCEPTANCE-DATETIME>``) are read from files .txt,
    .sgml and .hdr.

    Raises
    ------
    MissingDataError
        When there is no folder, or no companyfacts of the company in it.
    InputError
        When a file of the company is no JSON, or neither of the two.

    """
    if not folder.is_dir():
        raise MissingDataError(f"{folder}: no such folder of saved answers")
    files = [path for path in sorted(folder.rglob("*.json")) if _is_of(path.name, company) and path.is_file()]
    read = [(path, _read_json(path)) for path in files]
    facts = [document for _, document in read if "facts" in document]
    submissions = [document for _, document in read if "filings" in document or "accessionNumber" in document]
    if not facts:
        raise MissingDataError(f"no companyfacts of CIK {company.cik} in the folder {folder.name!r}")
    return Answers(facts, submissions, _headers(folder))


def _is_of(name: str, company: Company) -> bool:
    by_cik = re.search(rf"CIK0*{company.cik}(?!\d)", name)
    by_name = re.match(rf"{re.escape(company.asset)}_(companyfacts|submissions)", name, re.IGNORECASE)
    return by_cik is not None or by_name is not None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path.name}: larger than {MOST_BYTES} bytes: not read")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise MissingDataError(f"{path.name}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        finding = Finding(path.name, "", "", f"is no whole JSON ({error})", "save the answer again")
        raise InputError(f"{path.name}: a damaged answer", [finding]) from error
    if not isinstance(document, dict) or not document.keys() & {"facts", "filings", "accessionNumber"}:
        finding = Finding(path.name, "", "", "is neither companyfacts nor submissions")
        raise InputError(f"{path.name}: not an answer of the SEC that is known", [finding])
    return document


def _headers(folder: Path) -> dict[str, datetime]:
    """Read the acceptance times of all headers; texts that are none are passed over."""
    found: dict[str, datetime] = {}
    for path in sorted({path for pattern in HEADERS for path in folder.rglob(pattern) if path.is_file()}):
        with path.open("rb") as file:
            header = read_header(file.read(HEADER_BYTES).decode("latin-1"))
        if header is not None:
            found[header[0]] = max(header[1], found.get(header[0], header[1]))
    return found
