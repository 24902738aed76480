"""Answers kept on disk: objects by their SHA-256, one small record per address; whatever is read is verified first.

    objects/<sha256>.json     the answer, written once and never again
    urls/<sha256 of the address>.json     {url, sha256, size, date, etag, earlier: [sha256, ...]}

A record is written after its object, each to a temporary file that is synced and renamed; so a kill at any moment
leaves the old state or the new one, and the next run asks only for what is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import MissingDataError

if TYPE_CHECKING:
    from data.events.edgar.replies import Answer

__all__ = ["Cache", "cache_folder", "replace_file"]

SHA256 = re.compile(r"[0-9a-f]{64}")


def cache_folder() -> Path:
    """Give the folder of the user: under XDG_CACHE_HOME, else ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "eventfolio" / "edgar"


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of answers."""

    folder: Path

    def read(self, url: str) -> bytes | None:
        """Give the answer kept for an address; None when there is none, or when what is there is damaged."""
        record = self._record(url)
        if record is None:
            return None
        try:
            body = self._object(record["sha256"]).read_bytes()
        except OSError:
            return None
        return body if _digest(body) == record["sha256"] else None

    def is_damaged(self, url: str) -> bool:
        """Say whether something is kept for an address that cannot be trusted."""
        return self._place(url).exists() and self.read(url) is None

    def write(self, answer: Answer) -> None:
        """Keep an answer; the earlier answers of its address stay.

        Raises
        ------
        MissingDataError
            When the folder cannot be written.

        """
        before = self._record(answer.url)
        earlier = [] if before is None else [*before["earlier"], before["sha256"]]
        sha = _digest(answer.body)
        record = {"url": answer.url, "sha256": sha, "size": len(answer.body), "date": answer.date, "etag": answer.etag}
        record["earlier"] = [old for old in dict.fromkeys(earlier) if old != sha]
        try:
            replace_file(self._object(sha), answer.body)
            replace_file(self._place(answer.url), json.dumps(record, sort_keys=True).encode())
        except OSError as error:
            raise MissingDataError(f"{self.folder}: the cache cannot be written: {error.strerror}") from error

    def _place(self, url: str) -> Path:
        return self.folder / "urls" / f"{_digest(url.encode())}.json"

    def _object(self, sha: str) -> Path:
        return self.folder / "objects" / f"{sha}.json"

    def _record(self, url: str) -> dict[str, Any] | None:
        """Give the record of an address, None when it is absent, torn, or another address's."""
        try:
            record = json.loads(self._place(url).read_bytes())
        except (OSError, ValueError):
            return None
        sound = isinstance(record, dict) and record.get("url") == url and isinstance(record.get("earlier"), list)
        return record if sound and SHA256.fullmatch(str(record.get("sha256"))) else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
