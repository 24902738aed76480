"""The cache of compiled kernels: a private folder per user, keyed by what the machine code depends on."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

__all__ = ["RAISED", "clear", "folder", "keep", "kept"]

LOG = logging.getLogger("eventfolio")
RAISED = -(2**63)  # what an object gives when the code in it raised
DIGEST = hashlib.sha256().digest_size


def folder() -> Path:
    """Give the cache folder: under XDG_CACHE_HOME (or ~/.cache), keyed by numba, Python and the kernels' source."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "eventfolio" / _key()


@cache
def _key() -> str:
    """Hash all kernel files: they call each other, and an edit anywhere may change any object."""
    from importlib.metadata import version

    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return f"numba{version('numba')}-py{sys.version_info[0]}{sys.version_info[1]}-{digest.hexdigest()[:12]}"


def kept(name: str, key: str) -> bytes | None:
    """Give the object kept under a key, None without one; when it is damaged, clear the cache and say so."""
    path = _path(name, key)
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if content[:DIGEST] == _digest(key, content[DIGEST:]):
        return content[DIGEST:]
    LOG.warning("the cache of compiled kernels was damaged (%s); it is cleared and built anew", path.name)
    clear()
    return None


def keep(name: str, key: str, code: bytes) -> None:
    """Keep an object, whole or not at all, whoever else keeps it at the same time; say so where that cannot be done."""
    path = _path(name, key)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f"{name}-", suffix=".part", delete=False) as file:
            file.write(_digest(key, code) + code)
        Path(file.name).replace(path)
    except OSError as error:
        LOG.warning("the compiled kernel %s cannot be kept (%s): the next process compiles it again", name, error)


def clear() -> None:
    """Empty the cache folder."""
    shutil.rmtree(folder(), ignore_errors=True)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def _path(name: str, key: str) -> Path:
    return folder() / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.o"


def _digest(key: str, code: bytes) -> bytes:
    """Hash an object with its key: one of another processor under this name is as wrong as a damaged one."""
    return hashlib.sha256(key.encode() + b"\0" + code).digest()
