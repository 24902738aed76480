"""Keep a sweep on disk: finished cells while it goes on, the whole once it is done, both safe against a crash.

A cell is counted in the ledger of trials before it is stored, so whatever kills a sweep, no cell that anybody can look
at is missing from the count.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from backtest.research.sweep import Done
from backtest.research.trials import record
from data.errors import RunError
from data.store.objects import storing, sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from backtest.research.sweep import Sweep

__all__ = ["Keeper", "finished", "unfinished", "write"]

PARTIAL = ".partial"
REST = 10.0  # between two visits of the ledger, in times of the last one: it is read whole, and grows


def finished(runs: Path, sweep: str) -> Path | None:
    """Give the folder of a sweep that is done."""
    folder = runs / sweep
    return folder if folder.is_dir() else None


def unfinished(runs: Path, sweep: str) -> dict[str, Done]:
    """Give the finished cells of a sweep that was stopped, by id; a damaged one is left out and run again."""
    folder = runs / f"{sweep}{PARTIAL}"
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    return {cell: done for cell, done in found.items() if done is not None}


def _read(path: Path) -> Done | None:
    checksum, _, text = path.read_text(encoding="utf-8").partition("\n")
    return Done.of_text(text) if checksum == hashlib.sha256(text.encode()).hexdigest() else None


class Keeper:
    """Count finished cells, then store them; leaving it, for whatever reason, does so with those that still wait."""

    def __init__(self, runs: Path, sweep: str, before: Mapping[str, Done]) -> None:
        """Make the folder of cells, and see that those stored before are counted: the ledger may be a new one."""
        self.runs, self.folder = runs, runs / f"{sweep}{PARTIAL}"
        self.waiting: dict[str, Done] = {}
        self.due = 0.0
        with storing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        record(runs, [done.trial for done in before.values()])

    def add(self, cell: str, done: Done) -> None:
        """Take a finished cell; nobody sees it until it is counted."""
        self.waiting[cell] = done
        if time.monotonic() >= self.due:
            self.flush()

    def flush(self) -> None:
        """Count what waits, then store it."""
        begin = time.monotonic()
        record(self.runs, [done.trial for done in self.waiting.values()])
        end = time.monotonic()
        self.due = end + REST * (end - begin)
        for cell, done in self.waiting.items():
            _keep(self.folder, cell, done)
        self.waiting.clear()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let no finished cell go uncounted."""
        self.flush()


def _keep(folder: Path, cell: str, done: Done) -> None:
    """Store one finished cell: whole or not at all."""
    text = done.text()
    with storing(folder):
        _whole(folder / f"{cell}.json", f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}".encode())


def _whole(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def write(runs: Path, sweep: str, of: Sweep, about: Mapping[str, Any]) -> Path:
    """Write ``runs/<sweep>/`` beside its cells, rename it into place, and clear the cells away.

    Raises
    ------
    RunError
        When the disk refuses.

    """
    target = runs / sweep
    try:
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=runs))
        try:
            of.leaderboard.write_parquet(draft / "cells.parquet", compression="zstd", statistics=False)
            of.returns.write_parquet(draft / "returns.parquet", compression="zstd", statistics=False)
            of.active.write_parquet(draft / "active.parquet", compression="zstd", statistics=False)
            text = json.dumps(about, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
            (draft / "sweep.json").write_text(text + "\n", encoding="utf-8")
            for path in (*draft.iterdir(), draft):
                sync(path)
            draft.chmod(0o755)
            draft.rename(target)
            sync(runs)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise RunError(f"{target} could not be written: {error.strerror}; its cells are kept, see --resume") from error
    shutil.rmtree(runs / f"{sweep}{PARTIAL}", ignore_errors=True)
    return target
