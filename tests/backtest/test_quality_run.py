"""A run goes over its prices first: errors stop it, doubts reach the first screen and the run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from backtest.cli.main import main
from data.calendar import load as load_calendar

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name: q
prices: {source: files, path: prices.csv, adjustment: split}
events: {source: curated}
baskets: {one: [A, B]}
portfolio: {base: {one: 1.0}}
account: {fill: close}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a config of two assets over forty sessions, one of which doubles on the twentieth."""
    (tmp_path / "c.yaml").write_text(CONFIG)
    _write(tmp_path, 2.0)
    return tmp_path


def _write(folder: Path, jump: float) -> None:
    days = load_calendar().sessions[-400:-360]
    lines = [
        f"{day},{asset},{(100 + at % 3) * (jump if at >= 20 and asset == 'B' else 1)}"
        for at, day in enumerate(days)
        for asset in "AB"
    ]
    (folder / "prices.csv").write_text("session,asset,close\n" + "\n".join(lines) + "\n")


def test_doubts_are_counted_on_the_screen_and_listed_in_the_folder(folder: Path, capsys: pytest.CaptureFixture) -> None:
    """A doubling without a split stays, is said, and can be read row by row."""
    assert main(["run", str(folder / "c.yaml"), "--out", str(folder / "runs")]) == 0

    assert "1 doubt in the prices (jump 1)" in " ".join(capsys.readouterr().out.split())
    (path,) = (folder / "runs").glob("*/quality.parquet")
    assert pl.read_parquet(path).select("severity", "kind", "asset", "where").rows() == [
        ("warning", "jump", "B", f"prices.csv row 43 ({load_calendar().sessions[-380]} B)")
    ]


def test_an_error_stops_the_run_with_exit_2(folder: Path, capsys: pytest.CaptureFixture) -> None:
    """Pence after pounds: the row, the value and the remedy, and no run folder."""
    _write(folder, 100.0)

    assert main(["run", str(folder / "c.yaml"), "--out", str(folder / "runs")]) == 2
    said = capsys.readouterr().err
    assert "prices.csv row 43" in said
    assert "switch of units" in said
    assert "hint: bring the column to one unit" in said
    assert not (folder / "runs").exists()
