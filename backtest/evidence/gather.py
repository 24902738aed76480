"""Gather the evidence of a run, part by part; what cannot be had leaves a remark, never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from backtest.evidence.types import Gathered
from backtest.study.of_run import study_of_run
from data.errors import ResearchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backtest.evidence.line import Line
    from backtest.study.study import StudyResult

__all__ = ["gather"]


def gather(line: Line, folder: Path, say: Callable[[str], None]) -> Gathered:
    """Gather what the config asks for."""
    remarks: dict[str, str] = {}
    return Gathered(
        study=_study(line, folder, say, remarks),
        placebo=None,
        hindsight=None,
        power=None,
        stress=pl.DataFrame(),
        bridge=pl.DataFrame(),
        remarks=remarks,
    )


def _study(line: Line, folder: Path, say: Callable[[str], None], remarks: dict[str, str]) -> StudyResult | None:
    if not line.config.evidence.study:
        remarks["study"] = "evidence.study is off"
        return None
    say("studying events")
    try:
        return study_of_run(line.config, line.inputs, folder=folder)
    except ResearchError as error:
        remarks["study"] = str(error).splitlines()[0]
        return None
