"""Every sort of thesis that ``init`` writes runs at once, offline, and trades its example rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from backtest.cli.scaffold import TEMPLATES, config
from backtest.config.reader import load
from backtest.engine import run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Backtest = Callable[..., subprocess.CompletedProcess[str]]
QUICK = ["evidence.placebo_draws=0", "evidence.shifts=[]", "evidence.study=false"]


@pytest.mark.parametrize("thesis", TEMPLATES)
def test_what_is_written_runs_and_trades(inside: Backtest, tmp_path: Path, thesis: str) -> None:
    """Three rows are read, none is set aside or remarked upon, and at least two move something."""
    done = inside("init", "mine", "--thesis", thesis)
    assert done.stdout.endswith("next: backtest run configs/mine.yaml\n")

    loaded = load(tmp_path / "configs" / "mine.yaml", QUICK)
    result = run(loaded.config, loaded.folder)
    assert result.funnel.counts[:2] == (3, 3)
    assert result.funnel.counts[-1] >= 2
    assert result.warnings == ()


def test_the_written_command_works(inside: Backtest, tmp_path: Path) -> None:
    """As typed, in the folder where init ran."""
    inside("init", "mine", "--thesis", "own")
    quick = [text for name in QUICK for text in ("--set", name)]
    done = inside("run", "configs/mine.yaml", "--json", *quick)
    assert done.returncode == 0
    assert json.loads(done.stdout)["schema_version"] == 1


def test_an_unknown_thesis_is_refused_with_the_nearest(inside: Backtest, tmp_path: Path) -> None:
    """And nothing is written."""
    done = inside("init", "mine", "--thesis", "shok")
    assert (done.returncode, "did you mean shock?" in done.stderr) == (2, True)
    assert not (tmp_path / "configs").exists()


@pytest.mark.parametrize("thesis", TEMPLATES)
def test_lines_are_no_longer_than_the_house_has_them(thesis: str) -> None:
    """A config is read beside its page; no placeholder is left in it."""
    text = config("a-name", thesis)
    assert max(map(len, text.splitlines())) <= 120
    assert not any(word in text for word in ("NAME", "BELIEF", "SIGNALS", "READING"))
