"""What stands beside a run in its folder of runs: how much was tried on the same data, and the sweeps over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["ALONE", "Beside", "Swept", "Tried"]


@dataclass(frozen=True, slots=True)
class Tried:
    """Trials on the same data.

    Attributes
    ----------
    trials, effective
        Configs tried, this one among them, and the independent trials they are worth.
    convention
        How the latter was counted.
    deflated
        Probability that this run's Sharpe ratio beats the best that so many trials would show by luck; None when
        undefined.

    """

    trials: int
    effective: float
    convention: str
    deflated: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """A finished sweep on the same data: what sweep.json says, and one row per cell."""

    about: Mapping[str, Any]
    board: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Trials and sweeps; None and nothing where the folder of runs was not looked at."""

    tried: Tried | None = None
    sweeps: tuple[Swept, ...] = ()


ALONE = Beside()
