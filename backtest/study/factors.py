"""Read daily factors in place and lay them on the sessions of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import polars as pl

from data.errors import Finding, InputError, MissingDataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Factors", "load_factors"]

NAMES = ("mkt_rf", "smb", "hml", "rmw", "cma", "mom")
# The market's daily deviation over any long period lies between 0.3 % and 3 %; a file in percent says 0.3 to 3.
BETWEEN = (0.001, 0.05)
PERCENT = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Daily factors as fractions: shape (T, 6) in the order of NAMES, and the risk-free rate (T,); NaN: unknown."""

    values: Floats
    risk_free: Floats

    def columns(self, names: Sequence[str]) -> Floats:
        """Give some factors, shape (T, k)."""
        return np.ascontiguousarray(self.values[:, [NAMES.index(name) for name in names]])


def load_factors(
    path: Path, names: Sequence[str], unit: Literal["fraction", "percent"], sessions: NDArray[np.datetime64]
) -> Factors:
    """Read the factors ``names`` and ``rf`` of a parquet file with a column ``date`` or ``session``.

    Raises
    ------
    ResearchError
        When the file or a column is missing, days repeat, or the numbers cannot be of the stated unit.

    """
    if not path.is_file():
        raise MissingDataError(f"no factors at {path}; name a parquet file with date, rf and {', '.join(names)}")
    frame = _read(path)
    day = next((name for name in ("session", "date") if name in frame.columns), None)
    missing = [name for name in (*names, "rf") if name not in frame.columns]
    if day is None or missing:
        wanted = ", ".join(missing or ["date"])
        raise InputError(f"{path}: has no column {wanted}; it has {', '.join(frame.columns)}")
    frame = frame.with_columns(pl.col(day).cast(pl.Date)).sort(day)
    if frame[day].is_duplicated().any():
        raise InputError(f"{path}: repeats the day {frame[day].filter(frame[day].is_duplicated())[0]}")
    scale = PERCENT if unit == "percent" else 1.0
    _check_unit(path, frame[names[0]].cast(pl.Float64).to_numpy() / scale, unit)
    return _laid(frame, day, names, scale, sessions)


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: is no readable parquet file ({str(error).splitlines()[0]})") from error


def _check_unit(path: Path, market: Floats, unit: str) -> None:
    known = market[np.isfinite(market)]
    spread = float(known.std()) if len(known) > 1 else np.nan
    if not BETWEEN[0] <= spread <= BETWEEN[1]:
        other = "percent" if unit == "fraction" else "fraction"
        problem = f"read as {unit} the market's daily deviation is {spread:.4g}; expected {BETWEEN[0]} to {BETWEEN[1]}"
        raise InputError(
            f"{path}: these factors are not in the unit that `factor_unit` says",
            [Finding(str(path), "factor_unit", unit, problem, f"set factor_unit: {other}")],
        )


def _laid(
    frame: pl.DataFrame, day: str, names: Sequence[str], scale: float, sessions: NDArray[np.datetime64]
) -> Factors:
    days = frame[day].to_numpy().astype("datetime64[D]")
    at = np.minimum(np.searchsorted(days, sessions), len(days) - 1)
    found = days[at] == sessions.astype("datetime64[D]")

    def column(name: str) -> Floats:
        if name not in (*names, "rf"):
            return np.full(len(sessions), np.nan)
        values = frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy() / scale
        return np.asarray(np.where(found, values[at], np.nan))

    return Factors(np.column_stack([column(name) for name in NAMES]), column("rf"))
