"""What stands beside a run in its folder of runs: the sweeps over the same data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["ALONE", "Beside", "Swept"]


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """A finished sweep on the same data: what sweep.json says, and one row per cell."""

    about: Mapping[str, Any]
    board: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Sweeps; none where the folder of runs was not looked at."""

    sweeps: tuple[Swept, ...] = ()


ALONE = Beside()
