"""Run folders: complete, never overwritten, byte-identical but for the manifest's clock."""

from __future__ import annotations

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from backtest.store import existing, read, write
from backtest.store.csv import csv_text
from backtest.tearsheet.render import render
from data.errors import InputError, MissingDataError, RunError

STORED = [
    "attribution.parquet", "config.yaml", "daily.csv", "daily.parquet", "events.csv", "events.parquet", "manifest.json",
    "metrics.json", "quality.parquet", "tearsheet.html", "trades.csv", "trades.parquet", "weights.parquet",
]  # fmt: skip


def test_a_run_folder_is_complete(small, tmp_path):
    """Every promised file is there, and nothing else."""
    folder = write(small.run(), tmp_path / "runs")
    assert sorted(path.name for path in folder.iterdir()) == STORED
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_two_runs_are_byte_identical(small, tmp_path):
    """All files of two runs are the same bytes; the manifest differs in its clock alone."""
    first, second = (write(small.run(), tmp_path / name) for name in ("a", "b"))
    for name in set(STORED) - {"manifest.json"}:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in (first, second)]
    for manifest in manifests:
        manifest.pop("written_at")
    assert manifests[0] == manifests[1]


def test_a_run_is_never_overwritten(small, tmp_path):
    """Writing the same run again is refused and leaves the first as it was."""
    result = small.run()
    folder = write(result, tmp_path)
    (folder / "metrics.json").write_text("kept")
    with pytest.raises(RunError, match="never overwritten"):
        write(result, tmp_path)
    assert (folder / "metrics.json").read_text() == "kept"
    assert existing(result.run_id, tmp_path) == folder


def test_a_failed_write_leaves_nothing(small, tmp_path):
    """When the target folder cannot be made, the error names it and no draft stays behind."""
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(RunError, match="could not be written"):
        write(small.run(), tmp_path / "runs")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_the_stored_attribution_sums_to_the_stored_equity_change(small, tmp_path):
    """What is on disk adds up on its own."""
    folder = write(small.run(), tmp_path)
    daily, pnl = pl.read_parquet(folder / "daily.parquet"), pl.read_parquet(folder / "attribution.parquet")["pnl"]
    assert sum(pnl.to_list()) == pytest.approx(daily["equity"][-1] - 1_000_000.0, abs=1e-3)


def test_a_run_folder_reads_back_to_the_same_page_and_numbers(small, tmp_path):
    """Frames, metrics, funnel, sources: what was written is what is read, to the last bit of every P&L."""
    result = small.run()
    found = read(write(result, tmp_path))
    for name in ("daily", "weights", "trades", "events", "attribution"):
        assert_frame_equal(getattr(found, name), getattr(result, name), check_exact=True)
    for name in ("config", "run_id", "funnel", "metrics", "verdict", "warnings", "provenance"):
        assert getattr(found, name) == getattr(result, name), name
    assert render(found) == (tmp_path / result.run_id / "tearsheet.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ['{"schema_version": 999}', "[]", "not json", "[" * 100_000])
def test_another_schema_or_a_damaged_file_is_refused_by_name(small, tmp_path, text):
    """No guess at what an older or newer version meant."""
    folder = write(small.run(), tmp_path)
    (folder / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"manifest\.json"):
        read(folder)


def test_a_folder_that_is_no_run_is_named(tmp_path):
    """The sentence says how to find the runs."""
    with pytest.raises(MissingDataError, match="runs ls"):
        read(tmp_path / "nothing")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1"])
def test_no_cell_of_a_csv_starts_like_a_formula(text):
    """CWE-1236: an apostrophe stands before it; numbers stay numbers, negative ones too."""
    lines = csv_text(pl.DataFrame({"a": [text], "b": [-1.5]}))
    assert lines.startswith('"a","b"\n"\'')
    assert lines.rstrip().endswith(",-1.5")
