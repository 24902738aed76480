"""A log that only grows: one JSON object a line, each with its checksum and number; writers take turns, readers do not.

A line counts once it ends. What follows the last line end was cut off by a crash before its writer could say that it
was stored: it is left out and reported. A complete line that is damaged stops everything, for what it said is lost.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import Finding, InputError, MissingDataError, RunError
from data.store.objects import storing, sync

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Log", "Writer", "read", "writing"]

CHECKSUM = 32
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.02


class Log(NamedTuple):
    """What a manifest says: its entries in order, its size up to the last line end, and what was left out."""

    entries: tuple[dict[str, Any], ...]
    size: int
    torn: tuple[Finding, ...]


class Writer(NamedTuple):
    """A manifest of which this process holds the lock, and what it said when the lock was taken."""

    path: Path
    handle: int
    log: Log

    def append(self, entry: dict[str, Any]) -> None:
        """Add one entry, durably or not at all."""
        self.extend((entry,))

    def extend(self, entries: Sequence[dict[str, Any]]) -> None:
        """Add entries in one write, once; a crash leaves a run of whole lines and at most one torn line."""
        numbered = enumerate(entries, len(self.log.entries) + 1)
        line = b"".join(_line({**entry, "number": number}) for number, entry in numbered)
        before = os.fstat(self.handle).st_size
        with storing(self.path):
            try:
                _write_whole(self.handle, line)
            except OSError:
                os.ftruncate(self.handle, before)
                raise


def read(path: Path) -> Log:
    """Read a manifest without a lock; one that is not there yet has no entries.

    Raises
    ------
    InputError
        With every complete line that is damaged.
    MissingDataError
        When it cannot be read.

    """
    log = _parse(path, _bytes(path))
    if not log.torn:
        return log
    time.sleep(PAUSE_SECONDS)  # a writer may have been in the middle of its line
    return _parse(path, _bytes(path))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Hold the one lock of a manifest, made when it is not there, for one append or extend.

    Raises
    ------
    RunError
        When the disk refuses, or another process keeps the lock for a minute.

    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        _lock(handle, path)
        log = _parse(path, _bytes(path))
        with storing(path):
            _set_aside(path, handle, log)
            sync(path.parent)
        yield Writer(path, handle, log)
    finally:
        os.close(handle)


def _write_whole(handle: int, line: bytes) -> None:
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


def _lock(handle: int, path: Path) -> None:
    import fcntl

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise RunError(f"{path}: another process has been writing for a minute; wait for it to end") from None
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _set_aside(path: Path, handle: int, log: Log) -> None:
    """Move a torn tail into a file of its own, so that nothing is lost and the next line starts clean."""
    if log.torn:
        tail = _bytes(path)[log.size :]
        aside = path.with_name(f"{path.name}.torn-{hashlib.sha256(tail).hexdigest()[:16]}")
        aside.write_bytes(tail)
        os.ftruncate(handle, log.size)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise MissingDataError(f"{path}: the manifest of the store cannot be read: {error.strerror}") from error


def _parse(path: Path, content: bytes) -> Log:
    *lines, tail = content.split(b"\n")
    entries = [_entry(line, number) for number, line in enumerate(lines, 1)]
    damaged = [
        Finding(f"{path} line {number}", "", "", "is damaged or stands in the wrong place")
        for number, entry in enumerate(entries, 1)
        if entry is None
    ]
    if damaged:
        hint = "restore the file, or move it aside and fetch again: the objects it names stay where they are"
        raise InputError(f"{path}: the manifest of the store is damaged ({hint})", damaged)
    problem = f"ends in {len(tail)} bytes of a line that was never finished; they are left out"
    torn = (Finding(f"{path} line {len(lines) + 1}", "", "", problem, "fetch again"),) if tail else ()
    return Log(tuple(entry for entry in entries if entry is not None), len(content) - len(tail), torn)


def _line(entry: dict[str, Any]) -> bytes:
    payload = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()
    return _checksum(payload) + b" " + payload + b"\n"


def _entry(line: bytes, number: int) -> dict[str, Any] | None:
    """Give the entry of a line, None when it is damaged or stands in another place than it was written to."""
    checksum, _, payload = line.partition(b" ")
    if checksum != _checksum(payload):
        return None
    entry: dict[str, Any] = json.loads(payload)
    return entry if entry["number"] == number else None


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(payload).hexdigest()[:CHECKSUM].encode()
