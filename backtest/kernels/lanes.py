"""Where the lanes of scenarios that walk abreast keep what they hold, wish and owe."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtest.kernels.objects import inner

F = NDArray[np.float64]
I = NDArray[np.int64]
B = NDArray[np.bool_]

LANES = 32
AHEAD = 32  # rows that a lane trades before they are marked
SOME = 32  # rows whose weights are looked at in one go, before they are traded: small enough to stay near

# Columns of Lanes.lane and Lanes.at: distances that the compiler knows.
(
    CASH, PAID, VALUE, NOTIONAL, FEES, COUNT, BUY, SELL, RATE, FREE, BOUND, PEAK, LOW, HIGH,
    SOLD, SOLD_NOTIONAL, SOLD_FEES, SOLD_GROSS, SOLD_NET, GROSS, NET, FACTOR, FITS, BEFORE, NOW,
    HALF_SPREAD, SLIPPAGE, SUMS,
) = (LANES * at for at in range(28))  # fmt: skip
COLUMNS = SUMS + 10 * LANES
# The next row of targets, and the end; the first row not looked at yet, whether those before name every asset, and
# where row 0 would stand if all did; whether the lane trades in this step, in which session, where its weights stand;
# the first row of the block, its steps that were shown, the next lane among those that are due in one session.
NEXT, END, CHECKED, WHOLE, ORIGIN, ACTIVE, SESSION, WEIGHTS, FIRST, SEEN, LINK = (LANES * at for at in range(11))

SURELY = 1e-6  # of V: cash left of more than this is no matter of rounding, so the orders fit
LARGEST = np.int64(0x7FEFFFFFFFFFFFFF)  # the bits of the largest float64
MOST_WEIGHT = 1e6  # of a target, a fraction of equity: far beyond it shares would be no finite number
HEAVIEST = np.float64(MOST_WEIGHT).view(np.int64)  # its bits, read as an integer
ZERO, ONE = np.int64(0), np.int64(1)
NO, YES = np.bool_(0), np.bool_(1)
NOBODY, SCATTERED = np.int64(-1), np.int64(-2)

APART = inner(apart=True)  # no two arrays that it is given overlap, which spares the compiler the question


class Lanes(NamedTuple):
    """Working room for N assets and T sessions.

    past (AHEAD + 1, N + 1, LANES): shares of every asset, and cash, after each step of a block, the first after those
    of the block before. shown (N + 1, LANES): what is held in the session marked next. weight, price, wish (N, LANES):
    of the row traded now. lane, at: the columns above. firsts, seconds (4, LANES): sums of returns and their squares.
    meeting (AHEAD + 1,): the session in which all lanes traded in a step. due (T,): the first lane that is to be shown
    another row in a session.
    """

    past: F
    shown: F
    weight: F
    price: F
    wish: F
    lane: F
    at: I
    firsts: F
    seconds: F
    meeting: I
    due: I


def room(sessions: int, assets: int) -> Lanes:
    """Make the working room of ``walk_abreast``."""
    one = (assets, LANES)
    return Lanes(
        np.zeros((AHEAD + 1, assets + 1, LANES)), np.zeros((assets + 1, LANES)), np.zeros(one), np.zeros(one),
        np.zeros(one), np.zeros(COLUMNS), np.zeros(11 * LANES, np.int64), np.zeros((4, LANES)), np.zeros((4, LANES)),
        np.zeros(AHEAD + 1, np.int64), np.full(sessions, NOBODY),
    )  # fmt: skip
