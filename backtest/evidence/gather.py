"""Gather the evidence of a run, part by part; what cannot be had leaves a remark, never a number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from backtest.evidence.placebo import placebo
from backtest.evidence.types import Gathered
from backtest.study.of_run import study_of_run
from data.errors import ResearchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backtest.evidence.line import Line
    from backtest.evidence.types import Placebo
    from backtest.study.study import StudyResult

__all__ = ["gather"]


def gather(line: Line, folder: Path, say: Callable[[str], None]) -> Gathered:
    """Gather what the config asks for."""
    remarks: dict[str, str] = {}
    return Gathered(
        study=_study(line, folder, say, remarks),
        placebo=_placebo(line, say),
        hindsight=None,
        power=None,
        stress=pl.DataFrame(),
        bridge=pl.DataFrame(),
        remarks=remarks,
    )


def _placebo(line: Line, say: Callable[[str], None]) -> Placebo:
    draws = line.config.evidence.placebo_draws
    if draws:
        say(f"{draws:,} placebo backtests")
    try:
        return placebo(line)
    except ResearchError as error:
        return replace(placebo(line, draws=0), reason=str(error).splitlines()[0])


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
