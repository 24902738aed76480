"""Kinds that a config declares work from its rows to a trade, and are held to their declaration on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CONFIG = """
name: power
prices: {source: simulated, seed: 3, start: 2023-01-03, sessions: 300}
events:
  source: files
  path: events.csv
  kinds:
    - {name: grid_delay, required: [asset, value], unit: months, directions: [later, earlier]}
baskets: {semis: [SEM1, SEM2], clouds: [HYP1, HYP2]}
signals:
  - kind: rotation
    name: power
    from: semis
    to: clouds
    triggers: [{kind: grid_delay, directions: [later], size: 0.2}]
    decay: {kind: step, sessions: 20}
    cap: 0.4
portfolio: {base: {semis: 0.5, clouds: 0.5}}
"""
EVENTS = """event_id,kind,asset,announced_at,value,unit,direction
one,grid_delay,PJM,2023-06-06,12,months,later
two,grid_delay,PJM,2023-09-06,6,months,later
odd,grid_delay,PJM,2023-10-03,6,months,sideways
nobody,grid_delay,,2023-07-06,6,months,later
dollars,grid_delay,PJM,2023-08-08,6,USD,later
"""


def test_a_declared_kind_is_traded_and_its_faulty_rows_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Two rows trade, one is not selected, two break the declaration and keep their kind and reason."""
    (tmp_path / "c.yaml").write_text(CONFIG)
    (tmp_path / "events.csv").write_text(EVENTS)

    assert main(["run", str(tmp_path / "c.yaml"), "--out", str(tmp_path / "runs"), "--quiet"]) == 0

    events = pl.read_parquet(f"{capsys.readouterr().out.strip()}/events.parquet").sort("event_id")
    assert events.select("event_id", "kind", "stage", "reason").rows() == [
        ("dollars", "grid_delay", "read", "wrong unit"),
        ("nobody", "grid_delay", "read", "no asset"),
        ("odd", "grid_delay", "valid", "grid_delay: direction or announcer not selected"),
        ("one", "grid_delay", "traded", ""),
        ("two", "grid_delay", "traded", ""),
    ]


def test_an_unknown_direction_of_a_declared_kind_is_remarked_upon(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """The check of the same config names the row, the word and those it knows; exit 1 for the faulty rows."""
    (tmp_path / "c.yaml").write_text(CONFIG)
    (tmp_path / "events.csv").write_text(EVENTS)

    assert main(["events", "check", str(tmp_path / "c.yaml")]) == 1
    said = capsys.readouterr().out
    assert "direction = 'sideways' is no direction of this kind, known: later, earlier" in said
    assert "unit = 'USD' is no unit of this kind, expected one of months" in said
