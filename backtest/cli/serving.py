"""The server behind ``backtest serve``: files of one folder, for reading only, on this machine only."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from io import BytesIO

__all__ = ["HOST", "Reader", "server"]

HOST = "127.0.0.1"
KINDS = (".html", ".json", ".csv", ".parquet", ".yaml")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Reader(SimpleHTTPRequestHandler):
    """Answer GET and HEAD for files of runs inside one folder; nothing else, no listing, no link that leads out."""

    server_version = "backtest"
    sys_version = ""

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Refuse what is not a plain file inside the folder, and requests that name another host."""
        if not self._for_us() or self._file() is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def translate_path(self, path: str) -> str:
        """Give the file of an address; the root is the gallery."""
        plain = unquote(urlsplit(path).path).lstrip("/") or "index.html"
        return str(Path(self.directory) / plain)

    def end_headers(self) -> None:
        """Add the headers that keep a page to itself."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
        """Say nothing."""

    def _for_us(self) -> bool:
        # A foreign page may point its own name at 127.0.0.1: then the Host header gives it away.
        host = (self.headers.get("Host") or "").rpartition(":")[0] or (self.headers.get("Host") or "")
        return host in {HOST, "localhost"}

    def _file(self) -> Path | None:
        root = Path(self.directory).resolve()
        try:
            path = Path(self.translate_path(self.path)).resolve()
        except (OSError, ValueError):
            return None
        inside = path.is_relative_to(root) and not any(x.startswith(".") for x in path.relative_to(root).parts)
        return path if inside and path.suffix in KINDS and path.is_file() else None


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Make the server of a folder, bound to this machine only; port 0 takes a free one."""
    return ThreadingHTTPServer((HOST, port), partial(Reader, directory=str(folder)))
