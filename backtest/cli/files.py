"""Pages that a command writes: whole or not at all, and a disk that refuses is a sentence."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from data.errors import RunError

__all__ = ["put"]


def put(path: Path, text: str) -> Path:
    """Write a text to a file beside it, then rename, so that nobody reads half a page and no link is followed.

    Raises
    ------
    RunError
        When the disk refuses.

    """
    try:
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(draft).chmod(0o644)
            os.replace(draft, path)  # noqa: PTH105 - as Path.replace, with the two names beside each other
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from error
    return path
