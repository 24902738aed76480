"""The simulator, its metrics, and everything that is made of them: runs, tearsheets, the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtest.batch import Batch, Walks, simulate_many
    from backtest.costs import Account, Costs
    from backtest.portfolio import Targets
    from backtest.simulation import Walk, simulate

__all__ = ["Account", "Batch", "Costs", "Targets", "Walk", "Walks", "simulate", "simulate_many"]

# Looked up when first used: `backtest --help` must not wait for numba.
HOMES = {
    "Account": "backtest.costs",
    "Batch": "backtest.batch",
    "Costs": "backtest.costs",
    "Targets": "backtest.portfolio",
    "Walk": "backtest.simulation",
    "Walks": "backtest.batch",
    "simulate": "backtest.simulation",
    "simulate_many": "backtest.batch",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in HOMES:
        raise AttributeError(f"module 'backtest' has no attribute {name!r}; public names: {', '.join(__all__)}")
    return getattr(import_module(HOMES[name]), name)
