"""A headless Chromium spoken to in its own protocol over two pipes: commands out, answers and events in."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Tab", "binary", "tab"]

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
    "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHUNK = 1 << 20


def binary() -> str | None:
    """Give the path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page of a browser; ``told`` keeps every event it sent, in order."""

    def __init__(self, write: int, read: int) -> None:
        self.write, self.read = write, read
        self.rest, self.count, self.session = b"", 0, ""
        self.told: list[dict[str, Any]] = []

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and give its answer."""
        self.count += 1
        sent = {"id": self.count, "method": method, "params": params}
        if self.session:
            sent["sessionId"] = self.session
        os.write(self.write, json.dumps(sent).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self.count:
                assert "error" not in found, found["error"]
                return dict(found["result"])
            self.told.append(found)

    def wait(self, method: str) -> dict[str, Any]:
        """Give the next event of this name that was not waited for before."""
        while True:
            for at, found in enumerate(self.told):
                if found["method"] == method:
                    return dict(self.told.pop(at)["params"])
            self.told.append(self._next())

    def open(self, address: str) -> None:
        """Show a page and wait until it has loaded."""
        self.ask("Page.navigate", url=address)
        self.wait("Page.loadEventFired")

    def run(self, expression: str) -> Any:
        """Give the value of an expression, awaited, in the page."""
        found = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """Set the window, in CSS pixels."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            piece = os.read(self.read, CHUNK)
            assert piece, "the browser ended"
            self.rest += piece
        whole, self.rest = self.rest.split(b"\0", 1)
        return dict(json.loads(whole))


@contextmanager
def tab(folder: Path, *flags: str) -> Iterator[Tab]:
    """Start a browser with a profile in ``folder``, open one page and end the browser afterwards."""
    found = binary()
    assert found, "no chromium binary is installed"
    out_read, out_write = os.pipe()
    in_read, in_write = os.pipe()
    # The browser reads commands from 3 and answers on 4; numbers from 10 on cannot collide with them.
    theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (out_read, in_write)]
    redirected = f'exec "$0" "$@" 3<&{theirs[0]} 4>&{theirs[1]}'
    process = subprocess.Popen(
        ["bash", "-c", redirected, found, *FLAGS, *flags, f"--user-data-dir={folder / 'profile'}", "about:blank"],
        pass_fds=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for end in (out_read, in_write, *theirs):
        os.close(end)
    try:
        one = Tab(out_write, in_read)
        target = next(t for t in one.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        one.session = one.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            one.ask(f"{domain}.enable")
        yield one
    finally:
        process.terminate()
        process.wait(20)
        os.close(out_write)
        os.close(in_read)
