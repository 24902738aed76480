"""Exit codes, streams and the shape of errors."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from backtest.cli.groups import HEADINGS
from backtest.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Backtest = Callable[..., subprocess.CompletedProcess[str]]

FIVE_MISTAKES = """\
name: five
calender: XNYS
prices: {source: simulated, sessions: many}
events: {source: simulatd}
baskets: {semis: [SEM1]}
portfolio: {base: {semis: 50}}
account: {fill: open}
account: {fill: close}
"""


@pytest.fixture
def five(tmp_path: Path) -> str:
    (tmp_path / "five.yaml").write_text(FIVE_MISTAKES)
    return "five.yaml"


@pytest.mark.parametrize("verb", ["validate", "run"])
def test_five_mistakes_are_five_located_errors_and_exit_2(inside: Backtest, five: str, verb: str) -> None:
    """Unknown key, wrong type, wrong tag, out of bounds, duplicate key: each with line and column; stdout is empty."""
    done = inside(verb, five)
    places = [line.split(" ")[0] for line in done.stderr.splitlines() if line.startswith("five.yaml:")]
    assert done.returncode == 2
    assert places == ["five.yaml:2:1:", "five.yaml:3:39:", "five.yaml:4:18:", "five.yaml:6:27:", "five.yaml:8:1:"]
    assert done.stderr.endswith("\n5 errors\n")
    assert done.stdout == ""


def test_an_error_shows_line_caret_and_hint(inside: Backtest, five: str) -> None:
    """As a compiler would."""
    shown = inside("validate", five).stderr
    expected = (
        "five.yaml:4:18: events.source: expected one of curated, files, simulated\n"
        "    4 | events: {source: simulatd}\n"
        "      |                  ^\n"
        "      hint: did you mean `simulated`?\n"
    )
    assert expected in shown


def test_errors_are_json_when_asked_for(inside: Backtest, five: str) -> None:
    """A program reads stdout, a person stderr."""
    done = inside("validate", five, "--json")
    told = json.loads(done.stdout)
    assert told["schema_version"] == 1
    assert [one["field"] for one in told["error"]["findings"]] == [
        "calender", "prices.sessions", "events.source", "portfolio.base.semis", "account",
    ]  # fmt: skip
    assert "5 errors" in done.stderr


def test_a_valid_config_says_so(inside: Backtest, root: Path) -> None:
    """Exit 0, one line of data, nothing on stderr."""
    path = str(root / "configs" / "quickstart.yaml")
    done = inside("validate", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: valid\n", "")


def test_what_validate_leaves_to_run_is_said(inside: Backtest, tmp_path: Path) -> None:
    """The files are there, and were not read."""
    (tmp_path / "p.csv").touch()
    (tmp_path / "a.yaml").write_text(
        "name: a\nprices: {source: files, path: p.csv, adjustment: raw}\nevents: {source: curated}\n"
        "baskets: {all: [NVDA]}\nportfolio: {base: {all: 1}}\n"
    )
    done = inside("validate", "a.yaml")
    assert (done.returncode, done.stdout) == (0, "a.yaml: valid\n")
    assert "prices are read by run, not by validate" in done.stderr
    assert json.loads(inside("validate", "a.yaml", "--json").stdout)["read_by_run"] == ["prices"]
    (tmp_path / "p.csv").unlink()
    assert inside("validate", "a.yaml").returncode == 2


def test_validate_json_gives_the_normal_form(inside: Backtest, root: Path) -> None:
    """With the override in it."""
    path = str(root / "configs" / "quickstart.yaml")
    told = json.loads(inside("validate", path, "--set", "seed=5", "--json").stdout)
    assert (told["schema_version"], told["valid"], told["config"]["seed"]) == (1, True, 5)


def test_a_config_is_read_from_stdin(backtest: Backtest) -> None:
    """Places then carry <stdin>."""
    done = backtest("validate", "-", input=FIVE_MISTAKES)
    assert done.returncode == 2
    assert "<stdin>:4:18: events.source" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["valdate"], "Did you mean 'validate'?"),
        (["validate", "a.yaml", "--jsn"], "Did you mean --json?"),
        (["validate"], "Missing argument 'CONFIG'"),
        (["validate", "nowhere.yaml"], "nowhere.yaml: does not exist"),
        (["run", "nowhere.yaml", "--fail-if", "sharpe~1"], "--fail-if sharpe~1: expected"),
        (["init", "../x"], "is no name for a research"),
        (["demo", "--lang", "fr"], "Invalid value for '--lang': 'fr' is not one of 'en', 'ko' (see"),
    ],
)
def test_a_usage_error_is_one_sentence_and_exit_2(inside: Backtest, arguments: list[str], told: str) -> None:
    """With the nearest known word, and without a traceback."""
    done = inside(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_no_command_shows_the_help_on_stderr(inside: Backtest) -> None:
    """Nothing was asked for, so stdout stays empty."""
    done = inside()
    assert (done.returncode, done.stdout) == (2, "")
    assert "validate" in done.stderr


def test_help_is_light(root: Path) -> None:
    """It imports none of the heavy libraries."""
    code = (
        "import sys, io, contextlib; from backtest.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()): code = main(['--help'])\n"
        "print(code, sorted({'polars', 'numba', 'numpy', 'pandas', 'yaml', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"


@pytest.mark.parametrize("arguments", [["schema"], ["--help"], ["doctor"]])
def test_a_closed_pipe_is_no_error(backtest: Backtest, arguments: list[str]) -> None:
    """As with `| head`: quiet, and no exit code of its own."""
    reader, writer = os.pipe()
    os.close(reader)
    done = backtest(*arguments, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def _on_a_terminal(backtest: Backtest, *arguments: str, **options: object) -> str:
    leader, follower = pty.openpty()
    backtest(*arguments, capture_output=False, stdout=subprocess.DEVNULL, stderr=follower, **options)
    os.close(follower)
    shown = os.read(leader, 1_000_000).decode()
    os.close(leader)
    return shown


def test_colour_only_on_a_terminal_that_wants_it(backtest: Backtest, environment: dict[str, str]) -> None:
    """A pipe, NO_COLOR, --no-color anywhere and a dumb terminal stay plain."""
    assert "\x1b[" in _on_a_terminal(backtest, "valdate")
    assert "\x1b[" not in backtest("valdate").stderr
    assert "\x1b[" not in _on_a_terminal(backtest, "valdate", env={**environment, "NO_COLOR": "1"})
    assert "\x1b[" not in _on_a_terminal(backtest, "valdate", env={**environment, "TERM": "dumb"})
    assert "\x1b[" not in _on_a_terminal(backtest, "valdate", "--no-color")


def test_terminal_sequences_of_a_file_are_stripped(inside: Backtest, tmp_path: Path) -> None:
    """A config cannot set the window's title or repaint an error."""
    (tmp_path / "a.yaml").write_text('name: "\\e]0;owned\\a\\e[31mred"\n"k\\e[2Jey": 1\n')
    done = inside("validate", "a.yaml")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr


def test_every_verb_stands_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    """Once each, and none is left over."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "Others" not in shown
    for verb in (verb for verbs in HEADINGS.values() for verb in verbs):
        assert len(re.findall(rf"^  {verb} ", shown, re.MULTILINE)) == 1, verb


WAITING = """
import io, sys
from backtest.cli.main import main

class Told(io.RawIOBase):
    def read(self, size=-1):
        print("reading", flush=True)
        return under.read(size)

under = sys.stdin.buffer
sys.stdin = type("Stdin", (), {"buffer": Told(), "isatty": lambda self: False})()
sys.exit(main(["validate", "-"]))
"""


def test_an_interrupt_is_exit_130(environment: dict[str, str], root: Path) -> None:
    """Ctrl-C while it waits for a config on stdin; the child says when it has begun to read."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 130
    assert told == b"interrupted\n"


def test_a_bug_keeps_its_traceback_and_is_exit_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here the standard library fails where nobody expects it."""

    def broken(name: str) -> str:
        raise ZeroDivisionError(name)

    monkeypatch.setattr("importlib.metadata.version", broken)
    assert main(["--version"]) == 70
    assert "ZeroDivisionError: eventfolio" in capsys.readouterr().err


def test_doctor_reports_on_everything(backtest: Backtest) -> None:
    """The checkout is sound, and vectorbt may be there or not."""
    done = backtest("doctor", "--json")
    told = json.loads(done.stdout)
    names = {check["name"] for check in told["checks"]}
    assert (done.returncode, told["ok"], told["schema_version"]) == (0, True, 1)
    assert {"python", "numba", "package data", "package signals", "kernel cache", "calendar XNYS"} <= names


def test_doctor_fails_on_a_foreign_package(backtest: Backtest, environment: dict[str, str], tmp_path: Path) -> None:
    """Another `signals` that comes first on the path silently wins; the doctor sees it."""
    (tmp_path / "foreign" / "signals").mkdir(parents=True)
    (tmp_path / "foreign" / "signals" / "__init__.py").touch()
    path = f"{tmp_path / 'foreign'}{os.pathsep}{environment['PYTHONPATH']}"
    done = backtest("doctor", env={**environment, "PYTHONPATH": path})
    assert done.returncode == 1
    assert "BROKEN package signals" in done.stdout


def test_doctor_fails_on_an_unwritable_cache(backtest: Backtest, environment: dict[str, str], tmp_path: Path) -> None:
    """A file stands where the cache folder should be."""
    (tmp_path / "file").touch()
    done = backtest("doctor", env={**environment, "XDG_CACHE_HOME": str(tmp_path / "file" / "cache")})
    assert done.returncode == 1
    assert "BROKEN kernel cache" in done.stdout


def test_doctor_fails_on_a_cache_open_to_all(backtest: Backtest, environment: dict[str, str], tmp_path: Path) -> None:
    """The cache holds machine code: whoever may write it runs code."""
    own = {**environment, "XDG_CACHE_HOME": str(tmp_path)}
    backtest("doctor", env=own)
    (folder,) = (tmp_path / "eventfolio").iterdir()
    folder.chmod(0o777)
    done = backtest("doctor", env=own)
    assert done.returncode == 1
    assert "can be written by everybody" in done.stdout


def test_init_writes_a_config_that_validates(inside: Backtest, tmp_path: Path) -> None:
    """The next command is printed; the editor's schema lies beside."""
    done = inside("init", "my-thesis")
    assert done.returncode == 0
    assert done.stdout.endswith("next: backtest run configs/my-thesis.yaml\n")
    assert inside("validate", "configs/my-thesis.yaml").returncode == 0
    written = sorted(path.name for path in (tmp_path / "configs").iterdir())
    assert written == ["backtest.schema.json", "my-thesis-events.csv", "my-thesis.yaml"]


def test_init_never_overwrites(inside: Backtest, tmp_path: Path) -> None:
    """Neither file is touched when one of them is there."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "mine-events.csv").write_text("precious")
    done = inside("init", "mine")
    assert done.returncode == 2
    assert (tmp_path / "configs" / "mine-events.csv").read_text() == "precious"
    assert not (tmp_path / "configs" / "mine.yaml").exists()
