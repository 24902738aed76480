"""``backtest sweep`` and ``backtest trials`` from end to end on the simulated market."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Backtest = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("--set", "prices.sessions=300", "--set", "evidence.placebo_draws=0", "--set", "evidence.study=false")
GRID = ("--grid", "signals.0.cap=0.2,0.4", "--grid", "portfolio.rebalance_every_sessions=5,10,20")


@pytest.fixture
def config(root: Path) -> str:
    return str(root / "configs" / "quickstart.yaml")


def test_a_run_is_counted_and_shown(inside: Backtest, tmp_path: Path) -> None:
    """Without being asked, once, the demo too."""
    first = inside("demo", *SHORT)
    inside("demo", *SHORT, "--set", "name=other")
    second = inside("demo", *SHORT, "--set", "costs.half_spread_bps=9")
    assert "trials  1 trial on these data; best net Sharpe" in first.stdout
    assert "luck    this net Sharpe" in first.stdout
    assert "trials  2 trials on these data" in second.stdout
    assert len((tmp_path / "runs" / "trials.jsonl").read_text().splitlines()) == 2


def test_a_config_that_is_seen_among_its_placebos_is_counted(inside: Backtest, config: str, tmp_path: Path) -> None:
    """Its return stands on the screen as in a run; running it then counts nothing more."""
    done = inside("placebo", config, *SHORT, "--draws", "20")
    assert done.returncode == 0
    assert len((tmp_path / "runs" / "trials.jsonl").read_text().splitlines()) == 1
    inside("demo", *SHORT, "-q")
    assert len((tmp_path / "runs" / "trials.jsonl").read_text().splitlines()) == 1


def test_a_placebo_of_a_stored_run_is_its_trial(inside: Backtest, config: str) -> None:
    """Another design changes no return: nothing is counted, and the returns of all trials are still there."""
    inside("demo", *SHORT, "-q")
    inside("demo", *SHORT, "-q", "--set", "signals.0.cap=0.2")
    before = inside("trials", "--json").stdout
    assert inside("placebo", config, *SHORT, "--draws", "20", "--design", "sign_flips").returncode == 0
    assert inside("trials", "--json").stdout == before
    assert json.loads(before)["data"][0]["trials"] == 2


def test_the_ledger_as_json(inside: Backtest) -> None:
    """Counts, effective trials, best Sharpe ratio and its deflation."""
    inside("demo", *SHORT, "-q")
    (found,) = json.loads(inside("trials", "--json").stdout)["data"]
    assert (found["trials"], found["effective"]) == (1, 1.0)
    assert found["best"].startswith("quickstart-")
    assert 0.0 <= found["deflated"] <= 1.0


def test_no_ledger_is_no_error(inside: Backtest) -> None:
    """It says that nothing was tried."""
    done = inside("trials")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no trials yet" in done.stdout


def test_a_sweep_is_written_counted_and_ranked(inside: Backtest, config: str, tmp_path: Path) -> None:
    """Six cells: files, trials, an honest line about the best; the same again keeps the first."""
    done = inside("sweep", config, *SHORT, *GRID, "--walk-forward", "60,20")
    assert (done.returncode, done.stderr) == (0, "")
    for said in (
        *("probability of overfitting", "deflated", "haircut Sharpe ratio", "MinBTL", "MinTRL", "reality check p"),
        *("Hansen's SPA p", "studentised", "StepM", "independent trials", "walk-forward: ", "needed at 5 %"),
        *("form of 2025", "chosen across time (CPCV)"),
    ):
        assert said in done.stdout, said
    (folder,) = (tmp_path / "runs").glob("sweep-*")
    assert sorted(path.name for path in folder.iterdir()) == [
        "active.parquet",
        "cells.parquet",
        "returns.parquet",
        "sweep.json",
    ]
    told = json.loads((folder / "sweep.json").read_text())
    assert {one["name"] for one in told["overfitting"]} >= {
        *("best_dsr", "best_dsr_2025", "reality_check_p", "spa_p", "step_m", "cpcv_sharpe", "cpcv_lowest_sharpe")
    }
    assert all(one["unit"] and one["convention"] and (one["reason"] or one["value"] is not None)
               for one in told["overfitting"])  # fmt: skip
    assert told["best"] == pl.read_parquet(folder / "cells.parquet")["cell"][0]
    assert pl.read_parquet(folder / "active.parquet").columns == pl.read_parquet(folder / "returns.parquet").columns
    board = pl.read_parquet(folder / "cells.parquet")
    assert board["sharpe"].to_list() == sorted(board["sharpe"].to_list(), reverse=True)
    assert json.loads(inside("trials", "--json").stdout)["data"][0]["trials"] == 6
    again = inside("sweep", config, *SHORT, *GRID, "--walk-forward", "60,20")
    assert "is already there" in again.stderr
    assert again.stdout == done.stdout


@pytest.mark.parametrize("stored", [1, 3])
def test_a_sweep_that_was_killed_goes_on(
    inside: Backtest, config: str, tmp_path: Path, environment: dict[str, str], stored: int
) -> None:
    """What is stored is counted, no cell lost or counted twice; the bytes are those of one never stopped (law 30)."""
    command = [sys.executable, "-m", "backtest.cli", "sweep", config, *SHORT, *GRID]
    stopped = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    while len(list(tmp_path.glob("runs/*.partial/*.json"))) < stored and stopped.poll() is None:
        time.sleep(0.001)
    stopped.send_signal(signal.SIGKILL)
    stopped.wait(10)
    kept = {path.stem for path in tmp_path.glob("runs/*.partial/*.json")}
    lines = (tmp_path / "runs" / "trials.jsonl").read_text().splitlines()
    assert {json.loads(line.partition(" ")[2])["run_id"].partition("/")[2] for line in lines} >= kept
    refused = inside("sweep", config, *SHORT, *GRID)
    if refused.returncode:  # else the sweep was done before it could be stopped
        assert refused.returncode == 2
        assert "--resume" in refused.stderr
    resumed = inside("sweep", config, *SHORT, *GRID, "--resume", "-q")
    whole = inside("sweep", config, *SHORT, *GRID, "-q", "--out", "fresh")
    for name in ("active.parquet", "cells.parquet", "returns.parquet", "sweep.json"):
        pair = [(tmp_path / done.stdout.strip() / name).read_bytes() for done in (resumed, whole)]
        assert pair[0] == pair[1], name
    assert json.loads(inside("trials", "--json").stdout)["data"][0]["trials"] == 6
    assert not list((tmp_path / "runs").glob("*.partial"))


def test_a_dry_run_counts_and_writes_nothing(inside: Backtest, config: str, tmp_path: Path) -> None:
    """Count and time first."""
    done = inside("sweep", config, *SHORT, *GRID, "--dry-run")
    assert done.stdout.startswith("6 cells, 0 of them done; ")
    assert not (tmp_path / "runs").exists()


def test_a_grid_beyond_reason_is_refused(inside: Backtest, config: str) -> None:
    """Exit 2 and the count."""
    done = inside("sweep", config, *GRID, "--most", "5")
    assert done.returncode == 2
    assert "2 x 3 = 6 cells, more than 5" in done.stderr


def test_a_walk_forward_that_does_not_fit_says_why(inside: Backtest, config: str, tmp_path: Path) -> None:
    """The cells are kept, ranked and judged all the same."""
    done = inside("sweep", config, *SHORT, "--grid", "signals.0.cap=0.2,0.4", "--walk-forward", "5000,20")
    assert done.returncode == 0
    assert "sessions hold no step of 5000 to train" in done.stdout
    (folder,) = (tmp_path / "runs").glob("sweep-*")
    assert json.loads((folder / "sweep.json").read_text())["walk_forward"] is None


def test_a_walk_forward_that_cannot_be_read_is_refused(inside: Backtest, config: str, tmp_path: Path) -> None:
    """Before anything is run."""
    done = inside("sweep", config, *GRID, "--walk-forward", "a year")
    assert done.returncode == 2
    assert "for example 504,126" in done.stderr
    assert not (tmp_path / "runs").exists()
