"""Finished runs through the command line: report, compare, list, show, remove, gallery; the server refuses the rest."""

from __future__ import annotations

import http.client
import json
import threading
from typing import TYPE_CHECKING

import pytest

from backtest.cli.serving import server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Backtest = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("--set", "prices.sessions=300", "--set", "evidence.placebo_draws=20", "-q")


def test_the_life_of_a_run(inside: Backtest, tmp_path: Path) -> None:
    """Written, listed, shown, drawn anew to the same bytes, compared, put in the gallery, removed."""
    a = inside("demo", *SHORT).stdout.strip()
    b = inside("demo", *SHORT, "--set", "costs.half_spread_bps=9").stdout.strip()
    listed = json.loads(inside("runs", "ls", "--json").stdout)["runs"]
    assert {row["folder"] for row in listed} == {a, b}
    assert "tearsheet" in inside("runs", "show", a).stdout
    drawn = tmp_path / inside("report", a).stdout.strip()
    assert drawn.read_bytes() == (tmp_path / a / "tearsheet.html").read_bytes()
    assert inside("compare", a, b).returncode == 0
    assert "costs.half_spread_bps" in (tmp_path / "compare.html").read_text(encoding="utf-8")
    assert inside("runs", "html").stdout.strip() == "runs/index.html"
    assert inside("runs", "rm", a[:-3]).returncode in {2, 3}
    assert inside("runs", "rm", a).returncode == 0
    assert not (tmp_path / a).exists()
    assert (tmp_path / b).is_dir()


def test_a_run_that_is_not_there_is_exit_3(inside: Backtest) -> None:
    """No traceback, a way on."""
    done = inside("report", "nothing")
    assert done.returncode == 3
    assert "runs ls" in done.stderr


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    runs = tmp_path / "runs"
    (runs / "one").mkdir(parents=True)
    (runs / "index.html").write_text("gallery")
    (runs / "one" / "tearsheet.html").write_text("sheet")
    (runs / ".hidden.html").write_text("secret")
    (runs / "one" / "notes.txt").write_text("secret")
    (tmp_path / "outside.html").write_text("secret")
    (runs / "link.html").symlink_to(tmp_path / "outside.html")
    made = server(runs, 0)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made.server_address[1]
    made.shutdown()
    made.server_close()
    thread.join()


def _ask(port: int, path: str, method: str = "GET", host: str | None = None) -> tuple[int, str, dict[str, str]]:
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    talk.request(method, path, headers={"Host": host} if host else {})
    reply = talk.getresponse()
    found = reply.status, reply.read().decode(), dict(reply.getheaders())
    talk.close()
    return found


def test_the_server_gives_the_gallery_and_the_sheets(port: int) -> None:
    """With the headers that keep a page to itself."""
    assert _ask(port, "/")[:2] == (200, "gallery")
    status, text, headers = _ask(port, "/one/tearsheet.html?x=1")
    assert (status, text, headers["X-Content-Type-Options"]) == (200, "sheet", "nosniff")


@pytest.mark.parametrize(
    "path",
    ["/one/", "/one", "/../outside.html", "/%2e%2e/outside.html", "/..%2foutside.html", "/link.html", "/.hidden.html",
     "/one/notes.txt", "/nothing.html", "/%00.html", "//outside.html"],
)  # fmt: skip
def test_the_server_gives_nothing_else(port: int, path: str) -> None:
    """No listing, no way out by dots or links, no hidden or foreign file."""
    status, text, _ = _ask(port, path)
    assert status == 404
    assert "secret" not in text


def test_the_server_only_reads_and_only_for_this_machine(port: int) -> None:
    """Other methods are refused; a foreign name that points here gets nothing."""
    assert _ask(port, "/", "POST")[0] == 501
    assert _ask(port, "/", "DELETE")[0] == 501
    assert _ask(port, "/", host="evil.example:80")[0] == 404
