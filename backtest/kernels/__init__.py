"""Compiled loops over arrays and scalars; nothing here knows a frame, a config or a name."""

from backtest.kernels.cache import use_own_folder

use_own_folder()  # numba reads its cache folder when a kernel is decorated, so it must be set before any of them is imported
