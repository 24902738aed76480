"""The page as finished text: what the template draws, and nothing it would have to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from backtest.tearsheet.cards import Card
    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.reproduce import Inputs
    from backtest.tearsheet.sections.base import Section
    from backtest.tearsheet.tables import Table

__all__ = ["MetricRow", "Sheet"]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A line of the metrics table."""

    name: str
    label: str
    value: str
    interval: str
    unit: str
    convention: str
    reason: str
    exact: str
    bounds: str = ""
    no_interval: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page as text."""

    title: str
    thesis: str
    facts: tuple[tuple[str, str], ...]
    simulated: bool
    disclosure: tuple[str, ...]
    verdict: str
    judged: str
    tone: str
    warnings: tuple[str, ...]
    cards: tuple[Card, ...]
    sessions: tuple[date, ...]
    time_figures: tuple[Figure, ...]
    funnel: Figure
    losses: Table
    event_figure: Figure | None
    no_event_figure: str
    kinds: Table
    events: Table
    months: Table
    year_figure: Figure
    years: Table
    sections: tuple[Section, ...]
    appendix: tuple[Section, ...]
    metrics: tuple[MetricRow, ...]
    inputs: Inputs
