"""Run folders: complete, never overwritten, byte-identical but for the manifest's clock."""

from __future__ import annotations

import json

import polars as pl
import pytest

from backtest.store import existing, write
from data.errors import RunError

STORED = [
    "attribution.parquet", "config.yaml", "daily.parquet", "events.parquet", "manifest.json", "metrics.json",
    "quality.parquet", "tearsheet.html", "trades.parquet", "weights.parquet",
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
