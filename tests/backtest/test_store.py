"""Run folders: complete, never overwritten, byte-identical but for the manifest's clock."""

from __future__ import annotations

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from backtest.store import beside, existing, read, write
from backtest.store.csv import csv_text
from backtest.tearsheet.render import render
from data.errors import InputError, MissingDataError, RunError
from tests.backtest import samples_evidence

STORED = sorted([
    "attribution.parquet", "config.yaml", "daily.csv", "daily.parquet", "events.csv", "events.parquet", "evidence.json",
    "exposure.parquet", "fit_paths.parquet", "fits.parquet", "intervals.csv", "intervals.parquet", "leave_out.csv",
    "leave_out.parquet", "manifest.json", "metrics.json", "quality.parquet", "rotations.csv", "rotations.parquet",
    "signals.csv", "signals.parquet", "tearsheet.html", "trades.csv", "trades.parquet", "weights.parquet",
])  # fmt: skip

# Of the evidence that could be had.
STUDY = ("events", "tests", "path", "abnormal", "drops")
EVIDENCE = {
    *("placebo.parquet", "stress.parquet", "stress.csv", "bridge.parquet", "bridge.csv"),
    *("study-events.csv", "study-tests.csv", *(f"study-{name}.parquet" for name in STUDY)),
}


def test_a_run_folder_is_complete(small, tmp_path):
    """Every promised file is there, and nothing else."""
    folder = write(small.run(), tmp_path / "runs")
    names = {path.name for path in folder.iterdir()}
    assert set(STORED) <= names <= set(STORED) | EVIDENCE
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_two_runs_are_byte_identical(small, tmp_path):
    """All files of two runs are the same bytes; the manifest differs in its clock alone."""
    first, second = (write(small.anew(), tmp_path / name) for name in ("a", "b"))
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
    for name in ("config", "run_id", "funnel", "metrics", "verdict", "judgement", "warnings", "provenance"):
        assert getattr(found, name) == getattr(result, name), name
    page = (tmp_path / result.run_id / "tearsheet.html").read_text(encoding="utf-8")
    assert render(found, beside=beside(found, tmp_path)) == page


@pytest.mark.parametrize("state", ["full", "without"])
def test_evidence_reads_back_exactly(state, tmp_path):
    """Frames to the last bit, numbers, remarks; parts that are not there stay None."""
    result = getattr(samples_evidence, state)()
    found, given = read(write(result, tmp_path)).evidence, result.evidence
    for name in ("hindsight", "power", "remarks"):
        assert getattr(found, name) == getattr(given, name)
    for name in ("stress", "bridge"):
        assert_frame_equal(getattr(found, name), getattr(given, name), check_exact=True)
    assert (found.study is None, found.placebo is None) == (state == "without", state == "without")
    if given.study is not None:
        assert found.study.settings == given.study.settings
        for name in ("events", "tests", "path", "abnormal", "drops"):
            assert_frame_equal(getattr(found.study, name), getattr(given.study, name), check_exact=True)
        assert_frame_equal(found.placebo.draws, given.placebo.draws, check_exact=True)
        assert found.placebo.p_return == given.placebo.p_return


def test_signals_leave_out_and_fits_read_back_exactly(tmp_path):
    """The frames that a result made by hand may lack."""
    result = samples_evidence.full()
    found = read(write(result, tmp_path))
    for name in ("signals", "rotations", "leave_out", "fits", "exposure"):
        assert_frame_equal(getattr(found, name), getattr(result, name), check_exact=True)


def test_a_frame_that_was_written_must_be_there(tmp_path):
    """A lost part is no run without it."""
    folder = write(samples_evidence.full(), tmp_path)
    (folder / "study-path.parquet").unlink()
    with pytest.raises(MissingDataError, match="study-path"):
        read(folder)


def test_the_events_with_their_cars_are_a_spreadsheet(tmp_path):
    """One row per event and group, one column per window."""
    folder = write(samples_evidence.full(), tmp_path)
    rows = pl.read_csv(folder / "study-events.csv")
    assert rows.columns[-3:] == ["car [0, 1]", "car [0, 5]", "reason"]
    assert (rows.height, set(rows["car [0, 5]"])) == (60, {0.0125})


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


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "\uff1d1+1", "\uff20SUM(A1)"]
)
def test_no_cell_of_a_csv_starts_like_a_formula(text):
    """CWE-1236: an apostrophe stands before it; numbers stay numbers, negative ones too."""
    lines = csv_text(pl.DataFrame({"a": [text], "b": [-1.5]}))
    assert lines.startswith('"a","b"\n"\'')
    assert lines.rstrip().endswith(",-1.5")
