"""Timing stress: shift 0 is the run, a moved event trades when a later announcement would, and where the edge dies."""

from __future__ import annotations

import polars as pl
import pytest

from backtest.engine import line_of
from backtest.evidence.stress import WORST, stress
from backtest.inputs import read

EVIDENCE = {"placebo_draws": 0, "study": False, "hindsight": False}


@pytest.fixture(scope="module")
def line(small):
    """Give the line of the small market, with the shifts that every run has."""
    config = small.config(evidence=EVIDENCE)
    return line_of(config, read(config, small.folder))


@pytest.fixture(scope="module")
def curve(line) -> pl.DataFrame:
    """Give its curve."""
    return stress(line)


def test_shift_zero_is_the_run_bit_for_bit(line, curve):
    """Net return, Sharpe ratio and active return are those of the metrics, to the last bit."""
    row = curve.filter(pl.col("shift") == 0).row(0, named=True)
    known = {metric.name: metric.value for metric in line.metrics}
    assert (row["net_return"], row["sharpe"], row["active_return"]) == (
        known["total_return"], known["sharpe"], known["active_return"],
    )  # fmt: skip


def test_looking_ahead_is_labelled(curve):
    """The shift of -1 says that it is no strategy."""
    assert curve.filter(pl.col("shift") == -1)["label"].to_list() == ["1 session earlier: look-ahead, no strategy"]


def test_shifting_is_announcing_later(small, line):
    """One session later gives what the same market gives when each event is known a session later by its file."""
    sessions = line.inputs.panel.sessions
    known = pl.read_csv(small.folder / "events.csv")
    chosen = {event.event_id: event.session for event in line.traded}
    moved = [
        f"{sessions[chosen[name] + 1]}T07:00:00-05:00" if name in chosen and chosen[name] + 1 < len(sessions) else text
        for name, text in known.select("event_id", "announced_at").iter_rows()
    ]
    events = known.with_columns(pl.Series("announced_at", moved), flag=pl.lit("unknown"))
    events.write_csv(small.folder / "moved.csv")
    source = {"source": "files", "path": "moved.csv", "columns": {"session_flag": "flag"}}
    config = small.config(events=source)
    later = line_of(config, read(config, small.folder))
    shifted = stress(line).filter(pl.col("shift") == 1)["net_return"][0]
    assert shifted == pytest.approx(later.walked.equity[-1] / 1e6 - 1.0, abs=1e-12)


def test_the_worst_case_moves_date_only_events_alone(line, curve):
    """There is one row for them, and it differs from the run: the small market has such events."""
    grades = line.inputs.events.frame.filter(pl.col("timing") == "C").height
    assert grades > 0
    assert curve.filter(pl.col("label") == WORST)["shift"].to_list() == [None]
