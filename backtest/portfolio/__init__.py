"""From scores to sparse target weights: combination, base mix, neutrality, bounds, and when targets are set."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtest.portfolio.combination import combined
    from backtest.portfolio.entries import BASE
    from backtest.portfolio.schedule import decisions, drifted
    from backtest.portfolio.settings import Bounds, Combination, Neutral, Portfolio
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

# Looked up when first used: the simulator for arrays takes Targets and must not wait for signals and their settings.
HOMES = {
    "combination": ("combined",),
    "entries": ("BASE",),
    "schedule": ("decisions", "drifted"),
    "settings": ("Bounds", "Combination", "Neutral", "Portfolio"),
    "targets": ("Built", "Numbering", "Targets", "build", "construct", "numbering"),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    for home, names in HOMES.items():
        if name in names:
            return getattr(import_module(f"backtest.portfolio.{home}"), name)
    raise AttributeError(f"module 'backtest.portfolio' has no attribute {name!r}")
