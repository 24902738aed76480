"""The disk cache of compiled kernels: a private folder per user, keyed by what the machine code depends on."""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["clear", "folder", "guarded", "use_own_folder"]

LOG = logging.getLogger("eventfolio")
Returned = TypeVar("Returned")


def folder() -> Path:
    """Give the cache folder: under XDG_CACHE_HOME (or ~/.cache), keyed by numba, Python and the kernels' source.

    numba looks only at the file of the outer function, so an edit elsewhere would leave stale machine code in use
    (numba issue 9483); the hash over all kernel files closes that hole.
    """
    from importlib.metadata import version

    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    key = f"numba{version('numba')}-py{sys.version_info[0]}{sys.version_info[1]}-{digest.hexdigest()[:12]}"
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "eventfolio" / key


def use_own_folder() -> None:
    """Point numba at the cache folder, made with mode 0700 because numba's cache is a pickle."""
    from numba import config

    if "NUMBA_CACHE_DIR" not in os.environ:
        path = folder()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        config.CACHE_DIR = str(path)


def guarded(call: Callable[[], Returned]) -> Returned:
    """Run a call that may load compiled code; when the cache is damaged, clear it, say so, and compile anew.

    A kill during compilation leaves truncated files behind, on which numba raises (numba issue 10434).
    """
    try:
        return call()
    except (EOFError, pickle.UnpicklingError) as error:
        LOG.warning(
            "the cache of compiled kernels was damaged (%s); it is cleared and built anew", type(error).__name__
        )
        clear()
        return call()


def clear() -> None:
    """Empty the cache folder."""
    shutil.rmtree(folder(), ignore_errors=True)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
