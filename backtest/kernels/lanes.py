"""Where the lanes of scenarios that walk abreast keep what they hold, wish and owe."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

LANES = 32
RING = 32  # rows that a lane may trade ahead of the marking, and one: a power of two
SOME = 16  # rows whose weights are looked at in one go, before they are traded: small enough to stay near

# Columns of a row of table, which belongs to one asset, and of lane. Distances that the compiler knows spare it the
# question whether two arrays overlap, on which it would give up.
HELD, WISH, WEIGHT, PRICE, SHOWN, WIDTH = (LANES * at for at in range(6))
(
    CASH, PAID, VALUE, NOTIONAL, FEES, COUNT, BUY, SELL, RATE, FREE, BOUND, PEAK, LOW, HIGH,
    SOLD, SOLD_NOTIONAL, SOLD_FEES, SOLD_GROSS, SOLD_NET, GROSS, NET, FACTOR, FITS, BEFORE, NOW, SHOWN_CASH,
    HALF_SPREAD, SLIPPAGE, FIRSTS, SECONDS, SUMS,
) = (LANES * at for at in (*range(29), 32, 36))  # fmt: skip
COLUMNS = SUMS + 10 * LANES
# Rows of at: the next row of targets and its session, the end, the first row not looked at yet and what was found of
# those before; rows traded, rows marked, the session of the first in the ring; and the sessions of the ring.
NEXT, SESSION, END, CHECKED, WHOLE, ACTIVE, HEAD, TAIL, DUE, WHEN = range(10)

SURELY = 1e-6  # of V: cash left of more than this is no matter of rounding, so the orders fit
LARGEST = np.int64(0x7FEFFFFFFFFFFFFF)  # the bits of the largest float64
ZERO, ONE = np.int64(0), np.int64(1)
NO, YES = np.bool_(0), np.bool_(1)


class Lanes(NamedTuple):
    """Working room: table (N, WIDTH), lane (COLUMNS,), at (WHEN + RING, LANES), ring (LANES, RING x (N + 1)).

    A lane's ring holds, for each row traded but not marked yet, the shares of every asset and the cash.
    """

    table: F
    lane: F
    at: I
    ring: F


def room(assets: int) -> Lanes:
    """Make the working room of ``walk_abreast``."""
    at = np.zeros((WHEN + RING, LANES), np.int64)
    return Lanes(np.zeros((assets, WIDTH)), np.zeros(COLUMNS), at, np.zeros((LANES, RING * (assets + 1))))
