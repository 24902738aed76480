"""Who asks a vendor for prices: this process alone, or a few processes of their own that cannot mix anything up.

Threads of yfinance share a session, cookies and caches, and were handed each other's answers (yfinance 2557, 2746).
Processes share nothing. They are started by the interpreter's own command line and not by ``multiprocessing``, which
would run the main script of the user again in each of them.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from data.prices.answers import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from typing import IO

    from data.prices.answers import Ask, Outcome

__all__ = ["Alone", "Crew"]

BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[2]); from data.prices.worker import serve; serve(sys.argv)"
# An asset takes some eight requests at worst, each with its own limit; what takes longer than all of them hangs.
MOST_SECONDS = 240.0
TWICE = 2


class Alone:
    """One process, the caller's own: it asks, and waits for each answer."""

    size = 1

    def __init__(self, ask: Ask, opens: Callable[[], Any] | None) -> None:
        self._ask, self._session = ask, opens() if opens else None
        self._come: list[tuple[str, Outcome]] = []

    @property
    def busy(self) -> int:
        """Give the number of assets whose outcomes have not been received."""
        return len(self._come)

    def send(self, asset: str) -> None:
        """Ask for an asset."""
        try:
            self._come.append((asset, self._ask(asset, self._session)))
        except FetchError as failure:
            self._come.append((asset, failure))

    def receive(self, seconds: float | None) -> list[tuple[str, Outcome]]:
        """Give what came."""
        del seconds
        come, self._come = self._come, []
        return come

    def close(self) -> None:
        """Do nothing."""


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, the line to it, where its errors go, what it asks for and since when; ``spoke`` once it has begun."""

    process: subprocess.Popen[bytes]
    line: Connection
    errors: IO[bytes]
    asset: str = ""
    since: float = 0.0
    spoke: bool = False

    def give(self, asset: str) -> None:
        self.asset, self.since = asset, time.monotonic()
        with contextlib.suppress(OSError):  # it has died: that shows when it is listened to
            self.line.send(asset)

    def end(self, *, patience_seconds: float = 0.0) -> str:
        """End it if it still lives after so long; say how it ended."""
        self.line.close()
        try:
            code = self.process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        self.errors.close()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"
        return f"{how}: {lines[-1][:160]}" if lines else how


@dataclass(slots=True, eq=False)
class Crew:
    """Processes that ask, started when they are needed; one that dies is replaced, and its asset has no answer.

    Attributes
    ----------
    ask, opens
        How to ask, and what gives a worker its session, None for the vendor's own; both are pickled.
    size
        The most processes.

    """

    ask: Ask
    opens: Callable[[], Any] | None
    size: int
    most_seconds: float = MOST_SECONDS
    _workers: list[_Worker] = field(default_factory=list)

    @property
    def busy(self) -> int:
        """Give the number of assets whose outcomes have not been received."""
        return sum(bool(one.asset) for one in self._workers)

    def send(self, asset: str) -> None:
        """Ask for an asset, by an idle worker or a new one."""
        worker = next((one for one in self._workers if not one.asset), None)
        if worker is None:
            worker = _started(self.ask, self.opens)
            self._workers.append(worker)
        worker.give(asset)

    def receive(self, seconds: float | None) -> list[tuple[str, Outcome]]:
        """Give the outcomes that are there, waiting for the first of them at most so long.

        Raises
        ------
        RuntimeError
            With the traceback of a worker that met a bug.

        """
        asked = [one for one in self._workers if one.asset]
        now = time.monotonic()
        patience = min([one.since + self.most_seconds - now for one in asked], default=0.0)
        heard = wait([one.line for one in asked], max(0.0, patience if seconds is None else min(patience, seconds)))
        found = [self._listen(one) for one in asked if one.line in heard]
        late = [one for one in asked if one.line not in heard and time.monotonic() - one.since >= self.most_seconds]
        found += [self._gone(one, f"gave no answer within {self.most_seconds:g} s") for one in late]
        return [one for one in found if one is not None]

    def close(self) -> None:
        """End every process; what is under way is given up."""
        while self._workers:
            self._workers.pop().end()

    def _listen(self, worker: _Worker) -> tuple[str, Outcome] | None:
        try:
            said = worker.line.recv()
        except (EOFError, OSError):
            return self._gone(worker, "")
        if said is None:
            worker.spoke = True
            return None
        asset, outcome = said
        if isinstance(outcome, str):
            raise RuntimeError(  # noqa: TRY004 - the bug is in the worker
                f"a worker could not make sense of the answer about {asset}:\n{outcome}"
            )
        wanted, worker.asset = worker.asset, ""
        return wanted, outcome if asset == wanted else FetchError(f"was answered with {asset!r}", attempts=TWICE)

    def _gone(self, worker: _Worker, why: str) -> tuple[str, Outcome]:
        """Take leave of a worker that died or hangs."""
        self._workers.remove(worker)
        how = worker.end(patience_seconds=0.0 if why else 5.0)
        if not worker.spoke and not why:
            problem = f"could not be asked for: no process starts that asks ({how})"
            return worker.asset, FetchError(problem, "see `backtest doctor`", stops="no process starts that asks")
        problem = why or f"has no answer: the process that asked ended with {how}"
        return worker.asset, FetchError(problem, "try again; the others are not affected", attempts=TWICE)


def _started(ask: Ask, opens: Callable[[], Any] | None) -> _Worker:
    """Start a worker in a session of its own, so that Ctrl-C reaches this process only."""
    ours, theirs = Pipe()
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker ends
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-P", "-c", BOOT, str(theirs.fileno()), json.dumps(sys.path)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    with contextlib.suppress(OSError):  # it has died: that shows when it is listened to
        ours.send((ask, opens))
    return _Worker(process, ours, errors)
