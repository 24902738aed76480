"""Tables in a real terminal: nothing wider than it, rows stay rows; a pipe gets every column."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from backtest.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = [
    ["events", "show", "curated", "--asset", "META", "--at", "2026-02-06"],
    ["events", "check", "curated"],
    ["events", "preview", "curated", "--first", "5", "--near", "2"],
    ["schema", "--help"],
]


SEVERAL = """
import json, sys
from backtest.cli.main import main
for words in json.loads(sys.argv[1]):
    assert main(words) in {0, 1}
    print("\\f", flush=True)
"""


def on_a_terminal(commands: list[list[str]], columns: int, folder: object) -> list[list[str]]:
    """Run commands on a terminal of so many columns, in one process, and give the lines of each."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    command = [sys.executable, "-c", SEVERAL, json.dumps(commands)]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=str(folder), env=environment)
    os.close(theirs)
    read = b""
    try:
        while part := os.read(ours, 1 << 16):
            read += part
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    assert process.wait() == 0
    return [each.strip("\n").split("\n") for each in read.decode().replace("\r", "").split("\f")[:-1]]


@pytest.mark.parametrize("columns", [80, 140])
def test_nothing_is_wider_than_the_terminal(root: object, columns: int) -> None:
    """Columns are left out or shortened, the last one wrapped."""
    shown = on_a_terminal(COMMANDS, columns, root)

    assert [len(lines) > 3 for lines in shown] == [True] * len(COMMANDS)
    assert [line for lines in shown for line in lines if len(line) > columns] == []


def test_a_row_keeps_its_number_in_a_narrow_terminal(root: object) -> None:
    """What is shortened loses its middle, so a finding still names its row."""
    (lines,) = on_a_terminal([["events", "check", "curated"]], 80, root)

    first = next(line for line in lines if line.startswith("note"))
    assert first.split("confidence")[0].rstrip().endswith("row 7")


JUNK = (
    "", "-", "--", "../x", "nan", "-1", "99999999999999999999", "2026-02-30", "2026-02-06T25:00", "é\u202e", "x" * 5000,
    "{", "a=b", "/dev/null", ".", "a.yaml", "[1", "*",
)  # fmt: skip
VERBS = (
    ("events", "show", "--at", "--asset", "--kind", "--column", "--timezone"),
    ("events", "check", "--column", "--timezone"),
    ("events", "preview", "--first", "--near", "--column", "--timezone"),
    ("events", "edgar", "--since", "--from-dir", "--cik", "--contact"),
    ("data", "fetch", "--start", "--end", "--store", "--calendar"),
    ("data", "ls", "--store"),
    ("data", "check", "--store"),
    ("data", "diff", "--from", "--to", "--store"),
)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(verb[:2]))
def test_no_argument_makes_a_traceback(
    verb: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Whatever is typed as an argument or behind an option: an answer or a sentence, exit 0 to 3."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTFOLIO_EDGAR_TEST_SERVER", "http://127.0.0.1:9")
    (tmp_path / "e.csv").write_text("event_id,kind,announced_at\na,other,2024-01-02\n")
    group, name, *options = verb
    safe = {"fetch": ["--offline"], "edgar": ["--from-dir", "."]}.get(name, [])
    typed = [[junk] for junk in JUNK] + [["e.csv", option, junk] for option in options for junk in JUNK]
    for words in typed:
        extra = [] if safe and safe[0] in words else safe
        assert main([group, name, *words, *extra]) in {0, 1, 2, 3}, words
        assert "Traceback" not in capsys.readouterr().err
