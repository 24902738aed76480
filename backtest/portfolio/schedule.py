"""When targets are set: on a grid, in event sessions, and when holdings have drifted from their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["decisions", "drifted"]


def decisions(first: int, last: int, every: int, event_sessions: Sequence[int]) -> NDArray[np.int64]:
    """Give the sessions at which targets are set: every so many from the first, and every event's session."""
    import numpy as np

    grid = np.arange(first, last + 1, every, dtype=np.int64)
    inside = [session for session in event_sessions if first <= session <= last]
    return np.union1d(grid, np.array(inside, dtype=np.int64))


def drifted(
    totals: NDArray[np.float64], returns: NDArray[np.float64], set_anew: NDArray[np.bool_], most: float
) -> NDArray[np.bool_]:
    """Say in which sessions targets are set: where they are anyway, and where a holding is too far from its target.

    Parameters
    ----------
    totals
        Targets as they would be in every session, shape (T, N).
    returns
        Total returns of the sessions, shape (T, N); NaN: none.
    set_anew
        Sessions in which targets are set anyway, shape (T,).
    most
        Distance allowed, fraction of equity.

    Notes
    -----
    Before session t holdings have drifted by the returns of the sessions after the last setting up to t - 1.

    """
    import numpy as np

    moves = np.nan_to_num(returns)
    chosen = set_anew.copy()
    held = np.zeros(totals.shape[1])
    for t in range(len(totals)):
        if not chosen[t] and t and not chosen[t - 1]:
            grown = held * (1.0 + moves[t - 1])
            whole = 1.0 + float(np.cumsum(grown - held)[-1])
            held = grown / whole if whole > 0.0 else held
        chosen[t] |= bool(np.abs(held - totals[t]).max(initial=0.0) > most)
        if chosen[t]:
            held = totals[t]
    return chosen
