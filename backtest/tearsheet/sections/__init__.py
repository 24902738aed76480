"""The sections after the fixed first part, in the order of the page; a new one is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.tearsheet.sections import coverage, extremes, rolling

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import Section, View

__all__ = ["sections"]

ORDER = (rolling.section, extremes.section, coverage.section)


def sections(view: View) -> tuple[Section, ...]:
    """Make every section."""
    return tuple(make(view) for make in ORDER)
