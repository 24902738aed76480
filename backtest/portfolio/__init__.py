"""From scores to sparse target weights: combination, base mix, neutrality, bounds, and when targets are set."""

from __future__ import annotations

from backtest.portfolio.combination import Combination, combined
from backtest.portfolio.entries import BASE
from backtest.portfolio.schedule import decisions, drifted
from backtest.portfolio.settings import Bounds, Neutral, Portfolio
from backtest.portfolio.targets import Built, Numbering, Targets, build, construct, numbering

__all__ = [
    "BASE",
    "Bounds",
    "Built",
    "Combination",
    "Neutral",
    "Numbering",
    "Portfolio",
    "Targets",
    "build",
    "combined",
    "construct",
    "decisions",
    "drifted",
    "numbering",
]
