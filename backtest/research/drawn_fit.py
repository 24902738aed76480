"""A fitted half-life as paths to be drawn: what was seen after the training events, the fit, and the decay used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.research.decay_fit import LONGEST, SHORTEST, exponential, mean_path, scaled
from signals.decay import Fitted, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.research.decay_fit import Fit
    from backtest.research.reactions import Reactions
    from signals import EventDriven

__all__ = ["PATHS", "Fitting", "drawn"]

PATHS = {
    "signal": pl.String, "sessions": pl.Int64, "mean": pl.Float64, "fitted": pl.Float64, "shorter": pl.Float64,
    "longer": pl.Float64, "used": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """What came of fitting a signal's half-life: the reactions and the fit, or the reason why there are none.

    ``p`` is the chance of such an end without any drift.
    """

    signal: EventDriven
    asked: Fitted
    found: Reactions | None
    fit: Fit | None
    reason: str = ""
    p: float | None = None

    @property
    def events(self) -> int:
        """Give the number of complete training events."""
        return 0 if self.found is None else len(self.found.paths)


def drawn(of: Fitting) -> pl.DataFrame:
    """Give the paths after 1, 2, ..., H sessions (PATHS), fractions.

    ``mean`` is the mean abnormal return, ``fitted`` the fit (null when it does not bend), ``shorter`` and ``longer``
    the ends of its interval (an open end: the grid's), ``used`` the drift that comes at the rate of the weight held,
    each as large as comes nearest to the mean.
    """
    if of.found is None or of.fit is None:
        raise AssertionError("only a fit that was made is drawn")
    mean = mean_path(of.found.paths)
    horizon, fit = len(mean), of.fit
    ends = (fit.lower or SHORTEST, fit.upper or LONGEST * horizon)
    fitted = [None] * horizon if fit.half_life is None else scaled(mean, exponential(horizon, fit.half_life)).tolist()
    shorter, longer = (scaled(mean, exponential(horizon, end)) for end in ends)
    return pl.DataFrame(
        {
            "signal": [of.signal.name] * horizon,
            "sessions": np.arange(1, horizon + 1),
            "mean": mean,
            "fitted": fitted,
            "shorter": shorter,
            "longer": longer,
            "used": fitted if isinstance(of.signal.decay, Fitted) else scaled(mean, _come(of.signal, horizon)).tolist(),
        },
        schema=PATHS,
    )


def _come(signal: EventDriven, horizon: int) -> NDArray[np.float64]:
    """Give what of a drift has come when it comes at the rate of the weight held, shape (H,).

    For an exponential decay that is 1 - 2 ** -(sessions / half_life) again, up to a factor.
    """
    weight = np.zeros(horizon)
    held = table(signal.decay)[:horizon]
    weight[: len(held)] = held
    return np.cumsum(weight)
