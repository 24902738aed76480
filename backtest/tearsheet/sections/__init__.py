"""The sections after the fixed first part, in the order of the page; a new one is one file and one entry here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.tearsheet.sections import (
    capacity,
    coverage,
    evidence,
    extremes,
    intervals,
    leave_out,
    robustness,
    rolling,
    study,
)

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import Section, View

__all__ = ["appendix", "sections"]

MAIN = (leave_out.section, study.section, evidence.section)
APPENDIX = (
    rolling.section,
    extremes.section,
    capacity.section,
    robustness.section,
    intervals.section,
    coverage.section,
)


def sections(view: View) -> tuple[Section, ...]:
    """Make the sections of the main part: what carries the result, and what it is set against."""
    return tuple(make(view) for make in MAIN)


def appendix(view: View) -> tuple[Section, ...]:
    """Make the sections that print after the main part."""
    return tuple(make(view) for make in APPENDIX)
