"""What choosing among the cells of a sweep would have earned: step by step forward, and across time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.research.grid import Cell
    from backtest.research.sweep import Sweep
    from backtest.research.walkforward import Stitched
    from backtest.result import Metric

__all__ = ["across", "forward"]

RUINED = "a cell was ruined: nobody can hold it forward"


def across(whole: Sweep, about: tuple[int, float]) -> tuple[Metric, ...]:
    """Choose across the sessions that all cells have, or say why not."""
    import numpy as np

    from backtest.research.across import chosen_across, told
    from data.errors import RunError

    purge, per_year = about
    matrix = whole.returns.drop("session").to_numpy()
    if not np.isfinite(matrix).all():
        return told(None, per_year, RUINED, purge)
    try:
        return told(chosen_across(matrix, purge=purge), per_year, "", purge)
    except RunError as error:
        return told(None, per_year, error.message, purge)


def forward(
    cells: Sequence[Cell], whole: Sweep, steps: tuple[int, int] | None, about: tuple[int, float]
) -> tuple[dict[str, Any] | None, str]:
    """Choose forward through the sessions that all cells have, or say why not."""
    import numpy as np

    from backtest.research.walkforward import chosen_forward
    from data.errors import RunError

    if steps is None:
        return None, "none was asked for (--walk-forward TRAIN,TEST)"
    matrix = whole.returns.drop("session").to_numpy()
    if not np.isfinite(matrix).all():
        return None, RUINED
    try:
        found = chosen_forward(matrix, *steps, purge=about[0])
    except RunError as error:
        return None, error.message
    return _walked(found, cells, whole.returns["session"].to_list(), about), ""


def _walked(found: Stitched, cells: Sequence[Cell], sessions: list[object], about: tuple[int, float]) -> dict[str, Any]:
    import math

    from backtest.inference.sharpe import psr

    purge, per_year = about
    sharpe, probability = found.moments.sharpe, psr(found.moments)
    return {
        "purge_sessions": purge,
        "sessions": [str(sessions[row]) for row in found.rows],
        "returns": found.returns.tolist(),
        "sharpe_per_session": None if math.isnan(sharpe) else sharpe,
        "sharpe_per_year": None if math.isnan(sharpe) else sharpe * math.sqrt(per_year),
        "psr": None if math.isnan(probability) else probability,
        "windows": [
            {
                "trained": [str(sessions[row]) for row in window.trained],
                "held": [str(sessions[row]) for row in window.held],
                "cell": cells[window.cell].id,
                "sharpe_inside": window.inside,
                "sharpe_outside": window.outside,
            }
            for window in found.windows
        ],
    }
