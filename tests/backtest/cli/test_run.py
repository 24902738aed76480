"""``backtest run`` and ``demo`` from end to end on the simulated market."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Backtest = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("--set", "prices.sessions=300", "--set", "evidence.placebo_draws=20", "--set", "evidence.study=false")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_demo_prints_a_screen_and_the_tearsheet(
    backtest: Backtest, environment: dict[str, str], tmp_path: Path, encoding: str
) -> None:
    """Data on stdout, nothing on stderr, a page on disk; blocks where they can be shown, letters where not."""
    done = backtest("demo", *SHORT, env={**environment, "PYTHONIOENCODING": encoding}, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "SIMULATED PRICES" in done.stdout
    assert ("█" in done.stdout) == (encoding == "utf-8")
    assert "?" not in done.stdout
    (sheet,) = (line.removeprefix("page").strip() for line in done.stdout.splitlines() if line.startswith("page"))
    assert (tmp_path / sheet).is_file()


def test_the_same_run_twice_keeps_the_first(inside: Backtest, tmp_path: Path) -> None:
    """The folder is named by its inputs, so identical inputs need no second one."""
    first = inside("demo", *SHORT, "--quiet")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("*")}
    second = inside("demo", *SHORT, "--quiet")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout == second.stdout
    assert "is already there, made from identical inputs" in second.stderr
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("*")} == before


def test_json_is_all_of_stdout(inside: Backtest) -> None:
    """A program can parse it, and the folder it names exists."""
    done = inside("demo", *SHORT, "--json", "--fail-if", "sharpe<-100")
    told = json.loads(done.stdout)
    assert (done.returncode, told["schema_version"], told["run_id"][:11]) == (0, 1, "quickstart-")
    assert told["folder"] == str(Path("runs") / told["run_id"])
    assert told["gates"][0]["failed"] is False
    assert told["provenance"]["simulated"] is True


def test_a_failed_gate_is_exit_1_and_the_run_is_kept(inside: Backtest, tmp_path: Path) -> None:
    """The gate is named with what was found."""
    done = inside("demo", *SHORT, "-q", "--fail-if", "sharpe<100")
    assert done.returncode == 1
    assert "gate failed: sharpe<100 (sharpe is " in done.stderr
    assert (tmp_path / done.stdout.strip()).is_dir()


def test_a_gate_on_an_unknown_metric_is_exit_2_and_writes_nothing(inside: Backtest, tmp_path: Path) -> None:
    """A typo in CI must not pass, nor leave a run that looks judged."""
    done = inside("demo", *SHORT, "--fail-if", "sharp<1")
    assert done.returncode == 2
    assert "did you mean `sharpe`?" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_gate_is_checked_before_anything_is_read(inside: Backtest) -> None:
    """Even the config: the gate is told, not the missing file."""
    done = inside("run", "nowhere.yaml", "--fail-if", "shrpe<1")
    assert (done.returncode, "did you mean `sharpe`?" in done.stderr, "nowhere" in done.stderr) == (2, True, False)


def test_gates_on_events_and_placebo(inside: Backtest) -> None:
    """Read is traded and lost; the placebo's p is that of the page, and is at least 1 / (draws + 1)."""
    wanted = ("events_traded<1", "events_lost<0", "placebo_p<0.04")
    done = inside("demo", *SHORT, "--json", *(word for text in wanted for word in ("--fail-if", text)))
    told = json.loads(done.stdout)
    found = [gate["found"] for gate in told["gates"]]
    traded, lost = (float(text.split(" is ")[1]) for text in found[:2])
    assert done.returncode == 0
    assert (traded, traded + lost) == (told["funnel"]["traded"], told["funnel"]["read"])
    assert float(found[2].split(" is ")[1]) >= 1 / 21 - 1e-6


def test_missing_data_is_exit_3(inside: Backtest, tmp_path: Path) -> None:
    """The scaffold names a price file that is not there yet."""
    inside("init", "mine")
    done = inside("run", "configs/mine.yaml", "--set", "prices.source=files", "--set", "benchmark=SEM1")
    assert done.returncode == 3
    assert "mine-prices.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()
