"""Immutable files named by the SHA-256 of their bytes: written whole or not at all, verified before they are used.

polars reads a flipped bit of a parquet file as other numbers without a word, and opens a path twice, so bytes are read
once, hashed, and only then parsed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import Finding, InputError, MissingDataError, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["drafts", "get", "path_of", "put", "stored", "storing", "sync"]

FOLDER = "objects"
SUFFIX = ".parquet"
DRAFT = ".draft-"
DIGEST = re.compile(r"[0-9a-f]{64}")


def put(folder: Path, content: bytes) -> str:
    """Store bytes under their hash, durably, and give the hash; what is there already and whole is left alone.

    Raises
    ------
    RunError
        When the disk refuses; nothing that was stored before is touched.

    """
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(folder, digest)
    with storing(target, len(content)):
        if not _is_whole(target, digest):
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, content)
    return digest


def get(folder: Path, digest: str) -> bytes:
    """Read the bytes of a hash, once, and verify them.

    Raises
    ------
    MissingDataError
        When the object is not there.
    InputError
        When its bytes are not those that were stored.

    """
    path = path_of(folder, digest)
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror}): the store lost an object"
        found = Finding(str(path), "", "", problem, "fetch it again: backtest data fetch")
        raise MissingDataError(str(found), (found,)) from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != digest:
        problem = f"is damaged: {len(content)} bytes of sha256 {actual[:16]}..., not those that its name promises"
        found = Finding(str(path), "", "", problem, "delete it and fetch it again: backtest data fetch")
        raise InputError(str(found), (found,))
    return content


def path_of(folder: Path, digest: str) -> Path:
    """Give the place of an object."""
    if not DIGEST.fullmatch(digest):
        raise InputError(f"{folder}: {digest[:80]!r} is no SHA-256, so it names no object")
    return folder / FOLDER / f"{digest}{SUFFIX}"


def stored(folder: Path) -> list[str]:
    """List the hashes of all objects, ascending."""
    names = (path.name.removesuffix(SUFFIX) for path in (folder / FOLDER).glob(f"*{SUFFIX}"))
    return sorted(name for name in names if DIGEST.fullmatch(name))


def drafts(folder: Path) -> list[Path]:
    """List what a killed writer left unfinished; nothing reads it."""
    return sorted((folder / FOLDER).glob(f"{DRAFT}*"))


@contextmanager
def storing(path: Path, size: int = 0) -> Iterator[None]:
    """Turn a refusal of the disk into a sentence; ``size`` is how many bytes were to be written."""
    try:
        yield
    except OSError as error:
        needed = f" ({size:,} bytes are needed)" if size and error.errno == errno.ENOSPC else ""
        problem = f"{path} could not be written: {error.strerror}{needed}"
        raise RunError(f"{problem}; what was stored before is untouched") from error


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_whole(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _write(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=DRAFT, dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
        draft.replace(target)
        sync(target.parent)
        sync(target.parent.parent)
    finally:
        draft.unlink(missing_ok=True)
