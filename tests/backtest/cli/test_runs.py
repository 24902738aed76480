"""Finished runs through the command line: report, compare, list, show, remove, gallery; the server refuses the rest."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backtest.cli.serving import server
from backtest.store import write
from tests.backtest import samples

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    Backtest = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("--set", "prices.sessions=300", "--set", "evidence.placebo_draws=20", "-q")


def test_the_life_of_a_run(inside: Backtest, tmp_path: Path) -> None:
    """Written, listed, shown, drawn anew to the same bytes, compared, put in the gallery, removed."""
    a = inside("demo", *SHORT).stdout.strip()
    b = inside("demo", *SHORT, "--set", "costs.half_spread_bps=9").stdout.strip()
    listed = json.loads(inside("runs", "ls", "--json").stdout)["runs"]
    assert {row["folder"] for row in listed} == {a, b}
    assert f"page    {a}/tearsheet.html" in inside("runs", "show", a).stdout
    drawn = tmp_path / inside("report", a).stdout.strip()
    assert drawn.read_bytes() == (tmp_path / a / "tearsheet.html").read_bytes()
    assert inside("compare", a, b).returncode == 0
    assert "costs.half_spread_bps" in (tmp_path / "compare.html").read_text(encoding="utf-8")
    assert inside("compare", a, b, "--lang", "ko", "--to", "ko.html").returncode == 0
    assert '<html lang="ko">' in (tmp_path / "ko.html").read_text(encoding="utf-8")
    assert inside("runs", "html").stdout.strip() == "runs/index.html"
    assert f'href="{Path(a).name}/tearsheet.html"' in (tmp_path / "runs" / "index.html").read_text(encoding="utf-8")
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
def runs(tmp_path: Path) -> Path:
    """Give a folder with a good run, one without frames, one of another version, and what is no manifest of ours."""
    folder = tmp_path / "runs"
    good = write(samples.sample(sessions=40), folder)
    for name in ("no-frames", "other-version", "torn", "half-told"):
        shutil.copytree(good, folder / name)
    (folder / "no-frames" / "daily.parquet").unlink()
    for name, change in (("other-version", {"schema_version": 1}), ("half-told", {"written_at": 7, "sources": None})):
        told = json.loads((good / "manifest.json").read_text())
        (folder / name / "manifest.json").write_text(json.dumps(told | change))
    (folder / "torn" / "manifest.json").write_text('{"run_id": "to')
    (folder / "app").mkdir()
    (folder / "app" / "manifest.json").write_text('{"name": "a web app"}')
    return folder


BROKEN = ("app", "half-told", "other-version", "torn")


def test_a_broken_run_hides_no_other(runs: Path, inside: Backtest) -> None:
    """Listed are the good ones; the others are named with the reason, in JSON too."""
    done = inside("runs", "ls")
    assert done.returncode == 0
    assert samples.sample(sessions=40).run_id in done.stdout
    assert all(name in done.stderr for name in BROKEN)
    told = json.loads(inside("runs", "ls", "--json").stdout)
    assert {Path(row["folder"]).name for row in told["unread"]} == set(BROKEN)


def test_a_gallery_is_made_beside_broken_runs(runs: Path, inside: Backtest) -> None:
    """The page names what it could not read and why."""
    assert inside("runs", "html").returncode == 0
    page = (runs / "index.html").read_text(encoding="utf-8")
    assert page.count("/tearsheet.html") == 1
    assert all(f"<td>{name}</td>" in page for name in (*BROKEN, "no-frames"))


def test_only_what_a_run_wrote_is_removed(runs: Path, inside: Backtest) -> None:
    """Other programs write a manifest.json too; a run of another version may go."""
    for name in ("app", "torn"):
        assert inside("runs", "rm", name).returncode == 2
        assert inside("runs", "rm", str(runs / name)).returncode == 2
        assert (runs / name).is_dir()
    old = runs / samples.sample(sessions=40).run_id
    told = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps(told | {"schema_version": 1}))
    assert inside("runs", "rm", old.name).returncode == 0
    assert not old.exists()


def test_a_page_that_cannot_be_written_is_a_sentence(runs: Path, inside: Backtest, tmp_path: Path) -> None:
    """A folder that is not there, a folder in place of the file; nothing half-written stays."""
    name = samples.sample(sessions=40).run_id
    (tmp_path / "taken.html").mkdir()
    for to in ("no/where.html", "taken.html"):
        for words in (("report", name), ("compare", name, name)):
            done = inside(*words, "--to", to)
            assert done.returncode == 2
            assert "cannot be written" in done.stderr
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".draft")] == []


def test_a_gallery_follows_no_link(runs: Path, inside: Backtest, tmp_path: Path) -> None:
    """A link in place of index.html is replaced, what it led to is left alone."""
    (tmp_path / "precious").write_text("mine")
    (runs / "index.html").symlink_to(tmp_path / "precious")
    assert inside("runs", "html").returncode == 0
    assert (tmp_path / "precious").read_text() == "mine"


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


def _raw(port: int, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as talk:
        talk.sendall(text)
        talk.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: talk.recv(1 << 16), b""))


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
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"):
        assert _ask(port, "/", method)[0] == 501, method
    for host in ("evil.example:80", "evil.example", "127.0.0.1.evil.example", "[::1]:80", "localhost.evil"):
        assert _ask(port, "/", host=host)[0] == 404, host
    assert _ask(port, "/", host=f"localhost:{port}")[0] == 200


def test_a_head_has_the_headers_and_no_body(port: int) -> None:
    """As long as the page, and nothing of it."""
    status, text, headers = _ask(port, "/", "HEAD")
    assert (status, text, headers["Content-Length"]) == (200, "", "7")
    assert _ask(port, "/nothing.html", "HEAD")[0] == 404


@pytest.mark.parametrize(
    "request_line",
    [b"GET /../outside.html HTTP/1.0", b"GET http://127.0.0.1/../outside.html HTTP/1.1", b"GET / HTTP/1.0", b"GET /",
     b"GET /" + b"x" * 5_000 + b".html HTTP/1.1", b"GET /" + b"../" * 20 + b"etc/passwd HTTP/1.1",
     b"GET \\..\\outside.html HTTP/1.1", b"GET /one/./../../outside.html HTTP/1.1", b"\xff\xfe\x00 / HTTP/9.9"],
)  # fmt: skip
def test_a_malformed_request_gets_no_file(port: int, request_line: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a Host there is no answer; whatever is sent makes no traceback, and the server goes on."""
    answer = _raw(port, request_line + b"\r\n\r\n")
    assert b"secret" not in answer
    assert b" 200 " not in answer
    assert "Traceback" not in capfd.readouterr().err
    assert _ask(port, "/")[0] == 200


def test_a_run_that_is_a_link_is_not_served(port: int, tmp_path: Path) -> None:
    """Nor a link inside a run, nor a pipe that would never end."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "tearsheet.html").write_text("secret")
    (tmp_path / "runs" / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "runs" / "pipe.html")
    assert _ask(port, "/linked/tearsheet.html")[0] == 404
    assert _ask(port, "/pipe.html")[0] == 404
