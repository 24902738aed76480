"""What a return model is fitted on, what it gives for every event, and what a window of it adds up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Fits", "Frame", "Measured"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The series of a return model.

    Attributes
    ----------
    total
        Total returns as fractions, shape (T, A).
    y
        What the model explains: returns, or returns over the risk-free rate, the market or a basket, shape (T, A).
    clean
        The same with other events masked: what the model is fitted on, shape (T, A).
    x
        Regressors without the constant, shape (T, k).
    constant
        Whether anything is estimated at all; without it x is empty and y is the abnormal return.
    lagged
        Whether the slope is Scholes and Williams'.

    """

    total: Floats
    y: Floats
    clean: Floats
    x: Floats
    constant: bool = True
    lagged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fitted events, N rows; ``reason`` says why a row has no numbers.

    Attributes
    ----------
    asset, session, begin
        Column of the panel, row of event day 0, row at which the estimation begins, shape (N,).
    residual
        Residuals by estimation session, NaN where unknown, shape (N, L).
    ar, sar, expected, total
        Abnormal, standardised abnormal, expected and total return over the span, shape (N, W).
    centred
        Regressors of the span about their estimation means, shape (N, W, k).
    inverse
        Inverse of the regressors' centred cross products, shape (N, k, k).
    s2, observations, freedom
        Residual variance, M and M - p, shape (N,).
    first
        Offset of the span's first column.
    constant
        Whether a mean was estimated.
    reason
        Empty when the row has numbers.

    """

    asset: Ints
    session: Ints
    begin: Ints
    residual: Floats
    ar: Floats
    sar: Floats
    expected: Floats
    total: Floats
    centred: Floats
    inverse: Floats
    s2: Floats
    observations: Floats
    freedom: Floats
    first: int
    constant: bool
    reason: tuple[str, ...]

    def take(self, rows: Ints) -> Fits:
        """Give some of the events."""
        arrays = ("asset", "session", "begin", "residual", "ar", "sar", "expected", "total", "centred", "inverse")
        kept = {name: getattr(self, name)[rows] for name in (*arrays, "s2", "observations", "freedom")}
        reason = tuple(self.reason[row] for row in rows.tolist())
        return Fits(**kept, first=self.first, constant=self.constant, reason=reason)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One event window of every event, each of shape (N,).

    Attributes
    ----------
    car, scar, csar, bhar
        Cumulative, standardised cumulative, sum of standardised, buy-and-hold abnormal return.
    variance, valid
        Forecast variance of the CAR and the sessions with a return.

    """

    car: Floats
    scar: Floats
    csar: Floats
    bhar: Floats
    variance: Floats
    valid: Floats
