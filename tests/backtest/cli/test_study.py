"""``backtest study`` from end to end: a screen, JSON, frames; and the session that an event's day 0 is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from backtest.config.reader import load
from backtest.inputs import lay_out, read
from backtest.study.of_run import happenings, study_of_run, total_returns
from backtest.study.settings import Study
from data.panel import Panel

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Backtest = Callable[..., subprocess.CompletedProcess[str]]

SMALL = ("--set", "prices.sessions=400", "--set", "study.windows=[[0,0],[0,5]]", "--set", "study.bootstrap_draws=99")


def test_a_screen_with_both_headline_tests_and_nothing_written(backtest: Backtest, root: Path, tmp_path: Path) -> None:
    """The table fits 80 columns, the disclosure stands on top, dropped events are counted."""
    before = set(tmp_path.iterdir())
    done = backtest("study", str(root / "configs" / "quickstart.yaml"), *SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert "SIMULATED PRICES" in done.stdout
    assert "BMP" in done.stdout
    assert "GRANK" in done.stdout
    assert "fewer than 100 returns in the estimation window" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert set(tmp_path.iterdir()) == before


def test_json_and_frames_hold_the_same(inside: Backtest, root: Path, tmp_path: Path) -> None:
    """--json is one object, --out writes the frames and overwrites nothing."""
    config = str(root / "configs" / "quickstart.yaml")
    done = inside("study", config, *SMALL, "--json", "--out", "frames")
    shown = json.loads(done.stdout)
    assert shown["settings"]["windows"] == [[0, 0], [0, 5]]
    assert len(shown["tests"]) == pl.read_parquet(tmp_path / "frames" / "tests.parquet").height
    again = inside("study", config, *SMALL, "--out", "frames")
    assert again.returncode == 2
    assert "nothing is overwritten" in again.stderr


def test_a_wrong_setting_is_a_sentence(inside: Backtest, root: Path) -> None:
    """The section is part of the config, and its mistakes look like the config's."""
    done = inside("study", str(root / "configs" / "quickstart.yaml"), "--set", "study.model=ff3")
    assert done.returncode == 2
    assert "needs `factors`" in done.stderr
    assert "Traceback" not in done.stderr


def test_day_zero_is_the_first_session_whose_close_is_later(root: Path) -> None:
    """Never later than the session in which an order at the open could trade, and at most one session earlier."""
    loaded = load(str(root / "configs" / "quickstart.yaml"), [])
    inputs = lay_out(loaded.config, *read(loaded.config, loaded.folder))
    found, known = happenings(inputs), inputs.events.frame["known_at"].dt.replace_time_zone(None)
    closes = inputs.calendar.close_at[np.searchsorted(inputs.calendar.sessions, inputs.panel.sessions)]
    for at, session in zip(known.to_numpy().astype("datetime64[us]"), found.session.tolist(), strict=True):
        assert closes[session] > at
        assert session == 0 or closes[session - 1] <= at
    assert set((inputs.tradable - found.session).tolist()) <= {0, 1}


def test_total_returns_hold_splits_and_dividends() -> None:
    """Two for one with a dividend of 1 per new share: 2 x (50 + 1) / 100 - 1."""
    ones = np.ones((3, 1))
    close = np.array([[100.0], [50.0], [np.nan]])
    panel = Panel(
        np.array(["2020-01-02", "2020-01-03", "2020-01-06"], dtype="datetime64[D]"),
        ("A",), close, close, np.array([[0.0], [1.0], [0.0]]), np.array([[1.0], [2.0], [1.0]]), ones,
    )  # fmt: skip
    np.testing.assert_allclose(total_returns(panel)[:, 0], [np.nan, 0.02, np.nan])


@pytest.mark.shared
def test_the_real_config_is_studied_with_several_models(root: Path, shared: Path) -> None:
    """Three models give numbers for the announcers' quarterly news, and the factor model reads the shared factors."""
    loaded = load(str(root / "configs" / "rotate_semis_to_hyperscalers.yaml"), [])
    inputs = lay_out(loaded.config, *read(loaded.config, loaded.folder))
    factors = str(shared / "factors" / "ff5_mom_daily.parquet")
    caar = {}
    for model in ("market", "ff5_mom", "matched_basket"):
        settings = Study(model=model, factors=factors, windows=((0, 1),), bootstrap_draws=99)
        result = study_of_run(loaded.config, inputs, settings, loaded.folder)
        assert result.events.select("event_id", "group", "window").is_unique().all()
        chosen = (pl.col("kind") == "rpo") & (pl.col("group") == "announcer") & (pl.col("split") == "all")
        caar[model] = result.tests.filter(chosen & (pl.col("test") == "adjusted_bmp"))["caar"][0]
    assert all(abs(value) < 0.02 for value in caar.values())
    assert len(set(caar.values())) == len(caar)
