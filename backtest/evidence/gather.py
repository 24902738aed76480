"""Gather the evidence of a run, part by part; what cannot be had leaves a remark, never a number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from backtest.evidence.bridge import bridge
from backtest.evidence.hindsight import hindsight
from backtest.evidence.placebo import placebo
from backtest.evidence.power import power
from backtest.evidence.stress import stress
from backtest.evidence.types import Gathered
from backtest.study.of_run import study_of_run
from data.errors import MissingDataError, ResearchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backtest.evidence.line import Line
    from backtest.evidence.types import Hindsight, Placebo
    from backtest.study.study import StudyResult
    from data.events.source import Events

__all__ = ["gather"]

Part = TypeVar("Part")


def gather(line: Line, folder: Path, say: Callable[[str], None], rerun: Callable[[Events], Line]) -> Gathered:
    """Gather what the config asks for.

    Parameters
    ----------
    line
        The run.
    folder
        Folder that relative paths of the config start from.
    say
        Called with a few words at the start of each part.
    rerun
        Gives the line of the same config on other events.

    """
    remarks: dict[str, str] = {}
    return Gathered(
        study=_study(line, folder, say, remarks),
        placebo=_placebo(line, say),
        hindsight=_hindsight(line, rerun, say, remarks),
        power=power(line),
        stress=_stress(line, say, remarks),
        bridge=_bridge(line, say, remarks),
        remarks=remarks,
    )


def _placebo(line: Line, say: Callable[[str], None]) -> Placebo:
    draws = line.config.evidence.placebo_draws

    def said(done: int) -> None:
        say(f"{done:,} of {draws:,} placebo backtests")

    if draws:
        said(0)
    remarks: dict[str, str] = {}
    found = _had("placebo", lambda: placebo(line, said=said), remarks)
    return found or replace(placebo(line, draws=0), reason=remarks["placebo"])


def _hindsight(
    line: Line, rerun: Callable[[Events], Line], say: Callable[[str], None], remarks: dict[str, str]
) -> Hindsight | None:
    if not line.config.evidence.hindsight:
        remarks["hindsight"] = "evidence.hindsight is off"
        return None
    say("looking back on the latest vintages")
    return _had("hindsight", lambda: hindsight(line, rerun), remarks)


def _stress(line: Line, say: Callable[[str], None], remarks: dict[str, str]) -> pl.DataFrame:
    if not line.config.evidence.shifts or not line.traded:
        remarks["stress"] = "evidence.shifts is empty" if line.traded else "no event is traded"
        return pl.DataFrame()
    say("shifting events")
    return stress(line)


def _bridge(line: Line, say: Callable[[str], None], remarks: dict[str, str]) -> pl.DataFrame:
    if not line.traded:
        remarks["bridge"] = "no event is traded"
        return pl.DataFrame()
    say("bridging from the event study to the portfolio")
    return bridge(line)


def _study(line: Line, folder: Path, say: Callable[[str], None], remarks: dict[str, str]) -> StudyResult | None:
    if not line.config.evidence.study:
        remarks["study"] = "evidence.study is off"
        return None
    say("studying events")
    return _had("study", lambda: study_of_run(line.config, line.inputs, folder=folder), remarks)


def _had(name: str, part: Callable[[], Part], remarks: dict[str, str]) -> Part | None:
    """Give a part, or leave a remark why it could not be had; a named file that is not there stops the run."""
    try:
        return part()
    except MissingDataError:
        raise
    except ResearchError as error:
        remarks[name] = str(error).splitlines()[0]
        return None
